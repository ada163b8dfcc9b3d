"""docker-compose.yml runs what script/server runs: no container engine is needed to see whether they agree."""

from __future__ import annotations

import ast
import os
import re
import stat
from pathlib import Path

import pytest
import yaml

from core.checks import FONT
from tests.deploy.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat", "install")
S3 = ("S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY")
VARIABLE = re.compile(r"\$\{(\w+)(?::?([?-])[^}]*)?\}")


def env_calls() -> dict[str, bool]:
    """Every name that the settings read from the environment, and whether it must be set."""
    found: dict[str, bool] = {}
    for path in [*(ROOT / "config").rglob("*.py")]:
        if path.name in {"dev.py", "test.py", "secrets.py"}:
            continue  # not the settings of production
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"env.text", "env.flag", "env.words"}:
                if isinstance(node.args[0], ast.Name):  # the one list of names that belong together
                    found |= dict.fromkeys(S3, False)
                    continue
                name = node.args[0].value
                needed = ast.unparse(node.func) == "env.text" and len(node.args) == 1
                # `env.Path(env.text(NAME))` is asked only after the name was seen to be set.
                found[name] = found.get(name, needed) and needed
    return found


def variables() -> dict[str, bool]:
    """Names of .env that the compose file uses; True = it refuses to start without."""
    found: dict[str, bool] = {}
    for name, kind in VARIABLE.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8")):
        found[name] = found.get(name, False) or kind == "?"
    return found


def test_services_are_all_there():
    assert set(SERVICES) == {"web", "worker", "beat", "install", "postgres", "redis", "clamav", "caddy"}
    assert all(SERVICES[name]["image"] == SERVICES["web"]["image"] for name in OURS)


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_command_is_the_one_of_script_server(script, name):
    place = SERVICES[name]["environment"]["KEGUAN_VAR"]
    program, *words = script.commands("0.0.0.0", "8000", Path(place))[name]
    assert SERVICES[name]["command"] == [Path(program).name, *words]


def test_install_does_what_script_server_does(script):
    text = (ROOT / "deploy" / "install.sh").read_text(encoding="utf-8")
    assert SERVICES["install"]["command"] == ["deploy/install.sh"]
    assert 'env DATABASE_URL="$DATABASE_ADMIN_URL" python manage.py install --web-url "$DATABASE_URL"' in text
    assert "check --deploy --database default --fail-level WARNING" in text
    source = (ROOT / "script" / "server").read_text(encoding="utf-8")
    assert 'manage({**env, "DATABASE_URL": owner_url}, "install", "--web-url", web_url' in source


def test_environment_is_what_the_settings_read():
    read = env_calls()
    assert {name for name, needed in read.items() if needed} >= {"SECRET_KEY", "DATA_KEY", "DATABASE_URL"}
    given = set(SERVICES["web"]["environment"])
    foreign = {"DJANGO_SETTINGS_MODULE", "FONTCONFIG_FILE"}  # Django's and fontconfig's own
    assert given - foreign - set(read) == set()
    # The owner's way into the database is for `install`; production is no demo world.
    assert set(read) - given == {"DATABASE_ADMIN_URL", "IS_DEMO"}
    for name in OURS:
        assert SERVICES[name]["environment"]["DJANGO_SETTINGS_MODULE"] == "config.settings.prod"


def test_only_install_knows_the_owner_of_the_tables():
    holders = {name for name, service in SERVICES.items() if "OWNER_DB_PASSWORD" in str(service)}
    assert holders == {"install", "postgres"}
    assert "keguan_web:" in SERVICES["web"]["environment"]["DATABASE_URL"]
    assert SERVICES["install"]["environment"]["DATABASE_URL"] == SERVICES["web"]["environment"]["DATABASE_URL"]
    assert "CREATE ROLE keguan_web LOGIN" in (ROOT / "deploy" / "postgres-roles.sh").read_text(encoding="utf-8")


def test_no_secret_has_a_default():
    used = variables()
    example = dict(
        line.lstrip("#").partition("=")[::2] for line in (ROOT / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
        if re.match(r"#?[A-Z0-9_]+=", line))
    assert set(used) - {"KEGUAN_VERSION"} == set(example)
    secret = {name for name in used if re.search(r"KEY|PASSWORD|URL|HOST$", name)} - {
        "EMAIL_HOST_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY", "SMS_GATEWAY_KEY", "SMS_GATEWAY_URL"}  # each belongs to a part that may be left out
    assert {name for name in secret if not used[name] or example[name]} == set()


@pytest.mark.parametrize(("name", "parts"), [("web", ["database", "broker"]), ("worker", ["worker"]), ("beat", ["beat"])])
def test_health_check_asks_the_health_page(name, parts):
    kind, program, path, url, *asked = SERVICES[name]["healthcheck"]["test"]
    assert (kind, program, path, asked) == ("CMD", "python", "deploy/health.py", parts)
    assert url.endswith(":8000/healthz")
    assert ("127.0.0.1" in url) == (name == "web")


def test_every_lasting_service_has_a_health_check_and_comes_back():
    lasting = set(SERVICES) - {"install"}
    assert {name for name in lasting if "healthcheck" in SERVICES[name]} == lasting
    assert {name for name in lasting if SERVICES[name]["restart"] == "unless-stopped"} == lasting
    assert SERVICES["install"]["restart"] == "no"


def test_nothing_starts_before_what_it_needs():
    wait = {name: {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()} for name in (*OURS, "caddy")}
    stores = {"postgres": "service_healthy", "redis": "service_healthy"}
    assert wait["install"] == stores
    for name in ("web", "worker", "beat"):
        assert wait[name] == {**stores, "install": "service_completed_successfully"}
    assert wait["caddy"] == {"web": "service_healthy"}


def test_the_store_of_files_is_one_list_of_names(settings):
    assert tuple(settings.S3) == S3


def test_scanner_is_started_where_it_is_wanted_and_asked_where_it_stands():
    assert {name for name, service in SERVICES.items() if "profiles" in service} == {"clamav"}
    assert all(SERVICES[name]["environment"]["CLAMD"].startswith("${CLAMD:?") for name in OURS)
    assert "clamav:3310" in (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")


def test_only_the_proxy_is_open_to_the_world():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"caddy"}
    caddy = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    assert "reverse_proxy web:8000" in caddy
    assert caddy.count("{") == caddy.count("}")


def test_mounted_and_started_files_exist():
    files = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    paths = [ROOT / name for name in files if name.startswith("./")]
    assert len(paths) == 2
    for path in (*paths, ROOT / "deploy" / "install.sh"):
        assert path.is_file()
    assert os.stat(ROOT / "deploy" / "install.sh").st_mode & stat.S_IXUSR
    named = {name for name in files if not name.startswith("./")}
    assert named == set(COMPOSE["volumes"])


def test_limit_of_the_proxy_lets_the_application_answer(settings):
    size = int(re.search(r"max_size (\d+)MB", (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")).group(1))
    assert settings.UPLOAD_LIMIT_BYTES < size * 1000 * 1000 < 2 * settings.UPLOAD_LIMIT_BYTES


def test_image_has_what_script_server_installs(script):
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    on_the_image = {"python3-venv", "redis-server"}  # Python is the image's own, Redis a service of its own
    assert {name for name in script.needs.RUNTIME if name not in on_the_image and name not in text} == set()
    assert "pip install --require-hashes --no-deps -r requirements.txt" in text
    assert re.search(r"^USER keguan$", text, re.MULTILINE)
    assert "needs.fonts(" in text
    assert any("Fandol" in line for line in (ROOT / "script" / "house" / "needs.py").read_text().splitlines())
    assert FONT.startswith("Fandol")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "var", ".git", ".venv"} <= set(ignored)
