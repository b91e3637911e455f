"""Being sent to Stripe to pay."""

import pytest

from payments.tests.stripe_shop import order_at_stripe, return_url

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_the_order_is_paid_when_the_shopper_has_paid_at_stripe(fake_stripe, client):
    order, payment = order_at_stripe()
    fake_stripe.tell("pay")
    assert client.get(return_url(payment)).status_code == 302
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.payment_status, payment.status) == ("paid", "captured")
    assert payment.charge_id.startswith("pi_") and payment.external_id.startswith("cs_")
