"""Erasing a person: what goes, what stays, what it waits for, and that nothing stops it halfway."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Consent, PersonalDataRequest, User
from customers.services.data_requests import ask_for_erasure, ask_for_export, cancel_erasure
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.services import data_erasure
from dashboard.services.data_sweep import sweep
from dashboard.tests.people import EMAIL, NAME, TRACES, known_person
from dashboard.tests.test_data_export import confirmed, signed_in
from documents.models import OrderFile
from documents.services.sweep import sweep as sweep_documents
from ecommerce.lib.errors import DomainError
from ecommerce.lib.personal_data import erased_email
from orders.models import Invoice, Order
from orders.services.fulfilment import deliver_order
from orders.tests.factories import OrderFactory, shipped_order
from payments.tests.factories import credit_for
from reviews.models import Answer, Question, Review, Survey
from reviews.templatetags.reviews import reviewer

pytestmark = [
    pytest.mark.django_db(databases=["default", "documents"]),
    pytest.mark.usefixtures("local_private_files"),
]
ERASE, DATA = reverse("customers:erase"), reverse("customers:data")
# Kept with the name of who was billed, for the time the law says.
KEEPERS = {"orders.Invoice", "orders.CreditNote"}


def traces():
    """Where anything of the person is still found, in any field of any model of both databases."""
    found = []
    for model in apps.get_models():
        label = model._meta.label
        if label in KEEPERS or not model._meta.managed or label.startswith(("sessions.", "contenttypes.")):
            continue
        for row in model._base_manager.values():
            text = " ".join(str(value) for value in row.values())
            found += [f"{label}: {trace}" for trace in TRACES if trace.lower() in text.lower()]
    return found


def ask(user, **more):
    return ask_for_erasure(customer=user, requested_by=more.pop("requested_by", user), **more)


def state(request):
    request.refresh_from_db()
    return request.status


def test_the_customer_erases_the_account(commit, mailoutbox):
    known = known_person()
    LogEntry.objects.create(
        user=StaffFactory(),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(known.user.pk),
        object_repr=str(known.user),
        action_flag=2,
    )
    assert len({trace.partition(": ")[0] for trace in traces()}) > 12
    client = signed_in(known.user)
    page = confirmed(client, client.get(ERASE))
    assert "What stays, and why" in page.content.decode() and "§ 147 AO" in page.content.decode()
    assert client.post(ERASE).status_code == 400 and not PersonalDataRequest.objects.exists()
    mailoutbox.clear()
    with commit():
        asked = client.post(ERASE, {"sure": "on"})
    request = PersonalDataRequest.objects.get()
    assert asked.url == reverse("customers:erasure", args=[request.public_id])
    assert "Your data are erased" in client.get(asked.url).content.decode()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([EMAIL], "Your data are erased")]
    assert client.get(reverse("customers:account")).status_code == 302
    assert traces() == []
    user = User.objects.get(pk=known.user.pk)
    assert (user.email, user.phone, user.name, user.is_active) == (None, None, "", False)
    assert not user.has_usable_password()
    # The address is free again.
    UserFactory(email=EMAIL)


def test_what_stays(commit):
    known = known_person()
    total = known.invoiced.total
    with commit():
        ask(known.user)
    invoice = Invoice.objects.get(order=known.invoiced)
    assert invoice.snapshot["customer"]["name"] == "Nora Nagel"
    assert storages["private"].exists(known.invoice_file.path)
    assert not storages["private"].exists(known.label.path)
    assert not OrderFile.all_objects.filter(pk=known.label.pk).exists()
    order = Order.objects.get(pk=known.invoiced.pk)
    assert (order.total, order.email, order.token) == (total, erased_email(EMAIL), order.token)
    assert order.token != known.invoiced.token
    assert order.delivery_address.country == "DE" and order.invoice_address.lines[0] == "Erased"
    review = Review.objects.get()
    assert (reviewer(review), review.file_path) == ("A customer", None)
    assert not storages["private"].exists(known.photo)
    question, answer, survey = Question.objects.get(), Answer.all_objects.get(), Survey.objects.get()
    assert (reviewer(question), question.question) == ("A customer", "Does the lid come off?")
    assert (reviewer(answer), answer.answer) == ("A customer", "Yes, it does.")
    assert (survey.overall, survey.comment, survey.customer_email) == (5, "", erased_email(EMAIL))
    # The proof of what was agreed to, under a pseudonym that only the shop's key leads to.
    rows = Consent.objects.filter(customer=known.user)
    assert {(row.email, row.address) for row in rows} == {(erased_email(EMAIL), "")}
    assert rows.count() == 3 and "wilhelmina" not in erased_email(EMAIL)
    link = Client().get(reverse("orders:track", args=[known.invoiced.token]))
    assert link.status_code == 404
    # Pages of staff still open.
    staff = Client()
    staff.force_login(StaffFactory(), backend="django.contrib.auth.backends.ModelBackend")
    for name, pk in (("orders_order", order.pk), ("customers_user", known.user.pk)):
        assert staff.get(reverse(f"admin:{name}_change", args=[pk])).status_code == 200


def test_repeating_it_changes_nothing(commit):
    known = known_person()
    with commit():
        request = ask(known.user)
    before = list(Order.objects.order_by("pk").values("email", "token", "name"))
    assert data_erasure.erase(request.pk) == ""
    with commit():
        again = ask(User.objects.get(pk=known.user.pk), requested_by=StaffFactory(), reason="Asked twice")
    assert state(again) == "done"
    emails = [row["email"] for row in before]
    assert [row["email"] for row in Order.objects.order_by("pk").values("email")] == emails


@pytest.mark.parametrize("step", ["erase_outside", "forget_exports", "erase_rows"])
def test_a_run_that_dies_is_finished_by_the_sweep(monkeypatch, step):
    known = known_person()
    request = ask(known.user)

    class Killed(BaseException):
        """What nothing in the shop catches, like the end of a process."""

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(data_erasure if step == "forget_exports" else data_erasure.personal_data, step, die)
        with pytest.raises(Killed):
            data_erasure.erase(request.pk)
    assert state(request) == "started"
    assert not User.objects.get(pk=known.user.pk).is_active
    # Rows go together or not at all.
    assert User.objects.get(pk=known.user.pk).name == NAME
    assert sweep(now=timezone.now())["people erased"] == 0  # the dead one's claim still holds
    assert sweep(now=timezone.now() + timedelta(minutes=16))["people erased"] == 1
    assert traces() == []


def test_killed_inside_the_rows_leaves_all_of_them(monkeypatch):
    known = known_person()
    request = ask(known.user)
    last = data_erasure.personal_data.APPS[-1]

    def die(*args, **kwargs):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(last, "erase", die)
        data_erasure.erase(request.pk)
    assert Order.objects.get(pk=known.invoiced.pk).email == EMAIL
    request.refresh_from_db()
    assert (request.status, request.last_error) == ("started", "ConnectionError")
    assert sweep(now=timezone.now())["people erased"] == 1
    assert traces() == []


def test_it_waits_for_what_is_going_on_and_can_be_called_off(commit):
    ada = UserFactory()
    order = shipped_order(customer=ada)
    client = signed_in(ada)
    page = confirmed(client, client.get(ERASE))
    assert f"Order {order.number} is not finished" in page.content.decode()
    with commit():
        asked = client.post(ERASE, {"sure": "on"})
    words = client.get(asked.url).content.decode()
    assert "We erase your data soon" in words and f"Order {order.number} is not finished" in words
    request = PersonalDataRequest.objects.get()
    assert (state(request), client.get(reverse("customers:account")).status_code) == ("waiting", 200)
    assert f"Order {order.number}" in client.get(DATA).content.decode()
    # A stranger can neither stop it nor learn of it.
    stop = reverse("customers:erasure_cancel", args=[request.public_id])
    assert signed_in(UserFactory()).post(stop).status_code == 404
    assert client.get(stop).status_code == 405
    assert client.post(stop).url == DATA
    assert (state(request), request.open_key) == ("cancelled", None)
    assert "Nothing is erased" in client.get(asked.url).content.decode()
    with commit():
        second = ask(ada)
    assert state(second) == "waiting"
    assert sweep(now=timezone.now())["people erased"] == 0
    deliver_order(order=order)
    assert sweep(now=timezone.now())["people erased"] == 1
    assert not User.objects.get(pk=ada.pk).is_active
    with pytest.raises(DomainError, match="has begun"):
        cancel_erasure(request=second)


def test_store_credit_and_returns_are_waited_for(commit):
    ada = UserFactory()
    credit_for(ada, "20.00")
    with commit():
        request = ask(ada)
    assert state(request) == "waiting"
    assert ["€20.00 of store credit" in words for words in request.waiting_for] == [True]


def test_an_order_that_slips_in_is_not_emptied(monkeypatch):
    """Placed after it began: the erasure goes on once that order is over."""
    ada = UserFactory()
    request = ask(ada)
    slipped = []

    def place(person, now):
        slipped.append(OrderFactory(customer=ada))

    with monkeypatch.context() as patch:
        patch.setattr(data_erasure.personal_data, "erase_outside", place)
        assert data_erasure.erase(request.pk) == "started"
    assert Order.objects.get(pk=slipped[0].pk).name == "Nora Nagel"
    request.refresh_from_db()
    assert slipped[0].number in request.waiting_for[0]


def test_staff_are_not_erased_and_their_page_says_why():
    boss = StaffFactory()
    with pytest.raises(DomainError) as refused:
        ask(boss)
    assert refused.value.code == "staff_account"


def test_a_file_that_was_put_together_goes_too(commit):
    ada = UserFactory()
    with commit():
        export = ask_for_export(customer=ada)
    export.refresh_from_db()
    path = export.file_path
    assert storages["private"].exists(path)
    with commit():
        ask(ada)
    assert state(export) == "expired" and not storages["private"].exists(path)


def test_the_law_wants_invoices_for_eight_years(commit):
    known = known_person()
    with commit():
        ask(known.user)
    issued = datetime(2018, 1, 2, tzinfo=timezone.get_current_timezone())
    Invoice.objects.filter(order=known.invoiced).update(issued_at=issued)
    kept = datetime(2026, 12, 31, 12, tzinfo=timezone.get_current_timezone())
    assert sweep_documents(now=kept)["old papers anonymised"] == 0
    assert storages["private"].exists(known.invoice_file.path)
    over = datetime(2027, 1, 1, 12, tzinfo=timezone.get_current_timezone())
    assert sweep_documents(now=over)["old papers anonymised"] == 1
    assert not storages["private"].exists(known.invoice_file.path)
    invoice = Invoice.objects.get(order=known.invoiced)
    assert not any(trace.lower() in str(invoice.snapshot).lower() for trace in TRACES)
    assert (invoice.number, invoice.amount) == (invoice.snapshot["number"], known.invoiced.total)
    done = sweep_documents(now=over)
    assert (done["old papers anonymised"], done["invoices filed"]) == (0, 0)


def test_invoices_of_customers_who_are_still_here_stay_whole():
    known = known_person()
    Invoice.objects.update(issued_at=datetime(2010, 1, 2, tzinfo=timezone.get_current_timezone()))
    assert sweep_documents(now=timezone.now())["old papers anonymised"] == 0
    assert Invoice.objects.get(order=known.invoiced).snapshot["customer"]["name"] == "Nora Nagel"


def test_a_guest_is_erased_by_address(commit):
    order = shipped_order()
    deliver_order(order=order)
    other = OrderFactory()
    Order.objects.filter(pk=other.pk).update(email="somebody.else@example.com")
    with commit():
        request = ask_for_erasure(requested_by=StaffFactory(), email="Nora@Example.com", reason="By letter")
    assert state(request) == "done" and "nora" not in request.email
    assert Order.objects.get(pk=order.pk).name == "Erased"
    assert Order.objects.get(pk=other.pk).name == "Nora Nagel"


def test_an_account_with_another_unproven_address_erases_only_its_own(commit):
    """Somebody typed another's address into their account; nothing of that other person goes."""
    guest = shipped_order()
    deliver_order(order=guest)
    thief = UserFactory(email="nora@example.com")
    thief.emailaddress_set.update(verified=False)
    with commit():
        ask(thief)
    assert Order.objects.get(pk=guest.pk).name == "Nora Nagel"


def test_the_status_page_needs_its_link(client):
    unknown = "00000000-0000-4000-8000-000000000000"
    assert client.get(reverse("customers:erasure", args=[unknown])).status_code == 404
