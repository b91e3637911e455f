"""What the reconciliation list finds, and that each finding goes when it is repaired."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.tests.factories import StaffFactory
from ecommerce.lib.errors import DomainError
from orders.models import Invoice, InvoiceCounter, Order
from orders.services.fulfilment import deliver_order, ship_order
from orders.services.orders import cancel_order, mark_processing
from orders.tests.factories import OrderFactory, paid_order, shipped_order
from payments.gateways.base import Event, GatewayError
from payments.gateways.demo.gateway import decide
from payments.models import DemoTransaction, GatewayEvent, Payment, Refund
from payments.services import receiving, refund_repairs, repairs
from payments.services.events import handle_event
from payments.services.payments import call_off_payment, capture_payment, confirm_payment
from payments.services.refunds import refund_order
from payments.services.sweep import sweep
from payments.tests.reconciling import (
    at_the_bank,
    authorised,
    bank_says,
    failed_refund,
    found,
    held,
    kinds,
    paid_at_the_bank,
)
from payments.tests.test_balances import dearer

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_a_shop_in_order_has_nothing_on_the_list():
    shipped_order()
    OrderFactory(payment_method="cash_on_delivery")
    at_the_bank()
    assert kinds() == []


def test_money_of_a_cancelled_order_goes_back_and_off_the_list():
    order = paid_order()
    cancel_order(order=order, reason="changed my mind")
    [finding] = found()
    assert (finding.kind, finding.amount, finding.repairs) == (
        "cancelled_money",
        order.total,
        ("send-back",),
    )
    repairs.send_back(order=Order.objects.get(pk=order.pk))
    assert kinds() == [] and Refund.objects.get().amount == order.total


def test_a_second_payment_goes_back_and_off_the_list():
    order, first = at_the_bank()
    call_off_payment(payment=first, reason="tried again")
    receiving.receive_payment(order=order)
    confirm_payment(payment=first)
    [finding] = found()
    assert (finding.kind, finding.payment, finding.amount) == ("paid_twice", first, order.total)
    decide(reference=first.reference, approve=True)
    repairs.send_back(order=Order.objects.get(pk=order.pk))
    order.refresh_from_db()
    assert kinds() == [] and (order.payment_status, order.amount_paid) == ("paid", order.total)


def test_too_much_money_goes_back_and_off_the_list():
    order = dearer(paid_order(), "-5.00")
    [finding] = found()
    assert (finding.kind, finding.amount) == ("too_much", 5)
    repairs.send_back(order=order)
    assert kinds() == []


def test_another_amount_than_asked_for_is_booked_and_the_rest_waits():
    order, payment = held("9.00")
    [finding] = found()
    assert (finding.kind, finding.amount, finding.repairs[0]) == ("mismatch", 9, "book")
    repairs.book_reported(payment=payment)
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (payment.status, payment.amount, payment.held_since) == ("captured", 9, None)
    assert (order.payment_status, order.amount_due) == ("partly_paid", order.total - 9)
    assert kinds() == []


def test_more_than_asked_for_is_booked_and_the_surplus_goes_back():
    order, payment = held("900.00")
    repairs.book_reported(payment=payment)
    sweep(now=timezone.now())
    order.refresh_from_db()
    assert (order.payment_status, order.amount_paid, order.overpaid_since) == ("paid", order.total, None)
    assert Refund.objects.get().amount == 900 - order.total and kinds() == []


def test_only_the_amount_that_staff_have_seen_is_booked():
    order, payment = held("9.00")
    DemoTransaction.objects.update(amount=Decimal("8.00"))
    with pytest.raises(DomainError, match="just changed"):
        repairs.book_reported(payment=payment)
    assert Payment.objects.get().status == "pending" and Order.objects.get().amount_paid == 0


def test_held_money_that_staff_settled_elsewhere_stays_off_the_list():
    order, payment = held("9.00")
    repairs.deal_with_held(payment=payment, note_text="sent back at the bank")
    payment.refresh_from_db()
    assert (payment.status, payment.live_for) == ("cancelled", None)
    repairs.ask_payment(payment=payment)
    sweep(now=timezone.now() + timedelta(hours=2))
    assert kinds() == [] and payment.alerts.get().note == "sent back at the bank"
    DemoTransaction.objects.update(amount=Decimal("7.00"))
    repairs.ask_payment(payment=Payment.objects.get())
    assert kinds() == ["called_off_money"], "other facts are shown again"


def test_a_payment_we_do_not_know_is_listed_until_staff_deal_with_it():
    handle_event(gateway="demo", event=Event(event_id="evt_9", kind="payment.approved", reference="pay_x"))
    handle_event(gateway="demo", event=Event(event_id="evt_10", kind="balance.available"))
    [finding] = found()
    assert finding.kind == "unknown_money" and "evt_9" in finding.facts
    repairs.deal_with_event(event=finding.event, note_text="another shop of ours")
    event = GatewayEvent.objects.get(event_id="evt_9")
    assert kinds() == [] and event.note == "another shop of ours" and event.resolved_at


def test_a_dispute_is_listed_until_staff_deal_with_it():
    order, payment = paid_at_the_bank()
    for number in (1, 2):
        event = Event(
            event_id=f"evt_{number}", kind="dispute", reference=payment.reference, alert="Disputed: €9.00"
        )
        handle_event(gateway="demo", event=event)
    [finding] = found()
    assert (finding.kind, finding.title, finding.order) == ("alert", "Disputed: €9.00", order)
    for _ in range(2):
        repairs.deal_with_alert(alert=finding.alert, note_text="evidence sent")
    assert kinds() == []
    assert order.events.filter(kind="repaired", message__contains="evidence sent").count() == 1


def test_a_refund_that_failed_is_asked_for_again_with_another_key():
    refund = failed_refund()
    [finding] = found()
    assert (finding.kind, finding.amount, finding.refund) == ("refund_failed", 5, refund)
    before = refund.gateway_key
    refund = refund_repairs.retry_refund(refund=refund)
    assert (refund.status, refund.attempts) == ("done", 1) and refund.gateway_key != before
    order = Order.objects.get()
    assert kinds() == [] and order.amount_paid == order.total - 5


def test_a_refund_that_failed_is_sent_by_hand():
    refund = refund_repairs.sent_by_hand(refund=failed_refund(), note_text="SEPA 4711")
    refund_repairs.sent_by_hand(refund=refund)
    order = Order.objects.get()
    assert (refund.status, refund.method) == ("done", "by_hand")
    assert kinds() == [] and order.amount_paid == order.total - 5
    assert order.events.filter(message__contains="SEPA 4711").count() == 1


def test_a_refund_that_is_given_up_frees_what_it_claimed():
    refund = failed_refund()
    for _ in range(2):
        refund = refund_repairs.give_up_refund(refund=refund, note_text="the customer keeps it")
    payment = Payment.objects.get()
    assert (refund.status, payment.refunded_amount, payment.left) == ("given_up", 0, payment.amount)
    assert kinds() == []


def test_a_refund_that_left_although_it_was_given_up_is_booked():
    """Money is a fact: the bank had sent it, and says so when it is asked."""
    refund = refund_repairs.give_up_refund(refund=failed_refund(), note_text="x")
    payment = refund.payment
    DemoTransaction.objects.get().refunds.create(amount=refund.amount, key=refund.gateway_key)
    repairs.ask_payment(payment=payment)
    refund.refresh_from_db()
    payment.refresh_from_db()
    order = Order.objects.get()
    assert (refund.status, payment.refunded_amount, order.amount_paid) == ("done", 5, order.total - 5)


def test_the_sweep_sends_nothing_that_staff_gave_up_until_they_send_it():
    order, payment = paid_at_the_bank()
    bank_says(payment, "declined")
    cancel_order(order=order, reason="x")
    sweep(now=timezone.now())
    assert kinds() == ["refund_failed"]
    refund_repairs.give_up_refund(refund=Refund.objects.get(), note_text="account closed")
    bank_says(payment, "approved")
    sweep(now=timezone.now())
    assert kinds() == ["cancelled_money"] and Refund.objects.count() == 1
    repairs.send_back(order=Order.objects.get())
    assert kinds() == [] and [refund.status for refund in Refund.objects.all()] == ["given_up", "done"]


def test_a_failed_refund_of_what_is_too_much_is_not_claimed_a_second_time():
    order, payment = paid_at_the_bank()
    dearer(order, "-5.00")
    bank_says(payment, "declined")
    for _ in range(3):
        sweep(now=timezone.now())
    assert kinds() == ["refund_failed"] and Refund.objects.count() == 1


def test_a_refund_the_bank_does_not_answer_for_is_stuck_after_an_hour():
    order, payment = paid_at_the_bank()
    transaction = DemoTransaction.objects.get()
    DemoTransaction.objects.all().delete()
    with pytest.raises(GatewayError):
        refund_order(order=order, amount=Decimal("5.00"), reason="x", key="x")
    assert (kinds(), kinds(hours=2)) == ([], ["refund_stuck"])
    refund = Refund.objects.get()
    with pytest.raises(DomainError, match="may still send"):
        refund_repairs.sent_by_hand(refund=refund)
    transaction.save(force_insert=True)
    assert refund_repairs.ask_refund(refund=refund).status == "done"
    assert kinds(hours=2) == []


def test_goods_without_money_are_listed_until_paid_or_written_off():
    order = dearer(paid_order())
    [finding] = found()
    assert (finding.kind, finding.amount, finding.severity) == ("unpaid", 10, "look")
    ship_order(order=order, carrier="DHL", despite_balance=True)
    [finding] = found()
    assert (finding.severity, "deal-unpaid" in finding.repairs) == ("urgent", True)
    repairs.write_off(order=order, note_text="our mistake")
    assert kinds() == []


def test_paid_at_the_door_is_listed_three_days_after_delivery_until_the_money_is_seen():
    order = OrderFactory(payment_method="cash_on_delivery")
    mark_processing(order=order)
    ship_order(order=order, carrier="DHL")
    deliver_order(order=order)
    assert (kinds(hours=70), kinds(hours=73)) == ([], ["door_unpaid"])
    receiving.receive_payment(order=order)
    assert kinds(hours=73) == []


def test_books_that_disagree_are_corrected_from_the_payments():
    order = paid_order()
    Order.objects.filter(pk=order.pk).update(amount_paid=Decimal("1.00"), payment_status="partly_paid")
    [finding] = [one for one in found() if one.kind == "books"]
    assert finding.amount == order.total - 1
    for _ in range(2):
        repairs.correct_books(order=order)
    order.refresh_from_db()
    assert (order.amount_paid, order.payment_status) == (order.total, "paid") and kinds() == []
    assert order.events.filter(kind="repaired").count() == 1


def test_sums_that_are_no_round_floats_do_not_disagree():
    order = dearer(paid_order(), "0.10")
    for _ in range(3):
        receiving.receive_payment(order=Order.objects.get(pk=order.pk), amount=Decimal("0.01"))
    assert "books" not in kinds()


def test_an_open_payment_is_listed_after_five_minutes_until_the_bank_has_said():
    order, payment = at_the_bank()
    assert (kinds(), kinds(hours=0.1)) == ([], ["open"])
    decide(reference=payment.reference, approve=True)
    repairs.ask_payment(payment=payment)
    assert kinds(hours=0.1) == [] and Order.objects.get().is_paid


def test_a_payment_that_is_called_off_leaves_time_for_another():
    order, payment = at_the_bank()
    Order.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    repairs.void_payment(payment=payment)
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (payment.status, payment.closed_at_gateway is not None) == ("cancelled", True)
    assert order.status == "pending" and order.expires_at > timezone.now() + timedelta(minutes=25)
    assert kinds(hours=2) == []
    with pytest.raises(DomainError, match="Only an open payment"):
        repairs.void_payment(payment=payment)


def test_authorised_money_is_listed_before_it_lapses_until_it_is_taken():
    order, payment = authorised()
    [finding] = found()
    assert (finding.kind, finding.repairs) == ("lapsing", ("capture", "ask", "void"))
    decide(reference=payment.reference, approve=True)
    capture_payment(payment=payment)
    assert kinds() == [] and Order.objects.get().is_paid


def test_what_was_called_off_is_ended_at_the_gateway():
    order, payment = at_the_bank()
    call_off_payment(payment=payment, reason="tried again")
    assert (kinds(), kinds(hours=2)) == ([], ["not_ended"])
    payment.refresh_from_db()
    repairs.end_payment(payment=payment)
    assert kinds(hours=2) == [] and DemoTransaction.objects.get().decision == "cancelled"


def test_a_paid_order_without_invoice_gets_one():
    order = paid_order()
    Invoice.objects.all().hard_delete()
    InvoiceCounter.objects.update(last=0)
    assert kinds() == ["no_invoice"]
    repairs.issue_missing_invoice(order=order)
    assert kinds() == [] and Invoice.objects.get().order == order


def test_a_gap_in_the_numbers_is_named_and_explained():
    orders = [paid_order() for _ in range(3)]
    Invoice.objects.filter(order=orders[1]).hard_delete()
    gap = next(one for one in found() if one.kind == "number_gap")
    assert gap.title.endswith("has a gap: 00002")
    repairs.explain_gap(counter=gap.counter, note_text="lost with the old server")
    assert "number_gap" not in kinds()
    Invoice.objects.filter(order=orders[0]).hard_delete()
    assert "number_gap" in kinds(), "another gap has to be explained by itself"


def test_each_repair_says_who_did_it():
    actor = StaffFactory(name="Fiona Finance")
    refund_repairs.give_up_refund(refund=failed_refund(), note_text="x", actor=actor)
    event = Order.objects.get().events.get(kind="repaired")
    assert (event.actor, event.is_public) == (actor, False)


def test_reading_the_list_costs_the_same_for_any_number_of_findings():
    def cost():
        with CaptureQueriesContext(connection) as queries:
            found(hours=80)
        return len(queries)

    def go_wrong():
        failed_refund(), held(), authorised(), at_the_bank()
        cancel_order(order=paid_order(), reason="x")
        dearer(paid_order())
        dearer(paid_order(), "-5.00")
        Invoice.objects.filter(order=paid_order()).hard_delete()

    go_wrong()
    few = cost()
    Refund.objects.update(key="another")
    go_wrong()
    assert cost() == few
    assert len(kinds(hours=80)) >= 14
