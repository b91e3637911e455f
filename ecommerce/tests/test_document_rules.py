"""The JSON schema of every document is made from its model, whatever models there are."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, models

from documents.models import OrderFile
from ecommerce.lib.document_rules import all_documents, schema_of
from ecommerce.lib.validators import ListOfTexts
from ecommerce.mongodb.base import DatabaseWrapper
from ecommerce.routers import DOCUMENT_APPS
from reviews.models import KeptReview, Review

TYPES = {
    models.CharField: "string",
    models.TextField: "string",
    models.BigIntegerField: "long",
    models.DateTimeField: "date",
    models.BooleanField: "bool",
}


@pytest.fixture(scope="module")
def mongo():
    """MongoDB's types of fields; nothing is asked of any server."""
    settings = connections["documents"].settings_dict | {"HOST": "mongodb://127.0.0.1/", "NAME": "shop"}
    return DatabaseWrapper(settings, alias="types-only")


def test_all_models_of_the_document_apps_and_no_others_have_rules():
    found = set(all_documents())
    assert {Review, OrderFile} <= found
    assert KeptReview not in found
    assert {model._meta.app_label for model in found} == DOCUMENT_APPS


@pytest.mark.parametrize("model", all_documents(), ids=lambda model: model._meta.label)
def test_every_field_has_its_type_and_what_it_may_be(model, mongo):
    schema = schema_of(model, mongo)
    assert set(schema["properties"]) == {field.column for field in model._meta.concrete_fields}
    for field in model._meta.concrete_fields:
        rule = schema["properties"][field.column]
        for kind, name in TYPES.items():
            if isinstance(field, kind):
                assert name in rule["bsonType"], field
        assert ("null" in rule["bsonType"]) == field.null, field
        if field.choices:
            assert set(field.choices and dict(field.flatchoices)) <= set(rule["enum"]), field
        elif field.max_length and not isinstance(field, models.JSONField):
            assert rule["maxLength"] == field.max_length, field
        if field.column in schema["required"]:
            assert not field.null and not field.blank and not field.has_default(), field


def test_reviews_have_the_fields_limits_and_nulls_that_were_asked_for(mongo):
    schema = schema_of(Review, mongo)
    assert {"customer_email", "product_title", "review", "rating"} <= set(schema["required"])
    rules = schema["properties"]
    assert rules["review"] == {"bsonType": ["string"], "minLength": 10, "maxLength": 500}
    assert rules["product_id"]["bsonType"] == ["long"], "its unique index sees no other numbers"
    assert rules["rating"] == {"bsonType": ["int"], "minimum": 1, "maximum": 5}
    assert rules["file_path"]["bsonType"] == rules["file_type"]["bsonType"] == ["string", "null"]
    assert rules["review_date"] == {"bsonType": ["date"]}
    assert rules["tags"] == {
        "bsonType": ["array"],
        "maxItems": 5,
        "items": {"bsonType": "string", "minLength": 1, "maxLength": 24},
    }
    new = Review()
    assert (new.file_path, new.file_type, new.tags) == (None, None, [])
    assert new.review_date is not None


def test_files_of_orders_are_invoices_unless_said_otherwise(mongo):
    rules = schema_of(OrderFile, mongo)["properties"]
    assert set(rules["file_type"]["enum"]) == set(OrderFile.FileType.values)
    new = OrderFile()
    assert new.file_type == "invoice" and new.created_at is not None


@pytest.mark.parametrize("value", ["text", [1], ["a"] * 4, ["x" * 6], [""], {"a": 1}])
def test_what_is_no_list_of_a_few_short_texts(value):
    with pytest.raises(ValidationError):
        ListOfTexts(items=3, length=5)(value)
    ListOfTexts(items=3, length=5)(["abc", "ä", "12345"])
