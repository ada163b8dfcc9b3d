"""Reads of the pages that look across all floors; each floor's own queries and policies decide what may be seen."""
