"""The state of the shop's work, read from its records at each reading.

Counted there, it is right whichever process did the work, and survives restarts. Every query reads an
indexed range and stops at `MANY`: a number that high means "so many or more".
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Count, QuerySet
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from background.models import FailedTask
from documents.services.sweep import owed_papers
from ecommerce.health import outages
from ecommerce.health.services import SERVICES
from orders.models import Order
from orders.services.notifications import owed_emails
from payments.models import Alert, Payment, Refund
from webhooks.models import Delivery

log = logging.getLogger(__name__)

MANY = 10_000
_HOUR = timedelta(hours=1)


class ShopCollector(Collector):
    """Never raises: a reading without the records still tells which services are down."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        down = {outage.service.name for outage in outages.current()}
        yield _services(down)
        complete = "database" not in down
        if complete:
            try:
                yield from [family for read in _READ for family in read(timezone.now())]
            except DatabaseError:
                log.exception("the shop's numbers cannot be read")
                complete = False
        yield GaugeMetricFamily(
            "shop_metrics_complete", "1 if the shop's records could be read.", value=int(complete)
        )


def _services(down: set[str]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "shop_service_up", "1 unless the last probe of the service failed.", labels=["service"]
    )
    for name, service in SERVICES.items():
        if service.configured():
            family.add_metric([name], int(name not in down))
    return family


def _count(rows: QuerySet) -> int:
    return rows.order_by()[:MANY].count()


def _orders(now: datetime) -> Iterator[GaugeMetricFamily]:
    placed = Order.objects.filter(is_deleted=False, placed_at__gt=now - _HOUR)
    yield GaugeMetricFamily(
        "shop_orders_placed_last_hour", "Orders placed in the last hour.", value=_count(placed)
    )


def _payments(now: datetime) -> Iterator[GaugeMetricFamily]:
    begun = GaugeMetricFamily(
        "shop_payments_last_hour",
        "Payments begun in the last hour, by what became of them.",
        labels=["outcome"],
    )
    found = dict(
        Payment.objects.filter(status__in=Payment.Status.values, created_at__gt=now - _HOUR)
        .order_by()
        .values_list("status")
        .annotate(Count("pk"))
    )
    for outcome in Payment.Status.values:
        begun.add_metric([outcome], found.get(outcome, 0))
    yield begun
    refunds = GaugeMetricFamily(
        "shop_refunds", "Refunds that did not reach the shopper yet, by state.", labels=["state"]
    )
    for state in (Refund.Status.PENDING, Refund.Status.FAILED):
        refunds.add_metric([state], _count(Refund.objects.filter(status=state)))
    yield refunds
    unresolved = Alert.objects.filter(kind__in=Alert.Kind.values, resolved_at=None)
    yield GaugeMetricFamily(
        "shop_payment_alerts_open", "Alerts about money that nobody resolved.", value=_count(unresolved)
    )


def _emails(now: datetime) -> Iterator[GaugeMetricFamily]:
    owed = owed_emails(now=now)
    yield GaugeMetricFamily("shop_emails_owed", "Emails to shoppers not sent yet.", value=_count(owed))
    oldest = owed.order_by("created_at").values_list("created_at", flat=True).first()
    yield GaugeMetricFamily(
        "shop_emails_owed_oldest_seconds",
        "How long the oldest of them has waited.",
        value=max(0.0, (now - oldest).total_seconds()) if oldest else 0,
    )


def _papers(now: datetime) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily("shop_papers_owed", "Papers not made or not filed yet.", labels=["kind"])
    for kind, rows in owed_papers(now=now).items():
        family.add_metric([kind], _count(rows))
    yield family


def _webhooks(now: datetime) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily(
        "shop_webhook_deliveries", "Events not delivered to other programs, by state.", labels=["state"]
    )
    due = Delivery.objects.filter(state__in=Delivery.OWED, next_try_at__lte=now)
    family.add_metric(["due"], _count(due))
    family.add_metric(["given_up"], _count(Delivery.objects.filter(state=Delivery.State.GIVEN_UP)))
    yield family


def _failed_work(now: datetime) -> Iterator[GaugeMetricFamily]:
    failed = FailedTask.objects.open()
    yield GaugeMetricFamily(
        "shop_failed_tasks", "Background work that failed for good and waits for staff.", value=_count(failed)
    )


_READ: list[Callable[[datetime], Iterator[GaugeMetricFamily]]] = [
    _orders,
    _payments,
    _emails,
    _papers,
    _webhooks,
    _failed_work,
]
