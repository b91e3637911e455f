"""Returns in the staff site: the lists, the page of one, its steps, and who may take them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.tests.conftest import sign_in, staff_with
from orders.models import Return
from orders.services.fulfilment import ship_order
from orders.services.return_steps import approve_return, receive_return
from orders.services.returns import request_return
from orders.tests.factories import paid_order, shipped_order
from payments.models import Refund
from payments.services.withdrawal import withdraw
from payments.tests.stripe_shop import break_stripe, paid_at_stripe

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
LIST = reverse("admin:orders_return_changelist")


def requested(pieces=2):
    order = shipped_order(quantity=3)
    return request_return(order=order, lines={order.lines.get().pk: (pieces, "damaged", "Cracked")})


def approved():
    return approve_return(return_=requested())


def received():
    made = approved()
    return receive_return(return_=made, received={made.lines.get().pk: (2, 0)})


PREPARED = {
    "approve": requested,
    "reject": requested,
    "receive": approved,
    "refund": received,
    "close": approved,
}
RESULT = {
    "approve": "approved",
    "reject": "rejected",
    "receive": "received",
    "refund": "refunded",
    "close": "closed",
}


def address(made, code):
    return reverse("admin:orders_return_act", kwargs={"pk": made.pk, "code": code})


def page_of(made):
    return reverse("admin:orders_return_change", args=[made.pk])


def answers(made, code):
    row = made.lines.get().pk
    return {
        "receive": {f"arrived_{row}": 2, f"restocked_{row}": 1},
        "refund": {"goods": "15.00", "reason": "Worn"},
    }.get(code, {"reason": "Because"})


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("code", list(PREPARED))
def test_a_step_is_taken_by_whoever_pressed_the_button(staff, owner, code):
    made = PREPARED[code]()
    assert address(made, code) in staff.get(page_of(made)).content.decode()
    response = staff.post(address(made, code), answers(made, code), follow=True)
    made.refresh_from_db()
    assert made.status == RESULT[code] and made.number in said(response)[0]
    [event] = made.order.events.filter(actor=owner, kind__startswith="return_")
    assert event.data == {"return": made.number}


@pytest.mark.parametrize("code", list(PREPARED))
def test_without_the_permission_nothing_happens(code):
    made = PREPARED[code]()
    before = made.status
    other = "payments.add_refund" if code != "refund" else "orders.change_return"
    client = sign_in(staff_with("orders.view_return", other))
    assert client.post(address(made, code), answers(made, code)).status_code == 403
    assert address(made, code) not in client.get(page_of(made)).content.decode()
    nobody = sign_in(staff_with("catalog.view_product"))
    assert nobody.get(page_of(made)).status_code == nobody.get(LIST).status_code == 403
    made.refresh_from_db()
    assert made.status == before


@pytest.mark.parametrize("code", ["reject", "receive", "refund", "close"])
def test_what_needs_an_answer_shows_its_page_first(staff, code):
    made = PREPARED[code]()
    assert staff.get(address(made, code)).status_code == 200
    assert staff.get(address(made, "approve")).status_code == 404
    made.refresh_from_db()
    assert made.status == PREPARED[code].__name__


def test_a_step_whose_time_is_over_is_refused_in_words(staff):
    made = received()
    for code in ("approve", "reject", "receive"):
        response = staff.post(address(made, code), answers(made, code), follow=True)
        assert made.number in said(response)[0]
    assert "cannot be rejected now" in said(staff.get(address(made, "reject"), follow=True))[0]
    made.refresh_from_db()
    assert made.status == "received" and staff.post(page_of(made)).status_code == 405


def test_refunding_is_prefilled_and_lowered_with_a_reason_only(staff):
    made = received()
    form = staff.get(address(made, "refund")).content.decode()
    assert 'value="40.00"' in form and "Delivery cost too: €3.90" in form
    without = staff.post(address(made, "refund"), {"goods": "12.34", "reason": ""})
    assert without.status_code == 400 and "Say why less" in without.content.decode()
    assert 'value="12.34"' in without.content.decode()
    more = staff.post(address(made, "refund"), {"goods": "40.01", "reason": "x"})
    assert more.status_code == 400 and "At most €40.00" in more.content.decode()
    staff.post(address(made, "refund"), {"goods": "40.00", "refund_shipping": "on"})
    made.refresh_from_db()
    assert (made.refund_amount, Refund.objects.get().amount) == (Decimal("43.90"), Decimal("43.90"))


def test_a_bank_that_is_down_is_said_and_asked_again(staff, fake_stripe):
    order, _ = paid_at_stripe(fake_stripe, quantity=3)
    ship_order(order=order, carrier="DHL")
    made = request_return(order=order, lines={order.lines.get().pk: (2, "damaged", "Cracked")})
    approve_return(return_=made)
    receive_return(return_=made, received={made.lines.get().pk: (2, 0)})
    break_stripe(fake_stripe, "/v1/refunds$")
    response = staff.post(address(made, "refund"), {"goods": "40.00"}, follow=True)
    assert "The bank did not answer" in said(response)[0]
    assert "Ask the bank again" in response.content.decode()
    staff.post(address(made, "send-again"))
    made.refresh_from_db()
    assert made.status == "refunded"


def test_impossible_counts_are_said_and_kept(staff):
    made = approved()
    row = made.lines.get().pk
    refused = staff.post(address(made, "receive"), {f"arrived_{row}": 1, f"restocked_{row}": 2})
    assert refused.status_code == 400 and "no more than arrived" in refused.content.decode()


def test_the_sidebar_counts_what_waits_and_the_filters_show_the_same(staff):
    first, second, third = requested(), approved(), received()
    text = staff.get(LIST).content.decode()
    for name, title, made in (
        ("to_approve", "To approve", first),
        ("to_receive", "To receive", second),
        ("to_refund", "To refund", third),
    ):
        assert title in text
        listed = staff.get(f"{LIST}?queue={name}").content.decode()
        assert page_of(made).rsplit("change/")[0] in listed
        assert listed.count('class="st-badge st-badge-') == 1 + listed.count("Bank is asked")


def test_several_are_approved_at_once_and_what_failed_is_named(staff):
    good, bad = requested(), received()
    response = staff.post(LIST, {"action": "approve", "_selected_action": [good.pk, bad.pk]}, follow=True)
    words = " ".join(said(response))
    assert f"Return {good.number} is approved" in words and f"Return {bad.number} is in the state" in words
    viewer = sign_in(staff_with("orders.view_return"))
    other = requested()
    viewer.post(LIST, {"action": "approve", "_selected_action": [other.pk]})
    other.refresh_from_db()
    assert other.status == "requested"


def test_the_order_lists_its_returns_and_withdrawals_are_found(staff):
    made = requested()
    assert (
        page_of(made)
        in staff.get(reverse("admin:orders_order_change", args=[made.order_id])).content.decode()
    )
    order = paid_order()
    statement = withdraw(order=order, name="Nora", email=order.email, line_ids=[order.lines.get().pk])
    assert order.number in staff.get(reverse("admin:orders_withdrawal_changelist")).content.decode()
    page = staff.get(reverse("admin:orders_withdrawal_change", args=[statement.pk])).content.decode()
    assert "hereby give notice" in page


def test_queries_do_not_grow_with_the_list(staff):
    def count(url):
        staff.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(url).status_code == 200
        return len(queries)

    first = requested()
    few, page = count(LIST), count(page_of(first))
    for _ in range(4):
        requested()
    assert (count(LIST), Return.objects.count()) == (few, 5)
    assert count(page_of(first)) == page <= 25
