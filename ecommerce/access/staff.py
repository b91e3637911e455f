"""Who may use which page of the staff site. Customers get 403 from all of them, visitors the sign-in."""

from ecommerce.access.rules import ANYBODY, NOBODY, Methods, Rule, Who, button, form, page, staff

_CHANGE_ORDERS = staff("orders.change_order")
_ANY_STAFF = staff()

# Each model of the staff site, and what nobody does there by hand.
_MODELS = {
    "auth.group": "",
    "background.failedtask": "add change delete",
    "catalog.attribute": "",
    "catalog.attributevalue": "",
    "catalog.category": "",
    "catalog.hold": "add change delete",
    "catalog.product": "",
    "catalog.productimport": "delete",
    "catalog.stockitem": "add change delete",
    "catalog.stocklocation": "",
    "catalog.stockmovement": "add change delete",
    "catalog.stockrequest": "add change delete",
    "catalog.store": "",
    "catalog.storesettings": "delete",
    "customers.apitoken": "add change",
    "customers.consent": "add change delete",
    "customers.personaldatarequest": "add change delete",
    "customers.user": "delete",
    "customers.wishlist": "add change delete",
    "documents.orderfile": "add change delete",
    "orders.creditnote": "add change delete",
    "orders.deliveryzone": "",
    "orders.discount": "",
    "orders.discountcode": "add change delete",
    "orders.draftorder": "",
    "orders.invoice": "add change delete",
    "orders.notification": "add change delete",
    "orders.order": "add change delete",
    "orders.return": "add change delete",
    "orders.shippingmethod": "",
    "orders.taxrate": "",
    "orders.taxregion": "",
    "orders.withdrawal": "add change delete",
    "payments.alert": "add change delete",
    "payments.gatewayevent": "add change delete",
    "payments.giftcard": "delete",
    "payments.payment": "add change delete",
    "payments.refund": "add change delete",
    "reviews.answer": "add",
    "reviews.question": "add",
    "reviews.review": "add",
    "reviews.survey": "add change delete",
    "support.ticket": "add",
    "webhooks.delivery": "add change delete",
    "webhooks.endpoint": "",
}


def _pages_of(label: str, closed: str) -> dict[str, Methods]:
    """The five pages that Django's admin has for a model, under the permissions of the model."""
    app, model = label.split(".")
    see = staff(f"{app}.view_{model}")
    may = {
        verb: NOBODY if verb in closed.split() else staff(f"{app}.{verb}_{model}")
        for verb in ("add", "change", "delete")
    }
    name = f"admin:{app}_{model}"
    return {
        f"{name}_changelist": {"GET": see, "POST": see},
        f"{name}_add": form(may["add"]),
        f"{name}_change": {"GET": see, "POST": may["change"]},
        f"{name}_delete": form(may["delete"]),
        f"{name}_history": page(see),
        # Leads on to the page of the row.
        f"admin/{app}/{model}/<path:object_id>/": page(_ANY_STAFF),
    }


_SITE: dict[str, Methods] = {
    "admin:index": page(_ANY_STAFF),
    "admin:login": page(ANYBODY),
    "admin:logout": button(ANYBODY),
    "admin:password_change": form(_ANY_STAFF),
    "admin:auth_user_password_change": form(staff("customers.change_user", "auth.change_group")),
    "admin:password_change_done": page(_ANY_STAFF),
    "admin:autocomplete": page(_ANY_STAFF),
    "admin:search": page(_ANY_STAFF),
    "admin:jsi18n": page(_ANY_STAFF),
    # Leads to the page of a row for whoever may view the row.
    "admin:view_on_site": page(_ANY_STAFF),
    "admin/r/<int:content_type_id>/<path:object_id>/": page(_ANY_STAFF),
    "admin:app_list": page(_ANY_STAFF),
    "admin/(?P<url>.*)$": page(_ANY_STAFF),
    "admin:low_stock": page(staff("catalog.view_product")),
    "admin:reconciliation": page(staff("payments.view_payment")),
    "admin:reconciliation_table": page(staff("payments.view_payment")),
    "admin:reconciliation_repair": form(staff("payments.view_payment", "payments.change_payment")),
}

_PACK = staff("orders.pack_order")
_ORDERS: dict[str, Methods] = {
    "admin:orders_order_papers": form(_PACK),
    "admin:orders_order_pick_list": page(_PACK),
    # Each step of an order and of a return has a permission of its own (dashboard/order_actions.py).
    "admin:orders_order_act": form(staff("orders.view_order")),
    "admin:orders_return_act": form(staff("orders.view_return")),
    "admin:orders_order_edit": form(_CHANGE_ORDERS),
    "admin:orders_order_address": form(_CHANGE_ORDERS),
    "admin:orders_order_refund": form(staff("orders.change_order", "payments.add_refund")),
    "admin:orders_order_note": button(staff("orders.view_order")),
    "admin:orders_draftorder_place": button(staff("orders.change_draftorder")),
    "admin:orders_draftorder_discard": button(staff("orders.delete_draftorder")),
    "admin:orders_shippingmethod_try_it": page(staff("orders.view_shippingmethod")),
    "admin:orders_taxrate_load": form(staff("orders.add_taxrate", "orders.change_taxrate")),
    "admin:orders_taxrate_load_rates": page(staff("orders.add_taxrate", "orders.change_taxrate")),
    "admin:orders_discount_preview": page(staff("orders.view_discount")),
    "admin:orders_discount_codes": form(staff("orders.view_discountcode")),
    "admin:orders_discount_codes_csv": page(staff("orders.view_discountcode")),
    "admin:orders_discount_open_preview": page(staff("orders.view_discount")),
    "admin:orders_discount_open_codes": page(staff("orders.view_discountcode")),
}

_COUNT = staff("catalog.view_product", "catalog.change_stockitem")
_CATALOGUE: dict[str, Methods] = {
    "admin:catalog_stockitem_move": form(staff("catalog.change_stockitem")),
    "admin:catalog_product_stock": form(_COUNT),
    "admin:catalog_product_open_stock": page(_COUNT),
    "admin:catalog_product_export": page(staff("catalog.view_product")),
    "admin:catalog_product_export_all": page(staff("catalog.view_product")),
    "admin:catalog_product_import_products": page(staff("catalog.add_productimport")),
    "admin:catalog_productimport_step": button(staff("catalog.change_productimport")),
}

_EXPORTED = Rule(
    who=Who.STAFF, needs=("customers.view_consent",), writes="Who took the list away goes on record."
)
_ERASE = staff("customers.change_personaldatarequest")
_FACTOR = staff("customers.change_user", "auth.change_group")
_PEOPLE: dict[str, Methods] = {
    "admin:customers_user_open_sessions": page(staff("customers.change_user")),
    "admin:customers_user_sessions": form(staff("customers.change_user")),
    "admin:customers_user_open_factor": page(_FACTOR),
    "admin:customers_user_factor": form(_FACTOR),
    "admin:customers_user_open_erasure": page(_ERASE),
    "admin:customers_user_erase": form(_ERASE),
    "admin:customers_guest_erase": form(_ERASE),
    "admin:customers_personaldatarequest_erase_guest_button": page(_ERASE),
    "admin:customers_consent_export_news": page(staff("customers.view_consent")),
    "admin:customers_consent_news": page(_EXPORTED),
}

_MONEY: dict[str, Methods] = {
    "admin:payments_giftcard_adjust": form(staff("payments.change_giftcard")),
    "admin:payments_giftcard_block": form(staff("payments.change_giftcard")),
    "admin:payments_giftcard_give_credit": form(staff("payments.add_giftcard")),
}

_WEBHOOKS: dict[str, Methods] = {
    f"admin:webhooks_endpoint_{verb}": form(staff("webhooks.change_endpoint"))
    for verb in ("rotate", "switch", "test", "again")
}

_FAILED: dict[str, Methods] = {
    f"admin:background_failedtask_{verb}": button(staff("background.change_failedtask"))
    for verb in ("again", "discard")
}

STAFF: dict[str, Methods] = _SITE | _ORDERS | _CATALOGUE | _PEOPLE | _MONEY | _WEBHOOKS | _FAILED
for _label, _closed in _MODELS.items():
    STAFF |= _pages_of(_label, _closed)
