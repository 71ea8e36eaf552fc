"""A small believable company for trying the product: people, teams, three months of incidents."""
