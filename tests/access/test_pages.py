"""Every page of the shop, asked for by everybody there is: each gets in where the table says so."""

from uuid import uuid4

import pytest
from django.urls import reverse

from ecommerce.access.pages import PAGES
from ecommerce.access.rules import Who
from tests.access.people import EVERYBODY, allowed, browser, outcome, person, writes
from tests.access.places import Places
from tests.contract.tries import undone

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
NAMED = {name: methods for name, methods in PAGES.items() if not name.startswith("account/")}
_REFUSED = {"sign in", "forbidden", "unknown"}


@pytest.fixture
def places(settings):
    app = {"client_id": "shop", "secret": "not-asked-for-here"}
    known = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = {name: known[name] | {"APP": app} for name in known}
    return Places()


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_page_lets_in_whom_the_table_names(places, who):
    places.comes = user = person(who, customer=places.customer)
    wrong = []
    for name, methods in NAMED.items():
        for method in ("GET", "POST"):
            with undone():
                url, visitor = places.url(name), browser(user)
                with writes() as written:
                    response = visitor.get(url) if method == "GET" else visitor.post(url, places.form(name))
                came_to, rule = outcome(response), methods.get(method)
            told = f"{name} {method} by {who}: {came_to} ({response.status_code})"
            if rule is None:
                if came_to not in {"no such method", "sign in"}:
                    wrong.append(f"{told}, though nothing answers {method}")
                continue
            if came_to not in _REFUSED | {"in"}:
                wrong.append(told)
            elif rule.who is Who.UNDERWAY:
                if user is None and came_to != "sign in":
                    wrong.append(told)
            elif allowed(rule, user, owns=who == "customer") is not (came_to == "in"):
                wrong.append(told)
            if method == "GET" and written and not rule.writes:
                wrong.append(f"{told} and wrote {written}")
    assert not wrong, "\n".join(wrong)


def test_a_link_that_is_nobodys_is_unknown(places):
    for name, methods in NAMED.items():
        for method, rule in methods.items():
            if rule.who is not Who.LINK or name.startswith("account_"):
                continue
            with undone():
                arguments = places.arguments(name)
                nobodys = {"token": "x" * 43, "reference": "x" * 43, "key": "x", "public_id": uuid4()}
                wrong = reverse(name, kwargs={part: nobodys.get(part, arguments[part]) for part in arguments})
                response = browser(None).generic(method, wrong)
            assert outcome(response) == "unknown", f"{name} {method}: {response.status_code}"


def test_every_post_needs_the_token_of_its_form(places):
    for name, methods in NAMED.items():
        # The signed link is the proof: mail programs press this one for their reader (RFC 8058).
        if "POST" not in methods or name == "customers:unsubscribe":
            continue
        with undone():
            response = browser(places.customer, enforce_csrf_checks=True).post(places.url(name))
        assert response.status_code == 403, f"{name}: {response.status_code}"
