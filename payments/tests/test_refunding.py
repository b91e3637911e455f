"""Money back without a return: by pieces, delivery or amount, with its credit note and its email."""

from decimal import Decimal

import pytest

from catalog.models import StockItem, StockMovement
from catalog.tests.factories import ProductFactory, StoreFactory
from ecommerce.lib.errors import BadInput, DomainError
from orders.models import CreditNote, Order
from orders.services.fulfilment import ship_order
from orders.services.return_money import refund_estimate
from orders.services.return_steps import approve_return, receive_return
from orders.services.returns import request_return
from orders.tests.factories import paid_order, shipped_order
from payments.gateways.base import RefundSeen
from payments.models import Payment, Refund
from payments.services.orders import cancel_and_refund
from payments.services.refund_parts import lines_left, refund_preview, worth_of
from payments.services.refunding import refund_parts, release_parts
from payments.services.refunds import book_refund, return_everything
from payments.services.returns import refund_return
from payments.services.seen_refunds import book_seen_refunds
from payments.services.sweep import sweep
from payments.tests.test_balances import dearer, later, pay

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def send(order, key="k", **what):
    """Refund; `pieces` is for the order's only line."""
    if "pieces" in what:
        what["lines"] = {order.lines.get().pk: what.pop("pieces")}
    return refund_parts(order=order, reason="Arrived broken", key=key, **what)


def refused(order, **what):
    with pytest.raises(DomainError) as error:
        send(order, key="no", **what)
    assert not Refund.objects.filter(key__startswith="no:").exists()
    return error.value.code


def arrived_return(order, pieces):
    line = order.lines.get()
    made = request_return(order=order, lines={line.pk: (pieces, "other", "")})
    approve_return(return_=made)
    return receive_return(return_=made, received={made.lines.get().pk: (pieces, 0)})


def test_pieces_and_delivery_go_back_with_a_credit_note_that_names_them():
    order = shipped_order(quantity=3)
    [refund] = send(order, pieces=2, shipping=Decimal("3.90"))
    line, note = order.lines.get(), CreditNote.objects.get()
    assert (refund.amount, refund.status, note.amount) == (Decimal("43.90"), "done", Decimal("43.90"))
    assert (line.quantity_refunded, note.lines) == (2, {str(line.pk): 2})
    paper, invoice = note.snapshot, order.invoice
    assert (note.number, paper["invoice_number"]) == (paper["number"], invoice.number)
    assert [(row["kind"], row["quantity"], row["total"]) for row in paper["lines"]] == [
        ("goods", 2, "40.00"),
        ("delivery", 1, "3.90"),
    ]
    assert paper["lines"][0]["unit_price"] == "20.00" and paper["lines"][0]["sku"] == line.sku
    assert paper["taxes"] == [{"rate": "19", "net": "36.89", "tax": "7.01"}]
    assert (paper["total"], paper["tax_total"]) == ("43.90", "7.01")
    assert paper["seller"] == invoice.snapshot["seller"] and paper["refund_method"] == "Bank transfer"
    order.refresh_from_db()
    assert (order.amount_credited, order.payment_status) == (Decimal("43.90"), "partly_refunded")


def test_the_shopper_is_told_how_much_why_and_how(commit, mailoutbox):
    order = shipped_order()
    with commit():
        send(order, amount=Decimal("5.00"))
        send(order, amount=Decimal("5.00"))
    [mail] = [mail for mail in mailoutbox if "€5.00" in mail.subject]
    words = mail.body
    assert mail.subject == f"€5.00 for order {order.number}"
    assert "Arrived broken" in words and "the way you paid: Bank transfer." in words
    assert CreditNote.objects.get().number in words
    html = mail.alternatives[0][0]
    assert "Arrived broken" in html and CreditNote.objects.get().number in html


def test_cancelling_credits_the_whole_invoice_and_sends_no_second_email(commit, mailoutbox):
    order = paid_order(quantity=2)
    with commit():
        cancel_and_refund(order=order, reason="changed my mind")
    note, invoice = CreditNote.objects.get(), order.invoice
    assert note.amount == invoice.amount
    assert [row["kind"] for row in note.snapshot["lines"]] == ["goods", "delivery"]
    assert [row["tax"] for row in note.snapshot["taxes"]] == [row["tax"] for row in invoice.snapshot["taxes"]]
    assert not order.notifications.filter(kind="refund_sent").exists()


def test_a_return_gets_a_credit_note_with_its_pieces_and_only_its_own_email():
    order = shipped_order(quantity=3)
    refund_return(return_=arrived_return(order, 2), amount=Decimal("30.00"), reason="Worn")
    note = CreditNote.objects.get()
    assert (note.amount, note.lines) == (Decimal("30.00"), {str(order.lines.get().pk): 2})
    assert note.snapshot["lines"][0]["name"].endswith(": part of the price")
    refund_return(return_=arrived_return(order, 1))
    assert order.invoice.amount - sum(one.amount for one in CreditNote.objects.all()) == 10
    last = CreditNote.objects.order_by("-pk")[0].snapshot
    assert [row["kind"] for row in last["lines"]] == ["goods", "delivery"]
    kinds = set(order.notifications.values_list("kind", flat=True))
    assert "return_refunded" in kinds and "refund_sent" not in kinds


def test_all_credit_notes_of_an_order_end_at_its_invoice():
    variants = [ProductFactory(stock=9, price=price).variants.get() for price in ("19.99", "0.07")]
    order = shipped_order(*variants, quantity=3)
    line = order.lines.first()
    send(order, key="a", amount=Decimal("7.77"))
    send(order, key="b", lines={line.pk: 2})
    return_everything(order=order, reason="Sorry")
    notes, invoice = list(CreditNote.objects.all()), order.invoice
    assert sum(note.amount for note in notes) == invoice.amount
    taxes = [Decimal(row["tax"]) for note in notes for row in note.snapshot["taxes"]]
    assert sum(taxes) == Decimal(invoice.snapshot["tax_total"])
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("refunded", "refunded")


def test_money_that_was_too_much_is_no_credit():
    dearer(paid_order(), "-5.00")
    sweep(now=later())
    assert Refund.objects.get().amount == 5 and not CreditNote.objects.exists()


def test_pieces_are_credited_in_full_while_money_that_is_too_much_waits_to_go_back():
    order = shipped_order(quantity=2)
    Order.objects.filter(pk=order.pk).update(total=order.total - 5)
    [refund] = send(order, pieces=1)
    assert (refund.amount, refund.credit) == (20, 20)


def test_the_same_key_sends_once_and_the_same_pieces_go_back_once():
    order = shipped_order(quantity=2)
    first = send(order, pieces=2)
    assert send(order, pieces=2) == first and Refund.objects.count() == CreditNote.objects.count() == 1
    assert refused(order, pieces=1) == "already_refunded"


def test_a_piece_is_paid_back_by_a_refund_or_by_a_return_but_not_by_both():
    order = shipped_order(quantity=3)
    refund_return(return_=arrived_return(order, 1), refund_shipping=False)
    assert [row.left for row in lines_left(order)] == [2]
    assert refused(order, pieces=3) == "already_refunded"
    request_return(order=order, lines={order.lines.get().pk: (1, "other", "")})
    assert refused(order, pieces=2) == "already_refunded", "one of them is in a return"
    send(order, pieces=1)
    assert Payment.objects.get(order=order).refunded_amount == Decimal("40.00")
    with pytest.raises(DomainError, match="can still be sent back"):
        request_return(order=order, lines={order.lines.get().pk: (1, "other", "")})


def test_delivery_goes_back_once_whichever_way():
    order = shipped_order(quantity=2)
    send(order, shipping=Decimal("3.90"))
    assert refused(order, shipping=Decimal("3.90")) == "delivery_refunded"
    everything = {order.lines.get().pk: 2}
    order.refresh_from_db()
    assert refund_estimate(order=order, lines=everything).shipping == 0
    other = shipped_order()
    refund_return(return_=arrived_return(other, 1))
    assert refused(other, shipping=Decimal("3.90")) == "delivery_refunded"


def test_pieces_that_have_not_left_are_not_paid_back_here():
    order = paid_order(quantity=2)
    assert refused(order, pieces=1) == "not_sent"
    ship_order(order=order, carrier="DHL", quantities={order.lines.get().pk: 1})
    assert refused(order, pieces=2) == "not_sent"
    assert send(order, pieces=1)[0].amount == 20


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"amount": Decimal(0)},
        {"amount": Decimal("-1")},
        {"amount": Decimal("1.005")},
        {"amount": Decimal(1), "pieces": 1},
        {"amount": Decimal(1), "shipping": Decimal("3.90")},
        {"pieces": -1},
        {"pieces": 9},
        {"lines": {0: 1}},
        {"shipping": Decimal("3.91")},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(BadInput):
        send(shipped_order(), **wrong)
    assert not Refund.objects.exists()


def test_a_reason_is_needed_and_never_more_than_is_left_goes_back():
    order = shipped_order()
    with pytest.raises(BadInput, match="Say why"):
        refund_parts(order=order, amount=Decimal(1), reason=" ", key="x")
    send(order, key="a", amount=Decimal("10.00"))
    assert refused(order, pieces=1) == "above_captured"
    assert order.lines.get().quantity_refunded == 0, "nothing is claimed then"


def test_restocked_pieces_are_on_the_shelf_again_and_others_are_not():
    order = shipped_order(quantity=3)
    variant = order.lines.get().variant
    on_hand = StockItem.objects.get(variant=variant).on_hand
    send(order, key="a", pieces=2, restock=True)
    send(order, key="b", pieces=1)
    assert StockItem.objects.get(variant=variant).on_hand == on_hand + 2
    moved = StockMovement.objects.filter(kind=StockMovement.Kind.RETURNED).get()
    assert (moved.reference, moved.reason) == (order.stock_reference, "Refund: Arrived broken")


def test_money_given_by_hand_is_written_down_without_asking_the_gateway():
    order = shipped_order(payment_method="demo")  # the demo bank does not know this payment
    [refund] = send(order, amount=Decimal(5), method=Refund.Method.BY_HAND)
    assert (refund.status, refund.external_id) == ("done", "by-hand")
    assert CreditNote.objects.get().snapshot["refund_method"] == "By hand"


def test_a_refund_over_two_payments_credits_the_pieces_once_at_their_own_rate():
    """The first share cannot hold the pieces: both shares are parts of their price."""
    books = ProductFactory(stock=9, price="20.00", tax_class="reduced").variants.get()
    order = paid_order(books, ProductFactory(stock=9).variants.get())
    order = pay(dearer(order))
    ship_order(order=order, carrier="DHL")
    line = order.lines.get(variant=books)
    refunds = send(order, lines={line.pk: 1})
    assert [(refund.amount, refund.lines) for refund in refunds] == [(10, {str(line.pk): 1}), (10, {})]
    notes = CreditNote.objects.order_by("pk")
    assert [note.lines for note in notes] == [{str(line.pk): 1}, {}]
    assert [row["rate"] for note in notes for row in note.snapshot["taxes"]] == ["7", "7"]


def test_a_credit_note_is_issued_once_however_often_the_refund_is_booked():
    order = shipped_order()
    [refund] = send(order, amount=Decimal(5))
    for _ in range(2):
        book_refund(refund=refund, external_id="again")
    assert CreditNote.objects.count() == 1


def test_a_refund_made_on_the_gateways_pages_gets_one_too():
    order = shipped_order()
    seen = [RefundSeen(external_id="re_1", amount=Decimal("4.00"))]
    for _ in range(2):
        book_seen_refunds(payment=Payment.objects.get(order=order), seen=seen)
    assert CreditNote.objects.get().amount == 4


def test_without_an_invoice_there_is_no_credit_note():
    order = shipped_order()
    order.invoices.all().delete()
    send(order, amount=Decimal(5))
    assert not CreditNote.objects.exists() and Refund.objects.get().status == "done"


def test_a_credit_note_is_numbered_by_the_seller_of_its_invoice():
    order = shipped_order()
    store = StoreFactory(invoice_prefix="NORD-")
    order.invoices.update(store=store)
    send(order, amount=Decimal(5))
    note = CreditNote.objects.get()
    assert note.store == store and note.number.startswith("NORD-C")


def test_a_refund_that_is_given_up_frees_its_pieces_and_the_delivery():
    order = shipped_order(quantity=2)
    [refund] = send(order, pieces=2, shipping=Decimal("3.90"))
    release_parts(refund=refund)
    order.refresh_from_db()
    assert (order.lines.get().quantity_refunded, order.shipping_refunded) == (0, 0)


def test_the_preview_says_what_is_done_and_writes_nothing():
    order = shipped_order(quantity=2)
    lines = {order.lines.get().pk: 1}
    preview = refund_preview(order=order, worth=worth_of(order, lines=lines, shipping=Decimal("3.90")))
    assert [share.amount for share in preview.shares] == [Decimal("23.90")]
    assert not Refund.objects.exists()
    send(order, pieces=1, shipping=Decimal("3.90"))
    taxes = CreditNote.objects.get().snapshot["taxes"]
    assert [str(share.tax) for share in preview.credit.taxes] == [row["tax"] for row in taxes]
