"""Work that got lost is found again."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dashboard import tasks
from dashboard.services import sweep as sweeping
from orders.models import Invoice, Notification, Order
from orders.tests.factories import OrderFactory, paid_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_owed_work_is_found_and_done(mailoutbox):
    """Nothing ran after commit here, as if every message had been lost."""
    expired, paid = OrderFactory(), paid_order()
    Order.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    assert Notification.objects.filter(sent_at=None).exists()

    out = StringIO()
    call_command("sweep", stdout=out)

    assert Order.objects.get(pk=expired.pk).status == "cancelled"
    assert not Notification.objects.filter(sent_at=None).exists()
    assert mailoutbox
    assert Invoice.objects.get(order=paid).file_stored_at is not None
    assert "1 unpaid orders cancelled" in out.getvalue()
    assert "1 invoices filed" in out.getvalue()

    again = StringIO()
    call_command("sweep", stdout=again)
    assert "orders: nothing to do" in again.getvalue()


def test_the_task_does_the_same():
    order = OrderFactory()
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    tasks.sweep.apply(args=["orders"], throw=True)
    assert Order.objects.get(pk=order.pk).status == "cancelled"


def test_an_app_that_fails_does_not_stop_the_others(monkeypatch):
    def broken(*, now):
        raise ConnectionError("the gateway's server is gone")

    monkeypatch.setitem(sweeping.SWEEPS, "payments", broken)
    order = OrderFactory()
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    errors = StringIO()
    with pytest.raises(CommandError, match="payments failed"):
        call_command("sweep", stdout=StringIO(), stderr=errors)
    assert "payments: failed" in errors.getvalue()
    assert Order.objects.get(pk=order.pk).status == "cancelled"


def test_it_wants_a_second_at_least_between_rounds():
    with pytest.raises(CommandError):
        call_command("sweep", every=0)
