"""Paying."""

from django.urls import path

from payments.views import checkout, demo_bank, gift_cards, late_money, withdrawal

app_name = "payments"
urlpatterns = [
    path("checkout/pay/", checkout.place, name="place"),
    path("checkout/gift-card/", gift_cards.use, name="gift_card_use"),
    path("checkout/gift-card/<int:pk>/remove/", gift_cards.remove, name="gift_card_remove"),
    path("checkout/store-credit/", gift_cards.use_store_credit, name="store_credit_use"),
    path("gift-card/", gift_cards.check, name="gift_card"),
    path("orders/<str:token>/cancel/", checkout.cancel, name="cancel"),
    path("pay/<str:token>/", checkout.start, name="start"),
    path("pay/<str:reference>/return/", checkout.come_back, name="return"),
    path("orders/<str:token>/late/", late_money.page, name="late"),
    path("withdraw/", withdrawal.page, name="withdraw"),
    path("withdraw/<str:token>/<int:pk>/", withdrawal.receipt, name="withdrawal"),
    path("demo-bank/<str:reference>/", demo_bank.demo_bank, name="demo_bank"),
]
