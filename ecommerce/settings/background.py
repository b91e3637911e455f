"""Work beside requests: Celery, or threads of this process."""

from kombu import Exchange, Queue

from dashboard.schedule import beat_schedule
from ecommerce.lib.queues import DEFAULT, QUEUES, VISIBILITY
from ecommerce.settings.base import VAR_DIR, env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "")
CELERY_TASK_DEFAULT_QUEUE = DEFAULT
# An exchange and keys of their own: with the default key every queue would get every task.
_exchange = Exchange("shop", type="direct")
CELERY_TASK_QUEUES = [Queue(name, _exchange, routing_key=name) for name in QUEUES]
CELERY_TASK_ROUTES = ["ecommerce.lib.queues.route"]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_IGNORE_RESULT = True
# A message is answered when its work is done, so a worker that dies leaves it to another; what kills
# its worker again and again is given up after as many tries as anything else.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = 100
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": VISIBILITY} if CELERY_BROKER_URL.startswith("redis") else {}
)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = beat_schedule(env.int("SWEEP_SECONDS", 60))
# Without a broker: "thread" hands tasks to a background thread of this process for each queue after
# commit, "eager" runs them at once (tests).
BACKGROUND = env.str("BACKGROUND", "celery" if CELERY_BROKER_URL else "thread")
