"""The shop as script/server starts it: real processes, hashed files, both databases."""

import re
import urllib.error
import urllib.request

import pytest

pytestmark = [pytest.mark.server]


def get(url):
    with urllib.request.urlopen(url, timeout=30) as response:
        return response, response.read()


def test_the_demo_shop_is_there(shop_server):
    response, body = get(f"{shop_server.url}/products/")
    assert response.status == 200
    assert b"<h1" in body
    assert shop_server.rows("SELECT count(*) AS n FROM catalog_product")[0]["n"] >= 60
    assert shop_server.rows("SELECT count(*) AS n FROM reviews_review", database="documents")[0]["n"] >= 400


def test_static_files_have_names_that_never_repeat_and_are_kept_by_browsers(shop_server):
    _, page = get(f"{shop_server.url}/products/")
    [stylesheet] = re.findall(rb'href="(/static/[^"]+\.css)"', page)
    assert re.search(rb"\.[0-9a-f]{12}\.css$", stylesheet)
    response, _ = get(shop_server.url + stylesheet.decode())
    assert "immutable" in response.headers["Cache-Control"]


def test_an_unknown_page_is_404_and_says_nothing_of_the_code(shop_server):
    with pytest.raises(urllib.error.HTTPError) as answer:
        get(f"{shop_server.url}/no-such-page/")
    assert answer.value.code == 404
    body = answer.value.read()
    assert b"urlpatterns" not in body and b"Traceback" not in body


def test_the_orm_can_be_asked(shop_server):
    expected = shop_server.rows("SELECT count(*) AS n FROM orders_order")[0]["n"]
    assert shop_server.ask("Order.objects.count()", setup="from orders.models import Order") == expected


def test_preparing_again_changes_nothing(shop_server):
    assert shop_server.manage("prepare") == ""


def test_a_port_that_is_in_use_is_refused_in_words(shop_server):
    with pytest.raises(RuntimeError, match=f"Port {shop_server.port} is in use"):
        shop_server.manage("serve", "--port", str(shop_server.port))


def test_a_shop_of_ones_own_starts_as_the_shared_one_and_is_alone(fresh_shop_server, shop_server):
    count = "SELECT count(*) AS n FROM catalog_product"
    assert fresh_shop_server.url != shop_server.url
    assert fresh_shop_server.rows(count) == shop_server.rows(count)
    fresh_shop_server.write("UPDATE catalog_storesettings SET name = 'Another'")
    assert shop_server.rows("SELECT name FROM catalog_storesettings") == [{"name": "Alcove"}]
