"""What is between a shop and its database, and can fail at the worst moment."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_COMMIT = b"\x07\x00\x00\x00\x03COMMIT"  # the whole of what a client of MySQL sends


class Wire:
    """Passes everything on to `port`. `cut_at_commit`: the next COMMIT gets no answer and its connection
    ends; the server has it (`arrives`) or not."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._armed: bool | None = None
        self.cuts = 0
        self._lock = threading.Lock()
        wire = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.create_connection(("127.0.0.1", wire._target)) as server:
                    answers = threading.Thread(target=_pump, args=(server, self.request), daemon=True)
                    answers.start()
                    wire._pass_on(self.request, server)
                    # Closing alone tells nobody anything while the other thread reads.
                    _end(server)
                    answers.join()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def cut_at_commit(self, *, arrives: bool) -> None:
        self._armed = arrives

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        while data := _received(client):
            arrives = self._cut(data)
            if arrives is not None:
                _end(client)
            if arrives is not False:
                server.sendall(data)
            if arrives is not None:
                return

    def _cut(self, data: bytes) -> bool | None:
        with self._lock:
            if self._armed is None or data != _COMMIT:
                return None
            arrives, self._armed = self._armed, None
            self.cuts += 1
            return arrives

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    wire = Wire(port)
    try:
        yield wire
    finally:
        wire.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    while data := _received(source):
        try:
            target.sendall(data)
        except OSError:
            break  # whoever asked has gone
    _end(target)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have ended from its other side
        connection.shutdown(socket.SHUT_RDWR)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""
