"""What every fake provider is made of: a threaded HTTP server that can be told to misbehave.

A fake is a module `tests.fakes.<name>` with a class `Api(FakeApi)`; `python -m tests.fakes.server
<name>` serves it and prints its port. Its own doors, beside the provider's routes:

- `POST /_fake/faults` `{"path": regex, "method": "POST", "do": …, "times": 1, "status": 500}`: the
  next `times` requests that match go wrong. `do` is "error" (answers `status`), "drop_before" (the
  line goes dead and nothing was done), "drop_after" (all was done and the answer is lost) or "hang"
  (no answer until the client gives up; nothing was done).
- `POST /_fake/<verb>`: what a person does at the provider: `Api.do_<verb>(**body)`. Every fake has
  `reset`: empty books, no faults, no requests.
- `GET /_fake/requests`: every request it got, oldest first.
"""

import importlib
import json
import os
import re
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Refusal(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status, self.body, self.headers = status, body, headers or {}


class Answer:
    """An answer with headers of its own."""

    def __init__(self, body: Any, headers: dict[str, str]) -> None:
        self.body, self.headers = body, headers


class Page(str):
    """An answer that is a page for a browser."""


class Redirect(str):
    """An answer that leads a browser elsewhere."""


class FakeApi:
    """Override `handle`; `self.lock` is held while it runs, so plain dicts are safe."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.base_url = ""
        self.faults: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []

    def handle(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Any:
        """Answer a request of the provider: JSON-able, `Page`, `Redirect`, `Answer`, or raise Refusal."""
        raise Refusal(404, {"error": f"no such route: {method} {path}"})

    def reset(self) -> None:
        """Empty the books. Override; `self.lock` is held."""

    def do_reset(self) -> dict[str, Any]:
        with self.lock:
            self.faults.clear()
            self.requests.clear()
            self.reset()
        return {}

    def error_body(self, status: int) -> Any:
        """What an "error" fault says, in the provider's own form. Override."""
        return {"error": "told to fail"}

    def take_fault(self, method: str, path: str) -> dict[str, Any] | None:
        for fault in self.faults:
            wanted = fault.get("method", method) == method and re.search(fault["path"], path)
            if wanted and fault.get("times", 1) > 0:
                fault["times"] = fault.get("times", 1) - 1
                return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    api: FakeApi
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body, parts = self.rfile.read(length), urlsplit(self.path)
        if parts.path.startswith("/_fake/"):
            return self._own(parts.path.removeprefix("/_fake/"), body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.api.lock:
            text = body.decode(errors="replace")
            entry = {"method": self.command, "path": parts.path, "headers": headers, "body": text}
            self.api.requests.append(entry)
            fault = self.api.take_fault(self.command, parts.path)
        kind = fault["do"] if fault else ""
        if kind == "drop_before":
            return self._hang_up()
        if kind == "hang":
            self.connection.recv(1)  # returns when the client gives up
            return self._hang_up()
        if fault and kind == "error":
            status = fault.get("status", 500)
            return self._answer(status, fault.get("body") or self.api.error_body(status))
        try:
            with self.api.lock:
                answer = self.api.handle(self.command, parts.path, parts.query, headers, body)
        except Refusal as refusal:
            answer = refusal
        if isinstance(answer, Refusal) and kind != "drop_after":
            return self._answer(answer.status, answer.body, answer.headers)
        if isinstance(answer, Answer) and kind != "drop_after":
            return self._answer(200, answer.body, answer.headers)
        return self._hang_up() if kind == "drop_after" else self._answer(200, answer)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve

    def _own(self, verb: str, body: bytes) -> None:
        given = json.loads(body or b"{}")
        if verb == "requests":
            return self._answer(200, self.api.requests)
        if verb == "faults":
            with self.api.lock:
                self.api.faults.append(given)
            return self._answer(200, {})
        try:
            return self._answer(200, getattr(self.api, f"do_{verb}")(**given))
        except Refusal as refusal:
            return self._answer(refusal.status, refusal.body)

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        if isinstance(body, Redirect):
            self.send_response(303)
            self.send_header("Location", str(body))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        page = isinstance(body, Page)
        content = str(body).encode() if page else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if page else "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # tests press at once


def _end_with_parent() -> None:
    """A test run that was killed leaves no server behind: its end of the pipe closes."""
    sys.stdin.read()
    os._exit(0)


def serve(name: str) -> None:
    """Serve a fake until standard input ends; the first line printed is its port."""
    api = importlib.import_module(f"tests.fakes.{name}").Api()
    handler = type("Handler", (_Handler,), {"api": api})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with _Server(("127.0.0.1", 0), handler) as server:
        api.base_url = f"http://127.0.0.1:{server.server_port}"
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    # This file is `__main__` now; the fakes raise and return the classes of the module by its name.
    importlib.import_module("tests.fakes.server").serve(sys.argv[1])
