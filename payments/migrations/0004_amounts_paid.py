"""What each order was paid, from its captured payments and the refunds that were sent."""

from decimal import Decimal
from typing import Any

from django.db import migrations
from django.db.models import F, Sum

_AT_ONCE = 1000


def fill(apps: Any, schema_editor: Any) -> None:
    """Orders so far had one payment that counts; what went back of another was owed anyway."""
    Order, Payment = apps.get_model("orders", "Order"), apps.get_model("payments", "Payment")
    Refund = apps.get_model("payments", "Refund")
    done = Refund.objects.filter(status="done")
    done.filter(payment__live_for__isnull=False).update(credit=F("amount"))
    captured = Payment.objects.filter(status="captured").order_by()
    orders = captured.values_list("order_id", flat=True).distinct().order_by("order_id")
    chunk: list[int] = []
    for pk in orders.iterator(chunk_size=_AT_ONCE):
        chunk.append(pk)
        if len(chunk) == _AT_ONCE:
            _fill(Order, captured, done, chunk)
            chunk = []
    _fill(Order, captured, done, chunk)


def _fill(Order: Any, captured: Any, done: Any, chunk: list[int]) -> None:  # noqa: N803
    came = dict(captured.filter(order__in=chunk).values_list("order_id").annotate(sum=Sum("amount")))
    went = done.filter(payment__order__in=chunk).order_by().values_list("payment__order_id")
    back = {pk: (amount, credit) for pk, amount, credit in went.annotate(a=Sum("amount"), c=Sum("credit"))}
    rows = []
    for order in Order.objects.filter(pk__in=chunk).only("pk"):
        amount, credit = back.get(order.pk, (Decimal(0), Decimal(0)))
        order.amount_paid, order.amount_credited = came[order.pk] - amount, credit
        rows.append(order)
    Order.objects.bulk_update(rows, ["amount_paid", "amount_credited"])


def empty(apps: Any, schema_editor: Any) -> None:
    """The columns go with their own migration; of several payments the first stays the live one."""
    apps.get_model("payments", "Payment").objects.filter(part__gt=0).update(live_for=None)


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_balance")]
    operations = [migrations.RunPython(fill, empty)]
