"""Parts of pages, without the pages; and a document store that is away, whichever it is."""

from contextlib import contextmanager
from unittest.mock import patch

from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.template import Context, Template
from django.test import RequestFactory


def questions_of(product, query="", user=None):
    """What the product's page shows of its questions, to `user` or to a visitor."""
    request = RequestFactory().get(f"/product/x/{query}")
    request.user = user or AnonymousUser()
    template = Template("{% load questions %}{% product_questions product %}")
    return template.render(Context({"request": request, "product": product}))


@contextmanager
def no_answer_for(model):
    """Every query for rows of `model` fails, as on a server that is down."""
    with patch.object(type(model.objects.all()), "_fetch_all", side_effect=OperationalError("no server")):
        yield
