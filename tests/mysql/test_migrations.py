"""Migrations lead back to nothing and forth again, and what they leave is what the models say."""

import os
import re
import subprocess
import sys

import pytest

from tests.databases import ROOT

# All apps in one plan; without the signals, which would make rights and content types again.
_BACK_AND_FORTH = """
import gc
gc.disable()
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.migrate([(app, None) for app in sorted(executor.loader.migrated_apps)])
left = set(connection.introspection.table_names()) - {"django_migrations"}
assert not left, f"left behind: {left}"
executor = MigrationExecutor(connection)
executor.migrate(executor.loader.graph.leaf_nodes())
call_command("makemigrations", check=True, verbosity=0)
call_command("migrate", check_unapplied=True, verbosity=0)
"""


@pytest.fixture
def scratch(past_the_shop, migrated_mysql):
    yield past_the_shop.load("back_and_forth", migrated_mysql)
    past_the_shop.run("DROP DATABASE back_and_forth")


def tables_of(server, database):
    """How the database itself would make each table again."""
    names = server.run("SHOW FULL TABLES WHERE table_type = 'BASE TABLE'", database=database)
    made = {name: server.run(f"SHOW CREATE TABLE `{name}`", database=database)[0][1] for name, _ in names}
    return {name: re.sub(r" AUTO_INCREMENT=\d+", "", sql) for name, sql in made.items()}


def test_back_to_nothing_and_forth_again_the_tables_are_the_same(scratch, past_the_shop):
    before = tables_of(past_the_shop, "back_and_forth")
    environment = os.environ | {"DATABASE_URL": scratch, "DJANGO_SETTINGS_MODULE": "ecommerce.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _BACK_AND_FORTH], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    after = tables_of(past_the_shop, "back_and_forth")
    assert len(after) > 80 and after == before


@pytest.fixture
def of_another_backend(past_the_shop, migrated_mysql):
    """A shop whose tables Django's own backend has made: another collation, no conditions."""
    url = past_the_shop.load("of_another_backend", migrated_mysql)
    for sql in (
        "ALTER TABLE account_emailaddress DROP INDEX unique_verified_email,"
        " DROP COLUMN unique_verified_email_if",
        "ALTER TABLE mfa_authenticator DROP INDEX unique_authenticator_type,"
        " DROP COLUMN unique_authenticator_type_if",
        "ALTER TABLE customers_user CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
        "DELETE FROM django_migrations WHERE app = 'customers' AND name >= '0008'",
        "DROP TABLE customers_sessiongeneration",
        "ALTER TABLE customers_personaldatarequest MODIFY open_key varchar(270) NULL",
    ):
        past_the_shop.run(sql, database="of_another_backend")
    yield url
    past_the_shop.run("DROP DATABASE of_another_backend")


def test_a_shop_of_another_backend_becomes_exact(of_another_backend, past_the_shop):
    environment = os.environ | {
        "DATABASE_URL": of_another_backend,
        "DJANGO_SETTINGS_MODULE": "ecommerce.settings",
    }
    command = [sys.executable, "manage.py", "migrate", "customers", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    tables = tables_of(past_the_shop, "of_another_backend")
    assert "unique_verified_email_if" in tables["account_emailaddress"]
    assert "unique_authenticator_type_if" in tables["mfa_authenticator"]
    collation = re.search(r"COLLATE=(\w+)", tables["account_emailaddress"])[1]
    assert f"COLLATE={collation}" in tables["customers_user"]
