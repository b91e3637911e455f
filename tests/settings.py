"""The shop's settings, as the tests run them: everything written goes to a folder of this run.

pytest-django loads settings before any conftest.py, so the environment is set here.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

RUN_DIR_VARIABLE = "SHOP_TEST_RUN_DIR"
# Which stores a shop uses. Embedded ones, unless the run has servers (`tests/servers/plugin.py`).
EMBEDDED = {
    "DATABASE_URL": "",
    "REPLICA_DATABASE_URL": "",
    "MONGODB_URI": "",
    "REDIS_URL": "",
    "CELERY_BROKER_URL": "",
    "AWS_STORAGE_BUCKET_NAME": "",
    "AWS_S3_ENDPOINT_URL": "",
    "AWS_S3_LINK_ENDPOINT_URL": "",
    "AWS_S3_CUSTOM_DOMAIN": "",
}


def services() -> dict[str, str]:
    """The stores of this run; each worker of pytest-xdist has its own part of them."""
    found: dict[str, str] = json.loads(os.environ.get("SHOP_TEST_SERVICES", "{}"))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if found and worker:
        found["REDIS_URL"] = found["REDIS_URL"].rpartition("/")[0] + f"/{int(worker[2:]) + 1}"
        found["AWS_STORAGE_BUCKET_NAME"] += f"-{worker}"
    return found


if RUN_DIR_VARIABLE not in os.environ:  # the workers of pytest-xdist inherit their parent's
    parent = os.environ.get("VAR_DIR")
    if parent:
        Path(parent).mkdir(parents=True, exist_ok=True)
    os.environ[RUN_DIR_VARIABLE] = tempfile.mkdtemp(prefix="shop-tests-", dir=parent)

# The shop is started dozens of times, by workers and as servers: compiled once is enough.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Hard values, because a developer's .env or shell must not decide what the tests see.
os.environ |= EMBEDDED | services()
os.environ |= {
    "VAR_DIR": os.environ[RUN_DIR_VARIABLE],
    "SITE_URL": "http://127.0.0.1:8000",
    "SECRET_KEY": "a-key-for-tests-only",
    "SHOP_DEMO": "1",
    "DEBUG": "0",
    "BACKGROUND": "eager",
    "EMAIL_URL": "",
    "SMS_URL": "",
    "FIXED_ONE_TIME_CODE": "",
    "METRICS_TOKEN": "",
    "LOG_FORMAT": "plain",
    # The browser's driver leaves an event loop in its thread, and Django would refuse to touch
    # the database there. Nothing of the shop is asynchronous.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}

from ecommerce.settings import *  # noqa: E402, F403
from ecommerce.settings import DATABASES, STORAGES  # noqa: E402

# Files, not memory: threads of a test then have connections of their own, as in the shop.
for _database in DATABASES.values():
    if _database["ENGINE"].endswith("sqlite3"):
        # Nothing written by a test has to survive a power cut.
        _database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

# Each worker of a run has outages of its own, and nobody looks after them but a test that says so.
OUTAGES_ROOT = Path(os.environ["VAR_DIR"], f"outages-{os.getpid()}")
OUTAGE_RECHECK_SECONDS = 0
# WhiteNoise warns about a folder that is not there.
Path(os.environ["VAR_DIR"], "static").mkdir(exist_ok=True)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Queries are counted as on the embedded stores. `customers/tests/test_session_store.py` and servers of
# tests have sessions with copies.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Made to be slow; tests sign in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
