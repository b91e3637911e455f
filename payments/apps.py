from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        from orders.ways_to_pay import register
        from payments import checks, gateways  # noqa: F401 - the checks register themselves

        for gateway in gateways.known().values():
            register(code=gateway.code, label=gateway.label, pace=gateway.pace)
