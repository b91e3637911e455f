"""Ways of delivery for programs: prices and promised days without a cart, the same as in one."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.tests.factories import ProductFactory
from orders.models import Cart
from orders.tests.factories import CollectFactory, RateFactory, ShippingMethodFactory, make_rates, zone_of

pytestmark = pytest.mark.django_db
ASK = {"country": "de", "weight_grams": 800, "subtotal": "40.00"}


def ask(client, **changes):
    return client.get("/api/delivery", {**ASK, **changes})


def test_prices_and_promised_days_for_anybody(client):
    ShippingMethodFactory(free_from=Decimal(50))
    ShippingMethodFactory(code="express", name="Express", price=Decimal("9.90"), days_min=1, days_max=1)
    CollectFactory()
    offers = ask(client, postal_code="10117").json()["offers"]
    assert [(one["code"], one["price"], one["kind"]) for one in offers] == [
        ("standard", 3.9, "parcel"),
        ("express", 9.9, "parcel"),
        ("collect", 0.0, "collect"),
    ]
    for one in offers:
        assert date.fromisoformat(one["promised_from"]) <= date.fromisoformat(one["promised_until"])
    assert offers[2]["collect_at"]["line1"] == "Lindenallee 1"
    assert ask(client, subtotal=50).json()["offers"][0]["price"] == 0.0


def test_weight_pieces_and_postal_code_decide(client):
    method = ShippingMethodFactory(weight_to=1000)
    islands = zone_of("DE", name="Islands", postal_codes="25900-25999")
    RateFactory(method=method, zone=islands, price=Decimal("12.00"), quantity_to=3)
    assert ask(client).json()["offers"][0]["price"] == 3.9
    assert ask(client, weight_grams=1001).json() == {"offers": []}
    assert ask(client, postal_code="25980").json()["offers"][0]["price"] == 12.0
    assert ask(client, postal_code="25980", quantity=4).json() == {"offers": []}


def test_it_says_what_the_cart_says(client):
    make_rates()
    product = ProductFactory(stock=5, price="20.00")
    product.variants.update(weight_grams=400)
    added = client.post("/api/cart/items", {"product_id": product.pk, "quantity": 2}, "application/json")
    assert added.json()["shipping_methods"] == ask(client, quantity=2).json()["offers"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": ""}, "country"),
        ({"country": "US"}, "country"),
        ({"postal_code": "1"}, "postal_code"),
        ({"weight_grams": ""}, "weight_grams"),
        ({"weight_grams": "-1"}, "weight_grams"),
        ({"weight_grams": "heavy"}, "weight_grams"),
        ({"subtotal": "NaN"}, "subtotal"),
        ({"subtotal": "-0.01"}, "subtotal"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
    ],
)
def test_bad_values_are_named(client, changes, field):
    refused = ask(client, **changes)
    assert refused.status_code == 400 and list(refused.json()["errors"]) == [field]


def test_asking_writes_nothing_and_again_is_the_same(client, django_assert_max_num_queries):
    make_rates()
    first = ask(client).json()
    with django_assert_max_num_queries(3):
        assert ask(client).json() == first
    assert not Cart.objects.exists()
