"""A private server that speaks MongoDB's protocol: mongod if there is one, SecantusDB otherwise.

SecantusDB is a test tool (GPL-2.0) and runs in an environment and a process of its own.
"""

import shutil
from typing import Any

import bson
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

    def dump(self, database: str) -> bytes:
        """Collections, their options, indexes and documents of a database, for `load`."""
        with self.client() as client:
            collections = [
                {
                    "name": description["name"],
                    "options": description.get("options", {}),
                    "indexes": list(client[database][description["name"]].list_indexes()),
                    "documents": list(client[database][description["name"]].find()),
                }
                for description in client[database].list_collections()
            ]
        return bson.encode({"collections": collections})

    def load(self, database: str, dump: bytes) -> str:
        """Make a new database of a dump, in place of one of this name; returns its URL."""
        with self.client() as client:
            client.drop_database(database)
            for one in bson.decode(dump)["collections"]:
                collection = client[database].create_collection(one["name"], **one["options"])
                for index in one["indexes"]:
                    keys = {"v", "ns", "key"}
                    if index["name"] != "_id_":
                        options = {key: value for key, value in index.items() if key not in keys}
                        collection.create_index(list(index["key"].items()), **options)
                if one["documents"]:
                    collection.insert_many(one["documents"])
        return self.url(database)


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
