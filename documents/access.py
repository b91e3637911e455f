"""Who may read which file of an order. Every view and the API go through here."""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest

from documents.models import OrderFile
from ecommerce.lib.documents_store import or_unavailable
from ecommerce.lib.files import LINK_SECONDS, FilesUnavailable
from orders.models import Order

SEE_FILES = "documents.view_orderfile"
_SALT = "documents.file"


def file_for_visitor(request: HttpRequest, file_id: str) -> OrderFile:
    """The file, for staff, for the order's customer, or for who holds a link to it.

    A link carries the order's token (`?token=`) or, for five minutes, a signature of the file
    (`?key=`). Raises Http404 for unknown and for other people's, FilesUnavailable when the
    document store is down.
    """
    with or_unavailable(unavailable()):
        file = OrderFile.objects.filter(pk=file_id).first()
    if file is None:
        raise Http404
    if _is_signed(file, request.GET.get("key", "")):
        return file
    if not may_read_files(request.user, request.GET.get("token", ""), order_id=file.order_id):
        raise Http404
    return file


def may_read_files(user: Any, token: str, *, order_id: int) -> bool:
    """Whether a person, or the holder of an order's token, may read the files of an order."""
    if is_files_staff(user):
        return Order.objects.filter(pk=order_id).exists()
    orders = Order.objects.filter(pk=order_id)
    if user.is_authenticated and orders.filter(customer_id=user.pk).exists():
        return True
    return bool(token) and orders.with_token(token).exists()


def is_files_staff(user: Any) -> bool:
    """Whether a person works here and may see the files of every order."""
    return user.is_authenticated and user.is_staff and user.has_perm(SEE_FILES)


def sign_file(file: OrderFile) -> str:
    """A key that opens this file for five minutes, for programs that follow links bare."""
    return signing.dumps(str(file.pk), salt=_SALT)


def unavailable() -> FilesUnavailable:
    return FilesUnavailable("Files cannot be fetched right now. Please try again in a few minutes.")


def _is_signed(file: OrderFile, key: str) -> bool:
    try:
        return bool(key) and signing.loads(key, salt=_SALT, max_age=LINK_SECONDS) == str(file.pk)
    except signing.BadSignature:
        return False
