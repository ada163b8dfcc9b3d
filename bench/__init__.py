"""Measures of speed. Each file runs by itself: `python3 -m bench.matching`; its last line is one JSON object."""
