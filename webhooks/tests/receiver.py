"""Somebody's own server on loopback, which believes only what is signed: a real one, in a thread.

`verified` holds the messages whose signature the official library accepted, `requests` all of them.
"""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver:
    """`status` is what it answers; `answer` replaces the whole answer (status, headers, body)."""

    def __init__(self) -> None:
        self.secrets: list[str] = []
        self.status = 200
        self.answer: Callable[[dict[str, Any]], tuple[int, dict[str, str], bytes]] | None = None
        self.requests: list[dict[str, Any]] = []
        self.verified: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks?for=shop"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def types(self) -> list[str]:
        """The types it was told of, in alphabetical order: none is promised."""
        return sorted(message["type"] for message in self.verified)

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.requests.append({"headers": headers, "body": body})
            for secret in self.secrets:
                try:
                    self.verified.append(Webhook(secret).verify(body, headers))
                    break
                except WebhookVerificationError:
                    continue
            if self.answer is not None:
                return self.answer(json.loads(body))
            return self.status, {}, b"thanks"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, more, content = receiver.take(headers, body)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
