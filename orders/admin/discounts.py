"""Discounts and their codes in the staff site."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from catalog.admin.base import ReadOnlyAdmin
from ecommerce.lib.field_rights import FieldRights
from ecommerce.lib.money import format_money
from orders.admin import discount_pages
from orders.admin.base import SignedAdmin
from orders.admin.discount_forms import DiscountForm
from orders.models import Discount, DiscountCode, DiscountUse
from orders.services.discounts import save_discount

_REDUCES = "kind == 'percent' || kind == 'buy_x_get_y'"


@admin.register(Discount)
class DiscountAdmin(FieldRights, SignedAdmin):
    form = DiscountForm
    field_rights: ClassVar = {"customers": "customers.view_user"}
    list_display = (
        "name", "shown_code", "kind", "worth", "used", "given_away", "active_from", "active_until",
        "is_suspended",
    )  # fmt: skip
    list_filter = ("kind", "is_suspended", "exclusive", "codes_only", "staff_only")
    search_fields = ("name", "code")
    autocomplete_fields = ("products", "categories", "stores", "customers")
    readonly_fields = ("used", "given_away")
    conditional_fields = {
        "percent": _REDUCES,
        "cap": _REDUCES,
        "amount": "kind == 'amount'",
        "buy_quantity": "kind == 'buy_x_get_y'",
        "get_quantity": "kind == 'buy_x_get_y'",
    }
    actions_detail = ["open_preview", "open_codes"]
    change_form_after_template = "orders/admin/_discount_preview_button.html"
    fieldsets = (
        (None, {"fields": ("name", "kind", "percent", "cap", "amount", ("buy_quantity", "get_quantity"))}),
        ("How shoppers get it", {"fields": ("code", "codes_only", "staff_only")}),
        ("What it is for", {"fields": ("products", "categories", "stores", "minimum_spend")}),
        ("Who may use it", {"fields": ("customers", "first_order_only")}),
        ("When", {"fields": ("active_from", "active_until")}),
        ("How often", {"fields": ("max_uses", "max_uses_per_customer", "used", "given_away")}),
        ("Together with others", {"fields": ("priority", "exclusive", "stackable")}),
        ("For staff", {"fields": ("is_suspended", "comments")}),
    )

    def save_model(self, request: HttpRequest, obj: Discount, form: Any, change: bool) -> None:
        save_discount(discount=obj, actor=request.user)

    def has_see_codes_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(discount_pages.SEE_CODES)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Discount]:
        uses = DiscountUse.objects.filter(discount=OuterRef("pk"), released_at=None).order_by()
        given = uses.values("discount").annotate(n=Sum("amount")).values("n")
        return super().get_queryset(request).annotate(given=Subquery(given))

    @display(description="Code", ordering="code")
    def shown_code(self, discount: Discount) -> str:
        return discount.code or ("Generated codes" if discount.codes_only else "Automatic")

    @display(description="Worth")
    def worth(self, discount: Discount) -> str:
        percent = f"{discount.percent.normalize():f} %"
        match discount.kind:
            case Discount.Kind.PERCENT:
                return percent
            case Discount.Kind.AMOUNT:
                return format_money(discount.amount)
            case Discount.Kind.BUY_X_GET_Y:
                what = "free" if discount.percent == 100 else f"{percent} off"
                return f"Buy {discount.buy_quantity}, get {discount.get_quantity} {what}"
        return "Free delivery"

    @display(description="Used", ordering="uses")
    def used(self, discount: Discount) -> str:
        return f"{discount.uses} of {discount.max_uses}" if discount.max_uses else str(discount.uses)

    @display(description="Given away", ordering="given", empty_value="–")
    def given_away(self, discount: Discount) -> str | None:
        given = getattr(discount, "given", None)
        return None if given is None else format_money(given)

    @action(description="Preview", url_path="to-preview", permissions=["view"])
    def open_preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:orders_discount_preview", object_id)

    @action(description="Generate codes", url_path="to-codes", permissions=["see_codes"])
    def open_codes(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:orders_discount_codes", object_id)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form; "Preview" shows what it would do and saves nothing."""
        if request.method == "POST" and "_preview" in request.POST:
            shown = discount_pages.preview_form(request, self, object_id)
            if shown is not None:
                return shown
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
            return self.admin_site.admin_view(
                lambda request, **kwargs: view(request, self, **kwargs)  # the admin goes with it
            )

        return [
            path("<int:pk>/preview/", page(discount_pages.preview), name="orders_discount_preview"),
            path("<int:pk>/codes/", page(discount_pages.codes), name="orders_discount_codes"),
            path("<int:pk>/codes.csv", page(discount_pages.download), name="orders_discount_codes_csv"),
            *super().get_urls(),
        ]


class UsedFilter(admin.SimpleListFilter):
    title = "use"
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Not used yet"), ("yes", "Used")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        wanted = {"no": 0, "yes": 1}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(uses=wanted)


@admin.register(DiscountCode)
class DiscountCodeAdmin(FieldRights, ReadOnlyAdmin):
    """Generated codes to look up; they are made from their discount's page."""

    field_rights: ClassVar = {"order_link": "orders.view_order", "use_rows": "orders.view_order"}

    list_display = ("code", "campaign", "batch", "was_used", "created_at", "created_by")
    list_select_related = ("discount", "created_by")
    list_filter = (UsedFilter, ("discount", admin.RelatedOnlyFieldListFilter), "created_at")
    search_fields = ("code_key", "batch")
    search_help_text = "Code or batch"
    fields = ("code", "discount", "batch", "was_used", "order_link", "created_at", "created_by")
    readonly_fields = ("was_used", "order_link")

    @display(description="Discount", ordering="discount__name")
    def campaign(self, row: DiscountCode) -> SafeString:
        url = reverse("admin:orders_discount_codes", args=[row.discount_id])
        link = '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>'
        return format_html(link, url, row.discount.name)

    @display(description="Used", boolean=True, ordering="uses")
    def was_used(self, row: DiscountCode) -> bool:
        return bool(row.uses)

    @display(description="Order", empty_value="–")
    def order_link(self, row: DiscountCode) -> SafeString | None:
        use = row.use_rows.filter(released_at=None).select_related("order").first()
        if use is None:
            return None
        url = reverse("admin:orders_order_change", args=[use.order_id])
        return format_html('<a href="{}">{}</a>', url, use.order.number)
