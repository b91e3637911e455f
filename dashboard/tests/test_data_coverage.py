"""No model with a person in it is forgotten: covered by an app, or left out with a reason."""

import pytest
from django.apps import apps
from django.db import models

from dashboard.services import personal_data


def names_a_person(field):
    if isinstance(field, models.EmailField):
        return True
    related = getattr(field, "related_model", None)
    is_link = isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField)
    is_person = is_link and related is not None and related._meta.label == "customers.User"
    return is_person and field.name not in personal_data.WHO_DID_IT


def with_a_person():
    for model in apps.get_models(include_auto_created=True):
        names = {field.name for field in model._meta.get_fields() if names_a_person(field)}
        if names or model._meta.label == "customers.User":
            yield model._meta.label, names


@pytest.mark.parametrize(("label", "names"), sorted(with_a_person()))
def test_each_is_covered_or_left_out_with_a_reason(label, names):
    assert label in personal_data.COVERED or personal_data.LEFT_OUT.get(label), names


def test_the_lists_name_models_that_there_are():
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert known >= personal_data.COVERED | set(personal_data.LEFT_OUT)
