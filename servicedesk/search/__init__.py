"""Finding articles: analysis, index, ranking, learning. Knows texts and ids, not incidents or articles."""
