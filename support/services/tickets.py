"""Every write to the questions that shoppers send."""

from typing import Any

from django.utils import timezone

from customers.models import User
from ecommerce.lib.background import after_commit
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from support import tasks
from support.models import Ticket

MAX_ANSWER = 4000


@retrying_atomic
def open_ticket(
    *, name: str, email: str, subject: str, message: str, order_number: str = "", customer: User | None = None
) -> Ticket:
    """Store a message from the contact page and confirm it by email after commit.

    `order_number` is what the shopper typed; it gives access to nothing.
    """
    ticket = Ticket.objects.create(
        name=name,
        email=email,
        subject=subject,
        message=message,
        order_number=order_number,
        customer=customer,
        created_by=customer,
    )
    after_commit(tasks.send_ticket_received, ticket.pk)
    return ticket


@retrying_atomic
def answer_ticket(*, ticket: Ticket, text: str, actor: User) -> Ticket:
    """Send staff's answer to the shopper by email and mark the ticket answered.

    The same answer again changes and sends nothing. Raises BadInput (field `answer`) for an
    empty or too long text and DomainError `ticket_closed` for a closed ticket.
    """
    text = text.strip()
    if not text:
        raise BadInput("Write an answer before sending it.", field="answer")
    if len(text) > MAX_ANSWER:
        raise BadInput(f"The answer is {len(text)} characters long; {MAX_ANSWER} fit.", field="answer")
    locked = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if locked.status == Ticket.Status.CLOSED:
        raise DomainError("This ticket is closed. Open it again to answer.", code="ticket_closed")
    if locked.status == Ticket.Status.ANSWERED and locked.answer == text:
        return locked
    locked.answer = text
    locked.answered_at = timezone.now()
    _move(locked, Ticket.Status.ANSWERED, actor)
    after_commit(tasks.send_ticket_answer, locked.pk)
    return locked


@retrying_atomic
def close_ticket(*, ticket: Ticket, actor: User) -> Ticket:
    """Put a ticket away without an email; a repeat changes nothing."""
    locked = Ticket.objects.select_for_update().get(pk=ticket.pk)
    _move(locked, Ticket.Status.CLOSED, actor)
    return locked


@retrying_atomic
def reopen_ticket(*, ticket: Ticket, actor: User) -> Ticket:
    """Put a ticket back among those that wait for an answer; a repeat changes nothing."""
    locked = Ticket.objects.select_for_update().get(pk=ticket.pk)
    _move(locked, Ticket.Status.OPEN, actor)
    return locked


def _move(ticket: Ticket, status: str, actor: Any) -> None:
    ticket.status = status
    ticket.modified_by = actor
    ticket.save()
