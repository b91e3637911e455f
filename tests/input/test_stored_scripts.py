"""Test 44, stored XSS: names, addresses, reviews, messages, SKUs, file names, notes stay text everywhere.

In pages of the shop and of staff (list, detail, history, delete, search), in JSON-LD, fragments,
messages after a save, and emails.
"""

import json
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from catalog.models import Attribute, Category, Product, Store
from catalog.services.importing import checking, progress
from catalog.services.search import index_products
from catalog.tests.factories import AttributeValueFactory, CategoryFactory, ProductFactory, StoreFactory
from catalog.tests.importing import upload
from customers.tests.factories import AddressFactory, StaffFactory, UserFactory
from dashboard.tests.conftest import sign_in
from orders.models import Order, OrderLine
from orders.services.returns import request_return
from orders.tests.factories import DiscountFactory, shipped_order
from reviews.models import Review
from reviews.tests.factories import AnswerFactory, QuestionFactory, ReviewFactory, SurveyFactory
from support.tests.factories import TicketFactory
from tests.input.hostile import PAYLOAD, SHORT, alive

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def shop(commit, mailoutbox):
    """A shop in which every text that somebody types is the payload."""
    customer = UserFactory(name=PAYLOAD)
    AddressFactory(customer=customer, name=PAYLOAD, line1=PAYLOAD, city=PAYLOAD)
    product = ProductFactory(
        name=PAYLOAD, sku=SHORT, stock=20, summary=PAYLOAD, description=PAYLOAD, details=[[PAYLOAD, PAYLOAD]],
        store=StoreFactory(name=PAYLOAD), category=CategoryFactory(name=PAYLOAD, description=PAYLOAD),
    )  # fmt: skip
    variant = product.variants.get()
    variant.values.set([AttributeValueFactory(value=PAYLOAD, swatch="red;}")])
    Attribute.objects.update(name=PAYLOAD)
    type(variant).objects.update(name=PAYLOAD)
    index_products([product.pk])
    DiscountFactory(name=PAYLOAD, comments=PAYLOAD)
    with commit():
        order = shipped_order(variant, customer=customer, quantity=3)
        Order.objects.filter(pk=order.pk).update(name=PAYLOAD, comments=PAYLOAD)
        order = Order.objects.get(pk=order.pk)
        line = OrderLine.objects.get(order=order)
        request_return(order=order, lines={line.pk: (1, "other", PAYLOAD)}, note=PAYLOAD)
    ReviewFactory(product=product, customer=customer, review=PAYLOAD, answer=PAYLOAD)
    question = QuestionFactory(product=product, customer=customer, question=PAYLOAD, status="published")
    AnswerFactory(question=question, is_shop=True, answer=PAYLOAD)
    AnswerFactory(question=question, customer=customer, answer=PAYLOAD)
    SurveyFactory(comment=PAYLOAD)
    TicketFactory(name=PAYLOAD, subject=PAYLOAD, message=PAYLOAD)
    row = progress.begin(upload=upload(f"sku,{SHORT.replace(chr(34), '')}\n", name=PAYLOAD))
    checking.check(row.pk)
    row = progress.begin(
        upload=upload('sku,description,price\n"""\'><b hack>",<b hack>,<b hack>\n', name="x.csv")
    )
    checking.check(row.pk)
    return {"order": order, "product": product, "customer": customer, "mail": mailoutbox}


def test_pages_of_the_shop_show_it_as_text(shop):
    product, order, customer = shop["product"], shop["order"], shop["customer"]
    client = sign_in(customer)
    client.post("/cart/add/", {"sku": SHORT, "quantity": 1})
    paths = [
        "/", "/products/", product.get_absolute_url(),
        reverse("reviews:ask", args=[product.slug]), Category.objects.get().get_absolute_url(), "/cart/",
        "/cart/drawer/", "/checkout/", "/account/", "/account/profile/", "/account/addresses/",
        "/account/orders/", reverse("orders:track", args=[order.token]), "/sitemap.xml",
        reverse("orders:return_new", args=[order.token]),
        reverse("orders:return", args=[order.token, order.returns.get().number]),
    ]  # fmt: skip
    found, seen = [], 0
    for path in paths:
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, path
        html = answer.content.decode()
        seen += "hack" in html
        found += [f"{path}: {what}" for what in alive(html)]
    assert found == [] and seen > 9


@pytest.mark.parametrize("path", ["/search/", "/search/suggest/", "/products/", "/track/", "/account/login/"])
def test_what_is_typed_into_an_address_is_shown_as_text(shop, client, path):
    for name in ("q", "min_price", "sort", "next", "number", "attr_colour", "page", PAYLOAD):
        for headers in ({}, {"HX-Request": "true"}):
            html = client.get(path, {name: PAYLOAD}, headers=headers).content.decode()
            assert alive(html) == []


def test_structured_data_is_one_json_text_and_ends_where_it_should(shop, client):
    html = client.get(shop["product"].get_absolute_url()).content.decode()
    scripts = re.findall(r'<script[^>]*type="application/ld\+json"[^>]*>(.*?)</script>', html, re.S)
    assert scripts and any("</script></title><b hack" in str(json.loads(script)) for script in scripts)


def test_pages_of_staff_show_it_as_text(shop):
    client, found, seen = sign_in(StaffFactory(name=PAYLOAD)), [], 0
    for model, model_admin in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        paths = [reverse(f"admin:{name}_changelist")]
        if model_admin.search_fields:
            paths.append(paths[0] + "?q=%22%27%3E%3Cb+hack%3E")
        row = model._default_manager.first()
        if row is not None:
            for page in ("change", "history", "delete"):
                try:
                    paths.append(reverse(f"admin:{name}_{page}", args=[row.pk]))
                except NoReverseMatch:
                    continue
        for path in paths:
            answer = client.get(path)
            assert answer.status_code in (200, 302, 403, 404), (path, answer.status_code)
            if answer.status_code == 200 and not answer.streaming:
                seen += "hack" in answer.content.decode()
                found += [f"{path}: {what}" for what in alive(answer.content.decode())]
    assert found == [] and seen > 40


def test_a_message_after_a_save_shows_it_as_text(shop):
    client = sign_in(StaffFactory())
    chosen = {"action": "publish", "_selected_action": [shop["product"].pk]}
    delete = reverse("admin:catalog_product_delete", args=[shop["product"].pk])
    store = reverse("admin:catalog_store_change", args=[Store.objects.get().pk])
    paths = [
        client.post(reverse("admin:catalog_product_changelist"), chosen, follow=True),
        client.post(delete, {"post": "yes"}, follow=True),
        client.post(store, {"name": PAYLOAD}, follow=True),
    ]
    for answer in paths:
        assert alive(answer.content.decode()) == []


def test_emails_carry_it_as_text(shop):
    parts = [part.content for mail in shop["mail"] for part in mail.alternatives]
    assert len(parts) >= 3 and any("hack" in part for part in parts)
    assert [what for part in parts for what in alive(part)] == []
    assert all("\n" not in mail.subject for mail in shop["mail"])


def test_a_review_and_a_question_are_taken_as_text(shop):
    client = Client()
    answer = client.post(
        reverse("support:contact"), {"name": PAYLOAD, "email": "x", "subject": PAYLOAD, "message": PAYLOAD}
    )
    assert alive(answer.content.decode()) == []
    assert Review.objects.get().review == PAYLOAD and Product.objects.get().name == PAYLOAD
