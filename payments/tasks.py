"""Background work of payments. Every task may run twice; the sweep finds lost ones."""

from celery import shared_task

from payments.services import gift_card_emails


@shared_task(queue_name="mail")
def send_gift_card(card_id: int) -> None:
    """Send the email that brings a gift card. Raises NotSent when the mail server refused it."""
    if not gift_card_emails.send_gift_card(card_id):
        gift_card_emails.raise_refused(card_id)
