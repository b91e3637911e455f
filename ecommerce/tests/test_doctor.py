"""`manage.py doctor` against real servers: all well, each stopped, and each keeping the wrong rules."""

import json
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import call_command

from ecommerce.health.doctor import places
from tests.servers import S3, MariaDB, MongoDB, Redis, Worker
from tests.servers.s3 import ACCESS_KEY, SECRET_KEY, media_policy
from tests.settings import EMBEDDED
from tests.shop_server import environment_of

PASSWORD = "sesame-of-the-shop"
USER = "shop-keeper"
SERVICES = {
    "database", "migrations", "replica", "documents", "document migrations", "cache", "broker", "worker",
    "files", "private files", "mail",
}  # fmt: skip


@pytest.fixture(scope="module")
def mariadb():
    with MariaDB() as server:
        server.run(f"CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
        server.run(f"GRANT ALL ON *.* TO '{USER}'@'127.0.0.1'")
        yield server


@pytest.fixture(scope="module")
def mongodb():
    with MongoDB() as server:
        yield server


@pytest.fixture(scope="module")
def redis():
    with Redis() as server:
        yield server


@pytest.fixture(scope="module")
def s3():
    with S3() as server:
        yield server


@contextmanager
def smtp():
    """A mail server that takes connections and notes the commands it was given."""
    said = []

    def talk(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with closing(connection), connection.makefile("rwb", buffering=0) as lines:
                lines.write(b"220 mail.example\r\n")
                while line := lines.readline().strip().decode().upper():
                    said.append(line.partition(" ")[0])
                    lines.write(b"221 bye\r\n" if line == "QUIT" else b"250 ok\r\n")
                    if line == "QUIT":
                        break

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=talk, args=[listener], daemon=True).start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}", said


def as_shopkeeper(url):
    return url.replace("mysql://root@", f"mysql://{USER}:{PASSWORD}@")


@pytest.fixture
def shop(mariadb, mongodb, redis, s3, tmp_path):
    """The environment of a shop on all of them."""
    return environment_of(
        tmp_path,
        **EMBEDDED
        | {
            "DATABASE_URL": as_shopkeeper(mariadb.url("shop")),
            "MONGODB_URI": mongodb.url("shop"),
            "REDIS_URL": redis.url(),
            "CELERY_BROKER_URL": redis.url(1),
            **s3.bucket("shop"),
        },
    )


def doctor(environment):
    """(exit code, {service: finding}, everything it printed)."""
    run = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=configured.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.stdout, run.stderr
    findings = {row["service"]: row for row in json.loads(run.stdout)["services"]}
    assert findings.keys() == SERVICES
    return run.returncode, findings, run.stdout + run.stderr


def failed(findings):
    return {name for name, row in findings.items() if row["state"] == "failed"}


# New databases have no tables, and the doctor says so; no test here needs them.
_NO_TABLES = {"migrations", "document migrations"}


def test_a_shop_on_real_servers_that_are_well(shop):
    with smtp() as (url, said), Worker(shop):
        code, findings, printed = doctor(shop | {"EMAIL_URL": url})
    assert failed(findings) == _NO_TABLES and code == 1, findings
    assert "manage.py migrate" in findings["migrations"]["advice"]
    assert "strict, utf8mb4, read committed" in findings["database"]["words"]
    assert "signed address alone" in findings["private files"]["words"]
    assert "by everybody" in findings["files"]["words"]
    assert findings["worker"]["words"] == "one answers"
    assert findings["replica"]["state"] == "not configured"
    assert "NOOP" in said and not {"MAIL", "RCPT", "DATA"} & set(said)
    for secret in (PASSWORD, SECRET_KEY, ACCESS_KEY):
        assert secret not in printed
    assert f"{USER}:***@127.0.0.1" in findings["database"]["where"]


def test_nothing_is_left_behind(shop, mariadb, mongodb, redis, s3):
    doctor(shop)
    assert mariadb.run("SHOW TABLES", database="shop") == []
    with mongodb.client() as client:
        assert [name for name in client["shop"].list_collection_names() if "doctor" in name] == []
    assert "Contents" not in s3.client().list_objects_v2(Bucket="shop")
    found = subprocess.run(
        ["redis-cli", "-p", str(redis.port), "-n", "1", "keys", "*doctor*"], capture_output=True, text=True
    )
    assert found.stdout.strip() == ""


@pytest.mark.parametrize(
    ("server", "services", "variable"),
    [
        ("mariadb", {"database", "migrations"}, "DATABASE_URL"),
        ("mongodb", {"documents", "document migrations"}, "MONGODB_URI"),
        ("redis", {"cache", "broker", "worker"}, "REDIS_URL"),
        ("s3", {"files", "private files"}, "bucket"),
    ],
)
def test_each_that_is_stopped_is_found_and_the_others_are_well(request, shop, server, services, variable):
    stopped = request.getfixturevalue(server)
    stopped.stop()
    try:
        code, findings, printed = doctor(shop)
    finally:
        stopped.start()
    assert code == 1
    assert failed(findings) == services | _NO_TABLES | {"worker"}, findings
    assert all(findings[name]["advice"] for name in services)
    assert any(variable in findings[name]["advice"] for name in services)
    assert all(findings[name]["seconds"] < 30 for name in services)
    assert PASSWORD not in printed and SECRET_KEY not in printed


def test_a_wrong_password_is_told_and_not_shown(shop, mariadb):
    wrong = shop["DATABASE_URL"].replace(PASSWORD, "another-password")
    _, findings, printed = doctor(shop | {"DATABASE_URL": wrong})
    assert "Access denied" in findings["database"]["words"]
    assert "another-password" not in printed


def test_a_database_that_cannot_keep_every_letter(shop, mariadb):
    mariadb.run("CREATE DATABASE old CHARACTER SET latin1")
    _, findings, _ = doctor(shop | {"DATABASE_URL": as_shopkeeper(mariadb.url("old"))})
    assert "latin1" in findings["database"]["words"]
    assert "CHARACTER SET utf8mb4" in findings["database"]["advice"]


def test_private_files_that_everybody_can_read(shop, s3):
    environment = s3.bucket("open")
    policy = media_policy("open")
    policy["Statement"][0]["Resource"] = ["arn:aws:s3:::open/*"]
    s3.client().put_bucket_policy(Bucket="open", Policy=json.dumps(policy))
    _, findings, _ = doctor(shop | environment)
    assert findings["private files"]["words"] == "everybody can read private files"
    assert findings["files"]["state"] == "ok"


def test_pictures_that_nobody_can_read(shop, s3):
    environment = s3.bucket("closed")
    s3.client().delete_bucket_policy(Bucket="closed")
    _, findings, _ = doctor(shop | environment)
    assert "answers strangers with 403" in findings["files"]["words"]
    assert findings["private files"]["state"] == "ok"


def test_keys_that_are_not_taken(shop):
    _, findings, printed = doctor(shop | {"AWS_SECRET_ACCESS_KEY": "not-the-right-one-at-all"})
    assert {"files", "private files"} <= failed(findings)
    assert "not-the-right-one-at-all" not in printed


def test_a_mail_server_that_is_gone(shop):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    email = f"smtp://post:letter-secret@127.0.0.1:{port}"
    _, findings, printed = doctor(shop | {"EMAIL_URL": email})
    assert findings["mail"]["state"] == "failed" and "EMAIL_URL" in findings["mail"]["advice"]
    assert findings["mail"]["where"] == f"smtp://post:***@127.0.0.1:{port}"
    assert "letter-secret" not in printed


# --- A shop with nothing configured --------------------------------------------------------


@pytest.mark.django_db(databases=["default", "documents"], transaction=True)
def test_the_embedded_shop_is_well_and_told_as_a_table(capsys, tmp_path):
    call_command("doctor")
    printed = capsys.readouterr().out
    assert "Everything that is configured works." in printed
    assert "REDIS_URL is not set" in printed and "not configured" in printed


@pytest.mark.django_db(databases=["default", "documents"], transaction=True)
def test_private_files_beside_the_public_ones(settings, capsys):
    settings.PRIVATE_ROOT = Path(settings.MEDIA_ROOT) / "private"
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert "which everybody can read" in printed.partition("What to do")[2]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:secret@cache:6379/0", "redis://:***@cache:6379/0"),
        ("rediss://shop:secret@cache/1?ssl_cert_reqs=none", "rediss://shop:***@cache/1"),
        ("mongodb://a:secret@one,two:27017/shop?authSource=admin", "mongodb://a:***@one,two:27017/shop"),
        ("amqp://host//", "amqp://host//"),
    ],
)
def test_addresses_are_shown_without_passwords(url, shown):
    assert places.of_url(url) == shown
