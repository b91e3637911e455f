"""Gift cards as shoppers meet them: on the last page of the checkout, in emails, in their account."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from orders.models import Cart, Order
from orders.tests.factories import make_rates
from orders.tests.test_checkout_pages import answer_all, pay
from payments.gateways.demo.gateway import decide
from payments.models import CartGiftCard, GiftCard, Payment
from payments.services.gift_cards import adjust
from payments.services.orders import place_and_pay
from payments.services.sweep import sweep
from payments.tests.factories import cart_paid_by, credit_for, new_card
from payments.tests.test_payments import later

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

REVIEW, USE = reverse("orders:checkout_review"), reverse("payments:gift_card_use")
CREDIT, CHECK = reverse("payments:store_credit_use"), reverse("payments:gift_card")


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(name="Field backpack", sku="BACKPACK", price="64.00", stock=50)


@pytest.fixture
def shopper(client, product):
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    return client


def use(client, code, **more):
    return client.post(USE, {"code": code} | more)


def cards_field(page):
    text = page.content.decode()
    return text.partition('name="cards" value="')[2].partition('"')[0]


def press_pay(client, page, method="bank_transfer", **more):
    form = {"cards": cards_field(page)} | ({"payment_method": method} if method else {}) | more
    return pay_without_method(client, page, **form)


def pay_without_method(client, page, **form):
    fields = {"basket": page.context["basket"], "agreed": page.context["agreed"]}
    return client.post(reverse("payments:place"), fields | form)


def test_a_card_is_put_in_shown_with_what_it_pays_and_taken_out(shopper):
    card = new_card("20.00")
    page = answer_all(shopper)
    assert "Gift card or store credit" in page.content.decode()
    assert use(shopper, card.code, basket=page.context["basket"])["Location"] == REVIEW
    text = shopper.get(REVIEW).content.decode()
    assert f"Gift card …{card.card.last4}" in text and "pays <bdi>€20.00" in text
    assert "Pay <bdi>€47.90" in text and "Left to pay" in text and "Pay <bdi>€67.90" not in text
    row = CartGiftCard.objects.get()
    remove = reverse("payments:gift_card_remove", args=[row.pk])
    assert Client().post(remove).status_code == 404 and CartGiftCard.objects.exists()
    assert shopper.post(remove)["Location"] == REVIEW
    assert "Pay <bdi>€67.90" in shopper.get(REVIEW).content.decode()


def test_a_card_that_covers_all_leaves_no_way_to_pay_to_choose(shopper):
    answer_all(shopper)
    use(shopper, new_card("100.00").code)
    page = shopper.get(REVIEW)
    text = page.content.decode()
    assert "Pay with your gift card" in text and 'name="payment_method"' not in text
    assert "<bdi>€32.10</bdi> stay on it" in text
    thanks = press_pay(shopper, page, method="")
    order = Order.objects.get()
    assert thanks["Location"] == reverse("orders:confirmation", args=[order.token])
    assert (
        order.payment_status == "paid" and "Gift card …" in shopper.get(thanks["Location"]).content.decode()
    )


def test_a_wrong_code_is_named_in_its_place_and_nothing_is_lost(shopper):
    answer_all(shopper)
    use(shopper, new_card("20.00").code)
    page = use(shopper, "not a code")
    text = page.content.decode()
    assert page.status_code == 400 and "<title>Error: " in text and "There is a problem" in text
    assert 'href="#id_code"' in text and 'value="not a code"' in text and "<details open" in text
    assert "Pay <bdi>€47.90" in text, "the card that was in is still there"
    assert use(shopper, "").status_code == 400


def test_the_rest_is_paid_at_the_bank_and_the_order_says_how(shopper, commit, mailoutbox):
    card = new_card("20.00")
    answer_all(shopper)
    use(shopper, card.code)
    with commit():
        bank = press_pay(shopper, shopper.get(REVIEW), "demo")
    order = Order.objects.get()
    start = shopper.get(reverse("payments:start", args=[order.token])).content.decode()
    assert "<bdi>€47.90</bdi> to pay" in start and "paid <bdi>€20.00" in start
    payment = Payment.objects.get(gateway="demo")
    assert payment.reference in bank["Location"]
    decide(reference=payment.reference, approve=True)
    with commit():
        shopper.get(reverse("payments:return", args=[payment.reference]))
    order.refresh_from_db()
    assert order.payment_status == "paid"
    name = f"Gift card …{card.card.last4}"
    (paid,) = [mail for mail in mailoutbox if "Payment received" in mail.subject]
    for text in (paid.body, paid.alternatives[0].content):
        assert name in text and "€20.00" in text and "Card (demo)" in text and "€47.90" in text
    page = shopper.get(order.get_absolute_url()).content.decode()
    assert f"{name}: <bdi>€20.00" in page and "Card (demo): <bdi>€47.90" in page


def test_a_transfer_and_the_courier_are_asked_for_the_rest_only(shopper, commit, mailoutbox):
    for method, words in (("bank_transfer", "Please transfer"), ("cash_on_delivery", "You pay")):
        shopper.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
        answer_all(shopper)
        use(shopper, new_card("20.00").code)
        quantity = Cart.objects.latest("pk").lines.get().quantity
        rest = f"€{64 * quantity + Decimal('3.90') - 20:.2f}"
        with commit():
            thanks = press_pay(shopper, shopper.get(REVIEW), method)
        mail = mailoutbox[-1]
        assert f"{words} {rest}" in mail.body and f"Left to pay: {rest}" in mail.body
        page = shopper.get(thanks["Location"]).content.decode()
        assert f"<bdi>{rest}" in page and "Gift card …" in page
        assert ("IBAN" in page) == (method == "bank_transfer")


def test_a_card_used_elsewhere_meanwhile_shows_what_was_and_what_is(shopper):
    card = new_card("20.00")
    answer_all(shopper)
    use(shopper, card.code)
    page = shopper.get(REVIEW)
    adjust(card=card.card, change=Decimal("-15.00"), reason="used elsewhere", key="x")
    refused = press_pay(shopper, page, "bank_transfer")
    text = refused.content.decode()
    assert refused.status_code == 409 and not Order.objects.exists()
    assert "Nothing has been ordered yet" in text
    assert "pays €20.00" in text and "pays €5.00" in text and "€47.90" in text and "Pay <bdi>€62.90" in text
    assert press_pay(shopper, refused, "bank_transfer").status_code == 302
    assert Order.objects.get().amount_due == Decimal("62.90")


def test_a_card_put_in_in_another_tab_is_not_used_unseen(shopper):
    page = answer_all(shopper)
    use(shopper, new_card("20.00").code)
    refused = pay(shopper, page)
    assert refused.status_code == 409 and "Left to pay" in refused.content.decode()
    assert not Order.objects.exists()


def test_pressing_pay_twice_leads_to_the_same_order(shopper):
    answer_all(shopper)
    use(shopper, new_card("100.00").code)
    page = shopper.get(REVIEW)
    assert press_pay(shopper, page, "")["Location"] == press_pay(shopper, page, "")["Location"]
    assert Order.objects.count() == Payment.objects.count() == 1
    late = use(shopper, new_card().code, basket=page.context["basket"])
    assert late.status_code == 302, "the basket has been ordered"


def test_without_a_basket_there_is_nothing_to_pay(client):
    assert use(client, "whatever").status_code == 409 == client.post(CREDIT).status_code
    assert client.get(USE).status_code == 405


def test_guessing_codes_ends_for_the_basket_and_for_the_address(shopper):
    answer_all(shopper)
    answers = [use(shopper, "7K2M-9PQR-4TVW-X3YZ").status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2
    assert use(shopper, new_card().code).status_code == 429
    checks = [Client().post(CHECK, {"code": "7K2M-9PQR-4TVW-X3YZ"}).status_code for _ in range(12)]
    assert checks[0] == 400 and checks[-1] == 429


def test_signing_in_takes_the_cards_of_a_guest_along(shopper):
    answer_all(shopper)
    use(shopper, new_card("20.00").code)
    customer = UserFactory()
    shopper.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    assert Cart.objects.get(open_for=customer.pk).gift_cards.count() == 1


def test_store_credit_is_offered_to_its_customer_and_shown_in_the_account(shopper):
    customer = UserFactory()
    answer_all(shopper)
    assert "Use your store credit" not in shopper.get(REVIEW).content.decode()
    assert b"Store credit" not in Client().get(CHECK).content
    shopper.force_login(customer, backend="django.contrib.auth.backends.ModelBackend")
    shopper.post(reverse("orders:checkout_contact"), {"email": "kim@example.com"})
    account = reverse("customers:account")
    assert "Store credit" not in shopper.get(account).content.decode()
    credit_for(customer, "15.00")
    assert "Use your store credit of <bdi>€15.00" in shopper.get(REVIEW).content.decode()
    shopper.post(CREDIT)
    page = shopper.get(REVIEW)
    assert "Pay <bdi>€52.90" in page.content.decode()
    assert "Use your store credit" not in page.content.decode()
    press_pay(shopper, page, "cash_on_delivery")
    text = shopper.get(account).content.decode()
    assert "You have <strong><bdi>€0.00" in text and "A goodwill gesture" in text
    assert Order.objects.get().number in text and "-€15.00" in text


def test_the_balance_of_a_card_is_told_to_who_has_the_code(client):
    card = new_card("20.00")
    page = client.post(CHECK, {"code": card.code.lower()}).content.decode()
    assert "€20.00" in page and f"…{card.card.last4}" in page
    GiftCard.objects.filter(pk=card.card.pk).update(status="blocked")
    blocked = client.post(CHECK, {"code": card.code})
    unknown = client.post(CHECK, {"code": "7K2M-9PQR-4TVW-X3YZ"})
    assert blocked.status_code == unknown.status_code == 400
    same = "We know no gift card with this code"
    assert same in blocked.content.decode() and same in unknown.content.decode()
    assert CHECK in client.get("/").content.decode()


def test_an_order_that_waits_for_its_rest_says_so_and_may_be_cancelled(client):
    card = new_card("5.00")
    order, _ = place_and_pay(cart=cart_paid_by(card), confirmed_total=None, payment_method="demo")
    page = client.get(order.get_absolute_url()).content.decode()
    assert f"<bdi>€{order.amount_due:.2f}</bdi></strong> of it is still to pay" in page
    start = client.get(reverse("payments:start", args=[order.token])).content.decode()
    assert f"<bdi>€{order.amount_due:.2f}</bdi> to pay" in start
    client.post(reverse("payments:cancel", args=[order.token]))
    sweep(now=later())
    card.card.refresh_from_db()
    assert card.card.balance == 5


def test_the_last_page_asks_the_database_no_more_for_more_cards(client):
    def queries(cards):
        cart = cart_paid_by(*(new_card("1.00") for _ in range(cards)))
        session = client.session
        session["cart"] = cart.token
        session.save()
        client.get(REVIEW)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(REVIEW).status_code == 200
        return len(seen)

    assert queries(1) == queries(8)
