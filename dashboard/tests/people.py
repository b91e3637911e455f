"""Somebody of whom the shop knows something in every app."""

from dataclasses import dataclass
from uuid import uuid4

from allauth.socialaccount.models import SocialAccount
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from catalog.services.stock_requests import ask
from catalog.tests.factories import ProductFactory
from customers.models import ViewedProducts
from customers.services import consents
from customers.services.tokens import issue_token
from customers.services.wishlists import save_product
from customers.tests.factories import AddressFactory, UserFactory
from documents.models import OrderFile
from documents.services.files import store_invoice_file, store_label_file
from orders.models import Invoice, Order
from orders.services.fulfilment import deliver_order
from orders.tests.factories import OrderFactory, cart_with, shipped_order
from payments.services.orders import cancel_and_refund
from payments.tests.factories import new_card
from reviews.models import KeptReview
from reviews.tests.factories import AnswerFactory, QuestionFactory, ReviewFactory, SurveyFactory
from support.services.tickets import open_ticket

NAME, EMAIL, PHONE = "Wilhelmina Quastenberg", "wilhelmina@quast.example", "+4915123456789"
# What must not be found anywhere once she is erased. The address of an order is the factory's.
TRACES = (NAME, "wilhelmina", "15123456789", "Zypressenweg", "Nora Nagel", "Lindenallee 7", "SECRET-WORDS")


@dataclass
class Known:
    user: object
    invoiced: Order
    unpaid: Order
    label: OrderFile
    invoice_file: OrderFile
    photo: str


def known_person() -> Known:
    """A customer with everything, and nothing still going on."""
    user = UserFactory(name=NAME, email=EMAIL, phone=PHONE, confirmed_phone=PHONE)
    AddressFactory(customer=user, name=NAME, line1="Zypressenweg 3")
    invoiced = shipped_order(customer=user)
    deliver_order(order=invoiced)
    Order.objects.filter(pk=invoiced.pk).update(note="SECRET-WORDS for the order")
    unpaid = OrderFactory(customer=user)
    cancel_and_refund(order=unpaid, reason="Changed my mind", actor=user)
    cart_with(customer=user)
    invoice_file = store_invoice_file(invoice_id=Invoice.objects.get(order=invoiced).pk)
    label = store_label_file(shipment_id=invoiced.shipments.get().pk)
    photo = storages["private"].save("reviews/ours.jpg", ContentFile(b"a photo"))
    ReviewFactory(
        product=invoiced.lines.get().product, customer=user, customer_email=EMAIL, file_path=photo,
        file_type="image/jpeg",
    )  # fmt: skip
    KeptReview.objects.create(
        customer=user, product=ProductFactory(), document_id=str(uuid4()), customer_email=EMAIL,
        customer_name=NAME, product_title="A cup", review="SECRET-WORDS about a cup", rating=4,
        review_date=timezone.now(),
    )  # fmt: skip
    asked = {"customer": user, "customer_email": EMAIL, "product": invoiced.lines.get().product}
    question = QuestionFactory(**asked, status="published", question="Does the lid come off?")
    AnswerFactory(question=question, customer=user, answer="Yes, it does.")
    AnswerFactory(
        question=question, customer=user, status="held", is_deleted=True,
        deletion_token="gone", answer="SECRET-WORDS",
    )  # fmt: skip
    QuestionFactory(**asked, question="Is it for SECRET-WORDS as well?")
    SurveyFactory(
        order_id=invoiced.pk, order_number=invoiced.number, customer_id=str(user.customer_id),
        customer_email=EMAIL, comment="SECRET-WORDS",
    )  # fmt: skip
    open_ticket(
        name=NAME, email=EMAIL, subject="A question", message="SECRET-WORDS", order_number="", customer=user
    )
    ask(variant=ProductFactory().variants.get(), email=EMAIL)
    new_card(amount="5.00", email=EMAIL)
    issue_token(user=user)
    saved = ProductFactory()
    save_product(wishlist=None, customer=user, product_id=saved.pk, sku="")
    ViewedProducts.objects.create(customer=user, product_ids=[saved.pk])
    SocialAccount.objects.create(user=user, provider="google", uid="1", extra_data={"name": NAME})
    consents.record_sign_up(customer=user, marketing=True, address="203.0.113.9")
    user.refresh_from_db()
    invoiced.refresh_from_db()
    return Known(user, invoiced, unpaid, label, invoice_file, photo)
