"""Every operation of the OpenAPI document, asked over HTTP: what it answers is what is written.

A new route fails here until `tests/contract/routes/` has one request that works and one that is
refused; everything else that all routes have in common is derived from the document.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.routes import all_routes
from tests.contract.stage import Stage
from tests.contract.tries import Try, send, undone
from tests.contract.truth import Document, operations, read_document, true_to

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

# What every route answers alike -> how it is provoked.
_COMMON: dict[str, tuple[str, dict[str, Any]]] = {
    "401": ("invalid_token", {"headers": {"authorization": "Bearer lkajfdslj3os"}}),
    "406": ("not_acceptable", {"headers": {"accept": "application/xml"}}),
    "413": ("too_large", {"body": '{"reason": "%s"}' % ("x" * 3000)}),
    "415": ("unsupported_media_type", {"body": "reason=x", "kind": "text/plain"}),
}
# Routes that read what came before they ask who sent it, or whose body is nobody's business.
_READS_NO_BODY = {"payments_webhook"}


@pytest.fixture
def document() -> Document:
    return read_document()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_every_operation_is_listed_here(document):
    listed, there = set(all_routes()), {operation["operationId"] for _, _, operation in operations(document)}
    assert not there - listed, f"add these to a table in tests/contract/routes/: {sorted(there - listed)}"
    assert not listed - there, f"gone from the API, take them out of the tables: {sorted(listed - there)}"


def test_each_works_in_both_spellings_and_refuses_with_a_problem(document, stage):
    wrong = []
    for path, method, name, both in _all(document):
        for slash, which in (("", 0), ("/", 0), ("", 1)):
            with undone():
                wanted = both(stage)[which]
                response = send(method, path + slash, wanted, stage.tokens)
                wrong += _differs(document, path, method, wanted, response, f"{name} {slash}")
    assert not wrong, "\n".join(wrong)


def test_each_answers_alike_to_what_is_wrong_with_any_request(document, stage, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    wrong = []
    for path, method, name, both in _all(document):
        said = document["paths"][path][method]["responses"]
        for status, (code, more) in _COMMON.items():
            if status not in said or name in _READS_NO_BODY:
                continue
            with undone():
                signs_in = {"token": []} in document["paths"][path][method].get("security", [])
                if status == "401" and not signs_in:
                    continue  # what is wrong there is in the body, and tried above
                wanted = replace(both(stage)[0], status=int(status), headers={}, code=code)
                response = send(method, path, wanted, stage.tokens, **more)
                wrong += _differs(document, path, method, wanted, response, name)
                if status == "415":
                    wanted = replace(wanted, status=400, code="parse_error")
                    broken = send(method, path, wanted, stage.tokens, body='{"a": ')
                    wrong += _differs(document, path, method, wanted, broken, name)
    assert not wrong, "\n".join(wrong)


def test_each_is_counted_where_the_document_says_so(document, stage, settings):
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "0/min")
    for path, method, name, both in _all(document):
        with undone():
            response = send(method, path, both(stage)[0], stage.tokens)
        counted = "429" in document["paths"][path][method]["responses"]
        assert (response.status_code == 429) is counted, name
        if counted:
            true_to(document, path, method, response)


def test_a_method_that_is_not_there_is_a_problem_that_names_the_others(document, stage):
    for path, methods in document["paths"].items():
        for method in {"get", "put", "patch", "post", "delete"} - methods.keys():
            operation = next(iter(methods.values()))
            with undone():
                there = all_routes()[operation["operationId"]](stage)[0].path
                response = send(method, path, Try(status=405, who="staff", path=there), stage.tokens)
            assert response.status_code == 405, f"{method} {path}"
            assert response.json()["code"] == "method_not_allowed"
            assert response["Content-Type"].startswith("application/problem+json")
            assert {one.upper() for one in methods} <= set(response["Allow"].split(", ")), path


@pytest.mark.parametrize("path", ["/api/nothing", "/api/nothing/", "/api/orders/x/y/z", "/api", "/api/a%0Ab"])
def test_an_unknown_route_is_a_problem(client, path):
    for method in ("get", "post"):
        response = getattr(client, method)(path)
        assert (response.status_code, response.json()["code"]) == (404, "unknown_route")
        assert response["Content-Type"].startswith("application/problem+json")


def test_a_message_of_a_gateway_has_a_limit_of_its_own(client, document):
    path = "/api/payments/webhooks/{gateway}"
    long = client.post(path.format(gateway="demo"), "x" * (512 * 1024 + 1), content_type="application/json")
    assert (long.status_code, long.json()["code"]) == (413, "too_large")
    true_to(document, path, "post", long)


def test_a_variant_without_a_sku_is_refused(document, stage):
    path, named = "/api/products/{product_id}", {"product_id": stage.product.pk}
    body = {"variants": [{"price": 5}]}
    wanted = Try(status=400, who="staff", path=named, body=body, code="bad_input")
    response = send("patch", path, wanted, stage.tokens)
    assert not _differs(document, path, "patch", wanted, response, "products_partial_update")


def test_an_owner_of_nothing_is_told_the_method_is_not_there(stage):
    wanted = Try(status=403, who="customer", body={"name": "x"})
    assert send("patch", "/api/stores", wanted, stage.tokens).status_code in (403, 405)


def _all(document: Document) -> Iterator[tuple[str, str, str, Any]]:
    """Each operation that is listed, as (path, method, operationId, its two tries)."""
    routes = all_routes()
    for path, method, operation in operations(document):
        if operation["operationId"] in routes:
            yield path, method, operation["operationId"], routes[operation["operationId"]]


def _differs(document: Document, path: str, method: str, wanted: Try, response: Any, name: str) -> list[str]:
    """What is wrong with an answer, in words; nothing when it is as wanted and as documented."""
    if response.status_code != wanted.status:
        return [f"{name}: {response.status_code}, not {wanted.status}: {response.content[:300]!r}"]
    try:
        true_to(document, path, method, response)
    except AssertionError as error:
        return [f"{name}: {error}"]
    if wanted.code and response.json()["code"] != wanted.code:
        return [f"{name}: code {response.json()['code']}, not {wanted.code}"]
    return []
