"""Settings common to all deployments. What differs stands in dev, test and prod; the environment is read in config.env."""

from __future__ import annotations

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = env.BASE_DIR
VAR_DIR = BASE_DIR / "var" if not env.text("KEGUAN_VAR", "") else env.Path(env.text("KEGUAN_VAR"))

# The floors of the house, from the ground up.
OURS = ["core", "accounts", "notices", "programs", "applications", "reviews", "projects", "funding", "performance",
        "portal"]
OURS = [app for app in OURS if (BASE_DIR / app / "apps.py").exists()]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "guardian",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_htmx",
    "csp",
    *OURS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "core.web.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.web.middleware.LanguageMiddleware",
    "core.web.middleware.ReadableMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActorMiddleware",
    "core.web.middleware.HouseMiddleware",
    "notices.middleware.NoticesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "core.web.context.house",
            ],
            "builtins": ["django.templatetags.static", "django.templatetags.i18n", "core.web.templatetags.st"],
            "libraries": {"st": "core.web.templatetags.st"},
        },
    }
]
TEMPLATES[0]["OPTIONS"]["loaders"] = [
    ("django.template.loaders.cached.Loader", [
        "django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader",
    ])
]
del TEMPLATES[0]["APP_DIRS"]

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailOrPhone", "guardian.backends.ObjectPermissionBackend"]
ANONYMOUS_USER_NAME = None  # guardian: delegation is for people only
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("name", "email", "phone")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds: a reset link lives at most one hour
LOGIN_URL = "accounts:public:login"
LOGIN_REDIRECT_URL = "/"

ASK_CONSENT = True  # the privacy notice stands before everything else after the first log-in
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.web.errors.csrf_failure"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the scoring page shows our own PDF beside the sheet
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE], "script-src": [SELF], "style-src": [SELF], "img-src": [SELF, "data:"],
        "font-src": [SELF], "connect-src": [SELF], "form-action": [SELF], "frame-src": [SELF], "object-src": [SELF],
        "base-uri": [NONE], "frame-ancestors": [SELF], "manifest-src": [SELF],
    }
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "keguan_language"
LOCALE_PATHS = [BASE_DIR / "locale" / app for app in OURS]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in (BASE_DIR / "static",) if path.exists()]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"  # never served by URL; apps serve files through core.files.serve
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.StaticFiles"},
}
# An S3-compatible store for files in place of the folder, in production; all of it, or none (checked by `check --deploy`).
S3 = {name: env.text(name, "") for name in ("S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY")}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024  # the one limit that pages show and views enforce
SCANNER = env.text("CLAMD", "")  # host:port or the path of a socket; "off" says on purpose that there is none
CLAMD = "" if SCANNER == "off" else SCANNER
FONT_DIR = env.Path(env.text("KEGUAN_FONTS", str(VAR_DIR / "fonts")))

SITE_NAME = "科技计划管理平台"
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")
MAIL_DOMAIN = env.text("MAIL_DOMAIN", "keguan.example")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "keguan@keguan.example")
# Text messages: the dotted path of a sender (notices.texting), or nothing; the gateway's own words only for notices.texting.Gateway.
SMS_BACKEND = env.text("SMS_BACKEND", "")
SMS_GATEWAY = {
    "SMS_GATEWAY_URL": env.text("SMS_GATEWAY_URL", ""), "SMS_GATEWAY_APP": env.text("SMS_GATEWAY_APP", ""),
    "SMS_GATEWAY_KEY": env.text("SMS_GATEWAY_KEY", ""), "SMS_SIGN": env.text("SMS_SIGN", ""),
}
SUPPORT_PHONE = env.text("SUPPORT_PHONE", "0755-8800 0000")
SUPPORT_ADDRESS = env.text("SUPPORT_ADDRESS", "")

KEEP_PLANS = env.flag("KEEP_PLANS", True)  # core.plans; 0 behind a pooler that changes connections between transactions

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://") if REDIS_URL.startswith("unix://") else REDIS_URL
KICK_WORKERS = True  # wake a worker on commit; the minute sweep finds what nobody was woken for
RAISE_IN_WORKERS = False  # tests raise instead of keeping the error on the row
SEAL_HASH = env.text("SEAL_HASH", "sha256")  # or sm3

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.web.rest.AccessPermission"],
    "DEFAULT_PAGINATION_CLASS": "core.web.rest.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "core.web.api.Schema",
    "EXCEPTION_HANDLER": "core.web.rest.explain",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.web.rest.Json", "rest_framework.parsers.MultiPartParser"],
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {"TITLE": "Keguan", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "fontTools": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}, "django.request": {"level": "ERROR"},
    },
}
