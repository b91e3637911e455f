"""Messages about what happens, for other programs."""

from tests.contract.tries import Try
from webhooks.models import Endpoint
from webhooks.services.publishing import write_for
from webhooks.services.signing import new_secret, seal

_NOBODY = {"webhook_id": 10**9}


def _endpoint(**more):
    # Not by the service, which looks the name up.
    return Endpoint.objects.create(
        url="https://partner.example/hook",
        events=["order.paid"],
        sealed_secret=seal(new_secret()),
        is_suspended=True,
        **more,
    )


def _one(**more):
    return {"who": "staff", "path": {"webhook_id": _endpoint(**more).pk}}


def _replay(stage):
    endpoint = _endpoint()
    Endpoint.objects.filter(pk=endpoint.pk).update(is_suspended=False)
    delivery = write_for(endpoint, type="webhook.test", data={})
    path = {"webhook_id": endpoint.pk, "delivery_id": delivery.pk}
    return (
        Try(status=202, who="staff", path=path),
        Try(status=404, who="staff", path=path | {"delivery_id": delivery.pk + 1}, code="not_found"),
    )


def _test(stage):
    endpoint = _endpoint()
    Endpoint.objects.filter(pk=endpoint.pk).update(is_suspended=False)
    return (
        Try(status=202, who="staff", path={"webhook_id": endpoint.pk}),
        Try(status=404, who="staff", path=_NOBODY, code="not_found"),
    )


_NEW = {"url": "https://93.184.215.14/hook", "events": ["order.paid"]}
ROUTES = {
    "webhooks_create": lambda stage: (
        Try(status=201, who="staff", body=_NEW),
        Try(status=400, who="staff", body=_NEW | {"url": "https://169.254.169.254/"}, code="bad_address"),
    ),
    "webhooks_list": lambda stage: (
        Try(status=200, who="staff"),
        Try(status=403, who="customer", code="permission_denied"),
    ),
    "webhooks_events": lambda stage: (
        Try(status=200, who="staff"),
        Try(status=401, code="not_authenticated"),
    ),
    "webhooks_retrieve": lambda stage: (
        Try(status=200, **_one()),
        Try(status=404, who="staff", path=_NOBODY, code="not_found"),
    ),
    "webhooks_update": lambda stage: (
        Try(status=200, body={"description": "Warehouse"}, **(one := _one())),
        Try(status=400, body={"events": ["order.lost"]}, code="unknown_event", **one),
    ),
    "webhooks_destroy": lambda stage: (
        Try(status=200, **_one()),
        Try(status=404, who="staff", path=_NOBODY, code="not_found"),
    ),
    "webhooks_rotate": lambda stage: (
        Try(status=200, **_one()),
        Try(status=404, who="staff", path=_NOBODY, code="not_found"),
    ),
    "webhooks_test": _test,
    "webhooks_deliveries": lambda stage: (
        Try(status=200, query={"state": "Delivered"}, **(one := _one())),
        Try(status=400, query={"state": "lost"}, code="invalid", **one),
    ),
    "webhooks_replay": _replay,
}
