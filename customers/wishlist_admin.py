"""Wishlists in the staff site: to look at, so that support can help. Their links are never shown."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from customers.models import Wishlist, WishlistItem
from ecommerce.lib.read_only_admin import ReadOnly


class WishlistItemInline(ReadOnly, TabularInline):
    model = WishlistItem
    fields = ("product", "variant", "added_at")
    readonly_fields = fields
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may see a list may see what is on it."""
        return request.user.has_perm("customers.view_wishlist")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("product", "variant__product")


@admin.register(Wishlist)
class WishlistAdmin(ReadOnly, ModelAdmin):
    """To look at: the list is its owner's."""

    list_display = ("owner", "things", "shared", "created_at", "modified_at")
    list_select_related = ("customer",)
    list_filter = ("modified_at",)
    search_fields = ("customer__email", "customer__name", "customer__phone")
    search_help_text = "Email, name or phone"
    ordering = ("-modified_at", "-pk")
    fields = ("owner", "shared", "created_at", "modified_at")
    readonly_fields = fields
    inlines = (WishlistItemInline,)
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(count=Count("items"))

    @display(description="Of", ordering="customer__email")
    def owner(self, wishlist: Wishlist) -> str:
        return str(wishlist.customer) if wishlist.customer else "A guest"

    @display(description="Things", ordering="count")
    def things(self, wishlist: Any) -> int:
        return wishlist.count

    @display(description="Shared", boolean=True)
    def shared(self, wishlist: Wishlist) -> bool:
        return wishlist.is_shared
