"""The mail server is away while people order, and comes back (fault 60: mail)."""

import pytest

from tests.faults.demo_shop import OWNER, PRODUCT, SKU, signed_in
from tests.servers import Mail
from tests.shop_server import running_shop
from tests.shopper import Shopper

pytestmark = [pytest.mark.server]

BUYER = "letters@example.com"


def staff_reads(shop, path):
    page = signed_in(shop, OWNER).get(path)
    assert page.status_code == 200
    return page.text


def test_an_order_stands_staff_see_the_backlog_and_each_email_goes_out_once():
    with Mail() as mail, running_shop("mail-down", EMAIL_URL=mail.url) as shop:
        mail.stop()
        shopper = Shopper(shop.url, email=BUYER)
        shopper.add(SKU, PRODUCT)
        placed = shopper.pay(shopper.answer_checkout())
        assert placed.status_code == 302
        page = shopper.get(placed.headers["Location"])
        assert page.status_code == 200 and BUYER in page.text  # what is on the screen suffices

        shop.manage("sweep")
        (owed,) = shop.rows("SELECT * FROM orders_notification WHERE [to] = ?", BUYER)
        assert owed["sent_at"] is None and owed["attempts"] and owed["last_error"]
        shop.write("UPDATE orders_notification SET created_at = '2026-01-01' WHERE id = ?", owed["id"])
        assert "Emails not sent" in staff_reads(shop, "/admin/")
        assert BUYER in staff_reads(shop, "/admin/orders/notification/?state=overdue")

        shop.write(
            "UPDATE orders_notification SET created_at = ? WHERE id = ?", owed["created_at"], owed["id"]
        )
        mail.start()
        shop.manage("sweep")
        shop.manage("sweep")
        (letter,) = mail.mails(to=BUYER)
        assert "We have your order" in letter["Subject"]
        assert "Emails not sent" not in staff_reads(shop, "/admin/")
