"""The documents on a real server of MongoDB's protocol: rules, indexes, migrations, and copying.

Everything runs in processes of its own with the shop's settings, as somebody who moves a shop does it.
"""

import json
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bson import Int64
from pymongo.errors import DuplicateKeyError, WriteError

from tests.databases import FILES, migrated, migrated_documents
from tests.shop_server import ROOT, environment_of

REVIEW = {
    "_id": "5b7b3a1e-0c8e-4d5c-9d55-3f0a6d2f1c11",
    "product_id": Int64(1),
    "customer_id": "7d3a6c1e-6f0b-4f0e-9d57-2f6e6f0c9a11",
    "customer_email": "ada@example.com",
    "product_title": "Field backpack",
    "review": "Sturdy, light, and it fits under the seat.",
    "rating": 5,
}
FILE = {
    "_id": "6b7b3a1e-0c8e-4d5c-9d55-3f0a6d2f1c12",
    "order_id": Int64(1),
    "order_number": "7K2M9QXA",
    "source": "invoice:1",
    "file_name": "2026-00001.pdf",
    "path": "invoices/2026/2026-00001.pdf",
    "checksum": "0" * 64,
}


class Moving:
    """A shop with both stores: SQLite files in a folder, and a database of the server."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.environment = environment_of(folder, MONGODB_URI=uri, SHOP_DEMO="0", SECRET_KEY="x" * 50)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def manage(self, *arguments: str, fails: bool = False, **environment: str) -> str:
        process = self.start(*arguments, **environment)
        output = process.communicate(timeout=500)[0]
        assert (process.returncode != 0) == fails, output
        return output

    def run(self, code: str, **environment: str) -> str:
        return self.manage("shell", "--no-imports", "-c", code, **environment)


@pytest.fixture(scope="module")
def shop(mongodb, tmp_path_factory):
    """Migrated on both sides; tests leave the collections empty."""
    folder = tmp_path_factory.mktemp("moving")
    for name in FILES.values():
        shutil.copyfile(migrated() / name, folder / name)
    return Moving(folder, mongodb.load("moving", migrated_documents(mongodb)))


@pytest.fixture
def database(shop, mongodb):
    with mongodb.client() as client:
        yield client["moving"]
        for name in ("reviews_review", "documents_orderfile"):
            client["moving"][name].delete_many({})


BAD = [
    ("reviews_review", {"review": "too short"}),
    ("reviews_review", {"review": "x" * 501}),
    ("reviews_review", {"rating": 0}),
    ("reviews_review", {"rating": 6}),
    ("reviews_review", {"rating": "5"}),
    ("reviews_review", {"customer_email": None}),
    ("reviews_review", {"product_title": ""}),
    ("reviews_review", {"tags": [1]}),
    ("reviews_review", {"tags": "light"}),
    ("reviews_review", {"review_date": "2026-11-30"}),
    ("reviews_review", {"status": "nonsense"}),
    ("reviews_review", {"file_path": 1}),
    # Unique indexes are on numbers of this type alone, as Django's backend makes them.
    ("reviews_review", {"product_id": 1}),
    ("documents_orderfile", {"file_type": "nonsense"}),
    ("documents_orderfile", {"path": None}),
    ("documents_orderfile", {"size": Int64(-1)}),
    ("documents_orderfile", {"checksum": "0" * 65}),
]
GOOD = [
    ("reviews_review", {}),
    ("reviews_review", {"file_path": None, "file_type": None, "tags": ["light"], "rating": 1}),
    ("reviews_review", {"review_date": datetime(2026, 11, 30, tzinfo=UTC), "status": "held"}),
    ("documents_orderfile", {"file_type": "invoice", "size": Int64(22_000)}),
]
WHOLE = {"reviews_review": REVIEW, "documents_orderfile": FILE}


@pytest.mark.parametrize(("collection", "change"), BAD)
def test_the_server_refuses_what_does_not_fit(database, collection, change):
    with pytest.raises(WriteError) as refused:
        database[collection].insert_one(WHOLE[collection] | change)
    assert refused.value.code == 121


@pytest.mark.parametrize("missing", ["customer_email", "product_title", "review", "rating"])
def test_the_server_refuses_a_review_without(database, missing):
    with pytest.raises(WriteError):
        database.reviews_review.insert_one({key: value for key, value in REVIEW.items() if key != missing})


@pytest.mark.parametrize(("collection", "change"), GOOD)
def test_the_server_accepts_what_fits(database, collection, change):
    database[collection].insert_one(WHOLE[collection] | change)


INDEXES = {
    "reviews_review": {
        "_id_": ["_id"],
        "reviews_review_one_each": ["product_id", "customer_id", "deletion_token"],
        "reviews_review_listing": ["product_id", "status", "review_date", "_id"],
        "reviews_review_by_status": ["status", "review_date", "_id"],
        "reviews_review_newest": ["review_date", "_id"],
        "reviews_review_customer": ["customer_id"],
        "reviews_review_modified": ["modified_at"],
    },
    "documents_orderfile": {
        "_id_": ["_id"],
        "documents_orderfile_source_unique": ["source", "deletion_token"],
        "documents_orderfile_order": ["order_id", "created_at"],
        "documents_orderfile_by_source": ["source"],
        "documents_orderfile_newest": ["created_at", "_id"],
    },
}
UNIQUE = {"reviews_review_one_each", "documents_orderfile_source_unique"}


@pytest.mark.parametrize("collection", INDEXES)
def test_unique_and_sorted_indexes_are_there(database, collection):
    found = database[collection].index_information()
    named = {name: [key for key, _ in index["key"]] for name, index in found.items()}
    named = {name: keys for name, keys in named.items() if not name.startswith(f"{collection}_order_id_")}
    assert named == INDEXES[collection]
    assert {name for name, index in found.items() if index.get("unique")} == UNIQUE & named.keys()


def test_a_second_review_by_the_same_customer_is_refused_by_its_index(database):
    live = REVIEW | {"deletion_token": ""}
    database.reviews_review.insert_one(live)
    with pytest.raises(DuplicateKeyError):
        database.reviews_review.insert_one(live | {"_id": "another"})


# What pages ask for most, and the index that finds it in order.
HOT = {
    "Review.objects.for_product(7)[:8]": "reviews_review_listing",
    "Review.objects.published().filter(product_id=7).order_by()": "reviews_review_listing",
    "Review.objects.filter(status='held').order_by('-review_date', '-pk')[:50]": "reviews_review_by_status",
    "Review.objects.order_by('-review_date', '-pk')[:5]": "reviews_review_newest",
    "Review.objects.filter(product_id=7, customer_id='c').order_by()": "reviews_review_customer",
    "Review.all_objects.filter(customer_id='c').order_by()": "reviews_review_customer",
    "Review.all_objects.filter(modified_at__gte=datetime.now()).order_by()": "reviews_review_modified",
    "OrderFile.objects.filter(order_id=1)": "documents_orderfile_order",
    "OrderFile.objects.filter(source='invoice:1').order_by()": "documents_orderfile_by_source",
    "OrderFile.objects.order_by('-created_at', '-pk')[:50]": "documents_orderfile_newest",
}
EXPLAIN = """
import json
from datetime import datetime
from reviews.models import Review
from documents.models import OrderFile
print(json.dumps({query: json.loads(eval(query).explain())["command"] for query in json.loads(%r)}))
"""


def serves(index, pipeline):
    """Whether an index finds what a pipeline matches, in the order in which it sorts.

    The rule of MongoDB's planner; test servers have planners of their own. A partial index finds
    nothing unless the query repeats its condition.
    """
    if "partialFilterExpression" in index:
        return False
    stages = {name: value for stage in pipeline for name, value in stage.items()}
    wanted, ordered = conditions(stages.get("$match", {})), list(stages.get("$sort", {}).items())
    keys = list(index["key"])
    fixed = 0
    while fixed < len(keys) and keys[fixed][0] in wanted["equal"]:
        fixed += 1
    if not ordered:
        return fixed > 0 or keys[0][0] in wanted["between"]
    rest = keys[fixed : fixed + len(ordered)]
    directions = {int(way) * int(sorting) for (_, way), (_, sorting) in zip(rest, ordered, strict=False)}
    return [name for name, _ in rest] == [name for name, _ in ordered] and len(directions) == 1


def conditions(match):
    """Fields that have to be equal to something, or between something and something."""
    found = {"equal": set(), "between": set()}
    for name, value in match.items():
        if name == "$and":
            for part in value:
                for kind, names in conditions(part).items():
                    found[kind] |= names
        elif isinstance(value, dict) and {"$gte", "$gt", "$lte", "$lt"} & value.keys():
            found["between"].add(name)
        elif not name.startswith("$"):
            found["equal"].add(name)
    return found


def test_what_pages_ask_for_most_is_served_by_an_index(shop, database):
    commands = json.loads(shop.run(EXPLAIN % json.dumps(list(HOT))).splitlines()[-1])
    assert commands.keys() == HOT.keys()
    for query, command in commands.items():
        index = database[command["aggregate"]].index_information()[HOT[query]]
        assert serves(index, command["pipeline"]), (query, command["pipeline"], index)


def test_ratings_are_counted_on_the_server(shop, database):
    stars = [5, 5, 4, 1]
    for number, rating in enumerate(stars):
        one = {"_id": f"review-{number}", "customer_id": f"customer-{number}", "rating": rating}
        state = {"status": "published", "is_deleted": False, "is_suspended": False, "deletion_token": ""}
        database.reviews_review.insert_one(REVIEW | one | state)
    code = "from reviews.services.ratings import distribution; print(distribution(1))"
    assert shop.run(code).splitlines()[-1] == str({1: 1, 2: 0, 3: 0, 4: 1, 5: 2})
    assert "0 ratings corrected" in shop.manage("recount_ratings")


FILL = """
from reviews.models import Review
from documents.models import OrderFile
Review.objects.bulk_create([
    Review(product_id=n % 50, customer_id=f"c{n}", customer_email="ada@example.com", product_title="Mug",
           review="Keeps the tea warm.", rating=n % 5 + 1, tags=["light", "ä"], is_deleted=n % 7 == 0,
           deletion_token=str(n) if n % 7 == 0 else "")
    for n in range(1500)])
OrderFile.objects.bulk_create([
    OrderFile(order_id=n, order_number="7K2M9QXA", source=f"invoice:{n}", file_name="a.pdf", path="a.pdf",
              checksum="0" * 64)
    for n in range(40)])
"""
FORTH = ("copy_documents", "--from", "embedded", "--to", "mongodb")
# The same, in a process that is killed in the middle of its second part of reviews.
CUT_SHORT = """
import os, signal
from django.core.management import call_command
from documents.services import copying
from reviews.models import Review

insert, parts = copying._insert, []

def killed(model, rows, alias):
    parts.append(model)
    if parts.count(Review) == 2:
        insert(model, rows[:100], alias)
        os.kill(os.getpid(), signal.SIGKILL)
    insert(model, rows, alias)

copying._insert = killed
call_command("copy_documents", "--from", "embedded", "--to", "mongodb")
"""
BACK = ("copy_documents", "--from", "mongodb", "--to", "embedded")


def test_copying_is_killed_and_finished_by_the_next_run(shop, database):
    shop.run(FILL, MONGODB_URI="")
    dry = shop.manage(*FORTH, "--dry-run")
    assert "reviews_review: 1500 to copy, 0 there already" in dry
    assert database.reviews_review.count_documents({}) == 0

    process = shop.start("shell", "--no-imports", "-c", CUT_SHORT)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert database.reviews_review.count_documents({}) == 600

    output = shop.manage(*FORTH)
    assert "1500 → 1500, equal" in output and "40 → 40, equal" in output
    assert "reviews_review: 900 copied, 600 there already" in output
    assert database.reviews_review.count_documents({}) == 1500
    again = shop.manage(*FORTH)
    assert "reviews_review: 0 copied, 1500 there already" in again

    # What was changed since is copied; what only the target has is named, and goes when told so.
    one = database.reviews_review.find_one({"is_deleted": False})
    before = one["modified_at"]
    database.reviews_review.update_one({"_id": one["_id"]}, {"$set": {"answer": "Thank you!"}})
    database.documents_orderfile.insert_one(FILE | {"source": "invoice:9999", "size": Int64(1)})
    assert "different" in shop.manage(*FORTH, "--dry-run")
    assert "1 that the source does not have" in shop.manage(*FORTH, fails=True)
    assert database.reviews_review.find_one({"_id": one["_id"]})["answer"] == ""
    assert database.reviews_review.find_one({"_id": one["_id"]})["modified_at"] == before
    assert "1 removed" in shop.manage(*FORTH, "--prune")

    database.reviews_review.update_one({"_id": one["_id"]}, {"$set": {"answer": "Thank you!"}})
    output = shop.manage(*BACK)
    assert "reviews_review: 1 copied, 1499 there already" in output and "equal" in output
    code = "from reviews.models import Review; print(Review.objects.exclude(answer='').get().answer)"
    assert "Thank you!" in shop.run(code, MONGODB_URI="")


def test_migrations_and_rules_go_both_ways(shop, database):
    def rules():
        options = {row["name"]: row["options"] for row in database.list_collections()}
        return {name for name, values in options.items() if values.get("validator")} & set(INDEXES)

    assert rules() == set(INDEXES)
    shop.manage("document_rules", "--remove")
    assert rules() == set()
    database.reviews_review.insert_one({"_id": "anything"})
    database.reviews_review.delete_many({})
    assert "reviews_review: written" in shop.manage("document_rules")
    assert "reviews_review: nothing to change" in shop.manage("document_rules")

    for app in ("reviews", "documents"):
        shop.manage("migrate", "--database", "documents", app, "zero", "--verbosity", "0")
    assert not set(INDEXES) & set(database.list_collection_names())
    shop.manage("migrate", "--database", "documents", "--verbosity", "0")
    assert rules() == set(INDEXES)
    for collection in INDEXES:
        assert INDEXES[collection].keys() <= database[collection].index_information().keys()
    assert "reviews_keptreview" not in database.list_collection_names()


def test_a_server_that_is_away_is_said_in_a_sentence(shop):
    output = shop.manage(*FORTH, fails=True, MONGODB_URI="mongodb://127.0.0.1:9/moving")
    assert "Run the same again once it does." in output and "Traceback" not in output
