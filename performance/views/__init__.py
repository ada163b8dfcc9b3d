"""Pages of the performance floor."""
