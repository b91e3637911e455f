"""Test 48, requests to typed addresses (SSRF): nobody makes the shop knock at doors of its own network."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ecommerce.lib import outbound
from ecommerce.lib.outbound import PRIVATE, Unreachable, fetch

PUBLIC = "93.184.215.14"


def ask(url, **more):
    return fetch(url, agent="Test/1.0", most=1 << 20, **more)


@pytest.fixture
def tried(monkeypatch):
    """The addresses that were connected to: none is really."""
    found = []

    def connect(self, where):
        found.append(where[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return found


@pytest.fixture
def server():
    """A server on loopback; `pages` maps paths to (status, headers, body)."""
    pages = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = pages.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    pages["url"] = f"http://127.0.0.1:{running.server_port}"
    yield pages
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "0", "localhost",
        "169.254.169.254", "2852039166", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:7f00:1]", "[fd00::1]",
        "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00:ec2::254]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_inner_addresses_are_refused_in_every_spelling(tried, scheme, host):
    with pytest.raises(Unreachable):
        ask(f"{scheme}://{host}/latest/meta-data")
    assert tried == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/", "gopher://x/", "//x", "http://", "x"]
)
def test_other_schemes_are_refused(tried, url):
    with pytest.raises(Unreachable, match="not plain http"):
        ask(url)
    assert tried == []


def test_a_name_is_looked_up_once_and_that_address_is_asked(tried, monkeypatch):
    """DNS rebinding: the second answer comes too late to matter."""
    answers = [PUBLIC, "127.0.0.1", "127.0.0.1"]

    def look_up(host, port, *args, **kwargs):
        address = answers.pop(0) if host == "pictures.example.com" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unreachable):
        ask("http://pictures.example.com/x.png")
    assert tried == [PUBLIC] and len(answers) == 2


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "//10.0.0.1/"]
)
def test_a_redirect_to_an_inner_address_is_refused(server, monkeypatch, target):
    """The first address is let through here as if it were public; what it leads to is looked at anew."""
    server["/"] = (302, {"Location": target}, b"")
    real, url = outbound.session, server["url"] + "/"
    asked = []

    def session(**options):
        made = real(**(options | {"allow_private": not asked}))
        look = made.get

        def get(address, **more):
            asked.append(address)
            return look(address, **more) if len(asked) == 1 else real(**options).get(address, **more)

        made.get = get
        return made

    monkeypatch.setattr(outbound, "session", session)
    with pytest.raises(Unreachable) as refused:
        ask(url)
    assert str(refused.value) == PRIVATE and len(asked) == 2


def test_redirects_are_followed_a_few_times_and_never_to_other_schemes(server):
    server["/a"] = (301, {"Location": "/b"}, b"")
    server["/b"] = (200, {}, b"picture")
    server["/round"] = (302, {"Location": "/round"}, b"")
    server["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    assert ask(server["url"] + "/a", allow_private=True) == b"picture"
    for path, words in {
        "/round": "without an end",
        "/file": "not plain http",
        "/none": "answered 404",
    }.items():
        with pytest.raises(Unreachable, match=words):
            ask(server["url"] + path, allow_private=True)


def test_what_is_too_large_or_drips_is_cut_off(server, monkeypatch):
    server["/"] = (200, {}, b"x" * (2 << 20))
    with pytest.raises(Unreachable, match="larger than 1 MB"):
        ask(server["url"] + "/", allow_private=True)
    monkeypatch.setattr(outbound, "_LONGEST", -1.0)
    with pytest.raises(Unreachable, match="took longer"):
        ask(server["url"] + "/", allow_private=True)


def test_a_little_that_unpacks_to_much_stays_packed(server):
    server["/"] = (200, {"Content-Encoding": "gzip"}, b"\x1f\x8bnot unpacked")
    assert ask(server["url"] + "/", allow_private=True) == b"\x1f\x8bnot unpacked"
