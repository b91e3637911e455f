"""Stock for staff: what lies where, every movement, and the form that changes it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.admin.base import ReadOnlyAdmin
from catalog.admin.moving import CHANGE_STOCK, move_view
from catalog.models import Product, StockItem, StockLocation, StockMovement, StoreSettings, Variant
from catalog.services import inventory
from ecommerce.lib.field_rights import FieldRights

_LARGEST = 1_000_000


class StockForm(forms.Form):
    """Goods in, goods out, or a new count, always with a reason."""

    CHANGE, COUNT = "change", "count"
    _KINDS = (StockMovement.Kind.RECEIVED, StockMovement.Kind.ADJUSTED, StockMovement.Kind.DAMAGED)

    variant = forms.ModelChoiceField(Variant.objects.none(), widget=UnfoldAdminSelectWidget, empty_label=None)
    location = forms.ModelChoiceField(
        StockLocation.objects.all(), label="Where", widget=UnfoldAdminSelectWidget, empty_label=None
    )
    mode = forms.ChoiceField(
        label="What the number is",
        choices=[(CHANGE, "Added, or with a minus taken away"), (COUNT, "Counted: all that lies there now")],
        initial=CHANGE,
        widget=UnfoldAdminRadioSelectWidget,
    )
    number = forms.IntegerField(
        min_value=-_LARGEST,
        max_value=_LARGEST,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={"required": "Enter a number.", "invalid": "Enter a whole number, like 12 or -3."},
    )
    kind = forms.ChoiceField(
        label="Why it changes",
        choices=[(kind.value, kind.label) for kind in _KINDS],
        widget=UnfoldAdminSelectWidget,
        help_text="A count is always recorded as counted.",
    )
    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Delivery note, who counted, what broke. Kept with the movement.",
        error_messages={"required": "Say why the stock changes."},
    )

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["variant"]
        field.queryset = product.variants.select_related("product")  # type: ignore[attr-defined]
        places = list(StockLocation.objects.all())
        if len(places) < 2:
            del self.fields["location"]
        else:
            self.fields["location"].initial = places[0].pk
        field.label_from_instance = lambda variant: f"{variant.name or variant.sku} ({variant.sku})"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number = data.get("number")
        if data.get("mode") == self.COUNT and number is not None and number < 0:
            self.add_error("number", "A count is 0 or more.")
        if data.get("mode") == self.CHANGE and number == 0:
            self.add_error("number", "Enter how many to add or take away.")
        return data

    def apply(self, *, actor: Any) -> StockMovement | None:
        """Change the stock as the form says; None when a count changed nothing. May raise DomainError."""
        data = self.cleaned_data
        where = data.get("location")
        if data["mode"] == self.COUNT:
            return inventory.set_on_hand(
                variant=data["variant"],
                on_hand=data["number"],
                reason=data["reason"],
                actor=actor,
                location=where,
            )
        return inventory.adjust_stock(
            variant=data["variant"],
            change=data["number"],
            kind=StockMovement.Kind(data["kind"]),
            reason=data["reason"],
            actor=actor,
            location=where,
        )


class StockLevelFilter(admin.SimpleListFilter):
    title = "level"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("out", "Sold out"), ("low", "Low"), ("fine", "Enough")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        low_at = StoreSettings.current().low_stock_at
        match self.value():
            case "out":
                return queryset.filter(on_hand=F("held"))
            case "low":
                return queryset.filter(on_hand__gt=F("held"), on_hand__lte=F("held") + low_at)
            case "fine":
                return queryset.filter(on_hand__gt=F("held") + low_at)
        return queryset


@admin.register(StockItem)
class StockItemAdmin(FieldRights, ReadOnlyAdmin):
    list_display = [
        "sku",
        "thing",
        "location",
        "on_hand",
        "held",
        "free",
        "level",
        "change_link",
        "move_link",
    ]
    list_display_links = ["sku"]
    list_select_related = ["variant__product", "location"]
    list_filter = [StockLevelFilter, "location"]
    search_fields = ["variant__sku", "variant__product__name", "variant__name"]
    ordering = ["variant__sku"]
    field_rights: ClassVar = {"change_link": CHANGE_STOCK, "move_link": CHANGE_STOCK}

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockItem]:
        rows = super().get_queryset(request)
        return rows.filter(variant__is_deleted=False).annotate(left=F("on_hand") - F("held"))

    @display(description="SKU", ordering="variant__sku")
    def sku(self, item: StockItem) -> str:
        return item.variant.sku

    @display(description="Product", ordering="variant__product__name")
    def thing(self, item: StockItem) -> str:
        return item.variant.full_name

    @display(description="Available", ordering="left")
    def free(self, item: StockItem) -> int:
        return item.available

    @display(description="Level", label={"In stock": "success", "Low stock": "warning", "Sold out": "danger"})
    def level(self, item: StockItem) -> str:
        return inventory.stock_state(item.available, StoreSettings.current().low_stock_at).label

    @display(description="")
    def change_link(self, item: StockItem) -> SafeString:
        url = reverse("admin:catalog_product_stock", args=[item.variant.product_id])
        return _link(f"{url}?variant={item.variant_id}", "Change", item)

    @display(description="")
    def move_link(self, item: StockItem) -> SafeString:
        return _link(reverse("admin:catalog_stockitem_move", args=[item.pk]), "Move", item)

    def get_urls(self) -> list[URLPattern]:
        move = path(
            "<int:pk>/move/",
            self.admin_site.admin_view(self.move_view),
            name="catalog_stockitem_move",
        )
        return [move, *super().get_urls()]

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return move_view(request, self, pk)


def _link(url: str, label: str, item: StockItem) -> SafeString:
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}" aria-label="{} {}">{}</a>',
        url,
        label,
        item.variant.sku,
        label,
    )


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "sku",
        "thing",
        "signed",
        "on_hand_after",
        "place",
        "kind",
        "reason",
        "reference",
        "actor",
    ]
    list_select_related = ["item__variant__product", "item__location", "actor"]
    list_filter = ["kind", "item__location", "created_at"]
    search_fields = ["item__variant__sku", "item__variant__product__name", "reference", "reason"]

    @display(description="SKU")
    def sku(self, movement: StockMovement) -> str:
        return movement.item.variant.sku

    @display(description="Product")
    def thing(self, movement: StockMovement) -> str:
        return movement.item.variant.full_name

    @display(description="Where")
    def place(self, movement: StockMovement) -> str:
        return str(movement.item.location)

    @display(description="Change", ordering="change")
    def signed(self, movement: StockMovement) -> str:
        return f"{movement.change:+d}"
