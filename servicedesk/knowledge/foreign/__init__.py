"""Markdown of other wikis, translated to ours: read with the same parser as articles, so that code is never taken for a mark."""
