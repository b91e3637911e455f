"""Hearts: the buttons that save a product for later."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import Product
from customers.wishlist_access import saved_ids

register = template.Library()
FORM = "hearts"


@register.simple_tag(takes_context=True)
def heart(context: Any, product: Product, *, words: str = "") -> SafeString:
    """A button that saves `product`, or takes it out again; with `words` it shows them beside the heart.

    All hearts of a page belong to its one form (`hearts_form`): a form each would be too much to load.
    """
    request = getattr(context, "request", None)
    if request is None:
        return SafeString("")
    shown: set[int] = request.__dict__.setdefault("_hearts", set())
    is_saved = product.pk in saved_ids(request)
    button = format_html(
        '<button class="heart{}" form="{}" name="{}" value="{}" aria-pressed="{}"{}{}>{}</button>',
        " btn alt" if words else "",
        FORM,
        "remove" if is_saved else "save",
        product.pk,
        "true" if is_saved else "false",
        # A product may be on a page twice, an id may not.
        format_html(' id="heart-{}"', product.pk) if product.pk not in shown else "",
        "" if words else format_html(' aria-label="Save {}"', product.name),
        format_html('{}<span class="vh">: {}</span>', words, product.name) if words else "",
    )
    shown.add(product.pk)
    return button


@register.inclusion_tag("customers/_hearts_form.html", takes_context=True)
def hearts_form(context: Any) -> dict[str, Any]:
    """The form of the page's hearts, after them; nothing on a page without."""
    request = getattr(context, "request", None)
    shown = getattr(request, "_hearts", None)
    return {"form_id": FORM, "next": request.get_full_path() if request and shown else ""}
