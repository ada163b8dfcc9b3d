"""The words of the screens: extract them app by app, list what has no Chinese yet, fill it in, compile.

`makemessages` would write one catalogue for everything, with line numbers that change at every edit and guesses
("fuzzy") that nobody checked. Here each app keeps its own catalogue, a message is either translated or missing, and
the compiled file is never committed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.reloader import translation_file_changed
from django.utils.translation.template import templatize

LANGUAGE = "zh_Hans"
HEADER = {
    "Project-Id-Version": "keguan",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
# The keywords of Django's makemessages.
KEYWORDS = (
    "gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3",
    "pgettext_lazy:1c,2", "npgettext_lazy:1c,2,3",
)
TEMPLATE_KINDS = {".html", ".txt", ".ics"}
NAMED = re.compile(r"%\((\w+)\)[a-z]|(?<!\{)\{(\w*)[^{}]*\}(?!\})")
Key = tuple[str, str]


def catalogue_path(app: str) -> Path:
    return settings.BASE_DIR / "locale" / app / LANGUAGE / "LC_MESSAGES" / "django.po"


def sources(app: str) -> Iterator[Path]:
    """The files whose words belong to the app. What no other app owns (shared parts, settings) belongs to core."""
    base, templates = settings.BASE_DIR, settings.BASE_DIR / "templates"
    folders = [base / app, *([base / "config"] if app == "core" else [])]
    for folder in folders:
        yield from (path for path in folder.rglob("*.py") if "migrations" not in path.relative_to(base).parts)
    pages = (path for path in templates.rglob("*") if path.suffix in TEMPLATE_KINDS)
    for path in pages:
        top = path.relative_to(templates).parts[0]
        if app == (top if top in settings.OURS else "core"):
            yield path


def key(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid)


def name(entry: polib.POEntry) -> str:
    """How the message is called in the JSON of --missing and --fill."""
    return f"{entry.msgctxt}|{entry.msgid}" if entry.msgctxt else entry.msgid


def extract(app: str) -> polib.POFile:
    """What xgettext finds today, in the order of the files."""
    if shutil.which("xgettext") is None:
        raise CommandError("xgettext is not installed (package gettext)")
    found = sorted(sources(app))
    if not found:
        return polib.POFile()
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for path in found:
            relative = path.relative_to(settings.BASE_DIR)
            text = path.read_text(encoding="utf-8")
            copy = Path(folder) / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text if path.suffix == ".py" else templatize(text, origin=str(relative)), encoding="utf-8")
            names.append(str(relative))
        run = subprocess.run(
            ["xgettext", "--language=Python", "--from-code=UTF-8", "--add-location=file", "--add-comments=Translators",
             *(f"--keyword={word}" for word in KEYWORDS), "--output=-", "--files-from=-"],
            input="\n".join(names), cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
        )
    if run.returncode:
        raise CommandError(run.stderr)
    return polib.pofile(run.stdout.replace("charset=CHARSET", "charset=UTF-8")) if run.stdout else polib.POFile()


def read(app: str) -> polib.POFile:
    path = catalogue_path(app)
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def merge(old: polib.POFile, found: polib.POFile) -> polib.POFile:
    """Today's messages with the translations we have; a message that is gone takes its translation along."""
    known = {key(entry): entry for entry in old if not entry.obsolete}
    merged = polib.POFile(wrapwidth=110)
    merged.metadata = dict(HEADER)
    for entry in found:
        had = known.get(key(entry))
        if entry.msgid_plural:
            before = had.msgstr_plural.get(0, "") or had.msgstr if had else ""
            entry.msgstr_plural = {0: before}
        elif had:
            entry.msgstr = had.msgstr or had.msgstr_plural.get(0, "")
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        entry.occurrences = sorted({(file, "") for file, _line in entry.occurrences})
        merged.append(entry)
    return merged


def text_of(entry: polib.POEntry) -> str:
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def blanks(text: str) -> set[str]:
    """The named places of a message that are filled in when it is shown."""
    return {first or second for first, second in NAMED.findall(text)}


def loses_a_blank(entry: polib.POEntry, text: str) -> bool:
    """A translation may leave out the count of a plural; it may never name a blank that nobody fills."""
    wanted = blanks(entry.msgid) | blanks(entry.msgid_plural)
    given = blanks(text)
    return bool(given - wanted) or (not entry.msgid_plural and given != wanted)


def write(path: Path, catalogue: polib.POFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = str(catalogue)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def compiled(app: str) -> None:
    """Beside the catalogue, by a rename: a server that starts meanwhile never reads half a file."""
    path = catalogue_path(app)
    if not path.exists():
        return
    target = path.with_suffix(".mo")
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".mo~", delete=False) as file:
        file.write(read(app).to_binary())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)


def problems(app: str) -> list[str]:
    """Why the catalogue is not complete; empty when it is."""
    have = {key(entry): entry for entry in read(app) if not entry.obsolete}
    found = {key(entry): entry for entry in extract(app)}
    faults = [f"not extracted: {name(entry)!r}" for at, entry in found.items() if at not in have]
    faults += [f"no longer used: {name(entry)!r}" for at, entry in have.items() if at not in found]
    for entry in have.values():
        if "fuzzy" in entry.flags:
            faults.append(f"fuzzy: {name(entry)!r}")
        elif not text_of(entry):
            faults.append(f"no translation: {name(entry)!r}")
        elif loses_a_blank(entry, text_of(entry)):
            faults.append(f"blanks differ: {name(entry)!r}")
    return faults


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("apps", nargs="*")
        parser.add_argument("--all", action="store_true", help="every app of the house")
        parser.add_argument("--missing", action="store_true", help="print the untranslated messages as JSON")
        parser.add_argument("--fill", metavar="FILE.json", help="translations: {message or 'context|message': text}")
        parser.add_argument("--check", action="store_true", help="fail on what is missing, fuzzy or not extracted")
        parser.add_argument("--compile", action="store_true", help="only compile what is there")

    def handle(self, *, apps, all, missing, fill, check, compile, **options):  # noqa: A002 (names of the options)
        chosen = list(settings.OURS) if all else apps
        unknown = sorted(set(chosen) - set(settings.OURS))
        if unknown or not chosen:
            raise CommandError(f"no such app: {', '.join(unknown)}" if unknown else "name an app, or --all")
        if check:
            self.check_all(chosen)
        elif not compile:
            self.update(chosen, fill, missing)
        for app in chosen:
            compiled(app)
        # What follows in this process (the demo world of a first start) must not go on with the catalogues of before.
        translation_file_changed(self, Path("django.mo"))

    def check_all(self, chosen: list[str]) -> None:
        faults = [f"{app}: {fault}" for app in chosen for fault in problems(app)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("every message is translated")

    def update(self, chosen: list[str], fill: str | None, missing: bool) -> None:
        given: dict[str, str] = json.loads(Path(fill).read_text(encoding="utf-8")) if fill else {}
        used: set[str] = set()
        left: dict[str, str] = {}
        for app in chosen:
            catalogue = merge(read(app), extract(app))
            for entry in catalogue:
                text = given.get(name(entry), "")
                used.add(name(entry))
                if text and loses_a_blank(entry, text):
                    self.stderr.write(f"{app}: not filled, the blanks differ: {name(entry)!r}")
                elif text and entry.msgid_plural:
                    entry.msgstr_plural = {0: text}
                elif text:
                    entry.msgstr = text
                if not text_of(entry):
                    left[name(entry)] = ""
            write(catalogue_path(app), catalogue)
        for stranger in sorted(set(given) - used):
            self.stderr.write(f"no such message: {stranger!r}")
        if missing:
            self.stdout.write(json.dumps(left, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(f"{len(left)} messages without translation")
