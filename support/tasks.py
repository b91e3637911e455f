"""Emails about questions to the shop."""

from celery import shared_task

from catalog.models import StoreSettings
from ecommerce.lib.emails import send_email
from support.models import Ticket


@shared_task(queue_name="mail")
def send_ticket_received(ticket_id: int) -> None:
    """Tell the shopper that the message has arrived and when an answer comes.

    It does not repeat the message: anybody can type anybody's address into the contact form.
    """
    _send(ticket_id, "support/received")


@shared_task(queue_name="mail")
def send_ticket_answer(ticket_id: int) -> None:
    """Send staff's answer to the shopper."""
    _send(ticket_id, "support/answer")


def _send(ticket_id: int, template: str) -> None:
    ticket = Ticket.objects.filter(pk=ticket_id).first()
    if ticket is not None:
        shop = StoreSettings.current()
        context = {"ticket": ticket, "shop_name": shop.name, "contact_phone": shop.contact_phone}
        send_email(template=template, to=ticket.email, context=context)
