"""Pages of the funding floor."""
