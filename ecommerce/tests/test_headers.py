"""What browsers are told: cookies and headers of a shop under https, on every page there is."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalog.tests.factories import ProductFactory
from customers.tests.factories import PASSWORD, AddressFactory, StaffFactory, UserFactory
from orders.tests.factories import OrderFactory, make_rates
from orders.tests.test_checkout_pages import answer_all

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

NAMES = (
    "HTTPS", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "MESSAGES_COOKIE_NAME", "VIEWED_COOKIE_NAME",
    "WROTE_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD",
    "SECURE_SSL_REDIRECT", "SITE_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS",
)  # fmt: skip
SETTINGS = f"""
import json
from ecommerce import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES}}}))
"""
HOST = "shop.example"
# Pages of the staff site and of programs have tests of their own.
ELSEWHERE = ("admin/", "api", "^api", "static/", "^health/", "^metrics")


@pytest.fixture(scope="module")
def https_values():
    """The settings as a shop at https://shop.example reads them from its environment."""
    environment = os.environ | {
        "SITE_URL": f"https://{HOST}",
        "SHOP_DEMO": "0",
        "SECRET_KEY": "for this test",
    }
    run = subprocess.run(
        [sys.executable, "-c", SETTINGS],
        env=environment,
        cwd=configured.BASE_DIR,
        capture_output=True,
        check=True,
    )
    return json.loads(run.stdout)


@pytest.fixture
def https(settings, https_values, monkeypatch):
    for name, value in https_values.items():
        setattr(settings, name, value)
    monkeypatch.setattr(
        "ecommerce.message_storage.HostCookieStorage.cookie_name", https_values["MESSAGES_COOKIE_NAME"]
    )


class Browser(Client):
    """One that is on https, and sends what a browser sends with a form."""

    def generic(self, *args, **kwargs):
        return super().generic(*args, **kwargs | {"secure": True})


def browser(user=None):
    client = Browser(enforce_csrf_checks=True, headers={"host": HOST, "referer": f"https://{HOST}/"})
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def token(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode()).group(1)


def test_every_cookie_belongs_to_this_host_alone(https):
    client, ada = browser(), UserFactory()
    page = client.get(reverse("account_login"))
    form = {"login": ada.email, "password": PASSWORD, "csrfmiddlewaretoken": token(page)}
    answer = client.post(reverse("account_login"), form)
    assert answer.status_code == 302
    assert set(client.cookies) == {"__Host-csrf", "__Host-session", "__Host-messages"}
    for cookie in client.cookies.values():
        assert (cookie["secure"], cookie["httponly"]) == (True, True), cookie.key
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", ""), cookie.key


def test_a_key_planted_before_sign_in_opens_nothing(https):
    client, ada = browser(), UserFactory()
    make_rates()
    sku = ProductFactory(stock=5).variants.get().sku
    page = client.get(reverse("account_login"))
    client.post(
        reverse("orders:cart_add"), {"variant": sku, "quantity": 1, "csrfmiddlewaretoken": token(page)}
    )
    planted = client.cookies["__Host-session"].value
    page = client.get(reverse("account_login"))
    client.post(
        reverse("account_login"),
        {"login": ada.email, "password": PASSWORD, "csrfmiddlewaretoken": token(page)},
    )
    assert client.get(reverse("customers:account")).status_code == 200
    assert client.cookies["__Host-session"].value != planted
    thief = browser()
    thief.cookies["__Host-session"] = planted
    assert thief.get(reverse("customers:account")).status_code == 302


def patterns(found, prefix=""):
    """Every address of the shop, with the names of its arguments."""
    for entry in found:
        path = prefix + str(entry.pattern)
        if path.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry


def addresses():
    """Those without arguments."""
    for path, entry in patterns(get_resolver().url_patterns):
        if "<" not in path and "(?P" not in path:
            yield "/" + re.sub(r"\^|\$|\\", "", path), entry


def problems_of(response, where):
    """What is wrong with the rules of one answer and with its markup."""
    headers, found = response.headers, []
    wanted = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    }
    for name, value in wanted.items():
        if headers.get(name) != value:
            found.append(f"{where}: {name} is {headers.get(name)}")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        found.append(f"{where}: Permissions-Policy is {headers.get('Permissions-Policy')}")
    policy = headers.get("Content-Security-Policy", "")
    if "unsafe" in policy or not policy:
        found.append(f"{where}: policy {policy}")
    for part in (
        "default-src 'self'", "script-src 'self'", "script-src-attr 'none'", "style-src 'self'",
        "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
    ):  # fmt: skip
        if part not in policy:
            found.append(f"{where}: no {part}")
    if headers.get("Content-Type", "").startswith("text/html"):
        found += [f"{where}: {problem}" for problem in inline(response.content.decode(), policy)]
    return found


def inline(markup, policy):
    """Scripts, handlers and styles in the page that the policy would have to make an exception for."""
    nonce = re.search(r"'nonce-([^']+)'", policy)
    for attributes in re.findall(r"<script\b([^>]*)>", markup):
        source = re.search(r'src="([^"]*)"', attributes)
        if source is None and not (nonce and f'nonce="{nonce.group(1)}"' in attributes):
            yield f"inline script <script{attributes}>"
        if source is not None and not source.group(1).startswith("/"):
            yield f"script of another host {source.group(1)}"
    yield from re.findall(r'<[^>]*\s(?:style|on[a-z]+)="[^>]*>', markup)
    yield from re.findall(r"<style\b[^>]*>", markup)
    yield from re.findall(r'href="javascript:[^"]*"', markup)


def test_every_page_of_the_shop_keeps_the_rules(https):
    """All addresses without arguments, with allauth's, and others that count; for visitors and customers."""
    make_rates()
    ada, product = UserFactory(), ProductFactory(stock=5)
    address, order = AddressFactory(customer=ada), OrderFactory(customer=ada)
    more = [
        reverse("catalog:product", args=[product.slug]),
        reverse("catalog:category", args=[product.category.slug]),
        reverse("customers:address_edit", args=[address.pk]),
        reverse("customers:address_delete", args=[address.pk]),
        reverse("orders:history_detail", args=[order.number]),
        reverse("orders:track", args=[order.token]),
        reverse("payments:start", args=[order.token]),
        *[reverse("page", args=[slug]) for slug in ("terms", "privacy", "cookies", "imprint", "delivery")],
        "/no-such-page/",
        "/account/password/reset/key/1-set-password/",
    ]
    plain = [path for path, _ in addresses()]
    assert len(plain) > 50 and "/account/2fa/" in plain and "/account/sessions/" in plain
    found, pages = [], 0
    for client in (browser(), browser(ada)):
        for path in plain + more:
            response = client.get(path)
            assert response.status_code < 500, path
            found += problems_of(response, f"{path} ({response.status_code})")
            pages += response.headers.get("Content-Type", "").startswith("text/html")
    assert pages > 80
    assert found == []


def test_the_staff_sites_wider_policy_stays_there(https):
    client = browser(StaffFactory())
    assert "'unsafe-eval'" in client.get(reverse("admin:index")).headers["Content-Security-Policy"]
    assert problems_of(client.get("/"), "home") == []


def test_plain_http_leads_to_https(https):
    answer = Client(headers={"host": HOST}).get("/cart/")
    assert (answer.status_code, answer.url) == (301, f"https://{HOST}/cart/")


def test_pictures_may_stand_in_emails(https):
    assert "Cross-Origin-Resource-Policy" not in browser().get("/media/none-320.webp").headers


def scripts_of(response):
    markup = response.content.decode()
    return {
        found.split("/static/")[1] for found in re.findall(r'(?:<script[^>]*src|data-htmx)="([^"]+)"', markup)
    }


def test_the_payment_pages_run_the_approved_scripts_and_no_other(client):
    doc = Path(configured.BASE_DIR, "docs", "headers.md").read_text()
    part = doc.partition("## Scripts of the payment pages")[2]
    approved = set(re.findall(r"^- `([^`]+)`", part, re.M))
    assert approved == {"js/shop.js", "js/htmx.min.js"}
    make_rates()
    ProductFactory(name="Field backpack", sku="BACKPACK", price="64.00", stock=50)
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    review = answer_all(client)
    order = OrderFactory(payment_method="demo")
    for page in (review, client.get(reverse("payments:start", args=[order.token]))):
        assert page.status_code == 200
        assert scripts_of(page) == approved
        assert list(inline(page.content.decode(), page.headers["Content-Security-Policy"])) == []
