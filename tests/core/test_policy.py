"""The one policy of the house about what a page may load is django-csp's own, written once."""

from __future__ import annotations

import pytest
from csp.constants import HEADER
from csp.decorators import csp_exempt, csp_update
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from core.web.middleware import PolicyMiddleware


def answered(middleware, view):
    return middleware(view)(RequestFactory().get("/")).headers


def plain(request):
    return HttpResponse("x")


VIEWS = {
    "plain": plain,
    "one more place": csp_update({"img-src": ["https://maps.example"]})(plain),
    "exempt": csp_exempt()(plain),
    "its own": lambda request: HttpResponse("x", headers={HEADER: "default-src 'none'"}),
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_answer_has_the_header_that_django_csp_writes(name):
    header = answered(PolicyMiddleware, VIEWS[name]).get(HEADER)
    assert header == answered(CSPMiddleware, VIEWS[name]).get(HEADER)
    assert (header is None) == (name == "exempt")
    if name == "one more place":
        assert header != answered(PolicyMiddleware, plain)[HEADER]


def test_another_policy_is_written_anew(settings):
    first = answered(PolicyMiddleware, plain)[HEADER]
    assert "'unsafe-inline'" not in first and "script-src 'self'" in first
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": ["'none'"]}}
    assert answered(PolicyMiddleware, plain)[HEADER] == "default-src 'none'"
