"""What a DomainError carries."""

import pytest

from ecommerce.lib.errors import BadInput, Busy, DomainError, NotFound


@pytest.mark.parametrize(
    ("kind", "code", "http_status"),
    [
        (DomainError, "refused", 409),
        (BadInput, "bad_input", 400),
        (NotFound, "not_found", 404),
        (Busy, "busy", 503),
    ],
)
def test_every_kind_has_its_code_and_status(kind, code, http_status):
    error = kind("In the shopper's words.")
    assert (error.code, error.http_status, error.message) == (code, http_status, "In the shopper's words.")
    assert str(error) == error.message
    assert (error.field, error.data) == ("", {})


def test_one_error_may_be_more_precise_than_its_kind():
    error = BadInput("Only 2 left.", code="out_of_stock", field="quantity", data={"available": 2})
    assert (error.code, error.field, error.data) == ("out_of_stock", "quantity", {"available": 2})
    assert BadInput.code == "bad_input"
