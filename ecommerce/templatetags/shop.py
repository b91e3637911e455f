"""Display helpers that every template may use without loading them."""

from decimal import Decimal
from typing import Any

from django import template
from django.core.files.storage import default_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ecommerce.lib.money import format_money, round_money

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str = "") -> SafeString | str:
    """`{{ price|money }}`: €64.00, kept together and left to right in any script."""
    if amount is None or amount == "":
        return ""
    return format_html("<bdi>{}</bdi>", format_money(Decimal(amount), currency))


@register.filter
def money_text(amount: Decimal | None, currency: str = "") -> str:
    """The same without markup, for attributes, plain text emails and page titles."""
    return "" if amount is None else format_money(Decimal(amount), currency)


@register.filter
def signed(amount: Decimal) -> Decimal:
    """An amount that is taken off, written with its minus."""
    return -Decimal(amount)


@register.filter
def plain(amount: Decimal) -> str:
    """`64.00`: an amount for a form's hidden field or for a program."""
    return str(round_money(Decimal(amount)))


@register.filter
def joined(start: str, end: object) -> str:
    """`{{ "quantity-"|joined:line.pk }}`: two parts of an id."""
    return f"{start}{end}"


@register.filter
def stars(rating: Decimal | float) -> str:
    """`★★★★☆` for 4.2; decoration only, the words stand beside it."""
    full = round(float(rating or 0))
    return "★" * full + "☆" * (5 - full)


@register.filter
def picture_url(stem: str, rendition: str) -> str:
    """`{{ stem|picture_url:"640.avif" }}`: the address of one rendition of a picture."""
    return default_storage.url(f"{stem}-{rendition}")


@register.inclusion_tag("components/picture.html")
def picture(
    stem: str, alt: str, *, sizes: str = "50vw", eager: bool = False, css: str = ""
) -> dict[str, Any]:
    """A responsive `<picture>`: AVIF and WebP at 320, 640 and 960 px, lazy unless `eager`."""
    return {"stem": stem, "alt": alt, "sizes": sizes, "eager": eager, "css": css}


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own query string with some values replaced; None or "" removes a key."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = value
    return f"?{query.urlencode()}" if query else "?"
