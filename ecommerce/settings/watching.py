"""Logs, counts, outages (docs/observability.md)."""

from environs import validate

from ecommerce.logs import logging_config
from ecommerce.settings.base import DEBUG, DEMO_MODE, VAR_DIR, env

LOG_FORMAT = env.str(
    "LOG_FORMAT", "plain" if DEBUG or DEMO_MODE else "json", validate=validate.OneOf(["plain", "json"])
)
LOGGING = logging_config(as_json=LOG_FORMAT == "json", level=env.str("LOG_LEVEL", "WARNING"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
PROMETHEUS_LATENCY_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, float("inf"))
# Programs that watch come by plain http, from inside.
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)/?$", r"^metrics/?$"]
# Which services are down, for all processes of this machine; how often such a one is asked again.
OUTAGES_ROOT = VAR_DIR / "outages"
OUTAGE_RECHECK_SECONDS = env.int("OUTAGE_RECHECK_SECONDS", 10)
