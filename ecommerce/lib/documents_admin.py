"""Pages of the staff site about documents say in words that their store is down."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from ecommerce.lib.documents_store import ERRORS, is_down, tell


def _in_words(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(self, request, *args, **kwargs)
            # What a page lists may be asked for no earlier than its template does.
            if isinstance(response, TemplateResponse):
                response.render()
        except ERRORS as error:
            if not is_down(error):
                raise
            tell(error, f"the page {request.path} of the staff site")
            return self._unavailable(request)
        return response

    return guarded


class DocumentAdmin:
    """Mix into the ModelAdmin of a document, before ModelAdmin itself."""

    def _unavailable(self, request: HttpRequest) -> HttpResponseBase:
        site, options = self.admin_site, self.model._meta  # type: ignore[attr-defined]
        context = site.each_context(request) | {
            "title": options.verbose_name_plural.capitalize(),
            "opts": options,
        }
        request.current_app = site.name  # type: ignore[attr-defined]
        response = TemplateResponse(request, "admin/documents_unavailable.html", context, status=503)
        response["Retry-After"] = "5"
        return response.render()

    @_in_words
    def changelist_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().changelist_view(*args, **kwargs)  # type: ignore[misc]

    @_in_words
    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().changeform_view(*args, **kwargs)  # type: ignore[misc]

    @_in_words
    def delete_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().delete_view(*args, **kwargs)  # type: ignore[misc]

    @_in_words
    def history_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().history_view(*args, **kwargs)  # type: ignore[misc]
