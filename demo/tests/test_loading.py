"""Loading itself: repeatable, for empty shops only, and as many statements for many as for few."""

import hashlib
from itertools import islice

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, StockItem, Variant
from catalog.services.products import refresh_listing
from demo.catalogue import load as load_catalogue
from demo.loader.catalogue import products_of
from demo.loader.people import ADA_EMAIL, ADA_PASSWORD, OWNER_EMAIL, OWNER_PASSWORD
from demo.loader.plan import Plan
from demo.tests.conftest import MIDNIGHT, load
from demo.tests.test_shop import LISTING
from orders.models import Order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
NOT_OURS = {"auth.Permission", "contenttypes.ContentType"}


class Undo(Exception):
    """Ends a load that is to leave nothing behind."""


def digest_of_load(**choices: int) -> str:
    """Load, take the fingerprint of every row of every table, and undo."""
    found = hashlib.sha256()
    try:
        with transaction.atomic(), transaction.atomic(using="documents"):
            load(**choices)
            for model in apps.get_models():
                if model._meta.label not in NOT_OURS:
                    for row in model._base_manager.order_by("pk").values_list():
                        found.update(repr((model._meta.label, row)).encode())
            raise Undo
    except Undo:
        return found.hexdigest()


def test_the_same_seed_loads_the_same_shop():
    few = {"products": 90, "orders": 40, "customers": 8}
    assert digest_of_load(**few) == digest_of_load(**few)
    assert digest_of_load(**few) != digest_of_load(**few, seed=7)


def test_a_dozen_orders_have_every_status():
    load(products=20, orders=12, customers=3)
    assert set(Order.objects.values_list("status", flat=True)) == set(Order.Status.values)


@pytest.mark.parametrize("orders", [1, 2, 5])
def test_the_smallest_shops_load(orders):
    load(products=1, orders=orders, customers=1)
    assert Product.objects.count() == 1
    assert Order.objects.count() == orders


def test_made_up_products_are_as_complete_as_curated_ones():
    load(products=400, orders=10, customers=2)
    assert Product.objects.published().count() == 400
    assert not Product.objects.filter(variants=None).exists()
    assert not Product.objects.filter(images=None).exists()
    assert StockItem.objects.count() == Variant.objects.count()
    made_up = Product.objects.order_by("-rank").values_list("pk", flat=True)[:300]
    assert max(Variant.objects.filter(product__in=made_up).values_list("position", flat=True)) <= 3
    before = list(Product.objects.order_by("pk").values_list(*LISTING))
    refresh_listing(*(row[0] for row in before))
    assert list(Product.objects.order_by("pk").values_list(*LISTING)) == before


def test_names_of_made_up_products_do_not_repeat():
    count = 12_000
    keys = [product.key for product in products_of(Plan(midnight=MIDNIGHT, products=count))]
    assert len(set(keys)) == count
    assert max(len(key) for key in keys) <= 180


def test_fewer_products_than_curated_are_the_first_of_them():
    plan = Plan(midnight=MIDNIGHT, products=5)
    assert list(products_of(plan)) == list(islice(load_catalogue().products, 5))


def test_the_number_of_statements_hardly_grows_with_the_catalogue():
    counts = []
    for products in (200, 2000):
        try:
            with transaction.atomic(), transaction.atomic(using="documents"):
                with CaptureQueriesContext(connection) as queries:
                    load(products=products, orders=20, customers=3)
                counts.append(len(queries))
                raise Undo
        except Undo:
            continue
    assert counts[1] < counts[0] * 1.5


def test_a_shop_with_products_is_left_alone():
    load(products=3, orders=2, customers=1)
    before = list(Product.objects.values_list("pk", "modified_at"))
    with pytest.raises(CommandError, match="already has products"):
        call_command("load_demo", "--no-progress")
    assert list(Product.objects.values_list("pk", "modified_at")) == before


def test_outside_demo_mode_the_published_passwords_do_not_work(settings, capsys):
    settings.DEMO_MODE = False
    call_command("load_demo", "--products=2", "--orders=2", "--customers=1", "--no-progress")
    assert authenticate(email=OWNER_EMAIL, password=OWNER_PASSWORD) is None
    assert authenticate(email=ADA_EMAIL, password=ADA_PASSWORD) is None
    assert OWNER_PASSWORD not in capsys.readouterr().out


@pytest.mark.parametrize("argument", ["--products=0", "--orders=-1", "--customers=many"])
def test_strange_numbers_are_refused(argument):
    with pytest.raises(CommandError, match="is not a number from 1"):
        call_command("load_demo", argument)
    assert not Product.objects.exists()
