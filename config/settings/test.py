from config.settings.base import *  # noqa
