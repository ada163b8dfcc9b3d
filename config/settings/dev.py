"""The private installation that `script/server` starts: local address, mails into a folder, generated secrets."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import VAR_DIR

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY", "")
DATA_KEY = env.text("DATA_KEY", "")
if not SECRET_KEY or not DATA_KEY:
    from config.secrets import kept  # noqa: PLC0415

    SECRET_KEY = SECRET_KEY or kept("secret_key")
    DATA_KEY = DATA_KEY or kept("data_key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
SMS_BACKEND = "notices.texting.Folder"
IS_DEMO = True
if DEBUG:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
