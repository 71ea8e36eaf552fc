"""Files that people attach: storing, naming, claiming, sending. Who may read one is up to what claimed it."""
