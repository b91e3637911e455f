"""Redis goes while people shop, and comes back: slower, nothing lost, no secret guessed."""

import pytest
import requests

from tests.faults.demo_shop import ADA, OWNER, PRODUCT, SKU
from tests.polling import wait_for
from tests.servers import Redis
from tests.shop_server import running_shop
from tests.shopper import Shopper

pytestmark = [pytest.mark.server]

TOLD = "The cache cannot be reached; pages are slower"


@pytest.fixture(scope="module")
def redis():
    with Redis() as server:
        yield server


@pytest.fixture(scope="module")
def shop(redis):
    with running_shop(
        "redis", REDIS_URL=redis.url(), LOG_LEVEL="WARNING", OUTAGE_RECHECK_SECONDS="1"
    ) as server:
        yield server


def sign_in_soon(shopper):
    """A look at Redis that began in the outage before may end now, and have it left alone for seconds."""
    wait_for(lambda: shopper.sign_in(*ADA).status_code == 302, what="sign-in")
    assert is_signed_in(shopper)


def is_signed_in(shopper):
    answer = shopper.session.get(shopper.url + "/account/", timeout=60, allow_redirects=False)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def works_again(shop):
    """Signing in is possible. A try that cannot be counted is refused, so asking often costs nothing."""
    return Shopper(shop.url).sign_in(*ADA).status_code == 302


@pytest.fixture(params=["stopped", "hangs"])
def outage(request, redis, shop):
    """Begin and end an outage; the shop works normally before and after."""

    class Outage:
        def begin(self):
            redis.stop() if request.param == "stopped" else redis.hang()

        def end(self):
            redis.start() if request.param == "stopped" else redis.go_on()

    wait_for(lambda: works_again(shop), what="sign-in before the outage")
    one = Outage()
    yield one
    redis.go_on()
    if not redis.is_running:
        redis.start()


def test_an_outage_slows_the_shop_and_stops_nobody_but_who_guesses(shop, outage):
    ada, guest = Shopper(shop.url), Shopper(shop.url, email="redis@example.com")
    owner = Shopper(shop.url)
    wait_for(lambda: owner.sign_in(*OWNER).status_code == 302, what="sign-in of staff")
    sign_in_soon(ada)
    assert guest.add(SKU, PRODUCT).status_code in (200, 302)

    outage.begin()
    refused = Shopper(shop.url).sign_in(*ADA)
    assert refused.status_code == 503 and "not possible right now" in refused.text
    assert refused.headers["Retry-After"]
    api = requests.post(f"{shop.url}/api/signin", json={"email": ADA[0], "password": "guess"}, timeout=60)
    assert api.status_code == 503 and api.json()["code"] == "busy"
    for path in ("/", "/products/", f"/product/{PRODUCT}/", "/api/categories"):
        assert guest.get(path).status_code == 200, path
    assert is_signed_in(ada)
    # The basket from before is there, more goes into it, and it is bought.
    assert guest.add(SKU, PRODUCT).status_code in (200, 302)
    assert "€128.00" in guest.get("/cart/").text
    paid = guest.pay(guest.answer_checkout())
    assert paid.status_code == 302
    assert shop.rows("SELECT number FROM orders_order WHERE email = ?", guest.email)

    # Staff have gone on working, and are told.
    wait_for(lambda: TOLD in owner.get("/admin/").text, what="line on staff pages")

    outage.end()
    wait_for(lambda: works_again(shop), what="sign-in after the outage")
    assert is_signed_in(ada)
    wait_for(lambda: TOLD not in owner.get("/admin/").text, what="end of the line on staff pages")
    assert "the cache cannot be reached" in shop.log.read_text()
    # By the process that met it, which need not be the one that was asked just now.
    wait_for(
        lambda: works_again(shop) and "the cache answers again" in shop.log.read_text(),
        what="line in the log",
    )
    assert "Traceback" not in shop.log.read_text()


def test_who_was_signed_out_meanwhile_stays_out(shop, outage):
    """Redis only loses its network when it hangs, so all it knew is still there afterwards."""
    here, gone, lost = (Shopper(shop.url) for _ in range(3))
    for one in (here, gone, lost):
        sign_in_soon(one)
    copied = [dict(one.session.cookies) for one in (gone, lost)]

    outage.begin()
    assert gone.post("/account/logout/", seen=gone.get("/account/logout/")).status_code == 302
    # The lost phone is signed out from elsewhere.
    assert here.post("/account/sessions/end/", seen=here.get("/account/sessions/")).status_code == 302
    outage.end()
    wait_for(lambda: works_again(shop), what="sign-in after the outage")
    for cookies in copied:
        thief = Shopper(shop.url)
        thief.session.cookies.update(cookies)
        assert not is_signed_in(thief)
    assert is_signed_in(here)


def test_a_basket_begun_meanwhile_is_there_afterwards(shop, outage):
    guest = Shopper(shop.url)
    guest.get("/")
    outage.begin()
    assert guest.add(SKU, PRODUCT).status_code in (200, 302)
    outage.end()
    wait_for(lambda: works_again(shop), what="sign-in after the outage")
    assert "Field backpack" in guest.get("/cart/").text
