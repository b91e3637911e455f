"""Categories and attributes for staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from catalog.admin.base import PRIVATE_FIELDS, CatalogAdmin
from catalog.models import Attribute, AttributeValue, Category
from catalog.services.categories import delete_category, save_category


class CategoryForm(forms.ModelForm):
    """Says beside the field what the database would refuse."""

    class Meta:
        model = Category
        fields = ["name", "parent", "store", "description", "hue", "position", *PRIVATE_FIELDS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        same = Category.objects.without_tree_fields().filter(
            name__iexact=data.get("name", ""), store=data.get("store")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", "There is a category with this name already.")
        return data


class TreeChangeList(ChangeList):
    """Rows in the order of the tree, which only holds when nothing else orders them."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet:
        rows = super().get_queryset(*args, **kwargs).order_by()
        return rows.extra(order_by=["__tree.tree_ordering"])


@admin.register(Category)
class CategoryAdmin(CatalogAdmin):
    form = CategoryForm
    list_display = ["indented", "slug", "store", "position", "product_count", "is_shown"]
    list_display_links = ["indented"]
    list_select_related = ["store"]
    list_filter = ["is_suspended", "store"]
    search_fields = ["name", "slug"]
    readonly_fields = ["slug"]
    sortable_by: list[str] = []
    fieldsets = [
        (None, {"fields": ["name", "slug", "parent", "store", "description", "hue", "position"]}),
        ("For staff", {"fields": PRIVATE_FIELDS, "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        own = Count("products", filter=Q(products__is_deleted=False))
        return super().get_queryset(request).with_tree_fields().annotate(number=own)

    @display(description="Shown", boolean=True, ordering="is_suspended")
    def is_shown(self, category: Category) -> bool:
        return not category.is_suspended

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TreeChangeList

    @display(description="Category")
    def indented(self, category: Category) -> SafeString:
        depth = getattr(category, "tree_depth", 0)
        return format_html("{}{}", "\u2003" * depth + ("└ " if depth else ""), category.name)

    @display(description="Products")
    def product_count(self, category: Any) -> int:
        return category.number

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        save_category(category=obj, fields=form.cleaned_data, actor=request.user)

    def delete_row(self, request: HttpRequest, row: Category) -> None:
        delete_category(category=row, actor=request.user)


class AttributeValueInline(TabularInline):
    model = AttributeValue
    fields = ["value", "swatch", "position"]
    extra = 0


@admin.register(Attribute)
class AttributeAdmin(ModelAdmin):
    list_display = ["name", "code", "position"]
    search_fields = ["name", "code"]
    inlines = [AttributeValueInline]


@admin.register(AttributeValue)
class AttributeValueAdmin(ModelAdmin):
    """Also what the variants' field for values searches in."""

    list_display = ["value", "attribute", "shown_swatch", "position"]
    list_select_related = ["attribute"]
    list_filter = ["attribute"]
    search_fields = ["value", "attribute__name"]
    ordering = ["attribute__position", "position", "value"]

    @display(description="Swatch")
    def shown_swatch(self, value: AttributeValue) -> SafeString | str:
        if not value.swatch:
            return ""
        return format_html(
            '<svg width="20" height="20" viewBox="0 0 20 20" role="img" aria-label="{0}">'
            '<circle cx="10" cy="10" r="9" fill="{0}" stroke="currentColor" stroke-width=".5"/></svg>',
            value.swatch,
        )
