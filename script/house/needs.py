"""What the machine needs: system packages, the virtual environment with its pinned packages, fonts of official documents."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DISTRIBUTION = Path("/usr/bin/python3")
RUNTIME = (
    "python3-venv", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fontconfig", "fonts-noto-cjk",
    "redis-server",
)
FOR_TESTS = ("chromium-headless-shell", "poppler-utils", "gettext")
#: Name of the program or library that shows that a package's purpose is met on systems without dpkg.
PURPOSES = {
    "Redis server": "redis-server", "fontconfig": "fc-list", "Pango 1.44 or newer (libpango-1.0, libpangoft2-1.0)": "",
    "HarfBuzz subset library": "", "CJK fonts (Noto CJK)": "", "venv of Python 3.11 or newer": "",
}
FANDOL = "texlive-lang-chinese"  # the package whose Fandol fonts make a notice look like one (GPL with font exception)


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> None:
    say(text)
    raise SystemExit(2)


def missing(packages: tuple[str, ...]) -> list[str]:
    """Packages that dpkg does not know as installed."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages], capture_output=True, text=True, check=False)
    there = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in packages if name not in there]


def privileged() -> list[str] | None:
    """The words to put before a command that needs rights: none for root, sudo without a password; None = not possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def system(packages: tuple[str, ...]) -> None:
    """Install what is missing, or say exactly what an administrator has to run, and change nothing."""
    if sys.version_info < (3, 11):
        stop(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        lacking = [name for name, program in PURPOSES.items() if program and not shutil.which(program)]
        if lacking:
            stop("This is not Debian or Ubuntu. Install these first, then run again:\n  " + "\n  ".join(PURPOSES))
        return
    wanted = missing(packages)
    if not wanted:
        return
    before = privileged()
    line = "apt-get install --yes --no-install-recommends " + " ".join(wanted)
    if before is None:
        stop(f"System packages are missing. Let an administrator run:\n  sudo {line}\nthen run this again. Nothing was changed.")
    say(f"installing system packages: {' '.join(wanted)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    keep = ["env", "DEBIAN_FRONTEND=noninteractive"] if before else []
    for command in (["apt-get", "update", "-qq"], line.split()):
        done = subprocess.run([*before, *keep, *command], env=environment, capture_output=True, text=True, check=False)
        if done.returncode and command[1] == "install":
            stop(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")


def interpreter() -> str:
    """The Python that .venv is made with: the distribution's own where it is new enough, otherwise the one that runs this script.

    Distributions build theirs from the profile of real programs, and mend it with the system; one compiled without, as version managers
    do, is slower in all the portal does (a long test of pages took 7 % more).
    """
    able = "import sys, ensurepip; raise SystemExit(sys.version_info < (3, 11))"
    if DISTRIBUTION.exists() and subprocess.run([str(DISTRIBUTION), "-c", able], capture_output=True, check=False).returncode == 0:
        return str(DISTRIBUTION)
    return sys.executable


def _mark(path: Path) -> str:
    version = subprocess.run([str(PYTHON), "-c", "import sys; print(sys.version)"], capture_output=True, check=True).stdout
    return hashlib.sha256(path.read_bytes() + version).hexdigest()


def packages(*, tests: bool = False) -> None:
    """.venv with exactly the pinned packages, checked by hash; nothing is done when it has them already."""
    files = [ROOT / "requirements.txt", *([ROOT / "requirements-dev.txt"] if tests else [])]
    stamps = [VENV / f".keguan-{path.stem}" for path in files]
    if not PYTHON.exists():
        say("making the virtual environment .venv")
        subprocess.run([interpreter(), "-m", "venv", str(VENV)], check=True)
    for path, stamp in zip(files, stamps, strict=True):
        mark = _mark(path)
        if stamp.exists() and stamp.read_text() == mark:
            continue
        say(f"installing {path.name}")
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                   "--no-deps", "-r", str(path)]
        for attempt in (1, 2, 3):
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode == 0:
                break
            say(f"pip failed, attempt {attempt}")
        else:
            stop(f"The Python packages could not be installed:\n{done.stderr[-3000:]}")
        stamp.write_text(mark)


def fonts(folder: Path) -> None:
    """Fandol fonts for official documents, taken from Debian's package without installing it. Without them the documents
    are set in Noto: readable, only less like the printed ones; so a failure is said and does not stop anything."""
    if any(folder.glob("Fandol*.otf")) or not shutil.which("apt-get"):
        return
    work = folder / "unpack"
    work.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["apt-get", "download", "-qq", FANDOL], cwd=work, check=True, capture_output=True, timeout=180)
        package = next(work.glob("*.deb"))
        subprocess.run(["dpkg", "-x", package.name, "x"], cwd=work, check=True, capture_output=True, timeout=120)
        for path in (work / "x").rglob("Fandol*.otf"):
            shutil.copy(path, folder / path.name)
    except (OSError, subprocess.SubprocessError, StopIteration):
        say("note: the Fandol fonts could not be fetched; official documents are set in Noto CJK")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def fontconfig(folder: Path) -> Path:
    """A fontconfig file that adds the folder to the system's fonts; its path must be absolute."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder.resolve() / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<include ignore_missing=\"yes\">/etc/fonts/fonts.conf</include><dir>{folder.resolve()}</dir></fontconfig>\n",
        encoding="utf-8",
    )
    return path
