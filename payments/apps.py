from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        from orders import merging, ways_to_pay
        from payments import checks, gateways  # noqa: F401 - the checks register themselves
        from payments.gateways.paypal import checks as paypal_checks  # noqa: F401
        from payments.services.cart_gift_cards import take_along

        merging.register(take_along)
        for gateway in gateways.known().values():
            ways_to_pay.register(code=gateway.code, label=gateway.label, pace=gateway.pace)
