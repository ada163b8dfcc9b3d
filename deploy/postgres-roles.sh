#!/bin/sh
# Runs once, when the data folder of PostgreSQL is new: the web's own role, which owns nothing.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$WEB_DB_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE keguan_web LOGIN PASSWORD :'password';
SQL
