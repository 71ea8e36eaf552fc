"""Who works on what: teams and categories."""
