"""Reading incidents, with visibility inside each query."""
