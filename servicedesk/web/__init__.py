"""What all pages share: access policy, headers, CSRF, error pages, forms, paging, template filters."""
