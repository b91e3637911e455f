"""Every operation of the API, asked for by everybody there is: each gets in where the table says so."""

from dataclasses import replace
from typing import Any

import pytest
from django.urls import resolve

from customers.models import User
from customers.services.tokens import issue_token
from ecommerce.access.api import API
from ecommerce.access.rules import Who
from orders.models import Order
from payments.models import Payment
from tests.access.people import EVERYBODY, allowed, browser, outcome, person, writes
from tests.contract.routes import all_routes
from tests.contract.stage import Stage
from tests.contract.tries import Try, send, undone
from tests.contract.truth import operations, read_document

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
# Cancelling is the one step that an order's customer may take by themselves.
_CANCEL = {"order_status": "Cancelled"}
# A repair of the stock of a basket that only its holder knows.
_NOT_REFUSED = {"in"}


@pytest.fixture
def stage():
    return Stage()


def each(stage):
    """Each operation as (its name, its method, its path, a request that works, the customer whose it is)."""
    for path, method, operation in operations(read_document()):
        yield operation["operationId"], method.upper(), path, all_routes()[operation["operationId"]]


def request_of(name, both, stage) -> tuple[Try, User]:
    """A request that works for whoever may send it, and whose thing it is about."""
    wanted = both(stage)[0]
    if name == "orders_status_update":
        wanted = replace(wanted, path={"order_id": stage.open_order.pk}, body=_CANCEL)
    return wanted, _owner(wanted.path, stage)


def _owner(path: Any, stage) -> User:
    if "payment_id" in path:
        return Payment.objects.get(pk=path["payment_id"]).order.customer
    if "order_id" in path:
        return Order.objects.get(pk=path["order_id"]).customer
    return stage.customer


@pytest.mark.parametrize("who", [*EVERYBODY, "holder of the link"])
def test_each_operation_lets_in_whom_the_table_names(stage, who):
    link, wrong = who == "holder of the link", []
    user = None if link else person(who, customer=stage.customer)
    if user is not None and who != "customer":
        stage.tokens[who] = issue_token(user=user)
    for name, method, path, both in each(stage):
        with undone():
            wanted, owner = request_of(name, both, stage)
            rule = API[resolve(path.format(**wanted.path)).url_name][method]
            if link and not (rule.link and "order_id" in wanted.path):
                continue
            coming = owner if who == "customer" else user
            tokens = stage.tokens | ({"customer": issue_token(user=owner)} if who == "customer" else {})
            query = {part: value for part, value in wanted.query.items() if part != "token"}
            if link:
                query["token"] = Order.objects.get(pk=wanted.path["order_id"]).token
            sender = "visitor" if coming is None else who
            with writes() as written:
                response = send(method, path, replace(wanted, who=sender, query=query), tokens)
        came_to = outcome(response)
        told = f"{name} by {who}: {response.status_code} {response.content[:120]!r}"
        if came_to == "broken" or (method == "GET" and written):
            wrong.append(f"{told} {written}")
        elif rule.who is Who.HOLDER:
            continue  # below
        elif allowed(rule, coming, owns=who == "customer", link=link) is not (came_to == "in"):
            wrong.append(f"{told}, but it is for {rule}")
        elif came_to != "in" and came_to not in _said_to(rule, coming, owns=who == "customer"):
            wrong.append(f"{told}, which tells too much or too little")
    assert not wrong, "\n".join(wrong)


def _said_to(rule, user, *, owns: bool) -> set[str]:
    """What somebody is told who does not get in (docs/adr/0010)."""
    if user is None:
        return {"sign in"}
    if rule.who is Who.STAFF and (not rule.hides or owns):
        return {"forbidden"}
    if user.is_staff:
        return {"forbidden"} if rule.needs else {"unknown"}
    return {"unknown"}


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_customers_basket_opens_to_nobody_elses_token(stage, who):
    """The token of a basket that is a customer's is worth nothing, whoever sends it."""
    user = person(who, customer=stage.customer)
    tokens = stage.tokens | ({who: issue_token(user=user)} if user else {})
    theirs, sku = stage.cart_of_customer, stage.variant.sku
    before = list(theirs.lines.values_list("variant", "quantity"))
    if who == "customer":
        return
    for name, method, path, both in each(stage):
        with undone():
            wanted = both(stage)[0]
            if API[resolve(path.format(**wanted.path)).url_name][method].who is not Who.HOLDER:
                continue
            body = wanted.body
            if isinstance(body, dict) and "sid" in body:
                body = body | {"sid": theirs.token}
            there = {part: theirs.token if part == "sid" else value for part, value in wanted.path.items()}
            if "line_id" in there:
                there["line_id"] = theirs.lines.get().pk
            wanted = replace(wanted, who=who, body=body, path=there, headers={"x-cart-token": theirs.token})
            response = send(method, path, wanted, tokens)
            assert sku not in response.content.decode() or outcome(response) != "in" or user, name
            assert list(theirs.lines.values_list("variant", "quantity")) == before, name


def test_a_session_needs_the_token_of_its_pages_for_every_write(stage):
    """A browser that is signed in cannot be made to write by another site."""
    for name, method, path, both in each(stage):
        with undone():
            wanted, owner = request_of(name, both, stage)
            route = resolve(path.format(**wanted.path))
            if method == "GET" or not route.func.view_class.authentication_classes:
                continue
            response = browser(owner, enforce_csrf_checks=True).generic(
                method, path.format(**wanted.path), content_type="application/json"
            )
            signs_in_by_session = any(
                "Session" in kind.__name__ for kind in route.func.view_class.authentication_classes
            )
            assert response.status_code == (403 if signs_in_by_session else 401), name
