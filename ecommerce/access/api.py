"""Who may use which route of the API, by its name and method (docs/adr/0010: what others are told)."""

from ecommerce.access.rules import ANYBODY, HOLDER, SENDER, SIGNED_IN, Methods, owner, staff

# Every answer about an order says what it cost.
_SEE = ("orders.view_order", "orders.see_order_amounts")
_SEE_ORDER = owner(*_SEE, link=True)


def _catalogue(model: str) -> Methods:
    """Anybody reads; staff with the permission of the verb write."""
    change = staff(f"catalog.change_{model}")
    return {"GET": ANYBODY, "PUT": change, "PATCH": change, "DELETE": staff(f"catalog.delete_{model}")}


def _returns(permission: str) -> Methods:
    return {"POST": staff(*_SEE, permission, hides=True)}


_CATALOGUE: dict[str, Methods] = {
    "api_categories": {"GET": ANYBODY, "POST": staff("catalog.add_category")},
    "api_category": _catalogue("category"),
    "api_category_search": {"GET": ANYBODY},
    "api_products": {"GET": ANYBODY, "POST": staff("catalog.add_product")},
    "api_product": _catalogue("product"),
    "api_product_search": {"GET": ANYBODY},
    "api_notify": {"POST": ANYBODY},
    "api_stores": {"GET": ANYBODY, "POST": staff("catalog.add_store")},
    # Its owner may change a store without being staff.
    "api_store": _catalogue("store"),
    "api_crudproducts": {
        "POST": staff("catalog.add_product"),
        "PUT": staff("catalog.change_product"),
        "DELETE": staff("catalog.delete_product"),
    },
    "api_availability": {"GET": ANYBODY},
    "api_decrement": {"PUT": staff("catalog.change_stockitem")},
    "api_product_hold": {"PUT": HOLDER, "DELETE": HOLDER},
}

_SIGN_IN: dict[str, Methods] = {
    "api_signin": {"POST": ANYBODY},
    "api_validate": {"POST": ANYBODY},
    "api_staff_signin": {"POST": ANYBODY},
    "api_customer_request_otp": {"POST": ANYBODY},
    "api_customer_signin": {"POST": ANYBODY},
    "api_logout": {"POST": SIGNED_IN},
    "api_me": {"GET": SIGNED_IN},
    "api_tokens": {"GET": SIGNED_IN, "DELETE": SIGNED_IN},
    "api_token": {"DELETE": owner()},
}

_CART: dict[str, Methods] = {
    "api_cart": {"GET": HOLDER, "POST": HOLDER, "DELETE": HOLDER},
    "api_cart_hold": {"POST": HOLDER},
    "api_cart_items": {"POST": HOLDER},
    "api_cart_item": {"PUT": HOLDER, "DELETE": HOLDER},
    "api_cart_coupons": {"POST": HOLDER},
    "api_cart_coupon": {"DELETE": HOLDER},
    "api_cart_gift_cards": {"GET": HOLDER, "POST": HOLDER},
    "api_cart_gift_card": {"DELETE": HOLDER},
    "api_updatecart": {"POST": HOLDER, "PUT": HOLDER},
    "api_viewcart": {"GET": HOLDER},
    "api_delivery": {"GET": ANYBODY},
    "api_gift_card_balance": {"POST": ANYBODY},
}

_ORDERS: dict[str, Methods] = {
    "api_orders": {"GET": SIGNED_IN, "POST": ANYBODY},
    "api_order": {"GET": _SEE_ORDER, "PATCH": owner(*_SEE, "orders.change_order", link=True)},
    "api_order_status": {
        "PUT": owner(*_SEE, "orders.change_order", link=True),
    },
    "api_order_items": {"PUT": staff(*_SEE, "orders.change_order", hides=True)},
    "api_picking": {"PUT": staff(*_SEE, "orders.pack_order", hides=True)},
    "api_order_payments": {"GET": _SEE_ORDER, "POST": _SEE_ORDER},
    "api_order_files": {"GET": owner("documents.view_orderfile", link=True)},
    "api_customer_orders": {"GET": owner(*_SEE)},
    "api_returns": {"GET": _SEE_ORDER, "POST": _SEE_ORDER},
    "api_return": {"GET": _SEE_ORDER},
    "api_return_approve": _returns("orders.change_return"),
    "api_return_reject": _returns("orders.change_return"),
    "api_return_receive": _returns("orders.receive_return"),
    "api_return_close": _returns("orders.change_return"),
    "api_return_cancel": {"POST": _SEE_ORDER},
    "api_return_refund": _returns("payments.add_refund"),
    "api_withdrawal": {"GET": _SEE_ORDER, "POST": _SEE_ORDER},
}

_MONEY: dict[str, Methods] = {
    "api_payments": {"GET": SIGNED_IN},
    "api_payment": {"GET": owner("payments.view_payment")},
    "api_refunds": {"POST": staff("payments.view_payment", "payments.add_refund", hides=True)},
    "api_webhook": {"POST": SENDER},
    "api_coupons": {"GET": staff("orders.view_discount"), "POST": staff("orders.add_discount")},
    "api_coupon": {
        "GET": staff("orders.view_discount"),
        "PUT": staff("orders.change_discount"),
        "PATCH": staff("orders.change_discount"),
        "DELETE": staff("orders.delete_discount"),
    },
}

_REVIEWS: dict[str, Methods] = {
    "api_reviews": {"POST": owner()},
    "api_product_reviews": {"GET": ANYBODY},
    "api_product_questions": {"GET": ANYBODY, "POST": SIGNED_IN},
    "api_review": {"DELETE": owner("reviews.delete_review")},
}

_SEE_WEBHOOKS, _CHANGE_WEBHOOKS = staff("webhooks.view_endpoint"), staff("webhooks.change_endpoint")
_WEBHOOKS: dict[str, Methods] = {
    "api_webhooks": {"GET": _SEE_WEBHOOKS, "POST": staff("webhooks.add_endpoint")},
    "api_webhook_events": {"GET": _SEE_WEBHOOKS},
    "api_webhook_one": {
        "GET": _SEE_WEBHOOKS,
        "PATCH": _CHANGE_WEBHOOKS,
        "DELETE": staff("webhooks.delete_endpoint"),
    },
    "api_webhook_rotate": {"POST": _CHANGE_WEBHOOKS},
    "api_webhook_test": {"POST": _CHANGE_WEBHOOKS},
    "api_webhook_deliveries": {"GET": _SEE_WEBHOOKS},
    "api_webhook_replay": {"POST": _CHANGE_WEBHOOKS},
}

_DOCUMENT: dict[str, Methods] = {
    "api_schema": {"GET": ANYBODY},
    "api_docs": {"GET": ANYBODY},
    # What is said of an address that is not there.
    r"api^(?:/[\s\S]*)?$": {"GET": ANYBODY},
}

API = _CATALOGUE | _SIGN_IN | _CART | _ORDERS | _MONEY | _REVIEWS | _WEBHOOKS | _DOCUMENT
