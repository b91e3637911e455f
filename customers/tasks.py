"""Background work of the account pages."""

from celery import shared_task
from django.core.mail import EmailMultiAlternatives


@shared_task
def send_account_email(subject: str, text: str, html: str, to: str) -> None:
    """Send an email about an account. A lost one is asked for again by its reader."""
    message = EmailMultiAlternatives(subject, text, to=[to])
    if html:
        message.attach_alternative(html, "text/html")
    message.send()
