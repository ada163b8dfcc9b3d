"""Addresses of the reviews floor, by desk."""

public: list = []
review: list = []
desk: list = []
api: list = []
