"""Messages from the contact page."""

from datetime import timedelta

from customers.models import User
from demo.loader.bulk import Writer
from demo.loader.people import ADA_EMAIL, People
from demo.loader.plan import Plan
from orders.models import Order
from support.models import Ticket

# subject, message, answer ("" while nobody has answered), hours ago, about an order
_TICKETS = (
    (
        "Can I change the delivery address?",
        "I ordered last night and noticed that I had given my old flat. Could the parcel go to my "
        "office instead? The street is Schillerstraße 8, third floor.",
        "", 9, True,
    ),
    (
        "Does the backpack fit a 15-inch laptop?",
        "The page says 14 inches. Mine is a slim 15. Has anybody tried?",
        "", 20, False,
    ),
    (
        "Invoice with my company's VAT number",
        "Is it possible to have our VAT number on the next invoice? We order for the whole office.",
        "", 31, False,
    ),
    (
        "The plant arrived thirsty",
        "It was four days on the road over the weekend and looks sorry for itself. Is that normal?",
        "Give it a deep drink and two days of shade; it will straighten up. If it does not, write to "
        "us and a new one is on its way.",
        75, True,
    ),
    (
        "Gift wrapping",
        "Do you wrap presents, and does it cost extra?",
        "We do, in brown paper with a green ribbon, and it is free. Write it in the note at the "
        "checkout.",
        140, False,
    ),
    (
        "Thank you",
        "No question. The note in the parcel made my week, and I thought somebody should know.",
        "Now you have made ours. It is pinned up above the packing table.",
        260, False,
    ),
)  # fmt: skip


def load_tickets(plan: Plan, *, people: People) -> None:
    """Write half a dozen messages, the open ones last. Without customers there are none."""
    if not plan.customers:
        return
    writer = Writer(Ticket)
    ada = User.objects.get(email=ADA_EMAIL)
    order = Order.objects.filter(customer=ada).values_list("number", flat=True).first() or ""
    for position, (subject, message, answer, hours, has_order) in reversed(list(enumerate(_TICKETS))):
        asker = people.customer(0 if has_order else position % plan.customers)
        asked = plan.midnight - timedelta(hours=hours)
        answered = asked + timedelta(hours=3) if answer else None
        closed = answer and hours > 200
        states = Ticket.Status
        writer.add(
            Ticket,
            status=states.CLOSED if closed else states.ANSWERED if answer else states.OPEN,
            customer_id=asker.user_id,
            name=asker.name,
            email=asker.email,
            order_number=order if has_order else "",
            subject=subject,
            message=message,
            answer=answer,
            answered_at=answered,
            created_at=asked,
            modified_at=answered or asked,
        )
    writer.flush()
