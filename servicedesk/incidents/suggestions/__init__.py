"""Suggestions before filing: what is asked, what is shown and why, what came of it."""
