"""Orders paid with gift cards: alone, with another way, and what goes back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.tests.factories import ProductFactory
from customers.tests.factories import StaffFactory, UserFactory
from ecommerce.lib.errors import BadInput, DomainError
from orders.models import Order
from orders.services.cart import add_coupon
from orders.services.fulfilment import ship_order
from orders.services.orders import expire_unpaid, mark_processing
from orders.tests.factories import DiscountFactory, cart_with, total_of
from payments.models import CartGiftCard, GiftCard, GiftCardEntry, Payment, Refund
from payments.services.cart_gift_cards import use_card, use_credit
from payments.services.gift_card_ledger import CardEmptier
from payments.services.gift_card_plan import plan_of
from payments.services.gift_cards import adjust, block
from payments.services.orders import cancel_and_refund, pay_by, place_and_pay
from payments.services.payments import confirm_payment, fail_payment
from payments.services.refunds import refund_order, refund_payment
from payments.services.store_credit import credit_of, credit_refund
from payments.services.sweep import sweep
from payments.tests.factories import cart_paid_by, credit_for, new_card
from payments.tests.test_payments import later

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def place(cart, method="demo", **more):
    return place_and_pay(cart=cart, confirmed_total=total_of(cart), payment_method=method, **more)


def balance_of(issued):
    return GiftCard.objects.get(pk=getattr(issued, "card", issued).pk).balance


def parts(order):
    rows = Payment.objects.filter(order=order, live_for=order.pk).order_by("part")
    return [(row.gateway, row.amount, row.status) for row in rows]


def test_a_card_that_covers_all_pays_at_once_and_nothing_else_is_asked():
    card = new_card("100.00")
    cart = cart_paid_by(card)
    order, payment = place(cart, method="")
    assert (order.status, order.payment_status, order.payment_method) == ("processing", "paid", "gift_card")
    assert parts(order) == [("gift_card", order.total, "captured")] and payment.status == "captured"
    assert balance_of(card) == 100 - order.total and order.expires_at is None
    assert order.invoices.count() == 1 and order.notifications.filter(kind="order_paid").exists()
    events = list(order.events.values_list("message", flat=True))
    assert any(f"Paid with gift card …{card.card.last4}" in words for words in events)


def test_what_is_chosen_beside_a_card_that_covers_all_is_not_used():
    order, _ = place(cart_paid_by(new_card("100.00")), method="bank_transfer")
    assert order.payment_method == "gift_card" and len(parts(order)) == 1


def test_a_card_and_a_bank_share_an_order():
    card = new_card("5.00")
    order, payment = place(cart_paid_by(card))
    rest = order.total - 5
    assert parts(order) == [("gift_card", 5, "captured"), ("demo", rest, "pending")]
    assert (payment.amount, payment.part) == (rest, 1) and balance_of(card) == 0
    assert (order.payment_status, order.amount_due, order.status) == ("partly_paid", rest, "pending")
    assert order.expires_at is not None and not order.invoices.exists()
    confirm_payment(payment=payment)
    order.refresh_from_db()
    assert (order.payment_status, order.status, order.amount_paid) == ("paid", "processing", order.total)


def test_a_declined_rest_is_tried_again_in_another_way():
    order, payment = place(cart := cart_paid_by(new_card("5.00")))
    fail_payment(payment=payment, reason="declined")
    again = pay_by(order=order, gateway="cash_on_delivery")
    order.refresh_from_db()
    assert (again.amount, again.part) == (order.total - 5, 1)
    assert (order.payment_method, order.expires_at) == ("cash_on_delivery", None)
    _, pressed_again = place(cart)
    assert pressed_again == again


def test_pressing_pay_again_after_a_decline_opens_the_rest_again():
    order, payment = place(cart := cart_paid_by(card := new_card("5.00")))
    fail_payment(payment=payment, reason="declined")
    same, again = place(cart)
    assert same == order and (again.gateway, again.amount) == ("demo", order.total - 5)
    assert GiftCardEntry.objects.filter(card=card.card).count() == 2, "taken once"


def test_several_cards_pay_in_turn_and_one_that_is_not_needed_stays_full():
    first, second, third = new_card("5.00"), new_card("100.00"), new_card("7.00")
    order, _ = place(cart_paid_by(first, second, third), method="")
    assert [amount for _, amount, _ in parts(order)] == [5, order.total - 5]
    assert (balance_of(first), balance_of(second), balance_of(third)) == (0, 105 - order.total, 7)
    assert order.is_paid and order.invoices.count() == 1


def test_a_discount_comes_off_before_the_card_pays():
    cart = cart_paid_by(card := new_card("100.00"))
    before = total_of(cart)
    add_coupon(cart=cart, code=DiscountFactory(percent=Decimal(50)).code)
    order, _ = place(cart, method="")
    assert order.total < before and balance_of(card) == 100 - order.total


def test_an_order_that_costs_nothing_takes_nothing_from_a_card():
    cart = cart_paid_by(card := new_card("10.00"))
    add_coupon(cart=cart, code=DiscountFactory(percent=Decimal(100)).code)
    add_coupon(cart=cart, code=DiscountFactory(kind="free_shipping", percent=0).code)
    order, payment = place(cart)
    assert (order.total, payment, order.payment_status, balance_of(card)) == (0, None, "paid", 10)


def test_a_rest_by_transfer_waits_and_is_not_sent_before_it_is_here():
    order, payment = place(cart_paid_by(new_card("5.00")), method="bank_transfer")
    assert order.expires_at is not None and payment.amount == order.total - 5
    with pytest.raises(DomainError, match="not been paid"):
        mark_processing(order=order)
    with pytest.raises(DomainError):
        ship_order(order=order, carrier="DHL")
    confirm_payment(payment=payment)
    order.refresh_from_db()
    assert ship_order(order=order, carrier="DHL")


def test_a_rest_at_the_door_is_sent_at_once():
    order, payment = place(cart_paid_by(new_card("5.00")), method="cash_on_delivery")
    assert (order.expires_at, payment.amount, payment.status) == (None, order.total - 5, "pending")
    mark_processing(order=order)
    assert ship_order(order=order, carrier="DHL")


def test_the_same_order_pressed_six_times_takes_the_money_once():
    cart = cart_paid_by(card := new_card("5.00"))
    results = [place(cart) for _ in range(6)]
    assert len({order.pk for order, _ in results}) == len({payment.pk for _, payment in results}) == 1
    assert balance_of(card) == 0 and Payment.objects.count() == 2


def test_without_a_way_to_pay_the_rest_nothing_is_ordered():
    cart = cart_paid_by(card := new_card("5.00"))
    with pytest.raises(BadInput) as refused:
        place(cart, method="")
    assert refused.value.field == "payment_method"
    assert not Order.objects.exists() and balance_of(card) == 5


def test_a_card_that_became_emptier_orders_nothing_until_that_is_agreed_to():
    cart = cart_paid_by(card := new_card("20.00"))
    seen = plan_of(cart=cart, total=total_of(cart), currency="EUR").agreement()
    adjust(card=card.card, change=Decimal("-15.00"), reason="used elsewhere", key="x")
    with pytest.raises(CardEmptier) as refused:
        place(cart, cards_agreed=seen)
    assert refused.value.code == "gift_cards_changed" and "pays €5.00" in refused.value.message
    assert not Order.objects.exists() and balance_of(card) == 5
    now = plan_of(cart=cart, total=total_of(cart), currency="EUR").agreement()
    order, _ = place(cart, cards_agreed=now)
    assert order.amount_due == order.total - 5


def test_a_program_is_told_of_a_card_that_cannot_be_used_any_more():
    cart = cart_paid_by(card := new_card("20.00"))
    block(card=card.card, reason="stolen")
    with pytest.raises(CardEmptier, match="cannot be used any more"):
        place(cart)
    assert not Order.objects.exists()


# --- The end of an order, and what goes back -------------------------------------------------


def expired(order):
    order.refresh_from_db()
    expire_unpaid(now=order.expires_at + timedelta(minutes=1))
    for _ in range(2):
        sweep(now=later())
    order.refresh_from_db()
    return order


@pytest.mark.parametrize("method", ["demo", "bank_transfer"])
def test_an_order_whose_rest_never_came_ends_and_the_card_gets_its_money_back_once(method):
    card = new_card("5.00")
    order, _ = place(cart_paid_by(card), method=method)
    assert expired(order).status == "cancelled"
    assert (order.payment_status, order.amount_paid, balance_of(card)) == ("refunded", 0, 5)
    assert Refund.objects.count() == 1 and GiftCardEntry.objects.filter(card=card.card).count() == 3
    assert not Payment.objects.filter(order=order, status="pending").exists()


def test_a_partly_paid_order_that_waits_for_another_reason_never_ends():
    order, payment = place(cart_with(), method="bank_transfer")
    Order.objects.filter(pk=order.pk).update(total=order.total + 10)
    confirm_payment(payment=payment)
    order.refresh_from_db()
    assert (order.payment_status, order.expires_at) == ("partly_paid", None)
    assert expire_unpaid(now=timezone.now() + timedelta(days=400)) == 0


def test_money_from_elsewhere_stops_the_clock():
    order, payment = place(cart_paid_by(new_card("5.00")), method="bank_transfer")
    Order.objects.filter(pk=order.pk).update(total=order.total + 10)
    confirm_payment(payment=payment)
    order.refresh_from_db()
    assert (order.payment_status, order.expires_at, order.amount_due) == ("partly_paid", None, 10)


def test_cancelling_puts_the_money_back_on_the_card_once():
    card = new_card("100.00")
    order, _ = place(cart_paid_by(card), method="")
    for _ in range(3):
        cancel_and_refund(order=order, reason="changed my mind")
    sweep(now=later())
    assert balance_of(card) == 100 and Refund.objects.get().status == "done"
    entry = GiftCardEntry.objects.filter(card=card.card).first()
    assert entry.refund == Refund.objects.get() and order.number in entry.reason


def test_a_refund_takes_the_newest_payment_first_and_then_goes_back_to_the_card():
    card = new_card("5.00")
    order, payment = place(cart_paid_by(card))
    payment_rows = Payment.objects.filter(order=order).order_by("part")
    confirm_payment(payment=payment_rows[1])
    Payment.objects.filter(pk=payment.pk).update(gateway="bank_transfer")
    rest = order.total - 5
    refund_order(order=order, amount=rest - 1, reason="broken", key="a")
    assert balance_of(card) == 0
    refund_order(order=order, amount=Decimal("3.00"), reason="broken", key="b")
    refund_order(order=order, amount=Decimal("3.00"), reason="broken", key="b")
    assert balance_of(card) == 2
    with pytest.raises(DomainError):
        refund_order(order=order, amount=Decimal("3.01"), reason="broken", key="c")


def test_partial_refunds_go_back_each_once():
    card = new_card("100.00")
    order, payment = place(cart_paid_by(card), method="")
    for key, amount in (("a", "0.10"), ("b", "0.20"), ("a", "0.10")):
        refund_payment(payment=payment, amount=Decimal(amount), reason="scratch", key=key)
    assert balance_of(card) == 100 - order.total + Decimal("0.30")


def test_money_comes_back_onto_an_expired_or_blocked_card_with_time_to_use_it():
    card = new_card("100.00", expires_on=timezone.localdate())
    order, _ = place(cart_paid_by(card), method="")
    yesterday = timezone.localdate() - timedelta(days=1)
    GiftCard.objects.filter(pk=card.card.pk).update(expires_on=yesterday, status="blocked")
    cancel_and_refund(order=order, reason="late")
    card.card.refresh_from_db()
    assert (card.card.balance, card.card.status) == (100, "blocked")
    assert card.card.expires_on == timezone.localdate() + timedelta(days=30)


# --- Store credit ---------------------------------------------------------------------------


def test_store_credit_pays_for_its_own_customer_only():
    customer = UserFactory()
    card = credit_for(customer, "100.00")
    mine = cart_with(customer=customer)
    use_credit(cart=mine, customer=customer)
    for cart, who in ((cart_with(), None), (cart_with(), customer), (mine, UserFactory())):
        with pytest.raises(DomainError) as refused:
            use_credit(cart=cart, customer=who)
        assert refused.value.code == "no_store_credit"
    CartGiftCard.objects.create(cart=(others := cart_with()), card=card)
    with pytest.raises(CardEmptier):
        place(others)
    order, _ = place(mine, method="", customer=customer)
    assert order.is_paid and balance_of(card) == 100 - order.total


def store_credit_refund(order, amount="5.00"):
    payment = Payment.objects.filter(order=order).first()
    refund = Refund.objects.create(
        payment=payment,
        method="store_credit",
        amount=Decimal(amount),
        credit=Decimal(amount),
        reason="Scratch",
        key=f"credit-{order.number}",
    )
    Payment.objects.filter(pk=payment.pk).update(refunded_amount=Decimal(amount))
    return refund


def test_a_refund_as_store_credit_is_given_and_booked_once():
    customer = UserFactory()
    order, payment = place(cart_with(customer=customer), customer=customer)
    confirm_payment(payment=payment)
    refund = store_credit_refund(order)
    for _ in range(3):
        credit_refund(refund=refund)
    sweep(now=later())
    order.refresh_from_db()
    assert credit_of(customer).balance == 5 and Refund.objects.get().status == "done"
    assert order.payment_status == "partly_refunded"


def test_the_sweep_gives_store_credit_that_is_still_owed_and_asks_no_bank():
    customer = UserFactory()
    order, payment = place(cart_with(customer=customer), customer=customer)
    confirm_payment(payment=payment)
    store_credit_refund(order)
    sweep(now=later())
    assert credit_of(customer).balance == 5 and Refund.objects.get().external_id.startswith("gift-card")


def test_a_guest_gets_a_gift_card_by_email_instead(commit, mailoutbox):
    order, payment = place(cart_with())
    confirm_payment(payment=payment)
    refund = store_credit_refund(order)
    with commit():
        for _ in range(2):
            credit_refund(refund=refund)
    card = GiftCard.objects.get()
    assert (card.balance, card.recipient_email, card.refund) == (5, order.email, refund)
    (email,) = [mail for mail in mailoutbox if "gift card" in mail.subject]
    assert email.to == [order.email] and order.number in email.body


# --- Codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_case_dashes_and_spaces_do_not_matter(write):
    cart = cart_with()
    issued = new_card()
    assert use_card(cart=cart, code=write(issued.code)).card == issued.card
    assert use_card(cart=cart, code=issued.code.replace("0", "o").replace("1", "l")).card == issued.card
    assert CartGiftCard.objects.count() == 1


def test_unknown_empty_blocked_expired_and_foreign_cards_get_the_same_answer():
    yesterday = timezone.localdate() - timedelta(days=1)
    cards = {name: new_card() for name in ("empty", "blocked", "expired", "foreign")}
    changes = {
        "empty": {"balance": 0},
        "blocked": {"status": "blocked"},
        "expired": {"expires_on": yesterday},
        "foreign": {"currency": "USD"},
    }
    for name, change in changes.items():
        GiftCard.objects.filter(pk=cards[name].card.pk).update(**change)
    answers = set()
    cart = cart_with()
    for code in [*(issued.code for issued in cards.values()), "7K2M-9PQR-4TVW-X3YZ", "nonsense", "€" * 16]:
        with pytest.raises(BadInput if not code else DomainError) as refused:
            use_card(cart=cart, code=code)
        answers.add((refused.value.code, refused.value.message, refused.value.http_status))
    assert len(answers) == 1 and not CartGiftCard.objects.exists()


def test_the_code_is_sent_once_and_then_forgotten(commit, mailoutbox, caplog):
    with commit():
        issued = new_card("25.00", email="robin@example.com")
        row = GiftCard.objects.get()
        assert row.sealed_code and issued.code not in row.sealed_code
    (email,) = mailoutbox
    assert email.to == ["robin@example.com"] and issued.code in email.body and "€25.00" in email.subject
    row.refresh_from_db()
    assert row.sealed_code == "" and row.email_sent_at is not None
    plain = issued.code.replace("-", "")
    kept = str(GiftCard.objects.values().get()) + str(list(GiftCardEntry.objects.values())) + caplog.text
    assert issued.code not in kept and plain not in kept


def test_a_lost_email_is_found_by_the_sweep_and_a_refused_one_tells_no_code(mailoutbox, monkeypatch, caplog):
    issued = new_card("25.00", email="robin@example.com")

    def refuse(**message):
        raise OSError("The mail server is down.")

    with monkeypatch.context() as broken:
        broken.setattr("payments.services.gift_card_emails.send_email", refuse)
        sweep(now=later())
    row = GiftCard.objects.get()
    assert row.sealed_code and "down" in row.email_error and issued.code not in caplog.text
    for _ in range(2):
        sweep(now=later())
    assert len(mailoutbox) == 1 and issued.code in mailoutbox[0].body


def test_an_older_secret_key_still_opens_cards(settings):
    issued = new_card("25.00", email="robin@example.com")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-tests"
    assert use_card(cart=cart_with(), code=issued.code).card == issued.card
    assert sweep(now=later())["gift cards emailed"] == 1


# --- Staff ----------------------------------------------------------------------------------


def test_a_balance_never_goes_below_nothing_and_every_change_has_a_reason():
    card, staff = new_card("10.00").card, StaffFactory()
    with pytest.raises(CardEmptier):
        adjust(card=card, change=Decimal("-10.01"), reason="wrong", key="a", actor=staff)
    with pytest.raises(BadInput):
        adjust(card=card, change=Decimal("1.00"), reason=" ", key="b", actor=staff)
    for amount in ("0.00", "0.001", "10000.01"):
        with pytest.raises(BadInput):
            adjust(card=card, change=Decimal(amount), reason="wrong", key="c", actor=staff)
    for _ in range(2):
        adjust(card=card, change=Decimal("2.50"), reason="sorry", key="d", actor=staff)
    assert balance_of(card) == Decimal("12.50") and card.entries.first().actor == staff
    with pytest.raises(TypeError):
        card.entries.first().save()


def test_the_last_piece_is_not_sold_and_the_card_stays_full_when_somebody_was_faster():
    variant = ProductFactory(stock=1).variants.get()
    cart, rival = cart_with(variant), cart_with(variant)
    use_card(cart=cart, code=(card := new_card("100.00")).code)
    place(rival)
    with pytest.raises(DomainError):
        place_and_pay(cart=cart, confirmed_total=None, payment_method="")
    assert balance_of(card) == 100
