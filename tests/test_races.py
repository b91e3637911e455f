"""Shoppers who get in each other's way, on a real server with several workers."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from tests.shopper import Shopper

RIVALS = 6


VARIANT = "SELECT id FROM catalog_variant WHERE sku = ?"


def leave_in_stock(shop, sku, units):
    """Make `units` of a variant free to sell."""
    sql = f"UPDATE catalog_stockitem SET on_hand = held + ? WHERE variant_id = ({VARIANT})"
    shop.write(sql, units, sku)


def stock(shop, sku):
    """How many of a variant are on hand and held, and what its active holds add up to."""
    (row,) = shop.rows(
        "SELECT i.on_hand, i.held, coalesce(sum(h.quantity), 0) AS promised FROM catalog_stockitem i "
        "LEFT JOIN catalog_hold h ON h.item_id = i.id AND h.state = 'active' "
        f"WHERE i.variant_id = ({VARIANT}) GROUP BY i.id",
        sku,
    )
    return row


def at_once(actions):
    """Run all actions in threads that start together; returns their results in order."""
    barrier = Barrier(len(actions))

    def run(action):
        barrier.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_shoppers_racing_for_the_last_one_get_one_order_and_clear_words(fresh_shop_server):
    shop = fresh_shop_server
    sku = "FIELD-BACKPACK-RASPBERRY"
    leave_in_stock(shop, sku, RIVALS)
    before = shop.rows("SELECT count(*) AS n FROM orders_order")[0]["n"]
    shoppers = [Shopper(shop.url, email=f"rival{number}@example.com") for number in range(RIVALS)]
    reviews = []
    for shopper in shoppers:
        assert shopper.add(sku, "field-backpack").status_code == 302
        reviews.append(shopper.answer_checkout())
    # What was kept for them is not any more, and one is left for all of them.
    shop.write("UPDATE catalog_hold SET expires_at = '2020-01-01' WHERE reference LIKE 'cart:%'")
    shop.manage("sweep")
    leave_in_stock(shop, sku, 1)
    pays = [partial(shopper.pay, page) for shopper, page in zip(shoppers, reviews, strict=True)]
    answers = at_once(pays)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [302] + [409] * (RIVALS - 1)
    for answer in answers:
        if answer.status_code == 409:
            assert "sold out" in answer.text and "There is a problem" in answer.text
    assert shop.rows("SELECT count(*) AS n FROM orders_order")[0]["n"] == before + 1
    left = stock(shop, sku)
    assert left["on_hand"] == left["held"] == left["promised"]


def test_pay_pressed_many_times_makes_one_order_and_one_payment(fresh_shop_server):
    shop = fresh_shop_server
    sku = "FIELD-BACKPACK-RASPBERRY"
    leave_in_stock(shop, sku, 10)
    shopper = Shopper(shop.url, email="double@example.com")
    shopper.add(sku, "field-backpack")
    review = shopper.answer_checkout()
    answers = at_once([lambda: shopper.pay(review, method="demo")] * RIVALS)
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    orders = shop.rows("SELECT id FROM orders_order WHERE email = ?", "double@example.com")
    assert len(orders) == 1
    payments = shop.rows("SELECT status FROM payments_payment WHERE order_id = ?", orders[0]["id"])
    assert [payment["status"] for payment in payments] == ["pending"]
    left = stock(shop, sku)
    assert (left["on_hand"] - left["held"], left["held"]) == (9, left["promised"])


def test_mail_and_papers_lost_in_a_crash_are_found_by_the_sweep(fresh_shop_server):
    shop = fresh_shop_server
    shopper = Shopper(shop.url, email="crash@example.com")
    shopper.add("FIELD-BACKPACK-RASPBERRY", "field-backpack")
    shopper.pay(shopper.answer_checkout())
    shop.kill()
    unsent = "UPDATE orders_notification SET sent_at = NULL, claimed_at = NULL WHERE [to] = ?"
    shop.write(unsent, "crash@example.com")
    for file in (shop.var_dir / "mail").glob("*.eml"):
        file.unlink()
    shop.manage("sweep")
    shop.manage("sweep")
    (mail,) = shop.mails(to="crash@example.com")
    assert "We have your order" in mail["Subject"]
