"""The pages on which staff import products: the upload, the plan with its mistakes, and the steps."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from catalog.models import ProductImport, ProductImportPicture, ProductImportRow
from catalog.services.importing import columns, pictures, progress
from ecommerce.lib.errors import DomainError

if TYPE_CHECKING:
    from catalog.admin.imports import ProductImportAdmin

PAGE = "admin:catalog_productimport_change"
_PAGE_SIZE = 50
_FAILED_SHOWN = 50
VIEWS = {"": "Everything", "new": "New", "changed": "Changed", "kept": "Not undone"}


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another one."},
        help_text="CSV, separated by commas, semicolons or tabs. You see what it changes before it does.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )


def new(request: HttpRequest, model_admin: "ProductImportAdmin") -> HttpResponse:
    """Take a file, and go on to the page on which it is checked."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    status = 400
    if form.is_valid():
        try:
            row = progress.begin(upload=form.cleaned_data["file"], actor=request.user)
            return redirect(PAGE, row.pk)
        except DomainError as error:
            form.add_error("file", error.message)
            status = error.http_status if error.http_status == 503 else 400
    known = [*columns.KNOWN, "attr_…"]
    response = _render(request, model_admin, "new", title="Import products", form=form, known=known)
    if form.errors:
        response.status_code = status
    return response


def detail(request: HttpRequest, model_admin: "ProductImportAdmin", object_id: str) -> HttpResponse:
    """An import with what it changes, a page of it at a time, in a fixed number of queries."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    row = _find(object_id)
    view = request.GET.get("show", "")
    view = view if view in VIEWS else ""
    rows = Paginator(_rows(row, view), _PAGE_SIZE)
    failed = row.pictures.filter(state=ProductImportPicture.State.FAILED).select_related("product")
    owed = row.pictures.filter(state=ProductImportPicture.State.OWED).count()
    may_change = model_admin.has_change_permission(request)
    response = _render(
        request, model_admin, "detail", title=str(row), row=row, page=rows.get_page(request.GET.get("page")),
        view=view, views=_views(row), failed=failed[:_FAILED_SHOWN], failed_count=failed.count(), owed=owed,
        may_change=may_change,
        may_apply=may_change and row.state == "ready" and bool(row.new_count or row.changed_count),
        kept_count=row.rows.filter(undo=ProductImportRow.Undo.KEPT).count(),
    )  # fmt: skip
    if row.is_busy:
        response["Refresh"] = "2"
    return response


def step(request: HttpRequest, model_admin: "ProductImportAdmin", pk: int, step: str) -> HttpResponse:
    """Apply an import, undo it, look at its file again, or fetch its pictures again."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if step not in _STEPS:
        raise Http404
    row = _find(str(pk))
    try:
        messages.success(request, _STEPS[step](row, request.user))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(PAGE, row.pk)


def _apply(row: ProductImport, actor: Any) -> str:
    progress.apply(product_import=row, actor=actor)
    return "The import is being applied."


def _undo(row: ProductImport, actor: Any) -> str:
    progress.undo(product_import=row, actor=actor)
    return "The import is being undone."


def _again(row: ProductImport, actor: Any) -> str:
    progress.check_again(product_import=row)
    return "The file is being checked again."


def _pictures(row: ProductImport, actor: Any) -> str:
    count = pictures.retry(product_import=row)
    return f"{count} {'picture is' if count == 1 else 'pictures are'} being fetched again."


_STEPS: dict[str, Callable[[ProductImport, Any], str]] = {
    "apply": _apply,
    "undo": _undo,
    "check": _again,
    "pictures": _pictures,
}


def _rows(row: ProductImport, view: str) -> QuerySet[ProductImportRow]:
    rows = row.rows.filter(run=row.run).select_related("product").order_by("line")
    if view == "kept":
        return rows.filter(undo=ProductImportRow.Undo.KEPT)
    return rows.filter(kind=view) if view else rows


def _views(row: ProductImport) -> dict[str, str]:
    return {key: words for key, words in VIEWS.items() if key != "kept" or row.state == "undone"}


def _find(pk: str) -> ProductImport:
    rows = ProductImport.objects.select_related("created_by", "applied_by", "undone_by")
    row: ProductImport | None = rows.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    if row is None:
        raise Http404
    return row


def _render(
    request: HttpRequest, model_admin: "ProductImportAdmin", template: str, **context: Any
) -> HttpResponse:
    shown = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    status = 400 if getattr(shown.get("form"), "errors", None) else 200
    return TemplateResponse(request, f"catalog/admin/import_{template}.html", shown, status=status)
