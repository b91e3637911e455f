"""What staff print: pick lists, and labels that were printed before."""

import pytest
from django.urls import reverse

from dashboard.tests.conftest import sign_in, staff_with
from dashboard.tests.test_order_list import LIST, bulk, said
from documents.tests.papers import words
from orders.services.picking import start_picking
from orders.tests.factories import OrderFactory, paid_order, shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
PICK_LIST, PAPERS = reverse("admin:orders_order_pick_list"), reverse("admin:orders_order_papers")


def history(order):
    return [
        (event.message, event.actor_label, event.is_public)
        for event in order.events.filter(kind="label_printed")
    ]


def test_the_pick_list_of_chosen_orders_is_one_pdf(staff):
    first, second = paid_order(), paid_order()
    answer = bulk(staff, "pick_list", [first, second], follow=False)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert 'filename="pick-list-' in answer.headers["Content-Disposition"]
    text = words(answer.content)
    assert first.number in text and second.number in text


def test_nothing_to_pick_is_said_in_words(staff):
    order = OrderFactory()
    assert said(bulk(staff, "pick_list", [order])) == [
        f"Order {order.number}: not paid yet, so nothing may leave."
    ]
    assert said(staff.get(PICK_LIST, {"queue": "picking"}, follow=True)) == ["There is nothing to pick."]


def test_the_picking_list_has_a_button_for_all_of_it(staff):
    picked, other = paid_order(), paid_order()
    start_picking(order=picked)
    page = staff.get(LIST, {"queue": "picking"}).content.decode()
    assert f'href="{PICK_LIST}?queue=picking"' in page
    assert PICK_LIST not in staff.get(LIST).content.decode()
    text = words(staff.get(PICK_LIST, {"queue": "picking"}).content)
    assert picked.number in text and other.number not in text
    assert staff.get(PICK_LIST, {"queue": "nonsense"}).status_code == 404


def test_people_who_may_only_look_print_no_pick_list():
    order = paid_order()
    client = sign_in(staff_with("orders.view_order"))
    assert client.get(PICK_LIST, {"queue": "to_ship"}).status_code == 403
    assert bulk(client, "pick_list", [order]).status_code == 403
    assert PICK_LIST not in client.get(LIST, {"queue": "to_ship"}).content.decode()


def test_a_label_printed_again_is_warned_about_and_noted(staff):
    order, other = shipped_order(tracking_number="JJD1"), shipped_order(tracking_number="JJD2")
    assert staff.post(PAPERS, {"ids": order.pk}).headers["Content-Type"] == "application/pdf"
    who = staff.get(LIST).wsgi_request.user.get_full_name()
    assert history(order) == [("Label printed: DHL JJD1", who, False)]
    page = staff.post(PAPERS, {"ids": f"{order.pk},{other.pk}"})
    text = page.content.decode()
    assert "These labels were printed before" in text and f"Order {order.number}: DHL JJD1" in text
    assert "JJD2" not in text and "Print again" in text
    assert len(history(order)) == 1 and history(other) == []
    again = staff.post(PAPERS, {"ids": page.context["ids"], "despite": "1"})
    assert again.headers["Content-Type"] == "application/pdf"
    assert history(order)[1:] == [("Label printed again: DHL JJD1", who, False)]
    assert history(other) == [("Label printed: DHL JJD2", who, False)]
