"""Basket, checkout, tracking and order history."""

from django.urls import path

from orders.views import cart, changing, checkout, claiming, history, keeping, returns, tracking, wishlist

app_name = "orders"
urlpatterns = [
    path("cart/", cart.cart_page, name="cart"),
    path("cart/drawer/", cart.drawer, name="cart_drawer"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/accept/", cart.accept, name="cart_accept"),
    path("cart/hold/", cart.hold, name="cart_hold"),
    path("cart/lines/<int:pk>/", cart.update, name="cart_update"),
    path("cart/lines/<int:pk>/remove/", cart.remove, name="cart_remove"),
    path("cart/destination/", cart.set_destination, name="cart_destination"),
    path("cart/coupon/", cart.coupon_add, name="coupon_add"),
    path("cart/coupon/<int:pk>/remove/", cart.coupon_remove, name="coupon_remove"),
    path("wishlist/<int:pk>/move/", wishlist.move, name="wishlist_move"),
    path("checkout/", checkout.start, name="checkout"),
    path("checkout/contact/", checkout.contact, name="checkout_contact"),
    path("checkout/address/", checkout.address, name="checkout_address"),
    path("checkout/delivery/", checkout.delivery, name="checkout_delivery"),
    path("checkout/review/", checkout.review, name="checkout_review"),
    path("track/", tracking.lookup, name="track_lookup"),
    path("orders/<str:token>/", tracking.track, name="track"),
    path("orders/<str:token>/thanks/", tracking.confirmation, name="confirmation"),
    path("orders/<str:token>/keep/", keeping.send, name="keep"),
    path("orders/<str:token>/keep/code/", keeping.enter, name="keep_code"),
    path("orders/<str:token>/address/", changing.address, name="address"),
    path("orders/<str:token>/returns/new/", returns.new, name="return_new"),
    path("orders/<str:token>/returns/<str:number>/", returns.detail, name="return"),
    path("orders/<str:token>/returns/<str:number>/cancel/", returns.cancel, name="return_cancel"),
    path("account/orders/", history.history, name="history"),
    path("account/orders/older/", claiming.ask, name="claim"),
    path("account/orders/older/code/", claiming.enter, name="claim_code"),
    path("account/orders/<str:number>/", history.detail, name="history_detail"),
    path("account/orders/<str:number>/reorder/", history.reorder, name="reorder"),
]
