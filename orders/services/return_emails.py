"""What the emails about returns and withdrawals say."""

from typing import Any

from django.conf import settings

from catalog.models import StoreSettings
from orders.models import Notification, Return, Withdrawal
from orders.services.invoices import seller_of

_KINDS = Notification.Kind
_ABOUT_RETURNS = (
    _KINDS.RETURN_REQUESTED,
    _KINDS.RETURN_APPROVED,
    _KINDS.RETURN_REJECTED,
    _KINDS.RETURN_REFUNDED,
)


def return_context(row: Notification) -> dict[str, Any]:
    """The return or the withdrawal an email is about; nothing for other emails."""
    if row.kind == _KINDS.WITHDRAWAL_RECEIPT:
        return {"withdrawal": Withdrawal.objects.get(pk=row.key, order=row.order)}
    if row.kind not in _ABOUT_RETURNS:
        return {}
    found = Return.objects.select_related("order").prefetch_related("lines__line").get(pk=row.key)
    return {
        "return": found,
        "return_lines": list(found.lines.all()),
        "send_to": seller_of(StoreSettings.current()),
        "return_url": settings.SITE_URL + found.get_absolute_url(),
    }
