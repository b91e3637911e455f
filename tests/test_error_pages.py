"""What shoppers see when something is wrong, and the page that shows every component."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from ecommerce import views
from ecommerce.lib.errors import Busy, DomainError
from ecommerce.middleware import DomainErrorMiddleware


def answer_to(error: Exception, *, method: str = "get") -> HttpResponse:
    """What the middleware makes of an error that left a view."""
    request = getattr(RequestFactory(), method)("/products/?page=2")
    request.session, request.user = {}, AnonymousUser()

    def page(request: HttpRequest) -> HttpResponse:
        # As Django does with what a view raises.
        response = middleware.process_exception(request, error)
        assert response is not None
        return response

    middleware = DomainErrorMiddleware(page)
    return middleware(request)


@pytest.mark.django_db
def test_missing_page_offers_search_and_contact(client: Client) -> None:
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    text = response.content.decode()
    assert f'action="{reverse("catalog:search")}"' in text
    assert reverse("support:contact") in text


def test_server_error_page_needs_no_database() -> None:
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    text = response.content.decode()
    assert "css/shop" in text
    assert "{%" not in text


@pytest.mark.django_db
def test_busy_page_says_what_was_kept_and_offers_to_try_again() -> None:
    response = answer_to(Busy("Other orders came first."))
    assert response.status_code == 503
    assert response["Retry-After"]
    text = response.content.decode()
    assert "Nothing was charged, and your basket is kept." in text
    assert 'href="/products/?page=2"' in text


@pytest.mark.django_db
def test_busy_page_after_a_form_leads_to_the_basket() -> None:
    text = answer_to(Busy("Other orders came first."), method="post").content.decode()
    assert "Back to the basket" in text


@pytest.mark.django_db
def test_refusal_is_told_in_its_own_words() -> None:
    response = answer_to(DomainError("Only 2 of Morning mug are left."))
    assert response.status_code == 409
    assert "Only 2 of Morning mug are left." in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", views.PAGES)
def test_every_text_page_opens(client: Client, slug: str) -> None:
    response = client.get(reverse("page", args=[slug]))
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 404)])
def test_styleguide_is_closed_in_a_real_shop(client: Client, demo: bool, status: int) -> None:
    with override_settings(DEMO_MODE=demo, DEBUG=False):
        assert client.get(reverse("styleguide")).status_code == status
