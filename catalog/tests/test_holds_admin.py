"""What is held for whom, for staff: a list, and ending a hold before its time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Hold, StockItem
from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from dashboard.tests.conftest import sign_in, staff_with

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:catalog_hold_changelist")


@pytest.fixture
def holds():
    """Two pieces of a mug for a cart, one for an order."""
    variant = ProductFactory(name="Mug", sku="MUG", stock=5).variants.get()
    until = timezone.now() + timedelta(minutes=20)
    inventory.reserve(quantities={variant.pk: 2}, reference="cart:7:kept", expires_at=until)
    inventory.reserve(quantities={variant.pk: 1}, reference="order:7K3M9QXA")
    return list(Hold.objects.order_by("pk"))


def release(client, holds):
    ids = [hold.pk for hold in holds]
    data = {"action": "release_chosen", "_selected_action": ids}
    return client.post(PAGE, data, follow=True).content.decode()


def test_staff_see_what_is_held_and_release_what_belongs_to_no_order(holds):
    client = sign_in(staff_with("catalog.view_hold", "catalog.change_hold"))
    page = client.get(PAGE).content.decode()
    until = timezone.localtime(holds[0].expires_at)
    for words in ("cart:7:kept", "order:7K3M9QXA", "MUG", f"{until:%Y}", "Release"):
        assert words in page, words
    for kept_for, shown, hidden in (("a-while", "cart:7", "order:7"), ("orders", "order:7", "cart:7")):
        page = client.get(PAGE, {"for": kept_for}).content.decode()
        assert shown in page and hidden not in page
    told = release(client, holds)
    assert "2 pieces released." in told and "1 for order:7K3M9QXA is kept for an order" in told
    assert StockItem.objects.get().held == 1
    assert "0 pieces released." in release(client, holds[:1])
    assert StockItem.objects.get().held == 1


def test_those_who_only_look_release_nothing(holds):
    looks = sign_in(staff_with("catalog.view_hold"))
    assert "release_chosen" not in looks.get(PAGE).content.decode()
    release(looks, holds)
    assert sign_in(staff_with("catalog.view_product")).get(PAGE).status_code == 403
    assert StockItem.objects.get().held == 3


def test_the_list_asks_as_often_for_many_as_for_few(holds):
    client = sign_in(staff_with("catalog.view_hold", "catalog.change_hold"))

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    queries()
    few = queries()
    for number in range(8):
        variant = ProductFactory(stock=1).variants.get()
        inventory.reserve(quantities={variant.pk: 1}, reference=f"order:{number}")
    assert queries() == few
