"""A shop whose prices exclude VAT, on every page of a purchase."""

from decimal import Decimal as D

import pytest
from django.core.cache import cache
from django.urls import reverse

from catalog.models import StoreSettings
from catalog.tests.factories import ProductFactory
from documents.invoice import render_invoice
from documents.tests.papers import words
from orders.models import Order
from orders.services.invoices import issue_invoice
from orders.tests.factories import make_rates
from orders.tests.test_checkout_pages import answer_all, pay

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def choose(**choices):
    StoreSettings.objects.update_or_create(pk=1, defaults=choices)
    cache.clear()


@pytest.fixture
def product():
    make_rates()
    choose(prices_include_tax=False)
    return ProductFactory(name="Field backpack", sku="BACKPACK", price="64.00", stock=9)


def test_a_whole_purchase_adds_vat_once_at_the_end(client, product):
    shown = client.get(product.get_absolute_url()).content.decode()
    assert "plus VAT" in shown and "incl. VAT" not in shown
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "2"})
    basket = client.get(reverse("orders:cart")).content.decode()
    # 128.00 * 19 % = 24.32; 3.90 * 19 % = 0.74
    assert "€128.00" in basket and "Prices are without VAT" in basket
    page = answer_all(client)
    text = page.content.decode()
    assert "€25.06" in text and "€156.96" in text and "including VAT" not in text
    assert pay(client, page).status_code == 302
    order = Order.objects.get()
    assert (order.subtotal, order.shipping_total, order.tax_total, order.total) == (
        D("128.00"),
        D("3.90"),
        D("25.06"),
        D("156.96"),
    )
    line = order.lines.get()
    assert (line.unit_price, line.tax, line.total) == (D("64.00"), D("24.32"), D("152.32"))
    shown = client.get(order.get_absolute_url()).content.decode()
    assert "VAT 19%" in shown and "€25.06" in shown and "€156.96" in shown
    paper = words(render_invoice(issue_invoice(order=order).snapshot))
    assert "without VAT" in paper and "€25.06" in paper and "€156.96" in paper


def test_prices_with_vat_say_so(client, product):
    choose(prices_include_tax=True)
    shown = client.get(product.get_absolute_url()).content.decode()
    assert "incl. VAT" in shown and "plus VAT" not in shown
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    assert "Prices include VAT" in client.get(reverse("orders:cart")).content.decode()
