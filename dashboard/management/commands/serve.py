"""`manage.py serve`: prepare the shop, then serve it with granian until told to stop.

Preparing, the server's workers and the sweep are one process that imports the shop once and
forks, which halves the time to the first page and the memory of each worker. In production
`deploy/start web` runs it without preparing and without the sweep (docs/adr/0013).
"""

import os
import signal
import socket
from multiprocessing import Process
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from ecommerce.health import outages
from ecommerce.mongodb.base import DatabaseWrapper as MongoDB

SIGN_INS = (
    ("Staff", "owner@alcove.example", "alcove-demo-owner"),
    ("Shopper", "ada@alcove.example", "alcove-demo-ada"),
)


class Command(BaseCommand):
    help = "Bring the shop up to date and serve it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="default: one a core")
        parser.add_argument("--threads", type=int, default=2, help="requests at once in a worker")
        parser.add_argument(
            "--queue", type=int, help="requests a worker takes on; default: 4 for each thread"
        )
        parser.add_argument("--grace", type=int, default=10, help="seconds a request may take at the end")
        parser.add_argument("--no-prepare", action="store_true", help="the shop is migrated and collected")
        parser.add_argument("--sweep-every", type=int, default=60, help="seconds; 0 leaves the sweep out")

    def handle(self, *, port: int, sweep_every: int, no_prepare: bool, **options: Any) -> None:
        if _is_taken(port):
            raise CommandError(f"Port {port} is in use. Choose another: PORT={port + 1} script/server")
        outages.forget_all()
        if not no_prepare:
            call_command("prepare", stdout=self.stdout)
            self._tell()
        # A connection must not be shared with the processes forked from here on.
        connections.close_all()
        if isinstance(pool := connections["documents"], MongoDB):
            pool.close_pool()
        if sweep_every:
            Process(target=_sweep, args=[sweep_every], name="sweep", daemon=True).start()
        _serve(port, **{name: options[name] for name in ("host", "workers", "threads", "queue", "grace")})

    def _tell(self) -> None:
        self.stdout.write(f"\nShop     {settings.SITE_URL}/\nStaff    {settings.SITE_URL}/admin/")
        if settings.DEMO_MODE:
            self.stdout.write("\nDemo sign-ins")
            for who, email, password in SIGN_INS:
                self.stdout.write(f"{who:8} {email}   {password}")
        self.stdout.write("\nCtrl-C stops it.")
        self.stdout.flush()


def _is_taken(port: int) -> bool:
    """Whether something answers at `port`; granian would share the port without a word."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _serve(port: int, *, host: str, workers: int, threads: int, queue: int | None, grace: int) -> None:
    server = Granian(
        "ecommerce.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        # Each thread has connections to the databases; what a worker cannot take on waits in the
        # kernel, where another worker's turn is not lost and a full queue is refused at once.
        backpressure=queue or threads * 4,
        respawn_failed_workers=True,
        workers_kill_timeout=grace,
        websockets=False,
        log_level=LogLevels.warning,
    )
    # granian reloads on SIGHUP; a shop whose terminal was closed should stop instead.
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
    from ecommerce import wsgi  # noqa: F401 (loaded here once, for all workers)

    server.serve()


def _sweep(seconds: int) -> None:
    """Do work that is still owed, now and then, for as long as the server lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the server, which ends this
    os.nice(10)  # pages come first: the papers of a new demo shop take minutes
    with open(os.devnull, "w") as silence:
        call_command("sweep", every=seconds, stdout=silence)
