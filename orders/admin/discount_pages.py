"""The pages behind a discount: its preview, and its generated codes."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from ecommerce.lib.errors import DomainError
from ecommerce.lib.spreadsheets import stream_csv
from orders.admin.discount_forms import GenerateForm
from orders.models import Discount, DiscountCode
from orders.services import discount_preview
from orders.services.discount_codes import generate_codes

if TYPE_CHECKING:
    from orders.admin.discounts import DiscountAdmin

SEE_CODES, MAKE_CODES = "orders.view_discountcode", "orders.add_discountcode"


def preview_form(request: HttpRequest, model_admin: "DiscountAdmin", pk: str | None) -> HttpResponse | None:
    """What the discount in the posted form would have done; None when the form has errors."""
    discount = model_admin.get_object(request, pk) if pk else None
    allowed = (
        model_admin.has_change_permission(request, discount)
        if pk
        else model_admin.has_add_permission(request)
    )
    if not allowed:
        raise PermissionDenied
    if pk and discount is None:
        raise Http404
    form_class = model_admin.get_form(request, discount, change=bool(pk))
    form = form_class(request.POST, instance=discount)
    if not form.is_valid():
        return None
    return _show(request, model_admin, form.wanted(), is_saved=False)


@require_safe
def preview(request: HttpRequest, model_admin: "DiscountAdmin", pk: int) -> HttpResponse:
    """What a saved discount would have done."""
    discount = _find(request, model_admin, pk)
    return _show(request, model_admin, discount_preview.saved(discount), is_saved=True)


def _show(
    request: HttpRequest,
    model_admin: "DiscountAdmin",
    wanted: discount_preview.Wanted,
    *,
    is_saved: bool,
) -> HttpResponse:
    found = discount_preview.preview_discount(wanted=wanted)
    return _render(
        request,
        model_admin,
        "discount_preview",
        title=f"Preview of “{wanted.discount.name}”",
        discount=wanted.discount,
        preview=found,
        is_saved=is_saved,
        sees_amounts=request.user.has_perm("orders.see_order_amounts"),
        all_products=not (wanted.product_ids or wanted.category_ids or wanted.store_ids),
    )


def codes(request: HttpRequest, model_admin: "DiscountAdmin", pk: int) -> HttpResponse:
    """The batches of a discount's generated codes, and the form that makes more."""
    discount = _find(request, model_admin, pk)
    if not request.user.has_perm(SEE_CODES):
        raise PermissionDenied
    may_make = model_admin.has_change_permission(request, discount) and request.user.has_perm(MAKE_CODES)
    if request.method == "POST" and not may_make:
        raise PermissionDenied
    form = GenerateForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _generate(request, discount, form):
        return redirect("admin:orders_discount_codes", discount.pk)
    batches = (
        DiscountCode.objects.filter(discount=discount)
        .values("batch")
        .annotate(made=Count("pk"), used=Count("pk", filter=Q(uses=1)), newest=Max("created_at"))
        .order_by("-newest", "batch")
    )
    return _render(
        request,
        model_admin,
        "discount_codes",
        title=f"Codes of “{discount.name}”",
        discount=discount,
        form=form if may_make else None,
        batches=batches,
    )


def _generate(request: HttpRequest, discount: Discount, form: GenerateForm) -> bool:
    data = form.cleaned_data
    try:
        made = generate_codes(
            discount=discount,
            count=data["count"],
            prefix=data["beginning"],
            batch=data["batch"],
            actor=request.user,
        )
    except DomainError as error:
        form.add_error({"prefix": "beginning"}.get(error.field), error.message)
        return False
    messages.success(request, f"{len(made)} codes are ready.")
    return True


@require_safe
def download(request: HttpRequest, model_admin: "DiscountAdmin", pk: int) -> StreamingHttpResponse:
    """The codes of `?batch=` (without it, all) as a CSV file."""
    discount = _find(request, model_admin, pk)
    if not request.user.has_perm(SEE_CODES):
        raise PermissionDenied
    rows = DiscountCode.objects.filter(discount=discount).order_by("pk")
    batch = request.GET.get("batch")
    if batch is not None:
        rows = rows.filter(batch=batch)
    name = slugify(f"codes {discount.name} {batch or ''}") + ".csv"
    return stream_csv(
        name,
        ["Code", "Used", "Batch", "Made"],
        (
            (
                row.code,
                "yes" if row.uses else "no",
                row.batch,
                f"{timezone.localtime(row.created_at):%Y-%m-%d}",
            )
            for row in rows.iterator(chunk_size=1000)
        ),
    )


def _find(request: HttpRequest, model_admin: "DiscountAdmin", pk: int) -> Discount:
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    discount = model_admin.get_object(request, str(pk))
    if discount is None:
        raise Http404
    return discount


def _render(
    request: HttpRequest, model_admin: "DiscountAdmin", template: str, **context: Any
) -> HttpResponse:
    shown = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    return TemplateResponse(request, f"orders/admin/{template}.html", shown)
