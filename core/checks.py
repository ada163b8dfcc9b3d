"""Deployment mistakes found by `manage.py check --deploy`."""
