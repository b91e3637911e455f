"""Parts of pages, without the pages."""

from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory


def questions_of(product, query="", user=None):
    """What the product's page shows of its questions, to `user` or to a visitor."""
    request = RequestFactory().get(f"/product/x/{query}")
    request.user = user or AnonymousUser()
    template = Template("{% load questions %}{% product_questions product %}")
    return template.render(Context({"request": request, "product": product}))
