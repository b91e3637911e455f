"""A row of every model that the staff site shows, so that every page of it can be opened."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.utils import timezone

from background.models import FailedTask
from catalog.models import ProductImport, StockRequest, StoreSettings
from catalog.tests.factories import AttributeValueFactory, ProductFactory
from customers.models import ApiToken, Consent, PersonalDataRequest, Wishlist
from customers.services.tokens import issue_token
from customers.tests.factories import UserFactory
from documents.tests.factories import OrderFileFactory
from orders.models import CreditNote, DiscountCode, Invoice, Return, ReturnLine, TaxRegion, Withdrawal
from orders.services.drafts import open_draft
from orders.tests.factories import DiscountFactory, paid_order, zone_of
from payments.models import Alert, GatewayEvent, Payment, Refund
from payments.tests.factories import new_card
from reviews.tests.factories import AnswerFactory, QuestionFactory, ReviewFactory, SurveyFactory
from support.tests.factories import TicketFactory
from webhooks.models import Delivery, Endpoint, Event


def make_one_of_each() -> dict[type[Model], Any]:
    """The row of every registered model. Whoever registers a new one adds it here."""
    customer = UserFactory(name="Nora Nagel")
    variant = ProductFactory().variants.get()
    AttributeValueFactory()
    order = paid_order(variant, customer=customer)
    StoreSettings.current().save()
    Wishlist.objects.create(customer=customer)
    Consent.objects.create(customer=customer, kind="terms", given=True, wording="I agree.", where="sign-up")
    PersonalDataRequest.objects.create(customer=customer, kind="export", requested_by=customer)
    ProductImport.objects.create(file="imports/one.csv", name="one.csv", state=ProductImport.State.READY)
    Group.objects.get_or_create(name="picker")
    FailedTask.objects.create(key="k", task="documents.store_invoice", args=[1], error_class="OSError")
    _of_orders(order)
    _of_payments(order)
    issue_token(user=customer)
    StockRequest.objects.create(variant=variant, email="waits@example.com")
    OrderFileFactory(order_id=order.pk, order_number=order.number)
    ReviewFactory(product=variant.product)
    AnswerFactory(question=QuestionFactory(product=variant.product))
    SurveyFactory()
    TicketFactory()
    endpoint = Endpoint.objects.create(url="https://erp.example/hook", events=["order.placed"])
    event = Event.objects.create(type="order.placed", payload="{}")
    Delivery.objects.create(endpoint=endpoint, event=event)
    found = {model: _manager(model).order_by("pk").first() for model in admin.site._registry}
    missing = [model._meta.label for model, row in found.items() if row is None]
    assert not missing, f"Make a row of {missing} here."
    return found


def _manager(model: type[Model]) -> Any:
    return ApiToken.listed if model is ApiToken else model._default_manager


def _of_orders(order: Any) -> None:
    line = order.lines.get()
    zone_of("DE")
    TaxRegion.objects.create(country="ES", code="ES-CN", name="Canaries", postal_codes="35000-35999")
    open_draft(email="draft@example.com", actor=None)
    discount = DiscountFactory()
    DiscountCode.objects.create(discount=discount, code="ONE-2", code_key="ONE2", batch="Test")
    Withdrawal.objects.create(order=order, key="k", name="Nora", email=order.email, statement="I withdraw.")
    back = Return.objects.create(order=order, email=order.email)
    ReturnLine.objects.create(return_made=back, line=line, quantity=1, reason=ReturnLine.Reason.DAMAGED)
    CreditNote.objects.create(
        order=order, invoice=Invoice.objects.get(order=order), key="note-1", series="CN-2026", sequence=1,
        number="CN-2026-00001", amount=Decimal("1.00"), currency="EUR", reason="Test", snapshot={},
    )  # fmt: skip


def _of_payments(order: Any) -> None:
    payment = Payment.objects.get(order=order)
    Refund.objects.create(payment=payment, amount=Decimal("1.00"), reason="Test", key="refund-1")
    Alert.objects.create(order=order, message="Disputed")
    GatewayEvent.objects.create(gateway="stripe", event_id="evt_1", kind="charge", received_at=timezone.now())
    new_card()
