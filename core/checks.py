"""Deployment mistakes found by `manage.py check --deploy`; those that need the database, with `--database default`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Info, Tags, Warning, register
from django.db import connections
from django.http.request import validate_host

from core import clock

FONT = "FandolFang-Regular.otf"  # 仿宋: the body type of official documents
DEMO_MAIL = "@demo.keguan.example"


@register(Tags.security, deploy=True)
def owner_is_apart(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The web's role must own nothing: an owner can switch off the triggers that guard the ledger."""
    owner = getattr(settings, "DATABASE_ADMIN_URL", "")
    if not owner:
        return [Warning(
            "DATABASE_ADMIN_URL is not set.", id="keguan.W001",
            hint="Name the owner of the tables, used for migrations and grants only, and let the web use another role.")]
    if urlsplit(owner).username == settings.DATABASES["default"]["USER"]:
        return [Warning(
            "DATABASE_URL and DATABASE_ADMIN_URL name the same role.", id="keguan.W002",
            hint="The web's role must not own the tables, or the ledger is guarded by its seal alone.")]
    return []


@register(Tags.security, deploy=True)
def secrets_are_own(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Identity and account numbers are sealed with DATA_KEY: a short one, or one in double use, seals nothing."""
    key = settings.DATA_KEY
    if len(key) < 40 or key == settings.SECRET_KEY:
        return [Warning(
            "DATA_KEY is shorter than 40 characters or the same as SECRET_KEY.", id="keguan.W003",
            hint="Make it with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'")]
    return []


@register(Tags.security, deploy=True)
def site_is_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Links in mails and the verification code printed on documents lead to SITE_URL."""
    address = urlsplit(settings.SITE_URL)
    if address.scheme != "https" or not validate_host(address.hostname or "", settings.ALLOWED_HOSTS):
        return [Warning(
            "SITE_URL is not an https address of one of ALLOWED_HOSTS.", id="keguan.W004",
            hint="Mails and printed verification codes lead there.")]
    return []


@register(Tags.compatibility, deploy=True)
def fonts_are_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without Fandol an official document is set in Noto: legible, but not as GB/T 9704-2012, 5.2.2 asks (仿宋)."""
    if (Path(settings.FONT_DIR) / FONT).exists():
        return []
    return [Warning(
        f"{FONT} is not in KEGUAN_FONTS ({settings.FONT_DIR}).", id="keguan.W005",
        hint="Take the Fandol fonts from Debian's texlive-lang-chinese, as script/server does.")]


@register(Tags.security, deploy=True)
def demo_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_DEMO:
        return [Warning(
            "IS_DEMO is on: every page says that its data are invented.", id="keguan.W006",
            hint="Unset IS_DEMO where real applications are made.")]
    return []


@register(Tags.security, deploy=True)
def uploads_are_scanned(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Nobody looks into uploads: that may be decided, but not forgotten."""
    if settings.CLAMD:
        return []
    if settings.SCANNER == "off":
        return [Info("CLAMD is off: uploads are released unscanned, and marked so.", id="keguan.I010")]
    return [Warning(
        "CLAMD is not set: uploads are released unscanned, and marked so.", id="keguan.W010",
        hint="Name a clamd (host:port or the path of its socket), or say CLAMD=off on purpose.")]


@register(Tags.files, deploy=True)
def store_is_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Half a store loses files: those without a bucket go into a folder that nobody backs up, and without keys none arrive."""
    given = {name for name, value in settings.S3.items() if value}
    missing = {"S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"} - given if given else set()
    found: list[CheckMessage] = []
    if missing:
        found.append(Warning(
            f"The S3 store is named by halves: {', '.join(sorted(missing))} missing.", id="keguan.W011",
            hint="Set bucket and both keys (and S3_ENDPOINT where it is not Amazon's), or none of them for the folder."))
    endpoint = urlsplit(settings.S3["S3_ENDPOINT"])
    if settings.S3["S3_ENDPOINT"] and (endpoint.scheme != "https" or not endpoint.hostname):
        found.append(Warning(
            "S3_ENDPOINT is not an https address.", id="keguan.W012",
            hint="Files of applicants would travel in plain text."))
    return found


@register(Tags.security, deploy=True)
def texts_can_go(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A gateway without address or key sends nothing, and nobody notices before it matters."""
    missing = sorted(name for name, value in settings.SMS_GATEWAY.items() if not value and name != "SMS_SIGN")
    if not settings.SMS_BACKEND.endswith(".Gateway") or not missing:
        return []
    return [Warning(f"SMS_BACKEND is a gateway, but {', '.join(missing)} is missing.", id="keguan.W013",
                    hint="Set the address (https) and the two words of the gateway, or leave SMS_BACKEND empty.")]


@register(Tags.database, deploy=True)
def rows_are_real(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Accounts of the demo world have a password that everybody can read; a shifted clock decides wrongly."""
    found: list[CheckMessage] = []
    if "default" not in (databases or ()) or not _migrated():
        return found
    if clock.is_shifted():
        found.append(Warning(
            "The clock of the database is shifted.", id="keguan.W007",
            hint="Let the owner of the database empty core_clockshift: deadlines are decided by this clock."))
    if not settings.IS_DEMO and get_user_model().objects.filter(email__endswith=DEMO_MAIL).exists():
        found.append(Warning(
            "The database holds accounts of the demo world, whose password is public.", id="keguan.W008",
            hint="Begin production with an empty database."))
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('core_ledgerrow', 'UPDATE')")
        if cursor.fetchone()[0]:
            found.append(Warning(
                "The role of DATABASE_URL may change rows of the ledger.", id="keguan.W009",
                hint="Run manage.py grants --web-url as the owner of the tables, and use a role that owns nothing."))
    return found


def _migrated() -> bool:
    """Before the first migration there is nothing to look at."""
    return {"core_ledgerrow", "core_clockshift"} <= set(connections["default"].introspection.table_names())
