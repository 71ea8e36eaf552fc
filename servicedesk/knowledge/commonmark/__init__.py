"""Reading Markdown as people write it: CommonMark with GitHub's additions, and what other wikis add to it."""
