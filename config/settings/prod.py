"""Production: every secret from the environment, HTTPS only. Checked by `manage.py check --deploy`."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import S3, STORAGES

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
DATA_KEY = env.text("DATA_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
DATABASE_ADMIN_URL = env.text("DATABASE_ADMIN_URL", "")
IS_DEMO = env.flag("IS_DEMO")
if S3["S3_BUCKET"]:
    from config.storage import s3  # noqa: PLC0415 (its client is slow to load, and the folder needs none)

    STORAGES = {**STORAGES, "default": s3(S3)}

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

# The scoring page shows our own PDF in a frame: frames of the same origin are wanted (security.W019 asks for DENY).
SILENCED_SYSTEM_CHECKS = ["security.W019"]

EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env.text("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
