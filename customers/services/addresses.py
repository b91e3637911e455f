"""Every write to a customer's address book.

Each customer with addresses has exactly one default: the first one added, until they choose
another or delete it.
"""

from customers.models import Address, User
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic

MAX_ADDRESSES = 50


@retrying_atomic
def add_address(*, customer: User, postal: PostalAddress, is_default: bool = False) -> Address:
    """Put an address into the book. Raises DomainError `address_book_full` at 50 addresses."""
    _lock_book(customer)
    count = Address.book.for_customer(customer).count()
    if count >= MAX_ADDRESSES:
        raise DomainError(
            f"Your address book holds {MAX_ADDRESSES} addresses. Delete one to add another.",
            code="address_book_full",
        )
    address = Address(customer=customer, created_by=customer)
    _write(address, postal)
    if is_default or count == 0:
        _set_default(address)
    return address


@retrying_atomic
def change_address(*, address: Address, postal: PostalAddress, is_default: bool = False) -> Address:
    """Replace what an address says; `is_default` can make it the default, never unmake it."""
    _lock_book(address.customer)
    address.modified_by = address.customer
    _write(address, postal)
    if is_default:
        _set_default(address)
    return address


@retrying_atomic
def make_default(*, address: Address) -> None:
    """Offer this address first from now on; repeating it changes nothing."""
    _lock_book(address.customer)
    _set_default(address)


@retrying_atomic
def delete_address(*, address: Address) -> None:
    """Take an address out of the book; orders keep their copies. Repeating it changes nothing."""
    customer = address.customer
    _lock_book(customer)
    Address.all_objects.filter(pk=address.pk).update(is_default=False)
    address.is_default = False
    address.delete()
    newest = Address.book.for_customer(customer).first()
    if newest is not None and not newest.is_default:
        _set_default(newest)


def _lock_book(customer: User) -> None:
    """Make writers of one book wait for each other, so that two defaults cannot appear."""
    User.objects.select_for_update().get(pk=customer.pk)


def _write(address: Address, postal: PostalAddress) -> None:
    for field, value in postal.to_dict().items():
        setattr(address, field, value)
    address.save()


def _set_default(address: Address) -> None:
    Address.objects.filter(customer_id=address.customer_id, is_default=True).exclude(pk=address.pk).update(
        is_default=False
    )
    Address.objects.filter(pk=address.pk).update(is_default=True)
    address.is_default = True
