"""Cart and order routes under /api, each with and without the trailing slash.

`/orders` itself and an order's status are in `payments.api.urls`: they move money.
"""

from django.urls import re_path

from orders.api import carts, coupons, delivery, holds, older, orders, picking, return_ends, returns

_ID = r"[0-9]{1,18}"
_RETURN = rf"^orders/(?P<order_id>{_ID})/returns/(?P<number>[0-9A-Za-z]{{1,12}})"

urlpatterns = [
    re_path(r"^cart/?$", carts.CartView.as_view(), name="api_cart"),
    re_path(r"^cart/hold/?$", carts.CartHoldView.as_view(), name="api_cart_hold"),
    re_path(r"^cart/items/?$", carts.CartItemsView.as_view(), name="api_cart_items"),
    re_path(rf"^cart/items/(?P<line_id>{_ID})/?$", carts.CartItemView.as_view(), name="api_cart_item"),
    re_path(r"^cart/coupons/?$", carts.CartCouponsView.as_view(), name="api_cart_coupons"),
    re_path(r"^cart/coupons/(?P<code>[^/]{1,60})/?$", carts.CartCouponView.as_view(), name="api_cart_coupon"),
    re_path(r"^updatecart/?$", older.UpdateCartView.as_view(), name="api_updatecart"),
    re_path(r"^viewcart/(?P<sid>[^/]{1,64})/?$", older.ViewCartView.as_view(), name="api_viewcart"),
    re_path(r"^coupons/?$", coupons.CouponsView.as_view(), name="api_coupons"),
    re_path(rf"^coupons/(?P<coupon_id>{_ID})/?$", coupons.CouponView.as_view(), name="api_coupon"),
    re_path(r"^delivery/?$", delivery.DeliveryView.as_view(), name="api_delivery"),
    re_path(
        rf"^inventory/(?P<product_id>{_ID})/hold/?$", holds.ProductHoldView.as_view(), name="api_product_hold"
    ),
    re_path(rf"^orders/(?P<order_id>{_ID})/?$", orders.OrderView.as_view(), name="api_order"),
    re_path(rf"^orders/(?P<order_id>{_ID})/picking/?$", picking.PickingView.as_view(), name="api_picking"),
    re_path(rf"^orders/(?P<order_id>{_ID})/returns/?$", returns.ReturnsView.as_view(), name="api_returns"),
    re_path(rf"{_RETURN}/?$", returns.ReturnView.as_view(), name="api_return"),
    re_path(rf"{_RETURN}/approve/?$", returns.ApproveReturnView.as_view(), name="api_return_approve"),
    re_path(rf"{_RETURN}/reject/?$", returns.RejectReturnView.as_view(), name="api_return_reject"),
    re_path(rf"{_RETURN}/receive/?$", returns.ReceiveReturnView.as_view(), name="api_return_receive"),
    re_path(rf"{_RETURN}/close/?$", return_ends.CloseReturnView.as_view(), name="api_return_close"),
    re_path(rf"{_RETURN}/cancel/?$", return_ends.CancelReturnView.as_view(), name="api_return_cancel"),
    re_path(
        r"^customers/(?P<customer_id>[0-9a-fA-F-]{32,36})/orders/?$",
        orders.CustomerOrdersView.as_view(),
        name="api_customer_orders",
    ),
]
