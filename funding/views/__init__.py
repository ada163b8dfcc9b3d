"""Pages of the funding floor, one file per desk."""
