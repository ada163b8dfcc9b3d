"""The one view of simple moves."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from core.web import steps


@pytest.mark.parametrize(("asks", "told"), [(True, "因为"), (False, None)])
def test_words_that_an_act_does_not_ask_for_are_left_aside(monkeypatch, asks, told):
    heard = []

    def with_why(actor, obj, *, why=None):
        heard.append(why)

    def without(actor, obj):
        heard.append(None)

    monkeypatch.setattr(steps.messages, "success", lambda *given: None)
    view = steps.step_view(lambda actor, key: key, with_why if asks else without, question=lambda actor, obj=None: None, to=lambda obj: "/")
    request = RequestFactory().post("/", {"why": "因为"})
    request.actor = request.user = object()
    assert view(request, "x").status_code == 302
    assert heard == [told]
