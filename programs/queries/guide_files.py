"""The files of a guide: what the public may download, and the annexes of versions old and new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from core.models import StoredFile
from programs.engine.forms import pick
from programs.models import Guide, GuideFile


def files_in(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every file a version names."""
    rows = [*(data.get("documents") or ()), *(data.get("annexes") or ()), data.get("contract") or {}]
    return [row["file"] for row in rows if row.get("file")]


def file_for(guide: Guide, uid: Any) -> StoredFile:
    """A file of the current version of a guide the caller may see; 404 for one that no version shows."""
    shown = {one["uid"] for one in files_in(guide.version.data)} if guide.version else set()
    row = GuideFile.objects.filter(uid=uid).select_related("file").first() if str(uid) in shown else None
    if row is None:
        raise Http404
    return row.file


def annexes_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """[{"code", "label", "file"}]. Versions of before have bare names in the header."""
    if "annexes" in data:
        return [{**row, "label": pick(row, "name"), "file": row.get("file")} for row in data["annexes"]]
    header = data.get("header") or {}
    english = header.get("annexes_en") if pick({"x": "zh", "x_en": "en"}, "x") == "en" else None
    return [{"code": str(number), "label": name, "file": None} for number, name in enumerate(english or header.get("annexes") or (), 1)]


def without_files(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The data without its files, for a bureau that does not have them, and the names of those to be uploaded again."""
    names = [one["name"] for one in files_in(data)]
    cut = {key: value for key, value in data.items() if key not in ("documents", "annexes", "contract")}
    for key in ("documents", "annexes"):
        if key in data:
            cut[key] = [{name: value for name, value in row.items() if name != "file"} for row in data[key]]
    if "contract" in data:
        cut["contract"] = {name: value for name, value in data["contract"].items() if name != "file"}
    return cut, names
