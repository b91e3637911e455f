"""The sidebar of the staff site: work first, then the things it is done with."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from dashboard import low_stock, reconciliation, return_list, worklists
from support.models import Ticket

# Title, and (label, icon, model) of each entry. A registered model that is named nowhere is
# found under "More", so that nothing is out of reach.
GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Catalogue",
        (
            ("Products", "deployed_code", "catalog.product"),
            ("Imports", "upload_file", "catalog.productimport"),
            ("Categories", "account_tree", "catalog.category"),
            ("Stock", "warehouse", "catalog.stockitem"),
            ("Stock places", "pin_drop", "catalog.stocklocation"),
            ("Holds", "lock_clock", "catalog.hold"),
            ("Stock movements", "swap_vert", "catalog.stockmovement"),
            ("Waiting for stock", "notifications", "catalog.stockrequest"),
            ("Attributes", "palette", "catalog.attribute"),
            ("Attribute values", "colorize", "catalog.attributevalue"),
            ("Stores", "storefront", "catalog.store"),
        ),
    ),
    (
        "Customers",
        (
            ("People", "group", "customers.user"),
            ("Addresses", "home_pin", "customers.address"),
            ("API tokens", "key", "customers.apitoken"),
            ("Emails sent to them", "outgoing_mail", "orders.notification"),
            ("Consents", "how_to_reg", "customers.consent"),
            ("Data requests", "policy", "customers.personaldatarequest"),
        ),
    ),
    (
        "Feedback",
        (
            ("Reviews", "star", "reviews.review"),
            ("Questions about products", "help", "reviews.question"),
            ("Answers of buyers", "reply", "reviews.answer"),
            ("Surveys", "sentiment_satisfied", "reviews.survey"),
            ("Questions to the shop", "forum", "support.ticket"),
        ),
    ),
    (
        "Money",
        (
            ("Payments", "payments", "payments.payment"),
            ("Refunds", "undo", "payments.refund"),
            ("Gift cards", "redeem", "payments.giftcard"),
            ("Invoices", "receipt_long", "orders.invoice"),
            ("Credit notes", "receipt", "orders.creditnote"),
            ("Stored papers", "description", "documents.orderfile"),
            ("Discounts", "sell", "orders.discount"),
            ("Discount codes", "confirmation_number", "orders.discountcode"),
            ("Gateway messages", "webhook", "payments.gatewayevent"),
            ("Alerts", "notification_important", "payments.alert"),
        ),
    ),
    (
        "Settings",
        (
            ("Shop settings", "tune", "catalog.storesettings"),
            ("Delivery zones", "map", "orders.deliveryzone"),
            ("Delivery methods", "local_shipping", "orders.shippingmethod"),
            ("Tax rates", "percent", "orders.taxrate"),
            ("Tax regions", "map", "orders.taxregion"),
            ("Staff roles", "badge", "auth.group"),
            ("Webhooks", "cell_tower", "webhooks.endpoint"),
            ("Webhook deliveries", "outbox", "webhooks.delivery"),
            ("Work that failed", "sync_problem", "background.failedtask"),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation for whoever asks: only what they may see, with counts of work waiting."""
    registered = {model._meta.label_lower: model for model in admin.site._registry}
    allowed = {
        label: model for label, model in registered.items() if _may_see(request, model._meta.label_lower)
    }
    groups = [_overview(request), *_orders(request, allowed), *_returns(request, allowed)]
    named = {"orders.order", "orders.draftorder", "orders.return", "orders.withdrawal"}
    for title, entries in GROUPS:
        named |= {label for _, _, label in entries}
        items = [_item(request, *entry) for entry in entries if entry[2] in allowed]
        if "support.ticket" in allowed and title == "Feedback":
            _badge(items[-1], Ticket.objects.filter(status=Ticket.Status.OPEN).count())
        if title == "Catalogue" and request.user.has_perm(low_stock.MAY_SEE):
            items.append(_low_stock(request))
        if title == "Money" and reconciliation.may_see(request.user):
            items.insert(0, _reconciliation(request))
        groups.append({"title": title, "items": items})
    more = [
        _item(request, str(model._meta.verbose_name_plural).capitalize(), "more_horiz", label)
        for label, model in sorted(allowed.items())
        if label not in named
    ]
    groups.append({"title": "More", "items": more})
    return [group for group in groups if group["items"]]


def _may_see(request: HttpRequest, label: str) -> bool:
    app, model = label.split(".")
    return any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change"))


def _overview(request: HttpRequest) -> dict[str, Any]:
    link = reverse("admin:index")
    active = request.path == link
    return {"items": [{"title": "Overview", "icon": "space_dashboard", "link": link, "active": active}]}


def _orders(request: HttpRequest, allowed: dict[str, Any]) -> list[dict[str, Any]]:
    if "orders.order" not in allowed:
        return []
    everything = _item(request, "All orders", "receipt", "orders.order")
    link, chosen = everything["link"], request.GET.get("queue", "")
    everything["active"] = everything["active"] and not chosen
    titles = dict(worklists.QUEUES) | {"unpaid": "Unpaid > 1 h"}
    counts = worklists.order_counts()
    items = [everything]
    if "orders.draftorder" in allowed:
        items.append(_item(request, "Drafts", "edit_note", "orders.draftorder"))
    for name, _ in worklists.queues_for(request.user):
        if name in worklists.SHOWN_WHEN_WAITING and not counts[name] and chosen != name:
            continue
        item = {
            "title": titles[name],
            "icon": worklists.ICONS[name],
            "link": f"{link}?queue={name}",
            "active": request.path == link and chosen == name,
        }
        _badge(item, counts[name], variant="primary" if name in ("to_ship", "picking") else "warning")
        items.append(item)
    return [{"title": "Orders", "items": items}]


def _low_stock(request: HttpRequest) -> dict[str, Any]:
    link = reverse("admin:low_stock")
    item: dict[str, Any] = {"title": "Low on stock", "icon": "production_quantity_limits", "link": link}
    item["active"] = request.path == link
    _badge(item, low_stock.low_count(), variant="warning")
    return item


def _reconciliation(request: HttpRequest) -> dict[str, Any]:
    link = reverse("admin:reconciliation")
    item: dict[str, Any] = {"title": "Reconciliation", "icon": "balance", "link": link}
    item["active"] = request.path.startswith(link)
    _badge(item, reconciliation.known_count(), variant="warning")
    return item


def _returns(request: HttpRequest, allowed: dict[str, Any]) -> list[dict[str, Any]]:
    items = []
    if "orders.return" in allowed:
        everything = _item(request, "All returns", "assignment_return", "orders.return")
        link, chosen = everything["link"], request.GET.get("queue", "")
        everything["active"] = everything["active"] and not chosen
        items.append(everything)
        counts = return_list.return_counts()
        for name, (title, _) in return_list.QUEUES.items():
            active = request.path == link and chosen == name
            item = {
                "title": title,
                "icon": return_list.ICONS[name],
                "link": f"{link}?queue={name}",
                "active": active,
            }
            _badge(item, counts[name])
            items.append(item)
    if "orders.withdrawal" in allowed:
        items.append(_item(request, "Withdrawals", "contract_delete", "orders.withdrawal"))
    return [{"title": "Returns", "items": items}]


def _item(request: HttpRequest, title: str, icon: str, label: str) -> dict[str, Any]:
    app, model = label.split(".")
    link = reverse(f"admin:{app}_{model}_changelist")
    return {"title": title, "icon": icon, "link": link, "active": request.path.startswith(link)}


def _badge(item: dict[str, Any], count: int, variant: str = "primary") -> None:
    if count:
        item.update(badge=str(count), badge_variant=variant)
