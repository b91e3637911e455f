"""nginx as it is shipped, in front of the real server and in front of one that repeats what it got."""

import gzip
import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
import requests

from catalog.services.images import MAX_BYTES as PICTURE
from catalog.services.importing.reading import MAX_BYTES as IMPORT
from reviews.services.photos import MAX_BYTES as PHOTO
from tests.front import running_front
from tests.servers import free_port

pytestmark = [pytest.mark.server]


class Echo(BaseHTTPRequestHandler):
    """Answers what it was asked, and dies in the middle of `/dies`."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/dies":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        said = json.dumps({"path": self.path, "headers": dict(self.headers.items())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PUT = do_GET

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def echo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def front(echo, tmp_path_factory):
    """In front of what repeats."""
    with running_front(tmp_path_factory.mktemp("front"), UPSTREAMS=echo) as running:
        yield running


@pytest.fixture(scope="module")
def shop_front(shop_server, tmp_path_factory):
    """In front of a real shop."""
    settings = {"UPSTREAMS": f"127.0.0.1:{shop_server.port}", "PUBLIC": str(shop_server.var_dir)}
    with running_front(tmp_path_factory.mktemp("shop-front"), **settings) as running:
        yield running


def test_pages_come_from_the_shop(shop_front):
    answer = requests.get(f"{shop_front.url}/products/", timeout=30)
    assert answer.status_code == 200 and "<h1" in answer.text
    assert "nginx/" not in answer.headers["Server"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_static_files_come_compressed_as_they_lie_there(shop_front):
    page = requests.get(f"{shop_front.url}/products/", timeout=30).text
    [path] = re.findall(r'href="(/static/[^"]+\.css)"', page)

    def get(encoding):
        headers = {"Accept-Encoding": encoding}
        with requests.get(shop_front.url + path, headers=headers, stream=True, timeout=30) as answer:
            return answer.headers, answer.raw.read(decode_content=False)

    headers, plain = get("identity")
    assert "Content-Encoding" not in headers and headers["Content-Type"] == "text/css; charset=utf-8"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    headers, packed = get("gzip")
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain
    headers, packed = get("gzip, br")
    assert headers["Content-Encoding"] == "br" and brotli.decompress(packed) == plain
    # nginx read them itself: the shop was not asked.
    asked = [line for line in shop_front.log().splitlines() if re.search(r" 200 GET \d+ \S+ -$", line)]
    assert len(asked) >= 3


def test_static_files_of_another_release_are_asked_of_the_shop(front):
    answer = requests.get(f"{front.url}/static/css/shop.0123456789ab.css", timeout=30)
    assert answer.json()["path"] == "/static/css/shop.0123456789ab.css"
    assert requests.get(f"{front.url}/static/staticfiles.json", timeout=30).status_code == 404


def test_a_visitor_cannot_say_who_they_are(front):
    claims = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
    }
    headers = requests.get(f"{front.url}/", headers=claims, timeout=30).json()["headers"]
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert not headers.keys() & {"X-Forwarded-Host", "X-Real-IP", "Forwarded"}
    assert headers["Host"] == f"127.0.0.1:{front.port}"
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])


def test_a_trusted_proxy_says_who_a_visitor_is(echo, tmp_path):
    with running_front(tmp_path, UPSTREAMS=echo, TRUSTED_PROXIES="127.0.0.1 10.0.0.0/8") as front:
        claims = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.1.2.3", "X-Forwarded-Proto": "https"}
        headers = requests.get(f"{front.url}/", headers=claims, timeout=30).json()["headers"]
    # The last that no trusted proxy has; what stands before it the visitor wrote.
    assert headers["X-Forwarded-For"] == "203.0.113.9"
    assert headers["X-Forwarded-Proto"] == "https"


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/x/../metrics", "/metrics?x=1"],
)
def test_what_is_inside_is_not_told_outside(front, path):
    request = requests.Request("GET", front.url).prepare()
    request.url = front.url + path
    answer = requests.Session().send(request, timeout=30)
    assert answer.status_code == 404 and "path" not in answer.text


def test_whether_it_is_well_may_be_asked(front):
    for path in ("/health/live", "/health/ready"):
        assert requests.get(front.url + path, timeout=30).json()["path"] == path


@pytest.mark.parametrize(
    ("path", "most"), [("/product/x/review/", PHOTO), ("/admin/x/", IMPORT), ("/admin/x/", 3 * PICTURE)]
)
def test_what_the_shop_takes_gets_through(front, path, most):
    body = b"x" * (most + 200_000)  # the other fields of the form
    assert requests.post(front.url + path, data=body, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"), [("/product/x/review/", "text/html"), ("/api/products", "application/problem+json")]
)
def test_more_is_refused_in_words(front, path, kind):
    body = b"x" * (13 * 1024 * 1024)
    answer = requests.post(front.url + path, data=body, timeout=60)
    assert answer.status_code == 413 and answer.headers["Content-Type"].startswith(kind)
    assert "too large" in answer.text


def test_a_shop_that_cannot_be_reached_charged_nothing(tmp_path):
    with running_front(tmp_path, UPSTREAMS=f"127.0.0.1:{free_port()}") as front:
        for ask in (requests.get, requests.post):
            answer = ask(f"{front.url}/checkout/place/", timeout=30)
            assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "nothing was ordered or charged" in answer.text
            assert "do not pay again" in answer.text
            # It needs nothing else that could be down.
            assert not re.search(r"<(script|link|img)", answer.text)
        answer = requests.post(f"{front.url}/api/orders", timeout=30)
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["code"]) == (503, 503, "unavailable")


def test_a_shop_that_died_over_a_step_promises_nothing(front):
    answer = requests.post(f"{front.url}/dies", timeout=30)
    assert answer.status_code == 504
    assert "cannot say yet" in answer.text and "nothing was ordered or charged by it" not in answer.text


def test_pictures_come_from_the_bucket_once_and_nothing_else_does(echo, tmp_path):
    settings = {"UPSTREAMS": echo, "BUCKET_UPSTREAM": f"http://{echo}/bucket"}
    with running_front(tmp_path, **settings) as front:
        headers = {"Cookie": "session=secret", "Authorization": "Token secret"}
        first = requests.get(f"{front.url}/media/a/b.webp?x=1", headers=headers, timeout=30)
        assert first.json()["path"] == "/bucket/media/a/b.webp?x=1"
        assert "secret" not in first.text
        assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        again = requests.get(f"{front.url}/media/a/b.webp?x=2", timeout=30)
        assert again.text == first.text  # kept: the bucket was not asked
        assert requests.put(f"{front.url}/media/a/c.webp", data=b"x", timeout=30).status_code == 403
        for path in ("/media/../private/x.pdf", "/media/%2e%2e/private/x.pdf", "/media/..%2fprivate/x.pdf"):
            request = requests.Request("GET", front.url).prepare()
            request.url = front.url + path
            asked = requests.Session().send(request, timeout=30).json()["path"]
            assert not asked.startswith("/bucket/")


def test_pages_that_are_only_for_nginx_cannot_be_asked_for(front):
    for page in ("unreached.html", "../nginx.conf.template"):
        assert requests.get(f"{front.url}/_pages/{page}", timeout=30).status_code in (404, 200)
        assert "One moment" not in requests.get(f"{front.url}/_pages/{page}", timeout=30).text


def test_the_log_has_no_addresses_of_pages(front):
    requests.get(f"{front.url}/order/a-secret-token/", timeout=30)
    assert "a-secret-token" not in front.log()
