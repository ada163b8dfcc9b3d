"""Static files as production serves them: hashed names, compressed, and ours without the comments and blanks of their source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import rcssmin
import rjsmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = "st/"  # files of packages come as small as their makers send them
SMALLER = {".css": rcssmin.cssmin, ".js": rjsmin.jsmin}


def smaller(name: str, content: bytes) -> bytes:
    """What is sent for the file `name` (a path below `static/`); anything but a style or script of ours stays as it is."""
    for ending, work in SMALLER.items():
        if name.startswith(OURS) and name.endswith(ending):
            return str(work(content.decode())).encode()
    return content


class StaticFiles(CompressedManifestStaticFilesStorage):
    """The storage that `collectstatic` fills: each file is saved small, and all others (with a hash in the name, compressed) come from it."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        return str(super().save(name, ContentFile(smaller(name or "", content.read())), max_length))

    def get_modified_time(self, name: str) -> datetime:
        """A file of ours is taken in anew each time: what stands may have been saved by an earlier release, as large as its source."""
        if name.startswith(OURS):
            return datetime.fromtimestamp(0, UTC)
        found: datetime = super().get_modified_time(name)
        return found

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """As inherited, reading what was saved: Django would read the sources again, whose hash would not change with what is sent."""
        yield from super().post_process({name: (self, name) for name in paths}, dry_run=dry_run, **options)
