"""The cart, its codes and its gift cards."""

from tests.contract.tries import Try

_UNKNOWN = {"x-cart-token": "nobodys"}


def _line(stage):
    return {"line_id": stage.cart.lines.get().pk}


def _add(stage):
    return (
        Try(status=201, body={"product_id": stage.product.pk, "quantity": 2}),
        Try(status=409, body={"product_id": stage.sold_out.pk}, code="out_of_stock"),
    )


def _coupon(stage):
    stage.cart.coupons.create(discount=stage.discount)
    return (
        Try(status=200, headers=stage.holder, path={"code": stage.discount.code}),
        Try(status=404, headers=stage.holder, path={"code": "NONE"}, code="not_found"),
    )


def _gift_card(stage):
    kept = stage.cart.gift_cards.create(card=stage.card.card)
    return (
        Try(status=200, headers=stage.holder, path={"card_id": kept.pk}),
        Try(status=404, headers=stage.holder, path={"card_id": kept.pk + 1}, code="not_found"),
    )


ROUTES = {
    "cart_retrieve": lambda stage: (
        Try(status=200, headers=stage.holder, query={"country": "DE", "postal_code": "10117"}),
        Try(status=404, headers=_UNKNOWN, code="unknown_cart"),
    ),
    "cart_add": _add,
    "cart_items_create": _add,
    "cart_clear": lambda stage: (
        Try(status=200, headers=stage.holder),
        Try(status=404, headers=_UNKNOWN, code="unknown_cart"),
    ),
    "cart_hold": lambda stage: (
        Try(status=200, headers=stage.holder, body={"extend": False}),
        Try(status=404, body={}, code="unknown_cart"),
    ),
    "cart_items_update": lambda stage: (
        Try(status=200, headers=stage.holder, path=_line(stage), body={"quantity": 3}),
        Try(status=400, headers=stage.holder, path=_line(stage), body={"quantity": 1.5}, code="invalid"),
    ),
    "cart_items_destroy": lambda stage: (
        Try(status=200, headers=stage.holder, path=_line(stage)),
        Try(status=404, path=_line(stage), code="not_found"),
    ),
    "cart_coupons_create": lambda stage: (
        Try(status=200, headers=stage.holder, body={"code": stage.discount.code}),
        Try(status=409, headers=stage.holder, body={"code": "NONE"}, code="coupon_unknown"),
    ),
    "cart_coupons_destroy": _coupon,
    "cart_gift_cards_list": lambda stage: (
        Try(status=200, headers=stage.holder),
        Try(status=404, code="unknown_cart"),
    ),
    "cart_gift_cards_create": lambda stage: (
        Try(status=201, headers=stage.holder, body={"code": stage.card.code}),
        Try(status=400, headers=stage.holder, body={"code": "WRONG"}, code="gift_card_unusable"),
    ),
    "cart_gift_cards_destroy": _gift_card,
    "gift_cards_balance": lambda stage: (
        Try(status=200, body={"code": stage.card.code}),
        Try(status=400, body={"code": "WRONG"}, code="gift_card_unusable"),
    ),
    "delivery_retrieve": lambda stage: (
        Try(status=200, query={"country": "DE", "weight_grams": 500, "subtotal": 20}),
        Try(status=400, query={"country": "DE"}, code="invalid"),
    ),
}
