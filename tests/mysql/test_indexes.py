"""No query of a busy hour reads a whole big table: EXPLAIN says so for all that pages and the sweep ask."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.filters import SORTS
from catalog.models import Hold, Product, ProductImage, SearchEntry, StockItem, StockMovement, Variant
from catalog.services.search import search
from catalog.services.sweep import sweep as sweep_catalog
from catalog.tests.factories import CategoryFactory, ProductFactory, ProductImageFactory
from customers.models import User
from customers.services.emails import owner_of
from customers.services.sweep import sweep as sweep_customers
from customers.services.tokens import issue_token
from customers.tests.factories import UserFactory
from dashboard.worklists import QUEUES
from orders.models import (
    Cart,
    CartLine,
    DiscountCode,
    Invoice,
    Notification,
    Order,
    OrderEvent,
    OrderLine,
    Shipment,
)
from orders.services.cart import add_coupon, change_line, parse_quantity
from orders.services.claiming import claim_orders
from orders.services.sweep import sweep as sweep_orders
from orders.tests.factories import DiscountFactory, cart_with, shipped_order
from payments.models import Payment
from payments.services.sweep import sweep as sweep_payments
from tests.mysql.explaining import tables_read_whole
from tests.mysql.many import ROWS, analyze, multiply
from webhooks.models import Delivery, Endpoint, Event
from webhooks.services.sweep import sweep as sweep_webhooks

BIG = (
    Cart, CartLine, Delivery, DiscountCode, EmailAddress, Event, Hold, Invoice, Notification, Order,
    OrderEvent, OrderLine, Payment, Product, ProductImage, SearchEntry, Shipment, StockItem,
    StockMovement, User, Variant,
)  # fmt: skip
# (what was done, table): why it may be read whole.
ALLOWED = {
    **{
        (page, "catalog_product"): "what the filters would leave is counted over the whole shelf"
        for page in ("home", *(f"everything by {sort}" for sort in SORTS))
    },
    ("staff search", "orders_order"): "parts of names and addresses are looked for; 500 are shown",
    ("staff search", "orders_orderline"): "SKUs are found in any case",
    ("staff search", "orders_shipment"): "tracking numbers are found in any case",
    ("staff people", "customers_user"): "parts of names and addresses are looked for",
    ("staff list", "catalog_variant"): "how many are low on stock, once a minute for everybody",
    ("staff home", "catalog_variant"): "the variants lowest on stock",
    ("staff home", "orders_orderline"): "what sold best of a month; here everything is of this month",
    ("staff home", "orders_order"): "whether the books of every order agree",
    ("staff home", "orders_invoice"): "whether numbers of the year are missing",
}


class World:
    """ROWS of everything, all of it done with, and of each thing the one that is asked for."""

    def __init__(self):
        self.customer = UserFactory()
        self.staff = UserFactory(is_staff=True, is_superuser=True)
        self.categories = [CategoryFactory() for _ in range(20)]
        self.product = ProductFactory(name="Field backpack", category=self.categories[0], stock=9)
        self.variant = self.product.variants.get()
        self.order = shipped_order(self.variant, customer=self.customer)
        self.cart = cart_with(self.variant)
        self.discount = DiscountFactory(code="", codes_only=True)
        self.code = DiscountCode.objects.create(discount=self.discount, code="ONE-1", code_key="ONE-1")
        self._many_products()
        self._many_orders()
        self._many_messages()
        multiply(DiscountCode.objects.get())
        people = multiply(
            self.customer, email=lambda n: f"many{n}@example.com", phone=lambda n: f"+4930{n:07}"
        )
        multiply(
            EmailAddress.objects.get(user=self.customer),
            user_id=people.__getitem__,
            email=lambda n: f"many{n}@example.com",
        )
        Notification.objects.update(sent_at=timezone.now())
        Invoice.objects.update(file_stored_at=timezone.now())
        Shipment.objects.update(label_stored_at=timezone.now())
        analyze(*BIG)

    def _many_products(self):
        products = multiply(
            self.product,
            slug=lambda n: f"many-{n}",
            category_id=lambda n: self.categories[n % 20].pk,
            price_min=lambda n: n,
            rank=lambda n: n,
        )
        variants = multiply(
            self.variant, product_id=products.__getitem__, sku=lambda n: f"MANY-{n}", price=lambda n: n + 1
        )
        item = self.variant.stock_items.get()
        items = multiply(item, variant_id=variants.__getitem__, held=lambda n: 0)
        movement = StockMovement.objects.filter(item=item).first()
        multiply(movement, item_id=items.__getitem__)
        multiply(ProductImageFactory(product=self.product), product_id=products.__getitem__)
        hold = Hold.objects.filter(item=item).first()
        multiply(hold, reference=lambda n: f"cart:{n}", state=lambda n: Hold.State.CONSUMED)
        entry = SearchEntry.objects.get(pk=self.product.pk)
        SearchEntry.objects.bulk_create(
            SearchEntry(product_id=pk, title="Some thing", body="of many") for pk in products
        )
        assert entry

    def _many_orders(self):
        shopper = UserFactory()
        carts = multiply(self.cart)
        multiply(self.cart.lines.get(), cart_id=carts.__getitem__)
        Order.objects.update(status=Order.Status.DELIVERED)
        orders = multiply(
            self.order,
            status=lambda n: Order.Status.DELIVERED,
            customer_id=lambda n: shopper.pk if n % 2 else None,
            email=lambda n: f"guest{n}@example.com",
        )
        multiply(self.order.lines.get(), order_id=orders.__getitem__)
        multiply(self.order.events.first(), order_id=orders.__getitem__)
        multiply(self.order.shipments.get(), order_id=orders.__getitem__)
        multiply(self.order.notifications.first(), order_id=orders.__getitem__)
        multiply(self.order.invoices.get(), order_id=orders.__getitem__, sequence=lambda n: 1000 + n)
        payment = Payment.objects.get(order=self.order)
        multiply(payment, order_id=orders.__getitem__, live_for=orders.__getitem__)

    def _many_messages(self):
        self.endpoint = Endpoint.objects.create(url="https://example.com/hook", events=["order.placed"])
        self.event = Event.objects.create(type="order.placed", object_id="1", payload="{}")
        delivery = Delivery.objects.create(
            event=self.event, endpoint=self.endpoint, state="delivered", next_try_at=None
        )
        events = multiply(self.event)
        multiply(delivery, event_id=events.__getitem__)


def shop_pages(world, client):
    yield "home", lambda: client.get("/")
    for sort in SORTS:
        yield f"everything by {sort}", lambda sort=sort: client.get("/products/", {"sort": sort})
        category = world.categories[0].get_absolute_url()
        yield f"category by {sort}", lambda sort=sort, url=category: client.get(url, {"sort": sort})
    yield "search", lambda: client.get(reverse("catalog:search"), {"q": "backpack"})
    yield "suggest", lambda: client.get(reverse("catalog:suggest"), {"q": "backp"})
    yield "typo", lambda: search("bacpack")
    yield "product", lambda: client.get(world.product.get_absolute_url())
    yield "track", lambda: client.get(world.order.get_absolute_url())
    yield (
        "lookup",
        lambda: client.post(
            reverse("orders:track_lookup"), {"number": world.order.number, "email": world.order.email}
        ),
    )


def cart_work(world, client):
    headers = {"X-Cart-Token": world.cart.token}
    yield "cart", lambda: client.get("/api/cart/", headers=headers)
    line = world.cart.lines.get()
    yield "change", lambda: change_line(line=line, quantity=parse_quantity("2"))
    yield "code", lambda: add_coupon(cart=world.cart, code="ONE-1")


def account_pages(world, client):
    bearer = {"authorization": f"Bearer {issue_token(user=world.customer)}"}
    yield "orders", lambda: client.get(reverse("orders:history"))
    yield "order", lambda: client.get(reverse("orders:history_detail", args=[world.order.number]))
    yield "api orders", lambda: client.get("/api/orders/", headers=bearer)
    yield "owner", lambda: owner_of("many7@example.com")
    yield "sign in", lambda: User.objects.get_by_natural_key("many7@example.com")
    yield "claim", lambda: claim_orders(customer=world.customer, email=world.customer.email)


def staff_pages(world, client):
    orders = reverse("admin:orders_order_changelist")
    yield "staff list", lambda: client.get(orders)
    yield "staff status", lambda: client.get(orders, {"status__exact": "pending"})
    for name, _ in QUEUES:
        yield f"staff {name}", lambda name=name: client.get(orders, {"queue": name})
    yield "staff search", lambda: client.get(orders, {"q": "backp"})
    yield "staff order", lambda: client.get(reverse("admin:orders_order_change", args=[world.order.pk]))
    yield "staff people", lambda: client.get(reverse("admin:customers_user_changelist"), {"q": "many7"})
    yield "staff home", lambda: client.get(reverse("admin:index"))


def sweeps(world, client):
    now = timezone.now() + timedelta(minutes=1)
    for work in (sweep_payments, sweep_orders, sweep_catalog, sweep_customers, sweep_webhooks):
        yield work.__module__, lambda work=work: work(now=now)
    yield "papers", lambda: [
        list(rows[:10]) for rows in (
            Invoice.objects.filter(file_stored_at=None, issued_at__lte=now).order_by("pk"),
            Shipment.objects.filter(label_stored_at=None, shipped_at__lte=now).order_by("pk"),
        )
    ]  # fmt: skip
    yield "event", lambda: Event.objects.get(public_id=world.event.public_id)


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
def test_no_hot_query_reads_a_whole_table(client, settings):
    settings.BACKGROUND = "off"
    world = World()
    big = {model._meta.db_table for model in BIG}
    for model in BIG:
        assert model._base_manager.count() > ROWS, model
    whole = {}
    for part in (shop_pages, cart_work, account_pages, staff_pages, sweeps):
        if part is not sweeps:
            client.force_login(world.staff if part is staff_pages else world.customer)
        for name, action in part(world, client):
            with CaptureQueriesContext(connection) as asked:
                answer = action()
            assert getattr(answer, "status_code", 200) < 400, (name, answer)
            for query in asked:
                for table in big.intersection(tables_read_whole(query["sql"])):
                    whole.setdefault((name, table), query["sql"])
    found = [
        f"{done}: all of {table} by {sql}"
        for (done, table), sql in whole.items()
        if (done, table) not in ALLOWED
    ]
    assert not found, "\n".join(found)


@pytest.mark.django_db(transaction=True)
def test_control_a_query_without_an_index_is_seen():
    product = ProductFactory()
    multiply(product, slug=lambda n: f"many-{n}")
    analyze(Product)
    with CaptureQueriesContext(connection) as asked:
        list(Product.objects.filter(summary="x"))
        list(Product.objects.filter(category__in=Product.objects.filter(summary="x").values("category")))
        list(Product.objects.filter(pk=product.pk))
    found = [list(tables_read_whole(query["sql"])) for query in asked]
    assert found[0] == ["catalog_product"] and "catalog_product" in found[1] and found[2] == []
