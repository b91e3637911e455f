"""Text is equal only to itself: case, accents and spaces at the end count, as on the embedded database."""

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Value
from django.urls import reverse

from catalog.models import Category, Variant
from catalog.tests.factories import CategoryFactory, ProductFactory, VariantFactory
from customers.models import OneTimeCode, User
from customers.services.otp import request_code
from customers.services.tokens import issue_token
from customers.tests.factories import UserFactory
from orders.models import Order
from orders.services.claiming import claim_orders
from orders.tests.factories import DiscountFactory, OrderFactory, cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_every_table_compares_exactly():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, table_collation FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_collation <> %s",
            [connection.exact_collation],
        )
        assert cursor.fetchall() == ()
        # JSON is text in a collation of its own on MariaDB, exact as well.
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
            " AND collation_name NOT IN (%s, 'utf8mb4_bin')",
            [connection.exact_collation],
        )
        assert cursor.fetchall() == ()


def test_two_addresses_that_differ_in_an_accent_are_two_accounts():
    plain = UserFactory(email="rene@example.com")
    accented = UserFactory(email="rené@example.com")
    assert User.objects.get(email="rené@example.com") == accented
    assert User.objects.get(email__iexact="RENE@example.com") == plain
    assert User.objects.get_by_natural_key("RENÉ@example.com") == accented
    assert EmailAddress.objects.filter(email__iexact="rene@example.com").count() == 1


def test_nobody_claims_the_orders_of_an_address_that_looks_like_theirs():
    theirs = OrderFactory()
    Order.objects.update(email="rené@example.com")
    user = UserFactory(email="rene@example.com")
    claim_orders(customer=user, email=user.email)
    assert Order.objects.get(pk=theirs.pk).customer is None


@pytest.mark.parametrize("other", ["rené@example.com", "rene@example.com "])
def test_one_time_codes_of_addresses_that_look_alike_are_apart(other):
    OneTimeCode.objects.create(
        recipient="rene@example.com", expires_at="2030-01-01T00:00Z", hour_began_at="2030-01-01T00:00Z",
        day_began_at="2030-01-01T00:00Z",
    )  # fmt: skip
    assert not OneTimeCode.objects.filter(recipient=other).exists()


def test_a_code_goes_to_the_address_that_asked():
    for address in ("rene@example.com", "rené@example.com"):
        request_code(to=address)
    assert OneTimeCode.objects.count() == 2


def other_case(text):
    changed = text.swapcase()
    assert changed != text
    return changed


def test_a_token_in_another_case_opens_no_order(client):
    order = OrderFactory()
    assert client.get(order.get_absolute_url()).status_code == 200
    for wrong in (other_case(order.token), order.token + " "):
        assert not Order.objects.filter(token=wrong).exists()
        assert client.get(order.get_absolute_url().replace(order.token, wrong)).status_code == 404


def test_a_token_in_another_case_opens_no_cart_and_no_account(client):
    cart = cart_with()
    wrong = other_case(cart.token)
    assert client.get("/api/cart/", headers={"X-Cart-Token": wrong}).status_code == 404
    token = issue_token(user=UserFactory())
    headers = {"authorization": f"Bearer {other_case(token)}"}
    assert client.get("/api/orders/", headers=headers).status_code == 401


def test_skus_and_codes_that_differ_in_case_or_accent_are_different():
    product = ProductFactory(sku="CAFE")
    VariantFactory(product=product, sku="cafe")
    VariantFactory(product=product, sku="CAFÉ")
    assert Variant.objects.get(sku="CAFÉ").sku == "CAFÉ"
    DiscountFactory(code="CAFE")
    DiscountFactory(code="CAFÉ")


def test_staff_find_people_and_things_in_any_case_and_without_accents(client):
    found = UserFactory(name="Zoë Müller")
    UserFactory(name="Somebody Else")
    for typed in ("zoe", "MULLER", "üll"):
        assert list(User.objects.filter(name__icontains=typed)) == [found]
    assert list(User.objects.filter(name__istartswith="ZO")) == [found]
    assert list(User.objects.filter(name__iendswith=Value("muller"))) == [found]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "100%", "a_b"])
def test_what_is_typed_is_no_pattern(typed):
    named = CategoryFactory(name=f"Mugs {typed} more")
    CategoryFactory(name="Mugs 100 a-b more")
    for lookup in ("icontains", "contains"):
        assert list(Category.objects.without_tree_fields().filter(**{f"name__{lookup}": typed})) == [named]
    rows = Category.objects.without_tree_fields()
    assert list(rows.filter(name__iexact=f"MUGS {typed} MORE".upper())) == [named]


def test_a_page_of_staff_search_answers(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    OrderFactory()
    Order.objects.update(name="Zoë Müller", email="zoe@example.com")
    page = client.get(reverse("admin:orders_order_changelist"), {"q": "zoe mu"})
    assert page.status_code == 200 and "zoe@example.com" in page.content.decode()
