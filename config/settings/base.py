"""Provisional settings until the real ones land."""
import importlib.util, os
from pathlib import Path
from urllib.parse import urlsplit, parse_qs
BASE_DIR = Path(__file__).resolve().parents[2]
OURS = [a for a in "core accounts notices programs applications reviews projects funding performance portal".split() if (BASE_DIR / a / "apps.py").exists()]
SECRET_KEY = "dev"; DATA_KEY = "dev"; KICK_WORKERS = False; RAISE_IN_WORKERS = True; DEBUG = True; ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.postgres", "guardian", "rest_framework", "rest_framework.authtoken", "drf_spectacular", "django_htmx", *OURS]
AUTH_USER_MODEL = "accounts.Person"; ANONYMOUS_USER_NAME = None
u = urlsplit(os.environ.get("DATABASE_URL", "postgresql://kgdev@/keguan?host=/tmp/kgsock")); q = parse_qs(u.query)
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": u.path[1:], "USER": u.username, "HOST": q.get("host", [u.hostname or ""])[0]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Shanghai"; USE_TZ = True; LANGUAGE_CODE = "zh-hans"; LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale" / a for a in OURS]
ROOT_URLCONF = "config.urls"; STATIC_URL = "/static/"; STATICFILES_DIRS = [BASE_DIR / "static"]; MEDIA_ROOT = BASE_DIR / "var" / "media"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR / "templates"], "APP_DIRS": True, "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.messages.context_processors.messages"]}}]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware", "django_htmx.middleware.HtmxMiddleware"]
