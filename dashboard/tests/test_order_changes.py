"""Staff change what is in an order and where it goes: shown first, confirmed, and the difference settled."""

from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from dashboard.tests.conftest import sign_in, staff_with
from dashboard.tests.test_order_actions import said
from orders.models import Order
from orders.services.fulfilment import ship_order
from orders.tests.factories import (
    ADDRESS,
    OrderFactory,
    RateFactory,
    ShippingMethodFactory,
    paid_order,
    shipped_order,
    zone_of,
)
from payments.models import Payment, Refund

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


VIENNA = ADDRESS.to_dict() | {"line1": "Ring 1", "city": "Wien", "postal_code": "1010", "country": "AT"}


@pytest.fixture
def dearer_abroad():
    """Delivery to Austria costs 9.90, and at home what it always did."""
    RateFactory(method=ShippingMethodFactory(), zone=zone_of("AT"), price=Decimal("9.90"))


def edit_url(order):
    return reverse("admin:orders_order_edit", kwargs={"pk": order.pk})


def address_url(order):
    return reverse("admin:orders_order_address", kwargs={"pk": order.pk})


def pieces(order, quantity, **more):
    line = order.lines.get()
    return {f"quantity_{line.pk}": quantity, "reason": "One is enough", "add_quantity": 1} | more


def confirm(client, order, data):
    """Look at the new total first, then press the button that page shows."""
    preview = client.post(edit_url(order), data).context["preview"]
    seen = {"confirm": 1, "revision": preview.revision, "confirmed_total": str(preview.quote.total)}
    return client.post(edit_url(order), data | seen, follow=True)


def test_the_new_total_is_shown_before_anything_changes(staff):
    order = paid_order(quantity=2)
    page = staff.post(edit_url(order), pieces(order, 1))
    text = page.content.decode()
    assert page.context["preview"].difference == -20 and "Change the order" in text and "-€20.00" in text
    assert order.lines.get().quantity == 2 and Order.objects.get(pk=order.pk).revision == 0


def test_fewer_pieces_send_the_difference_back(staff, owner):
    order = paid_order(quantity=2)
    answer = confirm(staff, order, pieces(order, 1))
    assert said(answer) == [f"Order {order.number} is changed."]
    before = order.total
    order.refresh_from_db()
    assert (order.total, order.amount_paid, order.payment_status) == (before - 20, before - 20, "paid")
    assert Refund.objects.get().amount == 20
    assert order.events.filter(kind="edited", actor=owner).exists()
    assert StockItem.objects.get(variant=order.lines.get().variant).held == 1


def test_another_thing_is_asked_for(staff):
    order = paid_order()
    other = ProductFactory(stock=3, price=Decimal("9.00")).variants.get()
    answer = confirm(staff, order, pieces(order, 1, add_sku=other.sku, add_quantity=2))
    assert "asked for €18.00" in said(answer)[0]
    order.refresh_from_db()
    assert (order.amount_due, order.payment_status) == (18, "partly_paid")
    page = staff.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "Still to pay" in page and "Partly paid" in page


def test_what_cannot_be_had_is_said_beside_its_field_and_what_was_typed_is_kept(staff):
    order = paid_order()
    few = ProductFactory(stock=1).variants.get()
    data = pieces(order, 1, add_sku=few.sku, add_quantity=2)
    answer = confirm(staff, order, data)
    assert answer.status_code == 400 and few.sku in answer.content.decode()
    assert "only 1" in str(answer.context["form"].errors)
    unknown = staff.post(edit_url(order), pieces(order, 1, add_sku="NOPE"))
    assert unknown.status_code == 400 and "add_sku" in unknown.context["form"].errors
    for wrong in ({"reason": ""}, {"reason": " "}, {f"quantity_{order.lines.get().pk}": -1}):
        assert staff.post(edit_url(order), pieces(order, 2) | wrong).status_code == 400
    assert Order.objects.get(pk=order.pk).revision == 0


def test_who_is_overtaken_is_shown_the_order_as_it_is(staff):
    order = paid_order(quantity=3)
    data = pieces(order, 2)
    seen = {"confirm": 1, "revision": 0, "confirmed_total": str(order.total - 20)}
    confirm(staff, order, pieces(order, 1))
    answer = staff.post(edit_url(order), data | seen)
    assert answer.status_code == 400 and "Somebody else has just changed" in answer.content.decode()
    assert answer.context["preview"].revision == 1 and order.lines.get().quantity == 1


def test_a_total_nobody_saw_is_refused(staff):
    order = paid_order(quantity=2)
    seen = {"confirm": 1, "revision": 0, "confirmed_total": "1.00"}
    answer = staff.post(edit_url(order), pieces(order, 1) | seen)
    assert answer.status_code == 400 and "Please look again" in answer.content.decode()
    nonsense = staff.post(edit_url(order), pieces(order, 1) | seen | {"confirmed_total": "x"})
    assert nonsense.status_code == 200 and nonsense.context["preview"]
    assert Order.objects.get(pk=order.pk).revision == 0


def test_sending_money_back_takes_the_permission():
    order = paid_order(quantity=2)
    clerk = sign_in(staff_with("orders.view_order", "orders.change_order"))
    answer = confirm(clerk, order, pieces(order, 1))
    assert "which you may not do" in answer.content.decode() and not Refund.objects.exists()
    assert confirm(clerk, order, pieces(order, 3)).status_code == 200
    assert Order.objects.get(pk=order.pk).amount_due == 20
    stranger = sign_in(staff_with("orders.view_order"))
    assert stranger.get(edit_url(order)).status_code == 403
    assert stranger.get(address_url(order)).status_code == 403
    page = stranger.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert edit_url(order) not in page


def test_an_order_that_left_can_no_longer_be_changed(staff):
    order = shipped_order()
    for url in (edit_url(order), address_url(order)):
        assert "can no longer be changed" in said(staff.get(url, follow=True))[0]
    assert staff.get(reverse("admin:orders_order_edit", kwargs={"pk": 999999})).status_code == 404


def test_staff_send_an_order_elsewhere_at_another_total_once_they_confirm_it(staff, dearer_abroad):
    order = paid_order()
    first = staff.post(address_url(order), VIENNA)
    assert "Confirm to change it" in first.content.decode()
    seen = {"confirm": 1, "confirmed_total": str(first.context["new_total"])}
    done = staff.post(address_url(order), VIENNA | seen, follow=True)
    assert "asked for €6.00" in said(done)[0]
    order.refresh_from_db()
    assert (order.delivery_address.city, order.amount_due) == ("Wien", 6)
    assert order.shipping_total == Decimal("9.90")


def test_staff_send_an_order_elsewhere_at_the_same_total_at_once(staff):
    order = paid_order()
    staff.post(address_url(order), ADDRESS.to_dict() | {"line1": "Lindenallee 9"})
    order.refresh_from_db()
    assert order.delivery_address.line1 == "Lindenallee 9" and order.payment_status == "paid"
    assert staff.post(address_url(order), {"name": ""}).status_code == 400


def test_an_order_with_a_balance_is_shipped_only_when_staff_say_so(staff):
    order = paid_order()
    confirm(staff, order, pieces(order, 2))
    url = reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": "ship"})
    line = order.lines.get()
    parcel = {"carrier": "DHL", f"quantity_{line.pk}": 2}
    assert "€20.00 is still to pay" in staff.get(url).content.decode()
    assert "not paid in full yet" in said(staff.post(url, parcel, follow=True))[0]
    clerk = sign_in(staff_with("orders.view_order", "orders.pack_order"))
    refused = clerk.post(url, parcel | {"despite_balance": "on"}, follow=True)
    assert "permission to change payments" in said(refused)[0]
    staff.post(url, parcel | {"despite_balance": "on"})
    order.refresh_from_db()
    assert (order.status, order.amount_due) == ("shipped", 20)


def test_staff_confirm_a_balance_they_saw_and_refund_all_parts(staff):
    order = paid_order()
    confirm(staff, order, pieces(order, 2))
    order.refresh_from_db()
    staff.post(
        reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": "confirm-payment"}),
        {"amount": order.amount_due, "due": order.amount_due},
    )
    order.refresh_from_db()
    assert order.payment_status == "paid" and Payment.objects.filter(status="captured").count() == 2
    ship_order(order=order, carrier="DHL")
    url = reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": "refund"})
    for _ in range(2):
        staff.post(url, {"reason": "broken"})
    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("refunded", 0)
    assert sum(refund.amount for refund in Refund.objects.all()) == order.total


def test_the_picking_queue_has_what_is_being_packed(staff):
    picked, waiting = paid_order(), paid_order()
    staff.post(reverse("admin:orders_order_act", kwargs={"pk": picked.pk, "code": "pick"}))
    page = staff.get(reverse("admin:orders_order_changelist") + "?queue=picking").content.decode()
    assert picked.number in page and waiting.number not in page
    bulk = {"action": "pick", "_selected_action": [waiting.pk, OrderFactory().pk]}
    answer = staff.post(reverse("admin:orders_order_changelist"), bulk, follow=True)
    assert any("1 order being picked" in words for words in said(answer))
    waiting.refresh_from_db()
    assert waiting.picking_at is not None


def test_a_sku_nobody_knows_is_answered_with_those_that_may_be_meant(staff):
    ProductFactory(name="Reading lamp", sku="LAMP-7", stock=3)
    order = paid_order()
    page = staff.post(edit_url(order), pieces(order, 1, add_sku="lamp"))
    assert "Did you mean: LAMP-7 (Reading lamp)?" in page.content.decode()
    assert Order.objects.get(pk=order.pk).revision == 0
