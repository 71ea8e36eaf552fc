"""Person, roles, log-in pages, web sessions, the directory's sync."""
