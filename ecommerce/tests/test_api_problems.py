"""Every refusal of the API is problem+json with a code for programs and words for people."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from ecommerce.lib.errors import BadInput, Busy, NotFound


class Line(serializers.Serializer):
    sku = serializers.CharField()
    quantity = serializers.IntegerField(min_value=1)


class Basket(serializers.Serializer):
    email = serializers.EmailField()
    items = Line(many=True)


def answer(error=None, data=None):
    """What a route answers whose view raises `error`, or validates `data` as a Basket."""

    class Route(APIView):
        authentication_classes = permission_classes = ()

        def post(self, request):
            if error:
                raise error
            Basket(data=data).is_valid(raise_exception=True)

    response = Route.as_view()(APIRequestFactory().post("/", {}, format="json")).render()
    assert response["Content-Type"].startswith("application/problem+json")
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    return response, body


@pytest.mark.parametrize(
    ("error", "http_status", "code"),
    [
        (BadInput("No."), 400, "bad_input"),
        (NotFound("No."), 404, "not_found"),
        (Busy("No."), 503, "busy"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.NotAuthenticated(), 403, "not_authenticated"),
        (exceptions.MethodNotAllowed("POST"), 405, "method_not_allowed"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.Throttled(wait=7), 429, "throttled"),
    ],
)
def test_status_and_code(error, http_status, code):
    response, body = answer(error)
    assert (response.status_code, body["code"]) == (http_status, code)
    assert body["type"] and body["title"] and body["detail"]


def test_what_a_program_needs_besides():
    _, body = answer(BadInput("Only 2 left.", code="out_of_stock", field="quantity", data={"available": 2}))
    assert body["available"] == 2
    assert body["errors"] == {"quantity": ["Only 2 left."]}
    assert body["detail"] == "Only 2 left."


def test_fields_of_nested_values_have_flat_names():
    response, body = answer(data={"email": "no", "items": [{"sku": "A", "quantity": 1}, {"quantity": 0}]})
    assert response.status_code == 400
    assert set(body["errors"]) == {"email", "items.1.sku", "items.1.quantity"}
    assert all(isinstance(messages, list) for messages in body["errors"].values())


@pytest.mark.parametrize(("error", "seconds"), [(Busy("No."), "5"), (exceptions.Throttled(wait=7), "7")])
def test_when_to_come_back(error, seconds):
    response, _ = answer(error)
    assert response["Retry-After"] == seconds


def test_an_unknown_error_stays_what_it_is():
    with pytest.raises(ZeroDivisionError):
        answer(ZeroDivisionError())
