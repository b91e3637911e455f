"""The five roles of the staff, as groups. `dashboard/roles.py` is the table as it is today."""

from typing import Any

from django.db import migrations

# As the table was when this was written, so that it does the same for ever.
MODELS: dict[str, dict[str, str]] = {
    "picker": {
        "catalog.hold": "view",
        "catalog.product": "view",
        "catalog.productimage": "view",
        "catalog.stockitem": "view",
        "catalog.stocklocation": "view",
        "catalog.variant": "view",
        "orders.order": "view",
        "orders.return": "view",
    },
    "support": {
        "catalog.category": "view",
        "catalog.hold": "view",
        "catalog.product": "view",
        "catalog.productimage": "view",
        "catalog.stockitem": "view",
        "catalog.stockrequest": "view",
        "catalog.variant": "view",
        "customers.address": "view",
        "customers.consent": "view",
        "customers.personaldatarequest": "view change",
        "customers.user": "view change",
        "customers.wishlist": "view",
        "documents.orderfile": "view",
        "orders.creditnote": "view",
        "orders.draftorder": "view add change delete",
        "orders.invoice": "view",
        "orders.order": "view add change",
        "orders.return": "view change",
        "orders.withdrawal": "view",
        "reviews.review": "view change",
        "support.ticket": "view change",
    },
    "merchandiser": {
        "catalog.attribute": "view add change delete",
        "catalog.attributevalue": "view add change delete",
        "catalog.category": "view add change delete",
        "catalog.hold": "view change",
        "catalog.product": "view add change delete",
        "catalog.productimage": "view add change delete",
        "catalog.productimport": "view add change",
        "catalog.stockitem": "view change",
        "catalog.stocklocation": "view add change",
        "catalog.stockmovement": "view",
        "catalog.stockrequest": "view",
        "catalog.variant": "view add change delete",
        "orders.discount": "view add change delete",
        "orders.discountcode": "view add",
        "reviews.review": "view change",
    },
    "finance": {
        "documents.orderfile": "view",
        "orders.creditnote": "view",
        "orders.invoice": "view",
        "orders.order": "view change",
        "orders.return": "view",
        "orders.taxrate": "view add change delete",
        "orders.taxregion": "view add change delete",
        "orders.withdrawal": "view",
        "payments.alert": "view",
        "payments.gatewayevent": "view",
        "payments.giftcard": "view add change",
        "payments.payment": "view change",
        "payments.refund": "view add",
    },
    "owner": {
        "auth.group": "view add change delete",
        "catalog.attribute": "view add change delete",
        "catalog.attributevalue": "view add change delete",
        "catalog.category": "view add change delete",
        "catalog.hold": "view change",
        "catalog.product": "view add change delete",
        "catalog.productimage": "view add change delete",
        "catalog.productimport": "view add change",
        "catalog.stockitem": "view add change",
        "catalog.stocklocation": "view add change delete",
        "catalog.stockmovement": "view",
        "catalog.stockrequest": "view",
        "catalog.store": "view add change delete",
        "catalog.storesettings": "view add change",
        "catalog.variant": "view add change delete",
        "customers.address": "view",
        "customers.apitoken": "view delete",
        "customers.consent": "view",
        "customers.personaldatarequest": "view change",
        "customers.user": "view add change delete",
        "customers.wishlist": "view",
        "documents.orderfile": "view",
        "orders.creditnote": "view",
        "orders.deliveryzone": "view add change delete",
        "orders.discount": "view add change delete",
        "orders.discountcode": "view add",
        "orders.draftorder": "view add change delete",
        "orders.invoice": "view",
        "orders.order": "view add change",
        "orders.return": "view change",
        "orders.shippingmethod": "view add change delete",
        "orders.shippingrate": "view add change delete",
        "orders.taxrate": "view add change delete",
        "orders.taxregion": "view add change delete",
        "orders.withdrawal": "view",
        "payments.alert": "view",
        "payments.gatewayevent": "view",
        "payments.giftcard": "view add change",
        "payments.payment": "view change",
        "payments.refund": "view add",
        "reviews.review": "view change delete",
        "support.ticket": "view change delete",
        "webhooks.attempt": "view",
        "webhooks.delivery": "view",
        "webhooks.endpoint": "view add change delete",
    },
}
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    "picker": {"orders.order": ("pack_order",), "orders.return": ("receive_return",)},
    "support": {"orders.order": ("see_order_amounts",), "reviews.review": ("moderate_review",)},
    "merchandiser": {},
    "finance": {"orders.order": ("see_order_amounts", "see_sales")},
    "owner": {
        "orders.order": ("pack_order", "see_order_amounts", "see_sales"),
        "orders.return": ("receive_return",),
        "reviews.review": ("moderate_review",),
    },
}
_NAMES = {
    "pack_order": "Can pick, pack and ship orders",
    "see_order_amounts": "Can see the amounts of orders",
    "see_sales": "Can see sales figures",
    "receive_return": "Can receive returned goods",
    "moderate_review": "Can publish, hold back and reject reviews",
}


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Make the groups and give them their rights. A group of that name keeps what it has besides."""
    group_model = apps.get_model("auth", "Group")
    alias = schema_editor.connection.alias
    known: dict[tuple[str, str], Any] = {}
    for role, models in MODELS.items():
        group, _ = group_model.objects.using(alias).get_or_create(name=role)
        wanted = [
            (label, f"{verb}_{label.split('.')[1]}") for label in models for verb in models[label].split()
        ]
        wanted += [(label, code) for label, codes in RIGHTS[role].items() for code in codes]
        for key in wanted:
            if key not in known:
                known[key] = _permission(apps, alias, *key)
        group.permissions.add(*(known[key] for key in wanted))


def _permission(apps: Any, alias: str, label: str, code: str) -> Any:
    """The permission. Django makes these only after all migrations, so the first may be made here."""
    app, model = label.split(".")
    kind, _ = (
        apps.get_model("contenttypes", "ContentType")
        .objects.using(alias)
        .get_or_create(app_label=app, model=model)
    )
    permission, _ = (
        apps.get_model("auth", "Permission")
        .objects.using(alias)
        .get_or_create(
            content_type_id=kind.pk,
            codename=code,
            defaults={"name": _NAMES.get(code) or _name(apps, app, code)},
        )
    )
    return permission


def _name(apps: Any, app: str, code: str) -> str:
    """Its name as Django would give it; a model that is not there yet goes by its plain name."""
    verb, model = code.split("_")
    try:
        model = apps.get_model(app, model)._meta.verbose_name_raw
    except LookupError:
        pass
    return f"Can {verb} {model}"


def remove_roles(apps: Any, schema_editor: Any) -> None:
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=MODELS).delete()


class Migration(migrations.Migration):
    """Runs on `default` only: the router sends this app there, and users with their groups are there."""

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("catalog", "0008_outside_sales"),
        ("customers", "0002_one_time_codes"),
        ("documents", "0003_credit_notes"),
        ("orders", "0017_staff_rights"),
        ("payments", "0007_gift_cards"),
        ("reviews", "0002_moderation_right"),
        ("support", "0001_initial"),
        ("webhooks", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_roles, remove_roles)]
