"""The access table is whole: every address and every operation of the API is in it, and nothing else."""

import pytest
from django.core.management import call_command
from django.urls import get_resolver, resolve

from ecommerce.access import TABLE, addresses
from ecommerce.access.api import API
from ecommerce.access.rules import Who
from tests.contract.routes import all_routes
from tests.contract.stage import Stage
from tests.contract.tries import undone
from tests.contract.truth import operations, read_document


def test_every_address_is_in_the_table():
    there = {name for name, _ in addresses(get_resolver().url_patterns)}
    assert not there - TABLE.keys(), "say in ecommerce/access/ who may use them"
    assert not TABLE.keys() - there, "gone: take them out of ecommerce/access/"


@pytest.mark.django_db(databases=["default", "documents"])
def test_every_operation_of_the_api_is_in_the_table():
    stage, there = Stage(), set()
    for path, method, operation in operations(read_document()):
        with undone():
            address = path.format(**all_routes()[operation["operationId"]](stage)[0].path)
        there.add((resolve(address).url_name, method.upper()))
    listed = {
        (name, method) for name, methods in API.items() for method in methods if name.startswith("api_")
    }
    assert listed - there == {("api_schema", "GET"), ("api_docs", "GET")}
    assert not there - listed


def test_a_get_that_changes_something_has_its_reason():
    reasons = {name for name, methods in TABLE.items() for rule in methods.values() if rule.writes}
    assert reasons == {
        "payments:return",
        "admin:customers_consent_news",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
    assert all(
        rule.needs or rule.who is not Who.STAFF or "admin" in name
        for name, methods in TABLE.items()
        for rule in methods.values()
    )


def test_the_table_is_printed_for_people(capsys):
    call_command("who_may")
    printed = capsys.readouterr().out
    assert "api_refunds" in printed and "payments.add_refund" in printed
    assert len(printed.splitlines()) >= len(TABLE)
