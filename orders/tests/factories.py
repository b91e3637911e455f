"""Orders the way they come about: a filled cart, placed through the services."""

from decimal import Decimal
from typing import Any

from factory import RelatedFactory, Sequence
from factory.django import DjangoModelFactory

from catalog.models import Variant
from catalog.tests.factories import ProductFactory
from ecommerce.lib.addresses import PostalAddress
from orders.models import Cart, DeliveryZone, Discount, Order, ShippingMethod, ShippingRate, TaxRate
from orders.services.cart import add_line, open_cart, view_cart
from orders.services.checkout import save_answers

ADDRESS = PostalAddress(
    name="Nora Nagel", line1="Lindenallee 7", postal_code="10117", city="Berlin", country="DE"
)


_OF_RATES = ("price", "free_from", "days_min", "days_max", "weight_to", "subtotal_from", "subtotal_to")


class ShippingMethodFactory(DjangoModelFactory):
    """A method with one rate, which takes `countries` ("" for everywhere), `price`, `weight_to`, …"""

    class Meta:
        model = ShippingMethod
        django_get_or_create = ("code",)

    code = "standard"
    name = "Standard delivery"
    carrier = "DHL"
    tracking_url = "https://tracking.example/?id={number}"
    countries = "DE"
    price = Decimal("3.90")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **wanted: Any) -> Any:
        countries = wanted.pop("countries")
        values = {name: wanted.pop(name) for name in _OF_RATES if name in wanted}
        method = super()._create(model_class, *args, **wanted)
        if not method.rates.exists():
            ShippingRate.objects.create(method=method, zone=zone_of(countries), **values)
        return method


def zone_of(countries: str, **more: Any) -> DeliveryZone | None:
    """The zone of some countries, made when it is not there yet; None for everywhere."""
    if not countries:
        return None
    name = more.pop("name", countries)
    zone, _ = DeliveryZone.objects.get_or_create(name=name, defaults={"countries": countries, **more})
    return zone


class CollectFactory(DjangoModelFactory):
    """A place in Berlin where orders are collected, free, ready after one working day."""

    class Meta:
        model = ShippingMethod
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = "collect"
    name = "Collect from the shop"
    kind = "collect"
    handling_days = 1
    pickup_name = "Alcove shop"
    line1 = "Lindenallee 1"
    postal_code = "10117"
    city = "Berlin"
    country = "DE"
    opening_hours = "Mon-Sat 10-19"
    rates = RelatedFactory("orders.tests.factories.RateFactory", "method", price=Decimal(0))


class RateFactory(DjangoModelFactory):
    class Meta:
        model = ShippingRate

    price = Decimal("3.90")


class DiscountFactory(DjangoModelFactory):
    """10 % off everything for the code WELCOME…"""

    class Meta:
        model = Discount

    name = "Welcome"
    code = Sequence(lambda number: f"WELCOME{number}")
    percent = Decimal(10)


def make_rates() -> None:
    """German tax rates and a standard delivery, once."""
    for tax_class, rate in (("standard", 19), ("reduced", 7)):
        TaxRate.objects.get_or_create(
            country="DE", tax_class=tax_class, valid_from="2021-01-01", defaults={"rate": Decimal(rate)}
        )
    ShippingMethodFactory()


def cart_with(
    *variants: Variant,
    customer: Any = None,
    quantity: int = 1,
    answered: bool = True,
    shipping_method: str = "standard",
) -> Cart:
    """An open cart with `quantity` of each variant; `answered`: ready to be placed."""
    make_rates()
    if shipping_method == "collect":
        CollectFactory()
    cart = open_cart(customer=customer)
    for variant in variants or (ProductFactory(stock=10).variants.get(),):
        add_line(cart=cart, sku=variant.sku, quantity=quantity)
    if answered:
        email = customer.email if customer else "nora@example.com"
        cart = save_answers(cart=cart, email=email, shipping_address=ADDRESS, shipping_method=shipping_method)
    return cart


def total_of(cart: Cart) -> Decimal:
    """What the cart's shopper sees as the total."""
    return view_cart(cart).quote.total


def OrderFactory(  # noqa: N802 - used like the factories of other apps
    *variants: Variant,
    customer: Any = None,
    quantity: int = 1,
    payment_method: str = "bank_transfer",
    shipping_method: str = "standard",
) -> Order:
    """A placed order with its open payment, as "Pay" leaves it."""
    from payments.services.orders import place_and_pay

    cart = cart_with(*variants, customer=customer, quantity=quantity, shipping_method=shipping_method)
    order, _ = place_and_pay(
        cart=cart, customer=customer, confirmed_total=total_of(cart), payment_method=payment_method
    )
    return order


def paid_order(*variants: Variant, **wanted: Any) -> Order:
    """An order whose payment has arrived."""
    from payments.models import Payment
    from payments.services.payments import confirm_payment

    order = OrderFactory(*variants, **wanted)
    confirm_payment(payment=Payment.objects.get(order=order))
    order.refresh_from_db()
    return order


def shipped_order(*variants: Variant, tracking_number: str = "JJD000390001", **wanted: Any) -> Order:
    """A paid order whose parcel is on its way, or lies ready to be collected."""
    from orders.services.fulfilment import ship_order

    order = paid_order(*variants, **wanted)
    ship_order(order=order, carrier="DHL", tracking_number=tracking_number)
    order.refresh_from_db()
    return order
