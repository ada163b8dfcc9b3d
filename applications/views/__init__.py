"""Doors for browsers, by desk."""
