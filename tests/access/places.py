"""For every address with a part that varies, one that is there; the things in it are one customer's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from catalog.models import StockRequest
from catalog.tests.factories import ProductImageFactory
from customers.models import ApiToken, PersonalDataRequest, User, Wishlist
from customers.services.consents import unsubscribe_key
from customers.services.data_requests import ask_for_erasure
from customers.services.wishlists import save_product, share
from customers.tests.factories import AddressFactory
from documents.tests.factories import OrderFileFactory
from orders.models import Cart, Order, Withdrawal
from orders.services.fulfilment import deliver_order
from orders.tests.factories import OrderFactory, cart_with, paid_order
from payments.models import Payment
from payments.services.payments import start_payment
from payments.tests.factories import new_card
from reviews.services.survey_links import survey_path
from reviews.tests.factories import AnswerFactory, QuestionFactory, ReviewFactory
from tests.contract.stage import Stage

Arguments = dict[str, Any]


class Places(Stage):
    """The stage of the API's routes, with what only pages have. `comes` is who asks for them."""

    comes: User | None = None

    def arguments(self, name: str) -> Arguments:
        """What goes into the address of this name; what it leads to is made now."""
        return _ARGUMENTS[name](self) if name in _ARGUMENTS else {}

    def url(self, name: str) -> str:
        """Raises NoReverseMatch for an address that needs a part which is not known here."""
        return reverse(name, kwargs=self.arguments(name))

    def form(self, name: str) -> dict[str, Any]:
        """What a form sends that names its thing by a field and not by its address."""
        things = {"orders:cart_add": self.variant, "catalog:notify": self.sold_out.variants.get()}
        if name == "wishlist:change":
            return {"save": str(self.product.pk)}
        return {"variant": things[name].sku, "quantity": "1"} if name in things else {}


def _order(places: Places) -> Arguments:
    return {"token": places.paid.token}


def _return(places: Places) -> Arguments:
    return {"token": places.asked.order.token, "number": places.asked.number}


def _withdrawal(places: Places) -> Arguments:
    made = Withdrawal.objects.create(order=places.shipped, name="Nora Nagel", email="nora@example.com")
    return {"token": places.shipped.token, "pk": made.pk}


def _at_the_bank(places: Places) -> Arguments:
    order = OrderFactory(places.variant, payment_method="demo")
    payment = Payment.objects.get(order=order)
    start_payment(payment=payment)
    return {"reference": payment.reference}


def _file(places: Places) -> Arguments:
    file = OrderFileFactory(order_id=places.paid.pk, order_number=places.paid.number)
    storages["private"].save(file.path, ContentFile(b"%PDF-"))
    return {"file_id": file.pk}


def _review(places: Places) -> Arguments:
    path = storages["private"].save("reviews/photo.jpg", ContentFile(b"JPEG"))
    review = ReviewFactory(
        product=places.product, customer=places.customer, file_path=path, file_type="image/jpeg"
    )
    return {"pk": review.pk}


def _question(places: Places) -> Arguments:
    made = QuestionFactory(product=places.product, customer=places.customer, status="published")
    return {"pk": made.pk}


def _answer(places: Places) -> Arguments:
    question = QuestionFactory(product=places.product, status="published")
    return {"pk": AnswerFactory(question=question, customer=places.customer).pk}


def _survey(places: Places) -> Arguments:
    deliver_order(order=places.shipped)
    order = Order.objects.get(pk=places.shipped.pk)
    return {"number": order.number, "key": survey_path(order).rstrip("/").rsplit("/", 1)[1]}


def _address(places: Places) -> Arguments:
    return {"pk": AddressFactory(customer=places.customer).pk}


def _cart(places: Places) -> Cart:
    """What the customer has in their basket; orders of the stage have used up the one before."""
    return cart_with(places.variant, customer=places.customer)


def _line(places: Places) -> Arguments:
    return {"pk": _cart(places).lines.get().pk}


def _coupon(places: Places) -> Arguments:
    return {"pk": _cart(places).coupons.create(discount=places.discount).pk}


def _gift_card(places: Places) -> Arguments:
    return {"pk": _cart(places).gift_cards.create(card=new_card("5.00").card).pk}


def _second_factor(places: Places) -> Arguments:
    """Whoever comes has one; without, these pages are not there."""
    if (user := places.comes) is not None:
        if not Authenticator.objects.filter(user=user).exists():
            TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return {}


def _passkey(places: Places) -> Arguments:
    data = {"name": "My phone", "passwordless": True, "credential": {}}
    key = Authenticator.objects.create(user=places.customer, type=Authenticator.Type.WEBAUTHN, data=data)
    return {"pk": key.pk}


def _saved(places: Places) -> Arguments:
    wishlist, _ = save_product(wishlist=None, customer=places.customer, product_id=places.product.pk, sku="")
    return {"pk": wishlist.items.get().pk}


def _shared(places: Places) -> Arguments:
    _saved(places)
    wishlist = Wishlist.objects.get(customer=places.customer)
    share(wishlist=wishlist)
    return {"token": Wishlist.objects.get(pk=wishlist.pk).share_token}


def _guests_order(places: Places) -> Arguments:
    return {"token": OrderFactory(places.variant).token}


def _session(places: Places) -> Arguments:
    row = UserSession.objects.create(
        user=places.customer, ip="192.0.2.1", user_agent="", session_key="k" * 32
    )
    return {"session_id": row.pk}


def _data_file(places: Places) -> Arguments:
    path = storages["private"].save("exports/one.zip", ContentFile(b"PK"))
    made = PersonalDataRequest.objects.create(
        customer=places.customer, kind="export", status="ready", file_path=path,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    return {"public_id": made.public_id}


def _erasure(places: Places) -> Arguments:
    return {"public_id": ask_for_erasure(customer=places.customer, requested_by=places.customer).public_id}


def _kept_goods(places: Places) -> Arguments:
    _cart(places)
    return {}


def _waiting(places: Places) -> Arguments:
    wanted = StockRequest.objects.create(variant=places.sold_out.variants.get(), email="nora@example.com")
    return {"token": wanted.token}


def _program(places: Places) -> Arguments:
    return {"token_id": ApiToken.listed.usable_by(places.customer)[0].token_id}


def _picture(places: Places) -> Arguments:
    image = ProductImageFactory(product=places.product)
    name = storages["default"].save("products/seen.webp", ContentFile(b"RIFF"))
    return {"path": name if image else ""}


def _confirmation(places: Places) -> Arguments:
    new = EmailAddress.objects.create(user=places.customer, email="new-address@example.com")
    return {"key": EmailConfirmationHMAC(new).key}


def _reset(places: Places) -> Arguments:
    return {"uidb36": user_pk_to_url_str(places.customer), "key": "set-password"}


_BY_TOKEN = [
    "orders:track",
    "orders:confirmation",
    "orders:address",
    "payments:start",
    "payments:late",
    "payments:cancel",
]
_ARGUMENTS: dict[str, Callable[[Places], Arguments]] = {
    **dict.fromkeys(_BY_TOKEN, _order),
    "catalog:category": lambda places: {"slug": places.product.category.slug},
    "catalog:product": lambda places: {"slug": places.product.slug},
    "catalog:notify": lambda places: {"slug": places.sold_out.slug},
    "catalog:stock_request": _waiting,
    "catalog:sitemap_file": lambda places: {"number": 1},
    "orders:return_new": lambda places: {"token": places.shipped.token},
    "orders:return": _return,
    "orders:return_cancel": _return,
    "orders:history_detail": lambda places: {"number": places.paid.number},
    "orders:reorder": lambda places: {"number": paid_order(places.variant, customer=places.customer).number},
    "orders:cart_update": _line,
    "orders:cart_remove": _line,
    "orders:coupon_remove": _coupon,
    "payments:gift_card_remove": _gift_card,
    "payments:return": _at_the_bank,
    "payments:demo_bank": _at_the_bank,
    "payments:withdrawal": _withdrawal,
    "documents:download": _file,
    "reviews:create": lambda places: {"slug": places.product.slug},
    "reviews:delete": _review,
    "reviews:photo": _review,
    "reviews:ask": lambda places: {"slug": places.product.slug},
    "reviews:answer": _question,
    "reviews:question_delete": _question,
    "reviews:answer_delete": _answer,
    "reviews:survey": _survey,
    "reviews:survey_thanks": _survey,
    "reviews:survey_stop": _survey,
    "customers:address_edit": _address,
    "customers:address_delete": _address,
    "customers:address_default": _address,
    "customers:program_end": _program,
    "orders:cart_hold": _kept_goods,
    "mfa_deactivate_totp": _second_factor,
    "orders:keep": _guests_order,
    "orders:keep_code": _guests_order,
    "orders:wishlist_move": _saved,
    "wishlist:shared": _shared,
    "customers:session_end": _session,
    "customers:unsubscribe": lambda places: {"key": unsubscribe_key("nora@example.com")},
    "customers:data_file": _data_file,
    "customers:erasure": _erasure,
    "customers:erasure_cancel": _erasure,
    "mfa_edit_webauthn": _passkey,
    "mfa_remove_webauthn": _passkey,
    "mfa_view_recovery_codes": _second_factor,
    "mfa_download_recovery_codes": _second_factor,
    "account_confirm_email": _confirmation,
    "account_reset_password_from_key": _reset,
    "page": lambda places: {"slug": "delivery"},
    "media": _picture,
}
