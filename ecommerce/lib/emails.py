"""Emails as text and HTML from one pair of templates, and a backend that files them."""

from collections.abc import Sequence
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone


def send_email(*, template: str, to: str, context: dict[str, Any]) -> None:
    """Send `templates/emails/<template>.{txt,html}` to one address.

    The first line of the text template is the subject. Raises what the mail backend raises
    (OSError, smtplib.SMTPException) when the message was not accepted.
    """
    context = {"site_url": settings.SITE_URL, **context}
    subject, _, body = render_to_string(f"emails/{template}.txt", context).strip().partition("\n")
    message = EmailMultiAlternatives(subject.strip(), body.strip() + "\n", to=[to])
    message.attach_alternative(render_to_string(f"emails/{template}.html", context), "text/html")
    message.send()


class NotSent(OSError):
    """The mail server did not take an email. It is still owed; the same may work a little later."""


class FileBackend(BaseEmailBackend):
    """Write each message to its own .eml file, which any mail program opens."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            unique = make_msgid().strip("<>").split("@")[0]
            name = f"{timezone.now():%Y%m%d-%H%M%S}-{unique}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)
