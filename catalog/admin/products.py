"""Products for staff: one form with variants and pictures, and a page for their stock."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.forms import BaseInlineFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import action, display

from catalog.admin.base import PRIVATE_FIELDS, CatalogAdmin
from catalog.admin.moving import CHANGE_STOCK
from catalog.admin.product_forms import ImageForm, ProductForm, VariantForm, VariantFormSet
from catalog.admin.stock import StockForm
from catalog.models import Product, ProductImage, StockMovement, Variant
from catalog.services import images
from catalog.services.editing import settle_products
from catalog.services.importing import exporting
from catalog.services.products import delete_product, stamp_author
from catalog.services.slugs import unique_slug
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.spreadsheets import stream_csv

_HISTORY = 30


class VariantInline(TabularInline):
    model = Variant
    form = VariantForm
    formset = VariantFormSet
    fields = [
        "sku", "name", "price", "compare_at", "weight_grams", "values", "image",
        "backorder_limit", "backorder_days", "position", "stock",
    ]  # fmt: skip
    readonly_fields = ["stock"]
    autocomplete_fields = ["values"]
    extra = 0
    min_num = 1
    ordering_field = "position"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        items = F("stock_items__on_hand"), F("stock_items__held")
        return (
            super()
            .get_queryset(request)
            .annotate(counted=Coalesce(Sum(items[0]), 0), promised=Coalesce(Sum(items[1]), 0))
        )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[BaseInlineFormSet]:
        formset = super().get_formset(request, obj, **kwargs)
        # Deletion is soft, so orders that name the variant are no reason against it.
        formset.form.hand_clean_DELETE = lambda form: None  # type: ignore[attr-defined]
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "image":
            match = request.resolver_match
            product_id = match.kwargs.get("object_id") if match else None
            kwargs["queryset"] = ProductImage.objects.filter(product=product_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description="Stock")
    def stock(self, variant: Any) -> str:
        if variant.pk is None:
            return "0"
        return f"{variant.counted}, {variant.promised} held" if variant.promised else str(variant.counted)


class ImageInline(TabularInline):
    model = ProductImage
    form = ImageForm
    fields = ["preview", "original", "alt", "position"]
    readonly_fields = ["preview"]
    extra = 0
    ordering_field = "position"

    @display(description="Preview")
    def preview(self, image: ProductImage) -> SafeString | str:
        if not image.stem:
            return "Being made" if image.original else ""
        return format_html('<img src="{}" alt="" width="72" height="72" loading="lazy">', _small(image.stem))


@admin.register(Product)
class ProductAdmin(CatalogAdmin):
    form = ProductForm
    list_display = ["thumbnail", "name", "category", "store", "price", "stock_words", "state", "rank"]
    list_display_links = ["name"]
    list_select_related = ["category", "store"]
    list_filter = ["status", "stock_state", "is_suspended", "category", "store", "tax_class"]
    search_fields = ["name", "slug", "variants__sku"]
    readonly_fields = ["slug"]
    inlines = [VariantInline, ImageInline]
    actions = ["publish", "hide", "export_chosen"]
    actions_list = ["import_products", "export_all"]
    actions_detail = ["open_stock"]
    ordering = ["rank", "pk"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "status", "category", "store", "summary", "description"]}),
        ("Details", {"fields": ["details", "tax_class", "rank"]}),
        ("For staff", {"fields": PRIVATE_FIELDS, "classes": ["collapse"]}),
    ]

    @display(description="Picture")
    def thumbnail(self, product: Product) -> SafeString | str:
        if not product.image:
            return "–"
        return format_html(
            '<img src="{}" alt="" width="40" height="40" loading="lazy">',
            _small(product.image),
        )

    @display(description="Price from", ordering="price_min")
    def price(self, product: Product) -> str:
        return format_money(product.price_min)

    @display(
        description="Stock",
        ordering="available",
        label={"in_stock": "success", "low": "warning", "backorder": "info", "sold_out": "danger"},
    )
    def stock_words(self, product: Product) -> tuple[str, str]:
        return product.stock_state, f"{product.available}"

    @display(description="Status", ordering="status", label={"published": "success", "draft": "info"})
    def state(self, product: Product) -> tuple[str, str]:
        return product.status, product.get_status_display()

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if not obj.slug:
            obj.slug = unique_slug(Product, obj.name)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: Any, change: bool) -> None:
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            row.delete()
        for row in rows:
            stamp_author(row, request.user)
            row.save()
        formset.save_m2m()
        for part in formset.forms:
            if "original" in part.changed_data and part.instance in rows:
                images.owe_renditions(part.instance)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        settle_products(form.instance.pk)

    def delete_row(self, request: HttpRequest, row: Product) -> None:
        delete_product(product=row, actor=request.user)

    @action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.PUBLISHED)

    @action(description="Take off the shelf (draft)", permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_status(request, queryset, Product.Status.DRAFT)

    def _set_status(self, request: HttpRequest, queryset: QuerySet[Product], status: Product.Status) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        Product.objects.filter(pk__in=ids).update(status=status, modified_by=request.user)
        settle_products(*ids)
        self.message_user(request, f"{len(ids)} set to “{status.label}”.", messages.SUCCESS)

    @action(description="Export as CSV", permissions=["view"])
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponseBase:
        return _export(queryset)

    @action(description="Export", url_path="to-export", permissions=["view"], icon="download")
    def export_all(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:catalog_product_export")

    @action(description="Import", url_path="to-import", permissions=["import"], icon="upload_file")
    def import_products(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:catalog_productimport_add")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.add_productimport")

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Every product as the file that an import understands."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _export(Product.objects.all())

    @action(description="Change stock", url_path="to-stock", permissions=["stock"])
    def open_stock(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:catalog_product_stock", object_id)

    def has_stock_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm(CHANGE_STOCK)

    def get_urls(self) -> list[URLPattern]:
        stock = path(
            "<int:product_id>/stock/",
            self.admin_site.admin_view(self.stock_view),
            name="catalog_product_stock",
        )
        export = path(
            "export.csv", self.admin_site.admin_view(self.export_view), name="catalog_product_export"
        )
        return [stock, export, *super().get_urls()]

    def stock_view(self, request: HttpRequest, product_id: int) -> HttpResponse:
        """The movements of a product's variants, and the form for the next one."""
        product = self.get_object(request, str(product_id))
        if product is None:
            raise Http404
        if not self.has_stock_permission(request):
            raise PermissionDenied
        form = StockForm(
            request.POST or None, product=product, initial={"variant": request.GET.get("variant")}
        )
        if request.method == "POST" and form.is_valid() and self._change_stock(request, form):
            return redirect("admin:catalog_product_stock", product.pk)
        movements = StockMovement.objects.filter(item__variant__product=product)
        related = ("item__variant__product", "item__location", "actor")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Stock of {product.name}",
            "product": product,
            "form": form,
            "variants": VariantInline(Product, self.admin_site).get_queryset(request).filter(product=product),
            "movements": movements.select_related(*related)[:_HISTORY],
            "back": reverse("admin:catalog_product_change", args=[product.pk]),
            "opts": self.opts,
        }
        return TemplateResponse(
            request, "catalog/admin/stock.html", context, status=400 if form.errors else 200
        )

    def _change_stock(self, request: HttpRequest, form: StockForm) -> bool:
        try:
            movement = form.apply(actor=request.user)
        except DomainError as error:
            form.add_error("number", error.message)
            return False
        words = "The count is as it was." if movement is None else f"{movement.on_hand_after} on hand now."
        self.message_user(request, f"{form.cleaned_data['variant'].sku}: {words}", messages.SUCCESS)
        return True


def _export(products: QuerySet[Product]) -> HttpResponseBase:
    header = exporting.header()
    name = f"products-{timezone.localdate():%Y-%m-%d}.csv"
    return stream_csv(name, header, exporting.lines(products, header))


def _small(stem: str) -> str:
    return default_storage.url(f"{stem}-320.webp")
