"""Text messages: filed, by Twilio, by any gateway; and nothing of them in a log."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.core.exceptions import ImproperlyConfigured

from ecommerce.lib import sms

TO, TEXT = "+4915123456789", "Ümlaut & code 123456"


class Gateway(ThreadingHTTPServer):
    """A gateway on loopback that answers `status` and remembers what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Door)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.status, self.asked = 201, []


class Door(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.send_header("Location", f"http://{self.server.host}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def gateway():
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_without_a_sender_messages_are_filed_beside_the_emails(settings, tmp_path):
    settings.SMS_FILE_PATH = tmp_path / "mail"
    sms.send_sms(TO, TEXT)
    sms.send_sms(TO, TEXT)
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".txt"] * 2
    assert files[0].read_text() == f"To: {TO}\n\n{TEXT}\n"


@pytest.mark.parametrize(
    ("sender", "field"), [("+4915700000000", "From"), ("Alcove", "From"), ("MG0123", "MessagingServiceSid")]
)
def test_twilio(settings, gateway, sender, field):
    settings.SMS_URL = f"twilio://AC01:to%2Fken@?from={sender}"
    settings.TWILIO_API = f"http://{gateway.host}"
    sms.send_sms(TO, TEXT)
    ((path, login, body),) = gateway.asked
    assert path == "/2010-04-01/Accounts/AC01/Messages.json"
    assert base64.b64decode(login.removeprefix("Basic ")) == b"AC01:to/ken"
    assert parse_qs(body) == {"To": [TO], "Body": [TEXT], field: [sender]}


def test_any_other_gateway(settings, gateway, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    settings.SMS_URL = f"http://the%2Btoken@{gateway.host}/send?channel=shop"
    sms.send_sms(TO, TEXT)
    ((path, login, body),) = gateway.asked
    assert (path, login, json.loads(body)) == (
        "/send?channel=shop",
        "Bearer the+token",
        {"to": TO, "text": TEXT},
    )


@pytest.mark.parametrize("status", [302, 307, 400, 401, 429, 500])
def test_a_refusal_is_said_without_the_message(settings, gateway, status, caplog):
    gateway.status = status
    settings.SMS_URL = f"http://token@{gateway.host}/send"
    with pytest.raises(sms.SmsNotSent, match=f"refused with status {status}") as refusal:
        sms.send_sms(TO, TEXT)
    assert len(gateway.asked) == 1
    assert not any(word in str(refusal.value) + caplog.text for word in ("token", TO, "123456"))


def test_no_answer_is_said_without_the_message(settings, gateway):
    settings.SMS_URL = f"http://token@{gateway.host}/send"
    gateway.server_close()
    with pytest.raises(sms.SmsNotSent, match=r"no answer \(ConnectionError\)") as refusal:
        sms.send_sms(TO, TEXT)
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(
    "url",
    [
        "twilio://SID@?from=+49151",
        "twilio://SID:TOKEN@",
        "http://token@sms.example/send",
        "https://sms.example/send",
        "https://",
        "smtp://token@sms.example",
        "nonsense",
    ],
)
def test_other_addresses_are_not_understood(url):
    with pytest.raises(ImproperlyConfigured, match="SMS_URL") as error:
        sms.sender_of(url)
    assert "TOKEN@sms" not in str(error.value) and "token@" not in str(error.value)


def test_for_development_they_are_printed(settings, capsys):
    settings.SMS_URL = "console:"
    sms.send_sms(TO, TEXT)
    assert capsys.readouterr().out == f"To: {TO}\n\n{TEXT}\n\n"
