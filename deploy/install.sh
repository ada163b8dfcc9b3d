#!/bin/sh
# Bring the installation up to date as the owner of the tables, then look at it as the web's role sees it.
# A deployment mistake stops the start: web, worker and beat wait for this to succeed.
set -eu
env DATABASE_URL="$DATABASE_ADMIN_URL" python manage.py install --web-url "$DATABASE_URL" "$@"
exec python manage.py check --deploy --database default --fail-level WARNING
