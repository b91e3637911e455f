"""Which models live in which database."""

import pytest
from django.apps import apps
from django.db import connections, router

from catalog.models import Store
from documents.models import OrderFile
from reviews.models import Review


@pytest.mark.parametrize(
    ("model", "alias"), [(Store, "default"), (OrderFile, "documents"), (Review, "documents")]
)
def test_reading_and_writing_go_to_one_place(model, alias):
    assert router.db_for_read(model) == alias
    assert router.db_for_write(model) == alias
    assert router.allow_migrate_model(alias, model)
    assert not router.allow_migrate_model({"default": "documents", "documents": "default"}[alias], model)


def test_nothing_relates_across_the_two():
    assert router.allow_relation(Store(), Store())
    assert not router.allow_relation(Store(), OrderFile())
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.related_model:
                assert router.db_for_read(model) == router.db_for_read(field.related_model), field


@pytest.mark.django_db(databases=["default", "documents"])
def test_each_database_has_its_own_tables_only():
    for alias, own, other in [("default", Store, OrderFile), ("documents", OrderFile, Store)]:
        tables = connections[alias].introspection.table_names()
        assert own._meta.db_table in tables
        assert other._meta.db_table not in tables
