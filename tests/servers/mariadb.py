"""A private MariaDB, which speaks as MySQL does."""

import os
import pwd
import subprocess
from typing import Any

from tests.machine import require
from tests.servers.base import Server, program

# What is committed survives the death of the server; no test pulls the plug of the machine.
_QUICK = ("--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=256M", "--skip-log-bin")
_CHARACTERS = ("--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci")


class Client:
    """What can be done with the MariaDB at a port of this machine, past the shop."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self, database: str = "") -> Any:
        """A connection of one's own, past the shop; changes commit at once."""
        try:
            import MySQLdb
        except ImportError:
            require(None, "no mysqlclient: run script/setup --services")
            raise
        return MySQLdb.connect(
            host="127.0.0.1",
            port=self.port,
            user="root",
            database=database,
            charset="utf8mb4",
            autocommit=True,
        )

    def run(self, sql: str, *parameters: Any, database: str = "") -> list[tuple[Any, ...]]:
        """Run one statement past the shop and return its rows."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters or None)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def url(self, database: str) -> str:
        """The DATABASE_URL of a database, which is made if there is none of this name."""
        self.run(f"CREATE DATABASE IF NOT EXISTS `{database}`")
        return f"mysql://root@127.0.0.1:{self.port}/{database}"

    def dump(self, database: str) -> bytes:
        """Tables and rows of a database as SQL, for `load`."""
        command = [
            program("mariadb-dump", "mariadb-client"),
            *self._options(),
            "--single-transaction",
            database,
        ]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

    def load(self, database: str, sql: bytes) -> str:
        """Make a new database of a dump, in place of one of this name; returns its URL."""
        self.run(f"DROP DATABASE IF EXISTS `{database}`")
        url = self.url(database)
        subprocess.run(
            [program("mariadb", "mariadb-client"), *self._options(), database], input=sql, check=True
        )
        return url

    def _options(self) -> list[str]:
        return ["--no-defaults", "--host=127.0.0.1", f"--port={self.port}", "--user=root"]


class MariaDB(Client, Server):
    name = "mariadb"

    def __init__(self, *options: str) -> None:
        self.options = options
        Server.__init__(self)

    def prepare(self) -> None:
        self.data = self.folder / "data"
        # A server deletes what it takes for its own temporary tables of before, and two of one age give
        # them the same names.
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.temporary.chmod(0o777)
        install = program("mariadb-install-db", "mariadb-server")
        done = subprocess.run(
            [install, "--no-defaults", *self._user(), f"--datadir={self.data}", "--skip-test-db"]
            + ["--auth-root-authentication-method=normal"],
            env=os.environ | {"TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"no MariaDB could be made:\n{done.stdout}")

    def command(self) -> list[str]:
        return [
            program("mariadbd", "mariadb-server"),
            "--no-defaults",
            *self._user(),
            f"--datadir={self.data}",
            f"--tmpdir={self.temporary}",
            f"--socket={self.data / 'socket'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--max-connections=300",
            *_QUICK,
            *_CHARACTERS,
            *self.options,
        ]

    def _user(self) -> list[str]:
        """As root it does not run unless told as whom; its own user comes with Debian's whole package."""
        if os.geteuid() != 0:
            return []
        try:
            return [f"--user={pwd.getpwnam('mysql').pw_name}"]
        except KeyError:
            return ["--user=root"]

    def is_ready(self) -> bool:
        import MySQLdb

        try:
            self.connect().close()
        except MySQLdb.OperationalError:
            return False
        return True
