"""The purchase that `tests.killing` kills: what a shopper does, and what is legal afterwards."""

from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Hold, StockItem, Variant
from catalog.services.inventory import set_on_hand
from dashboard.services.sweep import sweep
from documents.models import OrderFile
from ecommerce.lib.addresses import PostalAddress
from orders.models import (
    Cart,
    CreditNote,
    Discount,
    DiscountUse,
    Invoice,
    InvoiceCounter,
    Order,
    Return,
    Shipment,
)
from orders.services import cart as carts
from orders.services.checkout import save_answers
from orders.services.holding import hold_cart
from payments.gateways.stripe.amounts import from_stripe
from payments.models import DemoTransaction, Payment, Refund
from payments.services import orders as paying
from payments.services import payments
from payments.tests.stripe_shop import deliver, stripe_environment, things
from tests.fakes.process import Fake

SKU = "FIELD-BACKPACK-RASPBERRY"
PIECES = 2
EMAIL = "killed@example.com"
CODE = "KILLED"
PAID = "checkout.session.completed"
ADDRESS = PostalAddress(
    name="Kim Kaiser", line1="Hauptstr. 5", postal_code="10115", city="Berlin", country="DE"
)


def prepare(fake: Fake | None) -> None:
    """What has to be there before: a bank, a code that one order may use, enough on the shelf."""
    if fake is not None:
        for name, value in stripe_environment(fake).items():
            setattr(settings, name, value)
    Discount.objects.create(name="Once", code=CODE, percent=Decimal(10), max_uses=1)
    StockItem.objects.filter(variant__sku=SKU).update(on_hand=0, held=0)
    Hold.objects.filter(item__variant__sku=SKU).delete()

    set_on_hand(variant=Variant.objects.get(sku=SKU), on_hand=5, reason="Counted")
    # The demo's own papers are none of this purchase's business.
    Invoice.objects.update(file_stored_at=timezone.now())
    CreditNote.objects.update(file_stored_at=timezone.now())
    Shipment.objects.update(label_stored_at=timezone.now())
    Return.objects.update(label_stored_at=timezone.now())


def buy(fake: Fake | None) -> None:
    """Basket, hold, "Pay", the bank's page, the bank's message, and the way back to the shop."""
    cart = carts.open_cart()
    carts.add_line(cart=cart, sku=SKU, quantity=PIECES)
    save_answers(cart=cart, email=EMAIL, shipping_address=ADDRESS)
    method = carts.view_cart(Cart.objects.get(pk=cart.pk)).methods[0].code
    save_answers(cart=cart, shipping_method=method)
    carts.add_coupon(cart=Cart.objects.get(pk=cart.pk), code=CODE)
    hold_cart(cart=cart)
    cart = Cart.objects.get(pk=cart.pk)
    method = "stripe" if fake else "demo"
    _, payment = paying.place_and_pay(cart=cart, confirmed_total=None, payment_method=method)
    assert payment is not None
    payments.start_payment(payment=payment)
    payment.refresh_from_db()
    browser = Client(SERVER_NAME="127.0.0.1")
    if fake is None:
        approve(browser, payment)
    else:
        fake.tell("pay", session=payment.external_id)
        assert {answer.status_code for answer in deliver(browser, fake, kinds=[PAID])} == {200}
    answer = browser.get(reverse("payments:return", args=[payment.reference]))
    assert answer.status_code == 302, answer.status_code


def approve(browser: Client, payment: Payment) -> None:
    """The shopper says yes; the bank takes the money and tells the shop."""
    address = reverse("payments:demo_bank", args=[payment.reference])
    assert browser.post(address, {"choice": "approve"}).status_code == 302


def charges(fake: Fake | None) -> list[Decimal]:
    """What the bank took, by its own books."""
    if fake is not None:
        taken = [one for one in things(fake, "charge") if one["status"] == "succeeded"]
        return [from_stripe(one["amount_captured"] - one["amount_refunded"], "EUR") for one in taken]
    approved = DemoTransaction.objects.filter(decision=DemoTransaction.Decision.APPROVED)
    ours = Payment.objects.filter(order__email=EMAIL).values("reference")
    return list(approved.filter(reference__in=ours).values_list("amount", flat=True))


def look(fake: Fake | None) -> list[str]:
    """Let time go by, with a sweep now and then; returns what is not legal after it, in words."""
    now = timezone.now()
    problems = []
    for minutes in (6, 70, 140):
        _, failed = sweep(now=now + timedelta(minutes=minutes))
        problems += [f"the sweep of {app} failed" for app in failed]
    order = Order.objects.filter(email=EMAIL).first()
    taken = charges(fake)
    problems += _stock(PIECES if taken else 0)
    if order is None:
        problems += _expect("money without an order", taken, [])
        mine = Cart.objects.filter(lines__variant__sku=SKU).order_by("-pk").first()
        if mine is not None:
            problems += _expect("the basket", mine.status, Cart.Status.OPEN)
    elif taken:
        problems += _paid(order, taken)
    else:
        problems += _given_up(order)
    uses = 1 if taken else 0
    problems += _expect("uses of the code", Discount.objects.get(code=CODE).uses, uses)
    live = DiscountUse.objects.filter(discount__code=CODE, released_at=None).count()
    return problems + _expect("live uses of the code", live, uses)


def _expect(what: str, found: Any, wanted: Any) -> list[str]:
    return [] if found == wanted else [f"{what}: {found!r} and not {wanted!r}"]


def _stock(pieces: int) -> list[str]:
    item = StockItem.objects.get(variant__sku=SKU, on_hand__gt=0)
    held = Hold.objects.filter(item=item, state=Hold.State.ACTIVE).aggregate(n=Sum("quantity"))["n"] or 0
    return _expect("stock (on hand, held, promised)", (item.on_hand, item.held, held), (5, pieces, pieces))


def _paid(order: Order, taken: list[Decimal]) -> list[str]:
    captured = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED)
    invoices = list(Invoice.objects.filter(order=order))
    state = (order.status, order.payment_status, order.amount_paid)
    found = _expect("charges", taken, [order.total])
    found += _expect("the order", state, (Order.Status.PROCESSING, Order.PaymentStatus.PAID, order.total))
    found += _expect("captured payments", [payment.amount for payment in captured], [order.total])
    found += _expect("refunds", Refund.objects.filter(payment__order=order).count(), 0)
    found += _expect("invoices", len(invoices), 1)
    found += _numbers()
    for invoice in invoices:
        files = list(OrderFile.objects.filter(source=f"invoice:{invoice.pk}"))
        kept = [storages["private"].exists(file.path) for file in files]
        found += _expect("the invoice's file", (kept, bool(invoice.file_stored_at)), ([True], True))
    return found + _mails({"We have your order": 1, "Payment received": 1})


def _given_up(order: Order) -> list[str]:
    state = (order.status, order.payment_status, order.amount_paid)
    unpaid = (Order.Status.CANCELLED, Order.PaymentStatus.UNPAID, Decimal(0))
    found = _expect("the order", state, unpaid)
    open_ones = Payment.objects.filter(order=order).exclude(status=Payment.Status.CANCELLED)
    found += _expect("payments still open", open_ones.count(), 0)
    found += _expect("invoices", Invoice.objects.filter(order=order).count(), 0)
    return found + _numbers() + _mails({"We have your order": 1, "is cancelled": 1})


def _numbers() -> list[str]:
    """Every number up to the counter's was given to exactly one invoice or credit note."""
    found = []
    for counter in InvoiceCounter.objects.all():
        invoices = Invoice.objects.filter(series=counter.series).values_list("sequence", flat=True)
        notes = CreditNote.objects.filter(series=counter.series).values_list("sequence", flat=True)
        numbers = sorted([*invoices, *notes])
        found += _expect(f"numbers of {counter.series}", numbers, list(range(1, counter.last + 1)))
    return found


def _mails(wanted: dict[str, int]) -> list[str]:
    """One email of each kind. A process that dies between the mail server's yes and our note of it
    sends a second copy: that mail is not `sent_at` at its first try."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml"))
    messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    subjects = [message["Subject"] for message in messages if EMAIL in message["To"]]
    order = Order.objects.get(email=EMAIL)
    tries = order.notifications.aggregate(n=Sum("attempts"))["n"] or 0
    found = []
    for words, count in wanted.items():
        sent = sum(words in subject for subject in subjects)
        if not count <= sent <= count + (tries > len(wanted)):
            found.append(f"emails “{words}”: {sent} and not {count}")
    return found + _expect("kinds of emails", order.notifications.count(), len(wanted))
