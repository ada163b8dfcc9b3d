"""The control: a submission that does nothing but hold the guide FOR SHARE, ask the database clock and write two rows.

A Django project in one file, with the six middlewares of a fresh project, no session to read, no person, no rule. What the
portal's own submission costs is told as a multiple of this, measured in the same run on the same machine.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config import env

if not settings.configured:
    settings.configure(
        SECRET_KEY=uuid.uuid4().hex, ALLOWED_HOSTS=["*"], USE_TZ=True, TIME_ZONE="Asia/Shanghai", ROOT_URLCONF=__name__,
        DATABASES={"default": {**env.database(os.environ.get("DATABASE_URL", "postgresql://none@/none")), "ENGINE": "django.db.backends.postgresql"}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ])
    django.setup()


class Guide(models.Model):
    code = models.CharField(max_length=32, unique=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.code


class Application(models.Model):
    guide = models.ForeignKey(Guide, on_delete=models.PROTECT)
    org = models.CharField(max_length=64)
    key = models.UUIDField(unique=True)
    title = models.CharField(max_length=200)
    form = models.JSONField(default=dict)
    status = models.CharField(max_length=16)
    submitted_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        constraints = [models.UniqueConstraint(fields=["guide", "org"], name="bare_once")]

    def __str__(self) -> str:
        return self.title


class Audit(models.Model):
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=32)
    target = models.CharField(max_length=64)
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.verb


FORM = {"abstract": "x" * 1200, "members": [{"name": f"n{n}", "id": "x" * 18} for n in range(8)],
        "budget": [{"item": f"a{n}", "amount": n * 1000} for n in range(12)]}


@csrf_exempt
def submit(request: HttpRequest) -> JsonResponse:
    body: dict[str, Any] = json.loads(request.body)
    key = body["key"]
    try:
        with transaction.atomic():
            guide = Guide.objects.raw("SELECT * FROM bare_guide WHERE id = 1 FOR SHARE")[0]
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                now = cursor.fetchone()[0]
            if not guide.opens_at <= now < guide.closes_at:
                return JsonResponse({"closed": now.isoformat()}, status=403)
            row = Application(guide=guide, org=key, key=key, title="t", form=FORM, status="submitted", submitted_at=now)
            row.save(force_insert=True)
            Audit(at=now, actor=key, verb="submit", target=str(row.pk), data={}).save(force_insert=True)
    except IntegrityError:
        row = Application.objects.get(key=key)
    return JsonResponse({"id": row.pk, "at": row.submitted_at.isoformat()}, status=201)


urlpatterns = [path("submit", submit)]
application = get_wsgi_application()


def make(role: str) -> None:
    """The three tables and one open guide; the web role may write them."""
    with connection.schema_editor() as editor:
        for model in (Guide, Application, Audit):
            editor.create_model(model)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare_guide (id, code, opens_at, closes_at) VALUES (1, 'G', now(), now() + interval '1 day')")
        name = connection.ops.quote_name(role)
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON bare_guide, bare_application, bare_audit TO {name}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")


if __name__ == "__main__":
    make(sys.argv[1])
