"""Nobody makes the shop knock at doors of its own network."""

import socket
from urllib.parse import urlsplit

import pytest

from ecommerce.lib.errors import BadInput
from webhooks.models import Delivery, Endpoint
from webhooks.services.addresses import PRIVATE, require_allowed
from webhooks.services.repeating import send_test
from webhooks.services.subscribing import change, subscribe

PUBLIC, EVENTS = "93.184.215.14", ["order.paid"]
NAMES = {
    "hooks.example.com": [PUBLIC],
    "inside.example.com": ["10.1.2.3"],
    "metadata.example.com": ["169.254.169.254"],
    "six.example.com": ["::1"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
}


@pytest.fixture
def names(monkeypatch):
    """A name server of this test's own; addresses written out are what they say."""
    known, real = dict(NAMES), socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host in known:
            family = socket.AF_INET6 if ":" in known[host][0] else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]
        if host.endswith(".example.com"):
            raise socket.gaierror("not known")
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0.0.0.0/", "https://2130706433/",
        "https://169.254.169.254/latest/meta-data", "https://10.0.0.7:8443/x", "https://192.168.1.1/",
        "https://172.16.0.1/", "https://100.64.0.1/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/",
        "https://inside.example.com/", "https://metadata.example.com/", "https://six.example.com/",
        "https://mapped.example.com/",
    ],
)  # fmt: skip
def test_addresses_of_a_private_network_are_refused_in_words(names, url):
    with pytest.raises(BadInput) as refused:
        require_allowed(url)
    assert (refused.value.code, refused.value.field, refused.value.message) == ("bad_address", "url", PRIVATE)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "ftp://hooks.example.com/", "hooks.example.com", "https://", "",
        "https://me:secret@hooks.example.com/", "https://hooks.example.com/#part", "https://[::1",
        "https://hooks.example.com:99999/", "https://hooks.example.com/a b", "https://nowhere.example.com/",
        "https://hooks.example.com/\r\nX: y", "https://hooks.example.com/" + "x" * 500, "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_words(names, url):
    with pytest.raises(BadInput) as refused:
        require_allowed(url)
    assert refused.value.code == "bad_address" and refused.value.message.endswith(".")


def test_public_addresses_are_taken(names):
    url = "https://hooks.example.com:8443/in?key=1"
    assert require_allowed(f" {url} ") == url


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.9.9.9", "::1"])
def test_a_name_that_changes_its_mind_is_refused_when_sending(commit, names, monkeypatch, address):
    """What was public when staff entered it may be anything now: no connection is even begun."""
    endpoint, _ = subscribe(url="https://hooks.example.com/", events=EVENTS)
    names["hooks.example.com"] = [address]
    tried = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, where: tried.append(where))
    with commit():
        send_test(endpoint=endpoint)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_answer, tried) == ("failed", PRIVATE, [])


@pytest.mark.django_db
def test_the_name_is_looked_up_once_and_that_address_is_asked(commit, names, monkeypatch):
    """A second answer of the name server (DNS rebinding) comes too late to matter."""
    endpoint, _ = subscribe(url="https://hooks.example.com/", events=EVENTS)
    asked, tried, real = [], [], socket.getaddrinfo

    def rebinding(host, port, *args, **kwargs):
        asked.append(host)
        names["hooks.example.com"] = ["127.0.0.1"] if asked.count("hooks.example.com") else [PUBLIC]
        return real(host, port, *args, **kwargs) if asked.count(host) > 1 else [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))
        ]  # fmt: skip

    def connect(self, where):
        tried.append(where[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with commit():
        send_test(endpoint=endpoint)
    assert asked.count("hooks.example.com") == 1 and tried == [PUBLIC]


@pytest.mark.django_db
def test_a_changed_address_is_looked_at_too(names):
    endpoint, _ = subscribe(url="https://hooks.example.com/", events=EVENTS)
    with pytest.raises(BadInput):
        change(endpoint=endpoint, url="https://127.0.0.1/")
    assert Endpoint.objects.get().url == "https://hooks.example.com/"


@pytest.mark.django_db
def test_a_proxy_of_the_machine_is_not_used(commit, receiver, subscribed, monkeypatch):
    """A proxy would look names up itself, behind the filter's back."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    endpoint = subscribed(*EVENTS)
    with commit():
        send_test(endpoint=endpoint)
    assert receiver.types() == ["webhook.test"] and urlsplit(receiver.url).port != 9
