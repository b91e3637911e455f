"""The reconciliation list and the payments of an order, as staff use them."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tests.factories import UserFactory
from dashboard.repairs import REPAIRS, seen
from dashboard.tests.conftest import sign_in, staff_with
from orders.models import InvoiceCounter, Order
from orders.services.orders import cancel_order
from orders.tests.factories import OrderFactory, paid_order
from payments.gateways.base import Event
from payments.gateways.demo.gateway import decide
from payments.models import DemoTransaction, GatewayEvent, Payment, Refund
from payments.services.events import handle_event
from payments.services.sweep import sweep
from payments.tests.reconciling import at_the_bank, authorised, failed_refund, held, paid_at_the_bank
from payments.tests.test_balances import dearer
from payments.tests.test_payments import later

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

LIST = reverse("admin:reconciliation")
TABLE = reverse("admin:reconciliation_table")


def url(code, target):
    return reverse("admin:reconciliation_repair", kwargs={"code": code, "pk": target.pk})


def press(client, code, target, **answers):
    """Press the button of a page that shows the target as it is."""
    target.refresh_from_db()
    return client.post(url(code, target), {"seen": seen(target)} | answers, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def order_page(client, order):
    return client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()


def dispute(payment, number=1):
    event = Event(event_id=f"e{number}", kind="dispute", reference=payment.reference, alert="=Disputed")
    handle_event(gateway="demo", event=event)
    return payment.alerts.get()


def cancelled():
    order = paid_order()
    return cancel_order(order=order, reason="x")


def test_an_empty_list_says_so(staff):
    page = staff.get(LIST).content.decode()
    assert "All is in order" in page and "Download" not in page


def test_the_list_shows_each_kind_with_its_count_and_filters(staff):
    refund, first, second = failed_refund(), cancelled(), cancelled()
    page = staff.get(LIST)
    assert [(group["code"], group["count"]) for group in page.context["groups"]] == [
        ("cancelled_money", 2),
        ("refund_failed", 1),
    ]
    numbers = [row["finding"].order.number for row in page.context["groups"][0]["rows"]]
    assert numbers == [first.number, second.number], "the oldest first"
    only = staff.get(LIST, {"kind": "refund_failed"}).content.decode()
    assert refund.payment.order.number in only and first.number not in only
    assert staff.get(LIST, {"kind": "nonsense", "page": "x"}).status_code == 200


def test_sidebar_and_home_count_what_is_wrong_and_count_anew_after_a_repair(staff):
    order = cancelled()
    home = staff.get("/admin/")
    assert [task["count"] for task in home.context["tasks"] if task["label"] == "To reconcile"] == [1]
    assert f'href="{LIST}"' in home.content.decode()
    press(staff, "send-back", order)
    labels = [task["label"] for task in staff.get("/admin/").context["tasks"]]
    assert "To reconcile" not in labels


def test_money_is_sent_back_after_a_page_that_names_the_amount(staff, owner):
    order = cancelled()
    assert f'href="{url("send-back", order)}"' in staff.get(LIST).content.decode()
    page = staff.get(url("send-back", order)).content.decode()
    assert f"Send back €{order.total:.2f}" in page and not Refund.objects.exists()
    assert said(press(staff, "send-back", order)) == ["The money is sent back."]
    assert Refund.objects.get().amount == order.total
    assert order.events.filter(kind="repaired", actor=owner).exists()


def test_a_button_of_a_page_that_is_out_of_date_does_nothing(staff):
    refund = failed_refund()
    old = seen(refund)
    press(staff, "refund-again", refund)
    Refund.objects.update(status="failed")
    answer = staff.post(url("refund-again", refund), {"seen": old}, follow=True)
    assert said(answer) == ["This has changed since you looked. Nothing was done; please look again."]
    assert Refund.objects.get().attempts == 1
    assert staff.post(url("refund-again", refund), follow=True).status_code == 200
    assert Refund.objects.get().attempts == 1


def test_a_note_is_asked_for(staff):
    order, payment = held()
    answer = press(staff, "deal-held", payment, note_text=" ")
    assert answer.status_code == 400 and "Error: Dealt with" in answer.content.decode()
    press(staff, "deal-held", payment, note_text="sent back over there")
    assert Payment.objects.get().status == "cancelled"


def test_every_repair_needs_its_permission_and_a_post(staff):
    refund, order = failed_refund(), cancelled()
    _, payment = held()
    handle_event(gateway="demo", event=Event(event_id="u", kind="paid", reference="pay_x"))
    targets = {
        "payment": payment,
        "refund": refund,
        "order": order,
        "alert": dispute(refund.payment),
        "event": GatewayEvent.objects.get(event_id="u"),
        "counter": InvoiceCounter.objects.first(),
    }
    wrong = {
        "payments.change_payment": "payments.add_refund",
        "payments.add_refund": "payments.change_payment",
    }
    shopper = sign_in(UserFactory())
    for repair in REPAIRS.values():
        other = sign_in(staff_with("payments.view_payment", wrong[repair.permission]))
        target = targets[repair.target]
        before = seen(target)
        for client in (other, shopper):
            answer = client.post(url(repair.code, target), {"seen": before, "note_text": "x"})
            assert answer.status_code in (302, 403), repair.code
        assert other.post(url(repair.code, target), {"seen": before}).status_code == 403
        target.refresh_from_db()
        assert seen(target) == before, repair.code
        if not repair.asks:
            assert staff.get(url(repair.code, target)).status_code == 404
    assert staff.post(reverse("admin:reconciliation_repair", args=["send-back", 999999])).status_code == 404
    assert staff.post(reverse("admin:reconciliation_repair", args=["conjure", order.pk])).status_code == 404


def test_only_those_who_may_see_payments_get_the_list(client):
    failed_refund()
    picker = sign_in(staff_with("orders.view_order"))
    clerk = sign_in(staff_with("payments.view_payment"))
    for address in (LIST, TABLE):
        assert picker.get(address).status_code == 403
        assert client.get(address).status_code == 302
        assert sign_in(UserFactory()).get(address).status_code == 302
    assert LIST not in picker.get("/admin/").content.decode()
    page = clerk.get(LIST)
    assert page.context["groups"] and page.context["groups"][0]["rows"][0]["buttons"] == []
    assert clerk.post(LIST).status_code == 405


def test_the_table_holds_the_list_and_no_formula(staff):
    _, payment = paid_at_the_bank()
    dispute(payment)
    body = b"".join(staff.get(TABLE).streaming_content).decode()
    assert "Disputes and alerts,'=Disputed" in body
    assert b"Disputed" not in b"".join(staff.get(TABLE, {"kind": "books"}).streaming_content)


def test_list_and_order_page_cost_the_same_for_any_number_of_rows(staff):
    def cost(address):
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(address).status_code == 200
        return len(queries)

    refund = failed_refund()
    held(), cancelled()
    dearer(paid_order())
    page = reverse("admin:orders_order_change", args=[refund.payment.order_id])
    few, few_here = cost(LIST), cost(page)
    held(), held(), cancelled(), dearer(paid_order())
    for number in range(3):
        refund.pk, refund.key = None, f"more-{number}"
        refund.save()
    for _ in range(2):
        Payment.objects.create(
            order=refund.payment.order, gateway="demo", amount=1, currency="EUR", status="failed"
        )
    assert (cost(LIST), cost(page)) == (few, few_here)


def test_a_long_list_has_pages(staff, monkeypatch):
    monkeypatch.setattr("dashboard.reconciliation.PAGE_SIZE", 1)
    cancelled(), failed_refund()
    assert "Page 1 of 2" in staff.get(LIST).content.decode()
    assert "refund-again" in staff.get(LIST, {"page": 2}).content.decode()


def test_the_order_page_warns_of_what_is_held_and_offers_to_book_it(staff):
    order, payment = held("9.00")
    page = order_page(staff, order)
    assert "Held since" in page and "Book €9.00" in page and "Ask gateway now" in page
    answer = press(staff, "book", payment, back="order")
    assert answer.redirect_chain[-1][0] == reverse("admin:orders_order_change", args=[order.pk])
    assert Payment.objects.get().status == "captured"


def test_authorised_money_is_captured_or_given_free_on_the_order_page(staff):
    order, payment = authorised()
    page = order_page(staff, order)
    assert f"Capture €{order.total:.2f}" in page and url("void", payment) in page and "Until" in page
    decide(reference=payment.reference, approve=True)
    assert said(press(staff, "capture", payment, back="order")) == ["The money is taken."]
    assert Order.objects.get().payment_status == "paid"

    other, payment = authorised()
    assert "given free" in staff.get(url("void", payment)).content.decode()
    press(staff, "void", payment)
    payment.refresh_from_db()
    other.refresh_from_db()
    assert (payment.status, other.status, other.payment_status) == ("cancelled", "pending", "unpaid")


def test_a_bank_that_does_not_answer_loses_nothing(staff):
    refund = failed_refund()
    DemoTransaction.objects.all().delete()
    assert "did not answer" in said(press(staff, "refund-again", refund))[0]
    refund.refresh_from_db()
    assert (refund.status, refund.attempts) == ("pending", 1)


def test_orders_whose_money_is_promised_are_captured_together(staff):
    orders = [authorised()[0] for _ in range(2)]
    at_the_bank()
    queue = reverse("admin:orders_order_changelist", query={"queue": "to_capture"})
    page = staff.get(queue)
    assert {row.pk for row in page.context["cl"].result_list} == {order.pk for order in orders}
    assert f'href="{queue}"' in page.content.decode()
    for payment in Payment.objects.filter(status="authorised"):
        decide(reference=payment.reference, approve=True)
    answer = staff.post(
        reverse("admin:orders_order_changelist"),
        {"action": "capture", "_selected_action": [order.pk for order in orders]},
        follow=True,
    )
    assert said(answer) == ["2 orders paid."]
    assert "To capture" not in staff.get("/admin/").content.decode()


def receive(client, order, amount, due=None):
    address = reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": "confirm-payment"})
    return client.post(address, {"amount": amount, "due": due or order.amount_due}, follow=True)


def test_less_money_than_due_leaves_the_order_partly_paid(staff):
    order = OrderFactory()
    due = order.amount_due
    form = staff.get(reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": "confirm-payment"}))
    assert form.context["form"]["amount"].value() == due
    assert "is partly paid; €3.00 is still to pay" in said(receive(staff, order, due - 3))[0]
    order.refresh_from_db()
    assert (order.payment_status, order.amount_due, order.expires_at) == ("partly_paid", 3, None)
    assert "has changed meanwhile" in said(receive(staff, order, due - 3, due=due))[0], "pressed twice"
    receive(staff, order, 3)
    order.refresh_from_db()
    assert (order.status, order.payment_status, order.amount_paid) == ("processing", "paid", order.total)


def test_more_money_than_due_pays_the_order_and_the_rest_goes_back(staff):
    order = OrderFactory()
    assert "€7.00 too much came" in said(receive(staff, order, order.amount_due + 7))[0]
    sweep(now=later())
    order.refresh_from_db()
    assert (order.payment_status, order.amount_paid) == ("paid", order.total)
    assert Refund.objects.get().amount == 7


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "many", "", "1e20"])
def test_an_amount_that_is_no_money_is_refused_in_words(staff, amount):
    order = OrderFactory()
    answer = receive(staff, order, amount)
    assert answer.context["form"].errors["amount"]
    assert Order.objects.get().amount_paid == 0


def test_another_amount_is_not_booked_on_a_payment_of_an_online_gateway(staff):
    order, payment = at_the_bank()
    receive(staff, order, Decimal("5.00"))
    payment.refresh_from_db()
    assert payment.status == "cancelled"
    assert Payment.objects.get(status="captured").gateway == "bank_transfer"


def test_staff_read_what_the_gateway_sent(staff):
    body = {"id": "evt_1", "note": "<script>alert(1)</script>"}
    handle_event(gateway="demo", event=Event(event_id="evt_1", kind="paid", reference="pay_x", payload=body))
    event = GatewayEvent.objects.get()
    page = staff.get(reverse("admin:payments_gatewayevent_change", args=[event.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
