"""Staff send money of an order back: shown first, confirmed, once."""

from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory, StoreFactory
from dashboard.tests.conftest import sign_in, staff_with
from dashboard.tests.test_order_actions import said
from orders.models import CreditNote
from orders.tests.factories import paid_order, shipped_order
from payments.models import Refund
from payments.tests.stripe_shop import break_stripe, paid_at_stripe

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def url_of(order):
    return reverse("admin:orders_order_refund", kwargs={"pk": order.pk})


def filled(client, order, **typed):
    """The page's form with what was typed; `pieces` is for the only line."""
    token = client.get(url_of(order)).context["form"]["token"].value()
    if "pieces" in typed:
        typed[f"pieces_{order.lines.get().pk}"] = typed.pop("pieces")
    return {"token": token, "method": "original", "reason": "Broken cup"} | typed


def confirm(client, order, data):
    """Look at what it does, then press the button that page shows."""
    preview = client.post(url_of(order), data).context["preview"]
    return client.post(url_of(order), data | {"confirmed": str(preview.worth.total)}, follow=True)


def test_what_goes_back_is_shown_before_anything_moves(staff):
    order = shipped_order(quantity=3)
    page = staff.post(url_of(order), filled(staff, order, pieces=2, delivery="on"))
    text = strip_tags(page.content.decode())
    assert (
        "Send €43.90 back" in text
        and "By Bank transfer" in text
        and "VAT of the credit note, 19% on €36.89" in text
    )
    assert page.status_code == 200 and not Refund.objects.exists()


def test_confirmed_it_is_sent_by_whoever_pressed_with_the_pieces_on_the_shelf(staff, owner):
    order = shipped_order(quantity=3)
    stock = StockItem.objects.get(variant=order.lines.get().variant)
    answer = confirm(staff, order, filled(staff, order, pieces=2, restock="on"))
    assert said(answer) == ["€40.00 went back to Nora Nagel."]
    refund, note = Refund.objects.get(), CreditNote.objects.get()
    assert (refund.amount, refund.created_by, note.created_by) == (40, owner, owner)
    assert StockItem.objects.get(pk=stock.pk).on_hand == stock.on_hand + 2
    page = answer.content.decode()
    assert note.number in page and "Broken cup" in page


def test_pressed_twice_it_is_sent_once(staff):
    order = shipped_order(quantity=3)
    data = filled(staff, order, amount="5.00")
    for _ in range(2):
        answer = confirm_again(staff, order, data)
        assert said(answer) == ["€5.00 went back to Nora Nagel."]
    assert Refund.objects.get().amount == 5
    confirm(staff, order, filled(staff, order, amount="5.00"))
    assert Refund.objects.count() == 2, "another page is another refund"


def confirm_again(client, order, data):
    return client.post(url_of(order), data | {"confirmed": "5.00"}, follow=True)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"pieces": 4}, "pieces", "does not have that many"),
        ({"amount": "999"}, "amount", "At most €63.90"),
        ({"amount": "5", "pieces": 1}, "amount", "not both"),
        ({}, "amount", "Choose pieces, delivery or an amount"),
        ({"amount": "5", "reason": ""}, "reason", "required"),
        ({"amount": "much"}, "amount", "Enter a number"),
        ({"amount": "5", "method": "gold"}, "method", "valid choice"),
        ({"amount": "5", "token": "x"}, "token", "open this page again"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_is_kept(staff, typed, field, words):
    order = shipped_order(quantity=3)
    answer = staff.post(url_of(order), filled(staff, order, **typed))
    text = answer.content.decode()
    assert answer.status_code == 400 and words in text and not Refund.objects.exists()
    if "pieces" in typed:
        assert f'value="{typed["pieces"]}"' in text


def test_an_amount_that_nobody_saw_is_shown_and_not_sent(staff):
    order = shipped_order(quantity=3)
    answer = staff.post(url_of(order), filled(staff, order, amount="6.00") | {"confirmed": "5.00"})
    assert answer.context["preview"].worth.total == 6 and not Refund.objects.exists()


def test_what_has_not_left_is_taken_out_of_the_order_instead(staff):
    order = paid_order(quantity=2)
    page = staff.get(url_of(order)).content.decode()
    assert "What has not left is not paid back here" in page
    assert reverse("admin:orders_order_edit", kwargs={"pk": order.pk}) in page
    assert f"pieces_{order.lines.get().pk}" not in page


def test_a_bank_that_does_not_answer_is_said(staff, fake_stripe):
    order, _ = paid_at_stripe(fake_stripe)
    break_stripe(fake_stripe, "/v1/refunds$")
    answer = confirm(staff, order, filled(staff, order, amount="5.00"))
    assert "as soon as the bank answers" in said(answer)[0]
    assert Refund.objects.get().status == "pending" and not CreditNote.objects.exists()


def test_only_who_may_send_money():
    order = shipped_order()
    for permissions in (
        ["orders.change_order", "orders.view_order"],
        ["payments.add_refund", "orders.view_order"],
    ):
        client = sign_in(staff_with(*permissions))
        assert client.get(url_of(order)).status_code == 403
        assert client.post(url_of(order), {"amount": "5"}).status_code == 403
        page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
        assert url_of(order) not in page
    finance = sign_in(staff_with("orders.change_order", "orders.view_order", "payments.add_refund"))
    page = finance.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert url_of(order) in page
    assert said(confirm(finance, order, filled(finance, order, amount="5.00")))
    assert finance.get(reverse("admin:orders_order_refund", kwargs={"pk": 0})).status_code == 404


def test_an_order_without_money_says_so(staff):
    order = shipped_order()
    confirm(staff, order, filled(staff, order, amount="23.90"))
    answer = staff.get(url_of(order), follow=True)
    assert "has no money left" in said(answer)[0]


def test_its_queries_do_not_grow_with_the_lines(staff):
    def count(order):
        with CaptureQueriesContext(connections["default"]) as queries:
            assert staff.get(url_of(order)).status_code == 200
        return len(queries)

    staff.get("/admin/")
    small = shipped_order()
    large = shipped_order(*[ProductFactory(stock=9).variants.get() for _ in range(8)])
    assert count(large) == count(small)


def test_credit_notes_are_listed_and_never_edited(staff):
    order = shipped_order()
    confirm(staff, order, filled(staff, order, amount="5.00"))
    note = CreditNote.objects.get()
    page = staff.get(reverse("admin:orders_creditnote_changelist")).content.decode()
    assert note.number in page and order.invoice.number in page and "Credit notes" in page
    one = staff.get(reverse("admin:orders_creditnote_change", args=[note.pk]))
    assert one.status_code == 200 and 'name="_save"' not in one.content.decode()
    assert staff.get(reverse("admin:orders_creditnote_add")).status_code == 403


def test_a_seller_gets_a_prefix_for_its_numbers(staff):
    store = StoreFactory()
    url = reverse("admin:catalog_store_change", args=[store.pk])
    form = staff.get(url).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields}
    assert staff.post(url, typed | {"invoice_prefix": "nord"}).status_code == 200
    assert staff.post(url, typed | {"invoice_prefix": "NORD-"}).status_code == 302
    store.refresh_from_db()
    assert store.invoice_prefix == "NORD-"


def test_the_shopper_sees_what_went_back_and_the_credit_note(client):
    order = shipped_order()
    page = client.get(order.get_absolute_url()).content.decode()
    assert "What went back" not in page
    admin = sign_in(staff_with("orders.change_order", "orders.view_order", "payments.add_refund"))
    confirm(admin, order, filled(admin, order, amount="5.00"))
    page = client.get(order.get_absolute_url()).content.decode()
    assert "What went back" in page and "Broken cup" in page and CreditNote.objects.get().number in page
    assert Decimal("5.00") == Refund.objects.get().amount
