"""What is there when a route is tried: people, a product, carts, orders and returns in every state."""

import json
from typing import Any

from django.test import Client

from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, AddressFactory, StaffFactory, UserFactory
from orders.models import Return
from orders.services.return_steps import approve_return, receive_return
from orders.services.returns import request_return
from orders.tests.factories import DiscountFactory, OrderFactory, cart_with, paid_order, shipped_order
from payments.models import Payment
from payments.tests.factories import new_card


class Stage:
    """Made once; each route finds it as it was. A route that needs something else makes it itself."""

    def __init__(self) -> None:
        self.password = PASSWORD
        self.staff, self.customer = StaffFactory(), UserFactory()
        self.clerk = UserFactory(is_staff=True)
        people = {"staff": self.staff, "customer": self.customer, "clerk": self.clerk}
        self.tokens = {who: issue_token(user=user) for who, user in people.items()}
        AddressFactory(customer=self.customer)
        self.product = ProductFactory(stock=40, price="20.00")
        self.variant = self.product.variants.get()
        self.sold_out = ProductFactory(stock=0)
        self.cart = cart_with(self.variant, quantity=2)
        self.cart_of_customer = cart_with(self.variant, customer=self.customer)
        self.holder = {"x-cart-token": self.cart.token}
        self.discount = DiscountFactory(code="WELCOME")
        self.card = new_card("5.00")
        self.open_order = OrderFactory(self.variant, customer=UserFactory())
        self.paid = paid_order(self.variant, customer=self.customer, quantity=2)
        self.shipped = shipped_order(self.variant, customer=self.customer, quantity=2)
        self.payment = Payment.objects.get(order=self.shipped)
        self.asked = self._return()
        self.approved = approve_return(return_=self._return())
        arriving = approve_return(return_=self._return())
        self.arrived = receive_return(return_=arriving, received={arriving.lines.get().pk: (1, 1)})
        self.address = {
            "name": "Nora Nagel",
            "line1": "Lindenallee 7",
            "postal_code": "10117",
            "city": "Berlin",
            "country": "DE",
        }

    @staticmethod
    def visit(path: str, body: dict[str, Any], *, method: str = "post", **headers: str) -> Any:
        """A request that comes before the one that is tried."""
        return Client().generic(
            method.upper(), path, json.dumps(body), content_type="application/json", headers=headers
        )

    def _return(self) -> Return:
        order = shipped_order(self.variant, customer=self.customer)
        return request_return(order=order, lines={order.lines.get().pk: (1, "damaged", "")})

    @staticmethod
    def of_return(return_: Return) -> dict[str, Any]:
        """The path of a return."""
        return {"order_id": return_.order_id, "number": return_.number}
