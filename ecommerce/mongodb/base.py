"""MongoDB's own Django backend, and no page waits for a server that is known to be gone.

The driver looks after its servers in a thread of its own, in every process, every few seconds
(`heartbeatFrequencyMS`). What it knows decides here: the first query after a failure waits its two
seconds for a server, the ones after it are refused at once, until the driver has found one again.
"""

import time
from typing import Any, ClassVar

from django.db import OperationalError
from django_mongodb_backend import base
from pymongo.errors import ServerSelectionTimeoutError

# A process that was forked has no such thread until it asks something itself, so now and then one
# query goes and looks.
LOOK_AGAIN_SECONDS = 15


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises OperationalError without a wait while no server can be asked."""

    _connection_pools: dict[str, Any]
    _looked: ClassVar[dict[str, float]] = {}

    def get_collection(self, name: str, **kwargs: Any) -> Any:
        self._refuse_while_down()
        return super().get_collection(name, **kwargs)

    def get_database(self) -> Any:
        self._refuse_while_down()
        return super().get_database()

    def _refuse_while_down(self) -> None:
        client = self._connection_pools.get(self.alias)
        if client is None or not _is_down(client):
            self._looked.pop(self.alias, None)
            return
        now = time.monotonic()
        if now - self._looked.setdefault(self.alias, now) > LOOK_AGAIN_SECONDS:
            self._looked[self.alias] = now
            return
        error = "no server of the document store answers"
        raise OperationalError(error) from ServerSelectionTimeoutError(error)


def _is_down(client: Any) -> bool:
    """Whether the driver has looked for a server and found none; False while it has not looked yet."""
    found = client.topology_description
    if found.has_readable_server(client.read_preference):
        return False
    return any(server.error is not None for server in found.server_descriptions().values())
