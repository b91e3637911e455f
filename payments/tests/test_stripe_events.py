"""Stripe's messages over the real route: who sent them, what they are about, what of them is kept."""

import hashlib
import hmac
import json
import logging
import time

import pytest
from django.test import Client

from payments.models import GatewayEvent
from payments.tests.stripe_shop import WEBHOOK, deliver, order_at_stripe, paid_at_stripe, post_event
from tests.fakes.stripe import API_KEY, SECRET

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def message(fake_stripe):
    """The message about a payment that has just been made, right in every way."""
    order_at_stripe()
    fake_stripe.tell("pay")
    (found,) = fake_stripe.tell("signed", kinds=["checkout.session.completed"])
    return found


def is_refused(answer):
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature"), answer.content
    return not GatewayEvent.objects.exists()


def test_a_right_signature_is_accepted(client, message):
    assert post_event(client, message["body"], message["signature"]).status_code == 200
    assert GatewayEvent.objects.get().outcome == "gateway says captured"


@pytest.mark.parametrize(
    "signature",
    ["", "t=1,v1=", "v1=abc", "t=x,v1=abc", "t=1893456000,v1=abc", "t=1893456000,v0=abc", "Ünlesbar", "=,="],
)
def test_bad_signatures_are_refused_and_nothing_is_kept(client, message, signature):
    assert is_refused(post_event(client, message["body"], signature.encode().decode("latin-1")))


def test_no_signature_is_refused(client, message):
    assert is_refused(client.post(WEBHOOK, message["body"], content_type="application/json"))


def test_a_signature_by_another_secret_is_refused(client, fake_stripe, message):
    assert all(map(is_refused, deliver(client, fake_stripe, secret="whsec_of_somebody")))


def test_a_message_that_was_changed_on_the_way_is_refused(client, message):
    for forged in (message["body"].replace('"paid"', '"unpaid"'), message["body"] + " ", "", "{}"):
        assert is_refused(post_event(client, forged, message["signature"]))


@pytest.mark.parametrize(("seconds", "good"), [(301, False), (290, True)])
def test_a_message_is_good_for_five_minutes(client, fake_stripe, message, seconds, good):
    sent = int(time.time()) - seconds
    (answer,) = deliver(client, fake_stripe, ids=[message["id"]], timestamp=sent)
    assert answer.status_code == 200 if good else is_refused(answer)


@pytest.mark.parametrize(
    "words", ["no json", "[]", "{}", '{"data": {"object": 1}}', '{"id": "evt_1"}', "\xff"]
)
def test_signed_words_of_another_shape_are_refused(client, settings, words):

    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = API_KEY, SECRET
    body = words.encode("latin-1")
    now = int(time.time())
    digest = hmac.new(SECRET.encode(), b"%d.%s" % (now, body), hashlib.sha256).hexdigest()
    assert is_refused(post_event(client, body, f"t={now},v1={digest}"))


def test_a_message_that_cannot_be_checked_is_left_for_later(client, message, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert post_event(client, message["body"], message["signature"]).status_code == 503
    assert not GatewayEvent.objects.exists()


def test_a_shop_without_stripe_has_no_such_address(client, settings):
    settings.STRIPE_SECRET_KEY = ""
    assert client.post(WEBHOOK, "{}", content_type="application/json").status_code == 404


def test_a_message_needs_no_sign_in_and_no_token(message):
    strict = Client(enforce_csrf_checks=True)
    assert post_event(strict, message["body"], message["signature"]).status_code == 200


def test_repeats_are_accepted_and_count_once(client, fake_stripe, message):
    for known in (False, True, True):
        (answer,) = deliver(client, fake_stripe, ids=[message["id"]])
        assert answer.json() == {"received": True, "known": known}
    assert GatewayEvent.objects.count() == 1


def test_every_message_of_a_life_finds_its_payment(client, fake_stripe):
    order, payment = paid_at_stripe(fake_stripe)
    fake_stripe.tell("refund", amount=100)
    fake_stripe.tell("dispute")
    answers = deliver(client, fake_stripe)
    assert {answer.status_code for answer in answers} == {200}
    assert GatewayEvent.objects.filter(payment=payment).count() == len(answers) == 7


def test_messages_we_have_no_use_for_are_kept_and_accepted(client, fake_stripe):
    fake_stripe.tell("event", kind="payout.paid", thing={"id": "po_1", "object": "payout", "amount": 5})
    fake_stripe.tell("event", kind="v9.new.thing", thing={"id": "x_1", "object": "thing", "metadata": None})
    fake_stripe.tell(
        "event", kind="charge.succeeded", thing={"object": "charge", "payment_intent": "pi_other"}
    )
    assert [answer.status_code for answer in deliver(client, fake_stripe)] == [200] * 3
    outcomes = list(GatewayEvent.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["not about a payment", "not about a payment", "no such payment"]


def test_a_dispute_is_told_to_staff_in_words(client, fake_stripe):
    order, payment = paid_at_stripe(fake_stripe)
    fake_stripe.tell("dispute", reason="product_not_received", due=1900000000)
    deliver(client, fake_stripe, kinds=["charge.dispute.created"])
    (flag,) = order.events.filter(kind="payment_flagged")
    assert flag.message == (
        "The shopper's bank disputes €23.90 (the shopper says nothing has arrived). "
        "Answer at Stripe by 17 March 2030."
    )
    assert not flag.is_public
    fake_stripe.tell("close_dispute", won=False)
    deliver(client, fake_stripe, kinds=["charge.dispute.closed"])
    assert order.events.filter(message="The dispute about €23.90 was lost; the money is gone.").exists()


def test_neither_secrets_nor_cards_nor_addresses_are_kept_or_logged(client, fake_stripe, caplog):
    caplog.set_level(logging.DEBUG)
    order, payment = order_at_stripe()
    fake_stripe.tell("decline")
    fake_stripe.tell("pay")
    deliver(client, fake_stripe)
    deliver(client, fake_stripe, secret="whsec_of_somebody")
    fake_stripe.go_wrong("/v1/checkout/sessions/", "error", method="GET", status=401)
    client.get(f"/pay/{payment.reference}/return/")
    kept = json.dumps(list(GatewayEvent.objects.values_list("payload", flat=True)))
    (raw,) = fake_stripe.tell("signed", kinds=["payment_intent.succeeded"])
    assert "client_secret" in raw["body"], "Stripe does send it"
    for text in (kept, caplog.text):
        for private in ("client_secret", "4242", "exp_year", API_KEY, SECRET, "Nora"):
            assert private not in text, private
    assert order.email not in kept and payment.reference in kept


def test_a_key_stripe_does_not_accept_is_logged_without_it(client, fake_stripe, settings, caplog):
    order, payment = order_at_stripe()
    settings.STRIPE_SECRET_KEY = "sk_test_of_another_shop"
    assert client.get(f"/pay/{payment.reference}/return/").status_code == 202
    assert "Stripe does not accept STRIPE_SECRET_KEY (401)" in caplog.text
    assert "shop" not in caplog.text.split("STRIPE_SECRET_KEY")[1]
