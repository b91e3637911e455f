""" "Email me when it is back": asked once, told exactly once, ended by its link."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from catalog import request_views
from catalog.models import Product, StockMovement, StockRequest
from catalog.services import inventory, stock_requests
from catalog.services.sweep import sweep
from catalog.tests.factories import ProductFactory, VariantFactory
from customers.tests.factories import UserFactory
from orders.tests.factories import make_rates

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def variant():
    make_rates()
    return ProductFactory(name="Mug", slug="mug", stock=0, sku="MUG").variants.get()


def ask(client, email="kim@example.com", sku="MUG", slug="mug"):
    return client.post(reverse("catalog:notify", args=[slug]), {"variant": sku, "email": email})


def receive(variant, quantity=1):
    inventory.adjust_stock(
        variant=variant, change=quantity, kind=StockMovement.Kind.RECEIVED, reason="Delivery"
    )


def test_a_sold_out_thing_offers_to_write(client, variant):
    page = client.get("/product/mug/").content.decode()
    assert "Email me when it is back" in page and 'name="email"' in page
    receive(variant)
    assert "Email me when it is back" not in client.get("/product/mug/").content.decode()


def test_a_known_address_is_filled_in(client, variant):
    client.force_login(UserFactory(email="nora@example.com"))
    assert 'value="nora@example.com"' in client.get("/product/mug/").content.decode()


def test_the_answer_is_the_same_whether_known_or_not_and_the_wish_is_noted_once(client, variant):
    first, second = ask(client), ask(client, "Kim@Example.com ")
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert "We will email you when Mug is back." in client.get(first["Location"]).content.decode()
    assert StockRequest.objects.get().email == "kim@example.com"


@pytest.mark.parametrize("email", ["", "kim", "kim@", "a@b.example\nBcc: x@y.example"])
def test_an_address_that_is_none_is_refused_in_words_and_kept(client, variant, email):
    page = ask(client, email)
    assert page.status_code == 400 and "Enter " in page.content.decode()
    assert "<title>Error: " in page.content.decode()
    assert not StockRequest.objects.exists()


def test_things_that_are_not_sold_cannot_be_waited_for(client, variant):
    assert ask(client, sku="NOTHING").status_code == 404
    assert ask(client, slug="nothing").status_code == 404
    Product.objects.update(status="draft")
    assert ask(client).status_code == 404
    assert client.get(reverse("catalog:notify", args=["mug"])).status_code == 405


def test_nobody_can_ask_for_ever(client, variant, monkeypatch):
    monkeypatch.setattr(request_views, "REQUESTS_PER_HOUR", 2)
    assert [ask(client, f"{n}@example.com").status_code for n in range(3)] == [302, 302, 429]
    assert StockRequest.objects.count() == 2


def test_when_it_is_back_the_email_goes_out_once_with_its_links(client, variant, commit):
    ask(client)
    with commit():
        receive(variant)
    with commit():
        receive(variant)
    sweep(now=timezone.now())
    (message,) = mail.outbox
    wish = StockRequest.objects.get()
    assert (message.to, message.subject) == (["kim@example.com"], "Mug is back")
    assert "http://127.0.0.1:8000/product/mug/?variant=MUG" in message.body
    assert f"http://127.0.0.1:8000/back-in-stock/{wish.token}/" in message.body
    assert wish.notified_at and wish.open_key is None
    # Sold out again, asked again: a new wish.
    inventory.reserve(quantities={variant.pk: 2}, reference="order:1")
    ask(client)
    assert StockRequest.objects.count() == 2


def test_what_others_were_promised_first_tells_nobody(client, variant, commit):
    variant.backorder_limit = 2
    variant.save()
    inventory.reserve(quantities={variant.pk: 2}, reference="order:1")
    ask(client)
    with commit():
        receive(variant, 2)
    assert not mail.outbox
    with commit():
        inventory.release(reference="order:1")
    assert len(mail.outbox) == 1


def test_an_email_lost_in_a_crash_is_found_by_the_sweep(client, variant):
    ask(client)
    receive(variant)  # the task after commit never ran
    now = timezone.now()
    StockRequest.objects.update(claimed_at=now - timedelta(minutes=1))
    assert sweep(now=now)["back_in_stock_emails_sent"] == 0
    StockRequest.objects.update(claimed_at=now - timedelta(minutes=6))
    assert sweep(now=now)["back_in_stock_emails_sent"] == 1
    assert sweep(now=now)["back_in_stock_emails_sent"] == 0


def test_a_mail_server_that_refuses_is_tried_again(client, variant, monkeypatch):
    ask(client)
    receive(variant)

    def refuse(**message):
        raise OSError("no route to the mail server")

    with monkeypatch.context() as broken:
        broken.setattr(stock_requests, "send_email", refuse)
        assert stock_requests.tell_waiting() == 0
    assert "no route" in StockRequest.objects.get().last_error
    assert stock_requests.tell_waiting() == 1
    assert StockRequest.objects.get().last_error == ""


def test_the_link_asks_on_get_and_ends_the_wish_on_post(client, variant, commit):
    ask(client)
    link = reverse("catalog:stock_request", args=[StockRequest.objects.get().token])
    page = client.get(link)
    assert "Stop waiting for Mug?" in page.content.decode()
    assert StockRequest.objects.get().cancelled_at is None
    for _ in range(2):
        assert "No more emails" in client.post(link, follow=True).content.decode()
    with commit():
        receive(variant)
    assert not mail.outbox
    assert client.get(reverse("catalog:stock_request", args=["guessed"])).status_code == 404


def test_programs_ask_too(variant):
    url = f"/api/products/{variant.product_id}/notify"
    answer = APIClient().post(url, {"email": "kim@example.com"})
    assert answer.status_code == 202 and StockRequest.objects.count() == 1
    assert APIClient().post(url, {"email": "kim@example.com", "sku": "MUG"}).status_code == 202
    assert StockRequest.objects.count() == 1
    assert APIClient().post(url, {"email": "kim"}).status_code == 400
    assert APIClient().post("/api/products/999999/notify", {"email": "a@b.example"}).status_code == 404
    VariantFactory(product=variant.product, sku="CUP", stock=0)
    several = APIClient().post(url, {"email": "kim@example.com"})
    assert (several.status_code, several.data["code"]) == (400, "variant_needed")
    assert APIClient().post(url, {"email": "kim@example.com", "sku": "CUP"}).status_code == 202


# ---- Several workers


def tell_at_once(pk, workers=4):
    barrier = threading.Barrier(workers)

    def run(_):
        barrier.wait()
        try:
            return stock_requests.tell(pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return sorted(pool.map(run, range(workers)))


def waiting_wish():
    cache.clear()
    variant = ProductFactory(stock=1).variants.get()
    return stock_requests.ask(variant=variant, email="kim@example.com").pk


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
def test_several_workers_send_one_email():
    assert tell_at_once(waiting_wish()) == [False, False, False, True]
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
def test_control_without_the_claim_every_worker_sends_one(monkeypatch):
    pk = waiting_wish()

    class Unguarded:
        def filter(self, *wanted, **more):
            return StockRequest.objects.all().filter(pk=pk).annotate(n=F("pk"))

        def __getattr__(self, name):
            return getattr(StockRequest.objects, name)

    class Model:
        objects = Unguarded()

    monkeypatch.setattr(stock_requests, "StockRequest", Model)
    assert tell_at_once(pk) == [True] * 4
    assert len(mail.outbox) == 4
