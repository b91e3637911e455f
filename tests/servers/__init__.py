"""The real services, as private instances: free ports on 127.0.0.1, folders that go with the run.

    from tests.servers import MariaDB, MongoDB, Redis, S3, Worker

    with MariaDB() as database:
        database.url("shop")        # mysql://root@127.0.0.1:41234/shop, made when it is asked for
        database.stop()             # as a crash would: what was written stays
        database.start()            # the same port and data again

Fixtures of the same servers for a whole run: `mariadb`, `mongodb`, `s3_server`, `redis_server`
(`tests/conftest.py`); a test that stops a server takes one of its own, `with MariaDB() as …`.
`script/test --services` runs tests with every store on these servers (`tests/servers/plugin.py`).
"""

from tests.servers.base import Server, free_port
from tests.servers.mariadb import MariaDB
from tests.servers.mongodb import MongoDB
from tests.servers.redis import Redis
from tests.servers.s3 import S3
from tests.servers.worker import Worker

__all__ = ["S3", "MariaDB", "MongoDB", "Redis", "Server", "Worker", "free_port"]
