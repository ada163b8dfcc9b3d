"""Files of a guide: blank forms of materials, annexes, the template of the contract. The versions name them by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import files, ledger, parameters
from core.workflow import Refused
from programs.models import Guide, GuideFile

KINDS = ("pdf", "docx", "xlsx", "zip", "png", "jpg")


def keep(actor: Any, guide: Guide, upload: Any) -> dict[str, Any]:
    """Keep an uploaded file with a locked guide; gives what a version says about it. Raises Refused with the reason.

    Records programs.guide.file. A file that no version names in the end is of no harm: nobody is shown it.
    """
    try:
        stored = files.store(upload, actor=actor, kinds=KINDS, max_bytes=int(parameters.value("guide.file_max_mb")) << 20)
    except files.BadFile as error:
        raise Refused([str(error)]) from error
    row = GuideFile.objects.create(guide=guide, file=stored, added_by=actor.person)
    ledger.record("programs.guide.file", guide, actor, name=stored.name, sha256=stored.sha256)
    return {"uid": str(row.uid), "name": stored.name, "size": stored.size, "sha256": stored.sha256}


def kept(actor: Any, guide: Guide, node: Any) -> Any:
    """The same parts with every uploaded file in them kept and named by its key."""
    if hasattr(node, "chunks"):
        return keep(actor, guide, node)
    if isinstance(node, Mapping):
        return {key: kept(actor, guide, value) for key, value in node.items()}
    return [kept(actor, guide, value) for value in node] if isinstance(node, list) else node
