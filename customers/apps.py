from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from customers import receivers, signals  # noqa: F401 (connect)
        from customers.second_factor import remember_set_up

        authenticator_added.connect(remember_set_up, dispatch_uid="customers.second_factor")
