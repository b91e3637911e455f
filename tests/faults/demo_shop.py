"""What the tests of outages share: people of the demo shop, what they buy, and a server that goes and
comes back."""

from typing import Any

from tests.servers.base import Server
from tests.shop_server import ShopServer
from tests.shopper import Shopper

SKU, PRODUCT = "FIELD-BACKPACK-RASPBERRY", "field-backpack"
ADA, OWNER = ("ada@alcove.example", "alcove-demo-ada"), ("owner@alcove.example", "alcove-demo-owner")
_UNREVIEWED = """next(
    line.product.slug
    for line in OrderLine.objects.filter(
        order__customer__email="ada@alcove.example", order__payment_status="paid", product__isnull=False
    ).select_related("product", "order__customer")
    if not Review.objects.filter(
        product_id=line.product_id, customer_id=str(line.order.customer.customer_id)
    ).exists()
)"""


class Outage:
    """Of a server that is killed (`how` is "stopped") or answers no more ("hangs")."""

    def __init__(self, server: Server, how: str) -> None:
        self.server = server
        self.how = how

    def begin(self) -> None:
        self.server.kill() if self.how == "stopped" else self.server.hang()

    def end(self) -> None:
        """The server works; also when no outage had begun, or it is over already."""
        self.server.go_on()
        if not self.server.is_running:
            self.server.start()


def signed_in(shop: ShopServer, who: tuple[str, str]) -> Shopper:
    """ADA or OWNER with a session; fails when the shop does not let them in."""
    person = Shopper(shop.url, email=who[0])
    assert person.sign_in(*who).status_code == 302
    return person


def buy(shop: ShopServer, email: str) -> tuple[Shopper, dict[str, Any]]:
    """A guest and the row of their order, which the demo's bank has approved."""
    guest = Shopper(shop.url, email=email)
    guest.add(SKU, PRODUCT)
    bank = guest.pay(guest.answer_checkout(), method="demo")
    assert bank.status_code == 302
    page = guest.get(bank.headers["Location"].removeprefix(shop.url))
    done = guest.post(page.url.removeprefix(shop.url), seen=page, choice="approve")
    assert done.status_code == 302
    [order] = shop.rows("SELECT * FROM orders_order WHERE email = ?", email)
    return guest, order


def unreviewed(shop: ShopServer) -> str:
    """The slug of a product that Ada bought and has not reviewed."""
    slug: str = shop.ask(
        _UNREVIEWED, setup="from orders.models import OrderLine\nfrom reviews.models import Review"
    )
    return slug
