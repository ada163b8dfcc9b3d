"""Celery is the alarm clock: it may lose or repeat a message, because what is due stands in rows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
app = Celery("keguan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_time_limit=600,
    broker_connection_retry_on_startup=True,
    # Twice the hard time limit; and look for orphans every two seconds, or a killed worker's work waits for minutes.
    broker_transport_options={
        "visibility_timeout": 1200, "unacked_restore_interval": 2, "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1, "socket_timeout": 5,
    },
    worker_hijack_root_logger=False,
    timezone="Asia/Shanghai",
    beat_schedule={
        "tick": {"task": "core.tick", "schedule": 10.0, "options": {"expires": 10}},
        "minute": {"task": "core.minute", "schedule": 60.0, "options": {"expires": 55}},
        "seal": {"task": "core.seal", "schedule": 60.0, "options": {"expires": 55}},
    },
)
app.autodiscover_tasks(["core"])
