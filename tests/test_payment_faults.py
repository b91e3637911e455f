"""Paying by card on a real server with several workers, while something goes wrong."""

import re

import pytest
import requests

from payments.tests.stripe_shop import WEBHOOK, break_stripe, stripe_environment, things
from tests.fakes.process import running_fake
from tests.polling import wait_for
from tests.shop_server import running_shop
from tests.shopper import Shopper
from tests.test_races import RIVALS, at_once, leave_in_stock, stock

SKU = "FIELD-BACKPACK-RASPBERRY"
PAID = "Payment received"


@pytest.fixture(scope="module")
def bank():
    with running_fake("stripe") as fake:
        yield fake


@pytest.fixture(scope="module")
def shop(bank):
    with running_shop("payment-faults", **stripe_environment(bank)) as server:
        leave_in_stock(server, SKU, 50)
        # The demo's own papers would keep the sweep busy for a minute.
        server.write("UPDATE orders_invoice SET file_stored_at = issued_at")
        server.write("UPDATE orders_shipment SET label_stored_at = shipped_at")
        server.write("UPDATE orders_return SET label_stored_at = approved_at")
        yield server


@pytest.fixture(autouse=True)
def messages(bank, shop):
    """The bank tells the shop by itself; a test may silence it."""
    bank.tell("settings", webhook_url=f"{shop.url}{WEBHOOK}", send=True)
    yield
    bank.tell("wait")


def silence(bank):
    bank.tell("settings", send=False)


class Card(Shopper):
    """A shopper who pays by card: `page` is the bank's page they were sent to."""

    page = ""

    def order(self):
        self.add(SKU, "field-backpack")
        self.review = self.answer_checkout()
        self.page = self.press_pay().headers["Location"]
        return self

    def press_pay(self):
        return self.pay(self.review, method="stripe")

    @property
    def name(self):
        return self.page.rsplit("/", 1)[1]

    def agree(self):
        """Press "Pay" on the bank's page; returns where the bank leads to."""
        answer = requests.post(self.page, data={"choice": "pay"}, timeout=60, allow_redirects=False)
        return answer.headers["Location"].removeprefix(self.url)

    def look(self, path):
        return self.session.get(self.url + path, timeout=60, allow_redirects=False)


def order_of(shop, shopper):
    (row,) = shop.rows("SELECT * FROM orders_order WHERE email = ?", shopper.email)
    return row


def payments_of(shop, order):
    sql = "SELECT status, amount, reference FROM payments_payment WHERE order_id = ? ORDER BY id"
    return shop.rows(sql, order["id"])


def session_of(bank, shopper):
    return next(one for one in things(bank, "checkout.session") if one["id"] == shopper.name)


def charges_of(bank, shopper):
    """What was really taken from the shopper's card, in cents."""
    intent = session_of(bank, shopper)["payment_intent"]
    taken = [one for one in things(bank, "charge") if one["payment_intent"] == intent]
    return [one["amount_captured"] for one in taken if one["status"] == "succeeded"]


def assert_paid_once(shop, bank, shopper):
    order = order_of(shop, shopper)
    assert (order["status"], order["payment_status"]) == ("processing", "paid")
    assert [payment["status"] for payment in payments_of(shop, order)] == ["captured"]
    assert charges_of(bank, shopper) == [round(float(order["total"]) * 100)]
    assert len(shop.rows("SELECT id FROM orders_invoice WHERE order_id = ?", order["id"])) == 1


def assert_one_mail(shop, shopper):
    wanted = "SELECT id FROM orders_notification WHERE [to] = ? AND kind = 'order_paid'"
    assert len(shop.rows(wanted, shopper.email)) == 1
    assert sum(PAID in mail["Subject"] for mail in shop.mails(to=shopper.email)) <= 1


def test_pay_pressed_in_many_tabs_is_one_order_one_page_and_one_charge(shop, bank):
    shopper = Card(shop.url, email="tabs@example.com").order()
    answers = at_once([shopper.press_pay] * RIVALS)
    assert {answer.headers["Location"] for answer in answers} == {shopper.page}
    assert len(set(at_once([shopper.agree] * 3))) == 1
    bank.tell("wait")
    assert_paid_once(shop, bank, shopper)
    left = stock(shop, SKU)
    assert left["held"] == left["promised"]


def test_back_and_pay_again_leads_to_the_same_order(shop, bank):
    shopper = Card(shop.url, email="back@example.com").order()
    assert shopper.press_pay().headers["Location"] == shopper.page, "not paid yet: the same page"
    shopper.look(shopper.agree())
    again = shopper.press_pay()
    assert again.status_code == 302 and "/thanks/" in again.headers["Location"]
    assert_paid_once(shop, bank, shopper)


def test_a_bank_that_falls_silent_after_the_charge_is_asked_and_charges_once(shop, bank):
    silence(bank)
    shopper = Card(shop.url, email="timeout@example.com").order()
    way_back = shopper.agree()
    break_stripe(bank, "/v1/checkout/sessions", method="GET")
    waiting = shopper.look(way_back)
    assert waiting.status_code == 202 and "Confirming your payment" in waiting.text
    assert waiting.headers["Refresh"] == "5"
    assert "<form" not in waiting.text and "go on with the payment" not in waiting.text
    order = order_of(shop, shopper)
    break_stripe(bank, "/v1/checkout/sessions/", method="GET")
    seen = shopper.get(f"/pay/{order['token']}/")
    pressed = shopper.post(f"/pay/{order['token']}/", seen=seen, payment_method="stripe")
    assert pressed.headers["Location"] == way_back, "who may have paid is not told to try again"
    assert "/thanks/" in shopper.look(way_back).headers["Location"]
    assert_paid_once(shop, bank, shopper)
    assert_one_mail(shop, shopper)


def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_a_new_amount_with_another(shop, bank):
    shopper = Card(shop.url, email="keys@example.com")
    shopper.add(SKU, "field-backpack")
    shopper.review = shopper.answer_checkout()
    break_stripe(bank, "/v1/checkout/sessions", "drop_after")
    before = len(bank.requests("/v1/checkout/sessions", "POST"))
    lost = shopper.press_pay()
    assert lost.status_code == 302 and "/pay/" in lost.headers["Location"]
    assert "You have not been charged" in shopper.get(lost.headers["Location"]).text
    shopper.page = shopper.press_pay().headers["Location"]
    asked = bank.requests("/v1/checkout/sessions", "POST")[before:]
    keys = [one["headers"]["idempotency-key"] for one in asked]
    order = order_of(shop, shopper)
    assert len(keys) >= 3 and set(keys) == {payments_of(shop, order)[0]["reference"]}
    shop.write("UPDATE orders_order SET total = total + 1, subtotal = subtotal + 1 WHERE id = ?", order["id"])
    seen = shopper.get(f"/pay/{order['token']}/")
    other = shopper.post(f"/pay/{order['token']}/", seen=seen, payment_method="stripe").headers["Location"]
    assert other != shopper.page
    references = [payment["reference"] for payment in payments_of(shop, order)]
    newest = bank.requests("/v1/checkout/sessions", "POST")[-1]
    assert len(references) == 2 and newest["headers"]["idempotency-key"] == references[1]


def test_a_message_told_ten_times_at_once_is_one_payment_and_one_email(shop, bank):
    silence(bank)
    shopper = Card(shop.url, email="ten@example.com").order()
    shopper.agree()
    ours = [one["id"] for one in bank.tell("signed") if shopper.name in one["body"]]
    answers = bank.tell("send", ids=ours, times=10, at_once=True)
    # One that met a rival is told to come again, which the bank does.
    assert {answer["status"] for answer in answers} <= {200, 503}
    assert {answer["status"] for answer in bank.tell("send", ids=ours)} == {200}
    assert_paid_once(shop, bank, shopper)
    assert_one_mail(shop, shopper)


def test_messages_and_the_way_back_at_once_come_to_the_same_end(shop, bank):
    silence(bank)
    shopper = Card(shop.url, email="order@example.com").order()
    way_back = shopper.agree()
    ours = [one["id"] for one in bank.tell("signed") if shopper.name in one["body"]]
    told = [lambda: bank.tell("send", ids=ours, newest_first=True)]
    at_once([lambda: shopper.look(way_back)] * 3 + told * 2)
    assert "/thanks/" in shopper.look(way_back).headers["Location"]
    assert_paid_once(shop, bank, shopper)
    assert_one_mail(shop, shopper)


def test_no_message_and_no_way_back_leave_it_to_the_sweep(shop, bank):
    silence(bank)
    shopper = Card(shop.url, email="lost@example.com").order()
    shopper.agree()
    order = order_of(shop, shopper)
    assert order["payment_status"] == "unpaid"
    age = "UPDATE payments_payment SET created_at = '2020-01-01' WHERE order_id = ?"
    shop.write(age, order["id"])
    shop.manage("sweep")
    assert_paid_once(shop, bank, shopper)
    assert_one_mail(shop, shopper)


@pytest.mark.parametrize("forged", ["?status=success", "?session_id=cs_test_paid&paid=1"])
def test_a_forged_way_back_pays_nothing(shop, bank, forged):
    shopper = Card(shop.url, email=f"forged{len(forged)}@example.com").order()
    reference = payments_of(shop, order_of(shop, shopper))[0]["reference"]
    answer = shopper.look(f"/pay/{reference}/return/{forged}")
    assert answer.status_code == 202 and "Confirming your payment" in answer.text
    assert order_of(shop, shopper)["payment_status"] == "unpaid"
    assert charges_of(bank, shopper) == []


@pytest.mark.parametrize("forged", [{"secret": "whsec_of_somebody_else"}, {"timestamp": 1_500_000_000}])
def test_a_message_signed_by_another_secret_or_long_ago_is_refused(shop, bank, forged):
    silence(bank)
    shopper = Card(shop.url, email=f"sign{len(str(forged))}@example.com").order()
    shopper.agree()
    ours = [one["id"] for one in bank.tell("signed") if shopper.name in one["body"]]
    assert {answer["status"] for answer in bank.tell("send", ids=ours, **forged)} == {400}
    assert order_of(shop, shopper)["payment_status"] == "unpaid"


def test_another_amount_is_held_and_no_page_asks_for_a_second_payment(shop, bank):
    silence(bank)
    shopper = Card(shop.url, email="amount@example.com").order()
    way_back = shopper.agree()
    bank.tell("alter", name=session_of(bank, shopper)["payment_intent"], amount_received=100)
    answer = shopper.look(way_back)
    order = order_of(shop, shopper)
    assert answer.status_code == 202 and "We are checking your payment" in answer.text
    again = shopper.get(f"/pay/{order['token']}/")
    for page in (answer, again):
        assert "do not pay a second time" in page.text and "<form" not in page.text
        assert not re.search(r"<button|Go on to the bank|Pay €", page.text)
    token = shopper.get(f"/product/field-backpack/?variant={SKU}")  # has a form, with its hidden field
    pressed = shopper.post(f"/pay/{order['token']}/", seen=token, payment_method="bank_transfer")
    assert pressed.status_code == 409 and "do not pay a second time" in pressed.text
    assert [payment["status"] for payment in payments_of(shop, order)] == ["pending"]
    flags = "SELECT is_public FROM orders_orderevent WHERE order_id = ? AND kind = 'payment_flagged'"
    assert [row["is_public"] for row in shop.rows(flags, order["id"])] == [0]
    assert order_of(shop, shopper)["payment_status"] == "unpaid"


def test_mail_that_is_down_takes_nothing_from_the_confirmation_and_comes_later_once(shop, bank):
    shopper = Card(shop.url, email="mail@example.com").order()
    wait_for(lambda: shop.mails(to=shopper.email), what="mail of the order")
    mail, aside = shop.var_dir / "mail", shop.var_dir / "mail-aside"
    mail.rename(aside)
    mail.write_text("not a folder: nothing can be sent")
    try:
        page = shopper.get(shopper.agree())
        bank.tell("wait")
        assert "Thank you, Kim Kaiser" in page.text
        assert_paid_once(shop, bank, shopper)
        # Tried in the background, and given back.
        owed = "SELECT attempts, claimed_at FROM orders_notification WHERE [to] = ? AND sent_at IS NULL"
        refused = {"attempts": 1, "claimed_at": None}
        wait_for(lambda: shop.rows(owed, shopper.email) == [refused], what="try to send")
    finally:
        mail.unlink()
        aside.rename(mail)
    shop.manage("sweep")
    assert [PAID in sent["Subject"] for sent in shop.mails(to=shopper.email)].count(True) == 1
