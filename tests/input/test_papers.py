"""Test 51, injection into papers: what people type is text on a paper, and no paper fetches anything."""

import socket

import pytest

from documents.invoice import render_invoice
from documents.label import render_label
from documents.packing_slip import render_packing_slip
from documents.pick_list import render_pick_list
from documents.tests.factories import ShipmentFactory, snapshot
from documents.tests.papers import read, words
from orders.models import Order, OrderLine

HOSTILE = [
    "<img src=file:///etc/passwd>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "<link rel=attachment href=file:///etc/passwd>",
    "<style>body{background:url(http://127.0.0.1:9/x)}</style>",
    "</p><script>hack()</script>",
    "<object data=file:///etc/hosts>",
]


@pytest.fixture
def asked(monkeypatch):
    """Addresses that a paper tried to connect to."""
    found = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, where: found.append(where))
    return found


def look(pdf, text, asked):
    """The text is on the paper as it was typed; nothing was fetched or attached."""
    squeezed = "".join(words(pdf).split())
    assert "".join(text.split())[:20] in squeezed
    assert "root:" not in squeezed and "a-key-for-tests-only" not in squeezed
    reader = read(pdf)
    assert asked == [] and not [name for name in reader.attachments if "passwd" in name]


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_invoices(text, asked):
    data = snapshot(lines=1)
    data["lines"][0]["name"] = data["lines"][0]["sku"] = text
    data["customer"]["name"] = data["shipping_name"] = text
    data["billing_lines"] = data["delivery_lines"] = [text, text]
    look(render_invoice(data), text, asked)


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_labels_packing_slips_and_pick_lists(text, asked):
    shipment = ShipmentFactory()
    order = shipment.order
    address = {**order.shipping_address, "name": text, "line1": text}
    Order.objects.filter(pk=order.pk).update(name=text[:100], shipping_address=address)
    OrderLine.objects.filter(order=order).update(name=text, sku=text[:60])
    order = Order.objects.get(pk=order.pk)
    shipment.order = order
    assert asked == [] and render_label(shipment)[:5] == b"%PDF-"
    look(render_packing_slip(order), text, asked)
    look(render_pick_list([order]), text, asked)
