"""A private mail server that keeps what it is given."""

import mailbox
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.servers.base import Server


class Mail(Server):
    name = "mail"

    def command(self) -> list[str]:
        command = [sys.executable, "-m", "aiosmtpd", "--nosetuid", "--listen", f"127.0.0.1:{self.port}"]
        return [*command, "--class", "aiosmtpd.handlers.Mailbox", str(self.folder / "mails")]

    @property
    def url(self) -> str:
        """The EMAIL_URL of a shop that sends through it."""
        return f"smtp://127.0.0.1:{self.port}"

    def mails(self, *, to: str) -> list[EmailMessage]:
        """What was sent to an address so far."""
        raw = [message.as_bytes() for message in mailbox.Maildir(self.folder / "mails")]
        found = [message_from_bytes(one, policy=policy.default) for one in raw]
        return [message for message in found if to in message["To"]]
