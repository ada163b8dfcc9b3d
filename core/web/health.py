"""/healthz: database, broker, worker and beat, as JSON; 503 when one of them is away.

`scanner` stands beside them where CLAMD names one. It alone is no 503: without it uploads wait for their verdict and everything else
works, so a balancer must not take the portal away; who watches reads the word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from core import clock, scanning
from core.models import Heartbeat
from core.web.access import access, public

QUIET = {"worker": timedelta(seconds=45), "minute": timedelta(seconds=150)}


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def _broker() -> bool:
    try:
        return bool(redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1).ping())
    except redis.RedisError:
        return False


def state() -> dict[str, bool]:
    """`worker`: a beat tick was run lately; `beat`: the minute sweep was sent and run lately."""
    found: dict[str, bool] = {"database": _database(), "broker": _broker(), "worker": False, "beat": False}
    if found["database"]:
        seen = dict(Heartbeat.objects.values_list("name", "at"))
        now = clock.now()
        found["worker"] = "worker" in seen and now - seen["worker"] < QUIET["worker"]
        found["beat"] = "minute" in seen and now - seen["minute"] < QUIET["minute"]
    return found


@access(public)
def healthz(request: HttpRequest) -> JsonResponse:
    found: dict[str, Any] = state()
    status = 200 if all(found.values()) else 503
    if settings.CLAMD:
        found["scanner"] = scanning.is_there()
    return JsonResponse(found, status=status)
