"""A private server that speaks MongoDB's protocol: mongod if there is one, SecantusDB otherwise.

SecantusDB is a test tool (GPL-2.0) and runs in an environment and a process of its own.
"""

import shutil
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.servers.base import Server, program


class Client:
    """What can be done with the server at a port of this machine, past the shop."""

    def __init__(self, port: int) -> None:
        self.port = port

    def client(self) -> MongoClient[dict[str, Any]]:
        """A client of one's own, past the shop."""
        return MongoClient(f"mongodb://127.0.0.1:{self.port}/", serverSelectionTimeoutMS=1000)

    def url(self, database: str) -> str:
        """The MONGODB_URI of a database; it comes to be with the first thing written to it."""
        return f"mongodb://127.0.0.1:{self.port}/{database}"

    def copy(self, source: str, target: str) -> None:
        """Put collections, their options, indexes and documents of `source` in place of `target`."""
        with self.client() as client:
            client.drop_database(target)
            for description in client[source].list_collections():
                name, options = description["name"], description.get("options", {})
                client[target].create_collection(name, **options)
                for index in client[source][name].list_indexes():
                    keys = {"v", "ns", "key"}
                    if index["name"] != "_id_":
                        options = {key: value for key, value in index.items() if key not in keys}
                        client[target][name].create_index(list(index["key"].items()), **options)
                if documents := list(client[source][name].find()):
                    client[target][name].insert_many(documents)


class MongoDB(Client, Server):
    name = "mongodb"

    def __init__(self) -> None:
        Server.__init__(self)

    def command(self) -> list[str]:
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        if mongod := shutil.which("mongod"):
            return [mongod, "--bind_ip", "127.0.0.1", "--port", str(self.port), "--dbpath", str(data)]
        server = program("secantusd-py", "SecantusDB")
        return [server, "--host", "127.0.0.1", "--port", str(self.port), "--storage-path", str(data)]

    def is_ready(self) -> bool:
        with self.client() as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True
