"""Whether what was submitted still is what its receipt says: every hash worked out again from what is stored."""

from __future__ import annotations

from collections.abc import Iterator

from applications import rules
from applications.models import Application, Version
from applications.queries.reads import BULKY


def agrees(version: Version) -> bool:
    """Two steps: the text against the hash of the content, then that hash and the receipt against the hash of the version. A version from
    before ADR 0034 is one text with one hash."""
    if version.content is None:
        return rules.digest(version.whole) == version.sha256
    content = version.content
    return rules.digest(content.data) == content.sha256 and rules.version_digest(content.sha256, version.receipt) == version.sha256


def differing() -> Iterator[str]:
    """Versions, and receipts of applications, that do not agree with what is stored; their numbers."""
    versions = Version.objects.select_related("content", "application").defer(*(f"application__{name}" for name in BULKY))
    for version in versions.order_by("pk").iterator(200):
        if not agrees(version) or (version.content is not None and version.content.application_id != version.application_id):
            yield f"{version.application.ref} v{version.number}"
    receipts = set(Version.objects.filter(why="SUBMIT").values_list("application_id", "sha256"))
    for row in Application.objects.exclude(receipt_sha256="").only("ref", "receipt_number", "receipt_sha256").order_by("pk").iterator(1000):
        if (row.pk, row.receipt_sha256) not in receipts:
            yield f"{row.receipt_number}"
