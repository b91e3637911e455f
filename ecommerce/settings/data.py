"""Where data are: the databases, the cache, sessions."""

from urllib.parse import urlsplit

from ecommerce.settings.base import MIDDLEWARE, VAR_DIR, env

_SQLITE_OPTIONS = {
    # Take the write lock at BEGIN: a read that turns into a write later could otherwise fail
    # with "database is locked" instead of waiting its turn.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
        "PRAGMA temp_store=MEMORY;"
    ),
}


def _sqlite(name: str) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / f"{name}.sqlite3",
        "OPTIONS": dict(_SQLITE_OPTIONS),
        "TEST": {"NAME": VAR_DIR / f"test-{name}.sqlite3"},
    }


def _server(variable: str) -> dict:
    """The database of a URL; for MySQL and MariaDB with what the shop relies on."""
    database = dict(env.dj_db_url(variable))
    if database["ENGINE"].endswith("mysql"):
        database["ENGINE"] = "ecommerce.mysql"
        database["OPTIONS"] = {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            # Nobody waits for a lock longer than a page may take: "busy, nothing was changed" comes sooner.
            "init_command": (
                "SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',"
                f" innodb_lock_wait_timeout={env.int('DATABASE_LOCK_SECONDS', 8)}"
            ),
        }
    return database


DATABASES = {"default": _sqlite("shop"), "documents": _sqlite("documents")}
# Where documents can be; `documents` is one of them, and `copy_documents` goes between them.
DOCUMENT_STORES = {"embedded": DATABASES["documents"]}
if env.str("DATABASE_URL", ""):
    DATABASES["default"] = _server("DATABASE_URL")
# A copy of the database that pages read the catalogue from; it may be behind by so many seconds.
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", 10)
if env.str("REPLICA_DATABASE_URL", ""):
    DATABASES["replica"] = _server("REPLICA_DATABASE_URL") | {"TEST": {"MIRROR": "default"}}
    if DATABASES["replica"]["ENGINE"].endswith("mysql"):
        # A page does not wait long for a replica: it goes to the primary.
        DATABASES["replica"]["OPTIONS"] |= {"connect_timeout": 2, "read_timeout": 5}
    MIDDLEWARE.insert(1, "ecommerce.replica_middleware.ReplicaMiddleware")
if env.str("MONGODB_URI", ""):
    _mongo_name = urlsplit(env.str("MONGODB_URI")).path.strip("/") or "shop"
    DOCUMENT_STORES["mongodb"] = DATABASES["documents"] = {
        "ENGINE": "ecommerce.mongodb",
        "HOST": env.str("MONGODB_URI"),
        "NAME": _mongo_name,
        # Pages go on without their reviews; they must not wait half a minute to find that out.
        "OPTIONS": {
            "serverSelectionTimeoutMS": 2000,
            "connectTimeoutMS": 2000,
            "socketTimeoutMS": 10_000,
            "heartbeatFrequencyMS": 3000,
        },
    }
for _database in DATABASES.values():
    _database.setdefault("CONN_MAX_AGE", 600)
    _database.setdefault("CONN_HEALTH_CHECKS", True)
DATABASE_ROUTERS = ["ecommerce.routers.DocumentsRouter"]
if "replica" in DATABASES:
    DATABASE_ROUTERS.insert(0, "ecommerce.routers.ReplicaRouter")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "ecommerce.lib.redis_cache.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # Room enough that nobody pushes out what is counted by asking for something else.
        else {
            "BACKEND": "ecommerce.lib.caches.LocalCache",
            "LOCATION": "shop",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    )
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
if REDIS_URL:
    CACHES["sessions"] = {
        "BACKEND": "ecommerce.lib.redis_cache.StrictCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "session",
    }
    SESSION_ENGINE, SESSION_CACHE_ALIAS = "customers.session_store", "sessions"
# How long a process may not know that copies of sessions became void.
SESSION_GENERATION_SECONDS = 1
