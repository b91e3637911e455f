"""A product, who asks about it or has bought it, and the shop's own people."""

import pytest
from django.test import Client

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from customers.models import User
from customers.tests.factories import StaffFactory, UserFactory
from orders.models import Order
from reviews.tests.factories import bought_order, delivered_order


@pytest.fixture
def product() -> Product:
    return ProductFactory(name="Field backpack")


@pytest.fixture
def asker(client: Client) -> User:
    """Signed in; has bought nothing."""
    user = UserFactory(name="Ada Bauer")
    client.force_login(user)
    return user


@pytest.fixture
def buyer(asker: User, product: Product) -> User:
    """Signed in; has received the product."""
    bought_order(customer=asker, product=product)
    return asker


@pytest.fixture
def staff() -> User:
    """Not signed in."""
    return StaffFactory(name="Olive Owner")


@pytest.fixture
def order() -> Order:
    """Arrived long enough ago to be asked about."""
    return delivered_order()
