"""Tests: real PostgreSQL and Redis, cheap passwords, jobs that raise instead of keeping the error."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import VAR_DIR

DEBUG = False
SECRET_KEY = "test-only-" + "x" * 50
DATA_KEY = "test-only-data"
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
DATABASES["default"]["TEST"] = {"NAME": f"{DATABASES['default']['NAME']}_test"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
KICK_WORKERS = False
RAISE_IN_WORKERS = True
IS_DEMO = False
ASK_CONSENT = False  # tests of the consent itself switch it on
MEDIA_ROOT = VAR_DIR / "test-media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = VAR_DIR / "test-static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # the server of static files warns when it is not there
SMS_BACKEND = ""
