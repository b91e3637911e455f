"""Payments, refunds, and messages of gateways."""

import json

from payments.gateways.demo.gateway import SIGNATURE_HEADER, sign
from payments.models import Payment
from tests.contract.tries import Try


def _message(stage):
    payment = Payment.objects.get(order=stage.open_order)
    words = {"id": "evt_1", "kind": "payment.changed", "reference": payment.reference}
    signature = sign(json.dumps(words).encode())
    return (
        Try(status=200, path={"gateway": "demo"}, body=words, headers={SIGNATURE_HEADER: signature}),
        Try(status=400, path={"gateway": "demo"}, body=words, code="bad_signature"),
    )


ROUTES = {
    "payments_list": lambda stage: (
        Try(status=200, who="customer", query={"payment_state": "Paid"}),
        Try(status=400, who="staff", query={"order_id": "x"}, code="invalid"),
    ),
    "payments_retrieve": lambda stage: (
        Try(status=200, who="customer", path={"payment_id": stage.payment.pk}),
        Try(status=404, who="customer", path={"payment_id": 10**9}, code="not_found"),
    ),
    "payments_refunds_create": lambda stage: (
        Try(
            status=201,
            who="staff",
            path={"payment_id": stage.payment.pk},
            body={"amount": 5.00, "reason": "Arrived late"},
        ),
        Try(
            status=409,
            who="staff",
            path={"payment_id": stage.payment.pk},
            body={"amount": 900, "reason": "Arrived late"},
            code="above_captured",
        ),
    ),
    "orders_payments_list": lambda stage: (
        Try(status=200, path={"order_id": stage.open_order.pk}, query={"token": stage.open_order.token}),
        Try(status=404, who="customer", path={"order_id": stage.open_order.pk}, code="not_found"),
    ),
    "orders_payments_create": lambda stage: (
        Try(
            status=201,
            path={"order_id": stage.open_order.pk},
            query={"token": stage.open_order.token},
            body={"payment_method": "Bank transfer"},
        ),
        Try(
            status=409,
            who="customer",
            path={"order_id": stage.paid.pk},
            body={"payment_method": "Bank transfer"},
            code="not_payable",
        ),
    ),
    "payments_webhook": _message,
}
