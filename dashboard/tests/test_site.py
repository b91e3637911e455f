"""Who gets in, what the sidebar offers, and which pages get the wider policy."""

import pytest
from django.contrib import admin
from django.urls import reverse

from customers.tests.factories import UserFactory
from dashboard.tests.conftest import sign_in, staff_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def policy(response):
    return {
        part.split()[0]: set(part.split()[1:])
        for part in response.headers["Content-Security-Policy"].split("; ")
    }


def test_staff_pages_get_eval_and_inline_styles(staff):
    found = policy(staff.get(reverse("admin:index")))
    assert "'unsafe-eval'" in found["script-src"]
    assert "'unsafe-inline'" not in found["script-src"]
    assert "'unsafe-inline'" in found["style-src"]


@pytest.mark.parametrize("name", ["orders_order_changelist", "orders_order_papers", "orders_discount_add"])
def test_every_kind_of_staff_page_gets_the_wider_policy(staff, name):
    assert "'unsafe-eval'" in policy(staff.get(reverse(f"admin:{name}")))["script-src"]


def test_shop_pages_keep_the_strict_policy(staff):
    """Also for a person who has just been on the staff site."""
    staff.get(reverse("admin:index"))
    for path in (reverse("page", args=["imprint"]), "/admin/login/"):
        found = policy(staff.get(path))
        assert "'unsafe-eval'" not in found["script-src"]
        assert "'unsafe-inline'" not in found["style-src"] | found["script-src"]


def test_a_visitor_is_sent_to_the_shops_sign_in(client):
    response = client.get(reverse("admin:index"), follow=True)
    addresses = [address for address, _ in response.redirect_chain]
    assert addresses[-1] == reverse("account_login", query={"next": "/admin/"})


def test_a_customer_does_not_get_in():
    client = sign_in(UserFactory())
    first = client.get(reverse("admin:orders_order_changelist"))
    assert first.status_code == 302
    assert client.get(first.url).status_code == 403


def test_the_sidebar_reaches_every_registered_model(staff):
    page = staff.get(reverse("admin:index")).content.decode()
    for model in admin.site._registry:
        link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert f'href="{link}"' in page, model


def test_the_sidebar_offers_only_what_a_person_may_see():
    page = sign_in(staff_with("orders.view_order")).get(reverse("admin:index")).content.decode()
    assert reverse("admin:orders_order_changelist") in page
    assert reverse("admin:orders_discount_changelist") not in page
    assert reverse("admin:payments_payment_changelist") not in page


def test_sign_in_secrets_are_not_registered():
    apps = {model._meta.app_label for model in admin.site._registry}
    assert not apps & {"account", "mfa", "knox", "socialaccount"}


@pytest.mark.parametrize(
    "name", ["payments_payment", "payments_refund", "payments_gatewayevent", "orders_invoice", "orders_order"]
)
def test_money_and_orders_cannot_be_added_by_hand(staff, name):
    """Not even by the owner: these rows come from services only."""
    assert staff.get(f"/admin/{name.replace('_', '/')}/add/").status_code == 403


@pytest.mark.parametrize(
    "name",
    [
        "orders_discount",
        "orders_shippingmethod",
        "orders_taxregion",
        "orders_taxrate",
        "orders_invoice",
        "payments_payment",
        "payments_refund",
        "payments_gatewayevent",
    ],
)
def test_plain_lists_open(staff, name):
    assert staff.get(reverse(f"admin:{name}_changelist")).status_code == 200


def test_every_staff_page_has_one_main_landmark_and_a_way_to_it(staff):
    for name in ("index", "orders_order_changelist", "orders_discount_add"):
        page = staff.get(reverse(f"admin:{name}")).content.decode()
        assert page.count("<main ") == 1
        assert 'href="#content"' in page
