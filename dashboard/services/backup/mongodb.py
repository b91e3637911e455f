"""MongoDB through its driver, in the format of mongodump: a `.bson.gz` and a `.metadata.json` a collection.

`mongorestore --gzip` reads it as well. On a replica set all collections are read from one snapshot.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, cast

from bson import decode_file_iter, json_util
from bson.raw_bson import RawBSONDocument
from django.db import connections

SUFFIX = "mongodb"
BATCH = 1000


@contextmanager
def dump(alias: str, target: Path) -> Iterator[None]:
    """Write every collection to the folder `target`; gives no connection: `counted` counts."""
    target.mkdir()
    database = _database(alias)
    with _snapshot(database) as session:
        for collection in _collections(database):
            _dump_collection(database, collection, target, session)
        yield None


def counted(folder: Path) -> dict[str, int]:
    """How many documents each collection of a dump has."""
    return {path.name.removesuffix(".bson.gz"): _count(path) for path in sorted(folder.glob("*.bson.gz"))}


def row_counts(alias: str) -> dict[str, int]:
    """How many documents each collection has now."""
    database = _database(alias)
    return {found["name"]: database[found["name"]].count_documents({}) for found in _collections(database)}


def load(alias: str, source: Path) -> None:
    """Make every collection of the dump, with its documents and then its indexes."""
    database = _database(alias)
    for path in sorted(source.glob("*.bson.gz")):
        name = path.name.removesuffix(".bson.gz")
        metadata = json_util.loads((source / f"{name}.metadata.json").read_text())
        collection = database.create_collection(name, **metadata["options"])
        with gzip.open(path, "rb") as file:
            batch: list[Any] = []
            for document in decode_file_iter(cast(IO[bytes], file), _raw(collection).codec_options):
                batch.append(document)
                if len(batch) == BATCH:
                    _raw(collection).insert_many(batch)
                    batch = []
            if batch:
                _raw(collection).insert_many(batch)
        for index in metadata["indexes"]:
            options = {key: value for key, value in index.items() if key not in ("v", "key", "ns")}
            if options["name"] != "_id_":
                collection.create_index(list(index["key"].items()), **options)


def is_empty(alias: str) -> bool:
    """Whether there is no collection yet."""
    return not _collections(_database(alias))


def clear(alias: str) -> None:
    """Drop every collection."""
    database = _database(alias)
    for found in _collections(database):
        database.drop_collection(found["name"])


def _database(alias: str) -> Any:
    connection: Any = connections[alias]
    connection.ensure_connection()
    return connection.database


def _collections(database: Any) -> list[dict[str, Any]]:
    found = database.list_collections(filter={"type": "collection"})
    return sorted(
        (one for one in found if not one["name"].startswith("system.")), key=lambda one: one["name"]
    )


@contextmanager
def _snapshot(database: Any) -> Iterator[Any]:
    """A session that sees one moment, where the server can: a single server without replicas cannot."""
    hello = database.client.admin.command("hello")
    session = database.client.start_session(snapshot=True) if hello.get("setName") else nullcontext()
    with session as started:
        yield started


def _raw(collection: Any) -> Any:
    """The collection with documents as the bytes they are, so that nothing is converted on the way."""
    return collection.with_options(
        codec_options=collection.codec_options.with_options(document_class=RawBSONDocument)
    )


def _dump_collection(database: Any, found: dict[str, Any], target: Path, session: Any) -> None:
    collection = database[found["name"]]
    with gzip.open(target / f"{found['name']}.bson.gz", "wb", compresslevel=6) as file:
        for document in _raw(collection).find({}, session=session, batch_size=BATCH):
            file.write(document.raw)
    metadata = {"options": found.get("options", {}), "indexes": list(collection.list_indexes())}
    (target / f"{found['name']}.metadata.json").write_text(json_util.dumps(metadata, indent=1))


def _count(path: Path) -> int:
    with gzip.open(path, "rb") as file:
        return sum(1 for _ in decode_file_iter(cast(IO[bytes], file)))
