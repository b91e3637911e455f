"""What is about to run out, as staff see it."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Variant
from catalog.services import inventory, stock_requests
from catalog.tests.factories import ProductFactory
from dashboard.tests.conftest import sign_in, staff_with
from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.services.fulfilment import ship_order
from orders.services.orders import cancel_order
from orders.tests.factories import OrderFactory, paid_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

URL = reverse("admin:low_stock")


def rows(client):
    return {row.sku: row for row in client.get(URL).context["rows"]}


def test_it_shows_the_scarcest_first_with_what_a_buyer_needs_to_know(staff):
    few = ProductFactory(name="Few", stock=8, sku="FEW").variants.get()
    gone = ProductFactory(name="Gone", stock=0, sku="GONE").variants.get()
    ProductFactory(stock=50, sku="MANY")
    ProductFactory(stock=1, sku="DRAFT", status="draft")
    Variant.objects.filter(pk=gone.pk).update(backorder_limit=4)
    OrderFactory(few, quantity=5)
    cancel_order(order=OrderFactory(few, quantity=1), reason="changed my mind")
    inventory.reserve(quantities={gone.pk: 3}, reference="order:1")
    for name in ("a", "b"):
        stock_requests.ask(variant=gone, email=f"{name}@example.com")
    found = rows(staff)
    assert list(found) == ["GONE", "FEW"]
    assert (found["FEW"].free, found["FEW"].held, found["FEW"].sold, found["FEW"].cover) == (3, 5, 5, 18)
    assert (found["GONE"].backordered, found["GONE"].waiting, found["GONE"].cover) == (3, 2, None)
    assert "Sold out" in staff.get(URL).content.decode()


def test_it_is_linked_with_its_count_for_those_who_may_see_it(staff):
    ProductFactory(stock=1)
    cache.clear()
    page = staff.get("/admin/").content.decode()
    assert page.count(f'href="{URL}"') >= 2
    other = sign_in(staff_with("orders.view_order"))
    assert URL not in other.get("/admin/").content.decode()
    assert other.get(URL).status_code == 403


def test_it_costs_the_same_for_any_number_of_rows(staff):
    def cost():
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(URL).status_code == 200
        return len(queries)

    OrderFactory(ProductFactory(stock=3).variants.get())
    few = cost()
    for _ in range(6):
        OrderFactory(ProductFactory(stock=3).variants.get(), quantity=2)
    assert cost() == few


def test_pieces_that_have_not_arrived_cannot_be_sent_and_staff_see_how_many(staff):
    variant = ProductFactory(name="Mug", stock=1).variants.get()
    Variant.objects.update(backorder_limit=5)
    order = paid_order(variant, quantity=3)
    with pytest.raises(DomainError) as refused:
        ship_order(order=order, carrier="DHL")
    assert refused.value.message == "2 of Mug have not arrived yet."
    order.refresh_from_db()
    assert order.status == Order.Status.PROCESSING and not order.shipments.exists()
    page = staff.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "2 not arrived yet" in page
    ship = reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": "ship"})
    form = staff.get(ship).content.decode()
    line = order.lines.get()
    assert "On backorder: 2 not arrived yet." in form
    answers = {"carrier": "DHL", "tracking_number": "", f"quantity_{line.pk}": "3"}
    assert "2 of Mug have not arrived yet." in staff.post(ship, answers, follow=True).content.decode()
    staff.post(ship, answers | {f"quantity_{line.pk}": "1"})
    order.refresh_from_db()
    assert order.fulfilment_status == Order.FulfilmentStatus.PARTIAL
    inventory.give_back(variant=variant, quantity=2, reference="delivery")
    ship_order(order=order, carrier="DHL")
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED


def test_cancelling_an_order_gives_up_its_backorders():
    variant = ProductFactory(stock=1).variants.get()
    Variant.objects.update(backorder_limit=5)
    cancel_order(order=OrderFactory(variant, quantity=3), reason="changed my mind")
    variant.refresh_from_db()
    assert variant.backordered == 0 and inventory.available([variant.pk])[variant.pk] == 1
