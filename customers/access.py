"""Who is asking, and whose address it is. Every view of the address book goes through here."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from customers.models import Address, User


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that only people who signed in can make."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def own_address(request: HttpRequest, pk: int) -> Address:
    """The signed-in customer's own address. Raises Http404 for unknown and for other people's."""
    address = Address.book.for_customer(signed_in(request)).select_related("customer").filter(pk=pk).first()
    if address is None:
        raise Http404
    return address
