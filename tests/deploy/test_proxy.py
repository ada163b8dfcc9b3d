"""Behind a proxy the visitor's address is the one the proxy names; nobody else is believed."""

from __future__ import annotations

import importlib

import pytest


def _seen(monkeypatch, proxies: str, peer: str, forwarded: str) -> str:
    """The address that the site sees."""
    import config.wsgi

    monkeypatch.setenv("TRUSTED_PROXIES", proxies)
    module = importlib.reload(config.wsgi)
    seen: dict[str, str] = {}
    site = getattr(module.application, "__wrapped__", module.application)
    monkeypatch.setattr(type(site), "__call__", lambda self, environ, start: seen.update(ip=environ["REMOTE_ADDR"]) or [])
    module.application({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded, "HTTP_X_FORWARDED_PROTO": "https"}, None)
    return seen["ip"]


@pytest.mark.parametrize(("proxies", "peer", "forwarded", "ip"), [
    ("172.16.0.0/12", "172.18.0.5", "203.0.113.9", "203.0.113.9"),
    ("172.16.0.0/12", "172.18.0.5", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first one is the visitor's own invention
    ("172.16.0.0/12", "203.0.113.7", "198.51.100.1", "203.0.113.7"),
    ("", "203.0.113.7", "198.51.100.1", "203.0.113.7"),
])
def test_address_of_the_visitor(monkeypatch, proxies, peer, forwarded, ip):
    assert _seen(monkeypatch, proxies, peer, forwarded) == ip
