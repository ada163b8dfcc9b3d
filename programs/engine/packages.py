"""A guide as one JSON file, read with distrust: whatever is wrong with it is a list of problems, never a crash.

    {"format": "keguan-guide-1", "title", "title_en", "special", "data", "demo_notes", "sha256"}

`sha256` is that of the canonical text of `data`; further keys are refused, so that a file can hide nothing from those
who sign the guide.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from programs.engine import places, schema
from programs.engine.problems import Problem

FORMAT = re.compile(r"keguan-guide-(\d{1,4})")
VERSION = 1
MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 40  # brackets inside brackets before the file is read at all; the data itself may nest less
MOST_PROBLEMS = 200
KEYS = ("format", "title", "title_en", "special", "data", "demo_notes", "sha256", "source", "windows", "exported_from")
OPEN, CLOSE = "[{", "]}"


@dataclass(frozen=True)
class Package:
    """A file that was read. `problems` empty means it may come in."""

    title: str = ""
    title_en: str = ""
    special: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    demo_notes: tuple[str, ...] = ()
    sha256: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def sentences(self) -> list[str]:
        return [places.said(problem) for problem in self.problems]


def digest(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def bad(text: str, path: str = "") -> Package:
    return Package(problems=(Problem(path, text),))


def read(raw: bytes) -> Package:
    """The bytes of a file as a package, with every problem found."""
    if len(raw) > MOST_BYTES:
        return bad(_("The file is larger than 2 MB; this is no guide file."))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return bad(_("The file is not text in UTF-8."))
    if depth_of(text) > MOST_DEPTH:
        return bad(_("The file is nested too deeply; this is no guide file."))
    found: list[Problem] = []
    try:
        package = json.loads(text, parse_float=str, parse_int=_whole, parse_constant=lambda word: _constant(word, found),
                             object_pairs_hook=lambda pairs: _object(pairs, found))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        return bad(_("The file is no JSON: line %(line)d cannot be read.") % {"line": line} if line else _("The file cannot be read as JSON."))
    return take(package, found)


def _whole(text: str) -> int | str:
    """A number of a thousand digits is kept as text: the checks then say what is wrong with it."""
    return int(text) if len(text) <= 18 else text


def _constant(word: str, found: list[Problem]) -> str:
    found.append(Problem("", _("“%(word)s” is not a number that JSON knows") % {"word": word}))
    return word


def _object(pairs: list[tuple[str, Any]], found: list[Problem]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            found.append(Problem("", _("the key “%(key)s” stands twice in one object") % {"key": key[:60]}))
        made[key] = value
    return made


def depth_of(text: str) -> int:
    """How deep the brackets of a JSON text go; what stands in quotes does not count."""
    depth = most = 0
    quoted = escaped = False
    for char in text:
        if quoted:
            escaped, quoted = (not escaped and char == "\\"), not (char == '"' and not escaped)
        elif char == '"':
            quoted = True
        elif char in OPEN:
            depth += 1
            most = max(most, depth)
            if most > MOST_DEPTH:
                return most
        elif char in CLOSE:
            depth -= 1
    return most


def take(package: Any, found: list[Problem] | None = None) -> Package:
    """A package that is Python data already (from the API, or just read)."""
    found = list(found or [])
    if not isinstance(package, Mapping):
        return Package(problems=(*found, Problem("", _("The file is no guide: it must be one object with title and data."))))
    found.extend(Problem(str(key)[:60], _("is not a part of a guide file")) for key in package if key not in KEYS)
    found.extend(_check_format(package.get("format")))
    for key, most, needed in (("title", 200, True), ("title_en", 300, False), ("special", 40, False)):
        found.extend(_check_text(package, key, most, needed))
    notes = package.get("demo_notes", [])
    if not isinstance(notes, list) or not all(isinstance(one, str) for one in notes):
        found.append(Problem("demo_notes", _("must be a list")))
        notes = []
    else:
        found.extend(problem for one in notes for problem in schema.check_text(one, "demo_notes"))
    data = package.get("data")
    problems = schema.check(data)
    found.extend(problems)
    if isinstance(data, Mapping) and "sha256" in package and package["sha256"] != digest(data):
        found.append(Problem("sha256", _("does not agree with the content: the file was changed after it was exported")))
    if found:
        return Package(problems=tuple(found[:MOST_PROBLEMS]))
    return Package(package["title"].strip(), package.get("title_en", "").strip(), package.get("special", ""), data, tuple(notes), digest(data))


def _check_format(given: Any) -> list[Problem]:
    if given is None:
        return [Problem("format", _("is missing"))]
    found = FORMAT.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        return [Problem("format", _("is not the format of a guide file"))]
    if int(found[1]) != VERSION:
        return [Problem("format", _("was made by another version of the portal (format %(number)s); this one reads format %(own)d")
                        % {"number": found[1], "own": VERSION})]
    return []


def _check_text(package: Mapping[str, Any], key: str, most: int, needed: bool) -> list[Problem]:
    value = package.get(key, "")
    if not isinstance(value, str):
        return [Problem(key, _("must be plain text"))]
    if needed and not value.strip():
        return [Problem(key, _("is missing"))]
    if len(value) > most:
        return [Problem(key, _("is too long"))]
    return schema.check_text(value, key)
