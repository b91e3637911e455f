"""Whose address it is. Every view of the address book goes through here."""

from django.http import Http404, HttpRequest

from customers.models import Address


def own_address(request: HttpRequest, pk: int) -> Address:
    """The signed-in customer's own address. Raises Http404 for unknown and for other people's."""
    address = Address.book.for_customer(request.user).select_related("customer").filter(pk=pk).first()
    if address is None:
        raise Http404
    return address
