"""Routes under /api that move money, each with and without the trailing slash."""

from django.urls import re_path

from payments.api import edits, gift_cards, order_payments, orders, payments, returns, webhooks, withdrawals

_ID = r"[0-9]{1,18}"

urlpatterns = [
    re_path(r"^orders/?$", orders.OrdersView.as_view(), name="api_orders"),
    re_path(
        rf"^orders/(?P<order_id>{_ID})/status/?$", orders.OrderStatusView.as_view(), name="api_order_status"
    ),
    re_path(
        rf"^orders/(?P<order_id>{_ID})/payments/?$",
        order_payments.OrderPaymentsView.as_view(),
        name="api_order_payments",
    ),
    re_path(rf"^orders/(?P<order_id>{_ID})/items/?$", edits.OrderItemsView.as_view(), name="api_order_items"),
    re_path(
        rf"^orders/(?P<order_id>{_ID})/withdrawal/?$",
        withdrawals.WithdrawalView.as_view(),
        name="api_withdrawal",
    ),
    re_path(
        rf"^orders/(?P<order_id>{_ID})/returns/(?P<number>[0-9A-Za-z]{{1,12}})/refund/?$",
        returns.RefundReturnView.as_view(),
        name="api_return_refund",
    ),
    re_path(
        r"^payments/webhooks/(?P<gateway>[a-z_]{1,40})/?$", webhooks.WebhookView.as_view(), name="api_webhook"
    ),
    re_path(r"^cart/gift-cards/?$", gift_cards.CartGiftCardsView.as_view(), name="api_cart_gift_cards"),
    re_path(
        rf"^cart/gift-cards/(?P<card_id>{_ID})/?$",
        gift_cards.CartGiftCardView.as_view(),
        name="api_cart_gift_card",
    ),
    re_path(r"^gift-cards/balance/?$", gift_cards.BalanceView.as_view(), name="api_gift_card_balance"),
    re_path(r"^payments/?$", payments.PaymentListView.as_view(), name="api_payments"),
    re_path(rf"^payments/(?P<payment_id>{_ID})/?$", payments.PaymentView.as_view(), name="api_payment"),
    re_path(
        rf"^payments/(?P<payment_id>{_ID})/refunds/?$", payments.RefundsView.as_view(), name="api_refunds"
    ),
]
