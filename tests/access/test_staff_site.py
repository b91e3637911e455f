"""Every page of the staff site, asked for by those who have no business there.

What each role may do is in dashboard/tests/test_role_pages.py, which reads the same table.
"""

import re

import pytest
from django.urls import get_resolver, reverse

from customers.tests.factories import StaffFactory
from ecommerce.access import addresses
from ecommerce.access.rules import Who
from ecommerce.access.staff import STAFF
from tests.access.people import browser, outcome, person
from tests.access.places import Places
from tests.contract.tries import undone

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
_REGEX = {"admin:app_list": "admin/orders/", "admin/(?P<url>.*)$": "admin/no/such/page"}


def urls():
    """Each address of the staff site as (name, url); "1" stands for every row and step."""
    found = {}
    for name, pattern in addresses(get_resolver().url_patterns):
        if name in STAFF and name != "admin:login":
            found[name] = "/" + _REGEX.get(name, re.sub(r"<[^>]+>", "1", _path_of(name, pattern)))
    return found


def _path_of(name, pattern):
    if not name.startswith("admin:"):
        return name
    own = str(pattern.pattern)
    match = re.fullmatch(r"admin:([a-z]+)_([a-z]+)_[a-z_]+", name)
    models = {label for label in STAFF if label.endswith("_changelist")}
    if match and f"admin:{match[1]}_{match[2]}_changelist" in models:
        return f"admin/{match[1]}/{match[2]}/{own}"
    return f"admin/{own}"


def test_the_urls_here_are_those_of_the_site():
    for name, url in urls().items():
        match = get_resolver().resolve(url)
        assert match.view_name == name or not match.url_name, (name, url)


@pytest.mark.parametrize(
    ("who", "wanted"), [("visitor", "sign in"), ("customer", "sign in"), ("clerk", "forbidden")]
)
def test_nobody_gets_in_without_a_role(who, wanted):
    user, wrong = person(who, customer=Places().customer), []
    for name, url in urls().items():
        for method, rule in STAFF[name].items():
            with undone():
                response = browser(user).generic(method, url)
            # Row 1 may not be there, and a page may know no such method: nothing is told either way.
            nothing = {wanted, "unknown", "no such method"} if who == "clerk" else {wanted}
            came_to = "unknown" if _leads_home(response) else outcome(response)
            if came_to not in nothing and rule.who is Who.STAFF and (who != "clerk" or rule.needs):
                wrong.append(f"{name} {method} by {who}: {came_to}")
    assert not wrong, "\n".join(wrong)


def _leads_home(response):
    return response.status_code == 302 and response["Location"] == reverse("admin:index")


def test_every_post_needs_the_token_of_its_form():
    staff = StaffFactory()
    for name, url in urls().items():
        if "POST" in STAFF[name]:
            with undone():
                response = browser(staff, enforce_csrf_checks=True).post(url)
            assert response.status_code == 403, f"{name}: {response.status_code}"
