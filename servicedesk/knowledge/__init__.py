"""Articles: revisions, rendering, feedback, search page, import and sync with kb_articles/."""
