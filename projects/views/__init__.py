"""Pages of the projects floor, one file per desk."""
