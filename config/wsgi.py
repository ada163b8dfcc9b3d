"""The entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()
if proxies := env.words("TRUSTED_PROXIES"):
    # Behind a proxy the visitor's address stands in a header, which only the proxy is believed: the lock after failed
    # log-ins and the ledger would otherwise hold the proxy's own address for everybody.
    application = wrap_wsgi_with_proxy_headers(application, proxies)
