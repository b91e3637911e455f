"""Reading the parameters of product lists, and rows with what their serializers show."""

import re
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from catalog.api.permissions import may
from catalog.category_tree import CategoryTree
from catalog.filters import SORTS, attribute_choices
from catalog.forms import FilterForm
from catalog.models import AttributeValue, Product, ProductImage, Store, Variant
from catalog.services.search import search
from catalog.services.stock_levels import free_stock
from catalog.shelf import Ranked

ORDERINGS = {
    "recommended": SORTS["recommended"],
    "newest": SORTS["newest"],
    "created_at": ("created_at", "pk"),
    "-created_at": SORTS["newest"],
    "name": ("name", "pk"),
    "-name": ("-name", "-pk"),
    "price": SORTS["price-up"],
    "-price": SORTS["price-down"],
    "rating": ("rating", "review_count", "pk"),
    "-rating": SORTS["rating"],
}
_PREFIX = "attr_"
_ID = re.compile(r"[0-9]{1,18}")


def product_rows(request: Request) -> Any:
    """The products that the query string asks for, in its order; a wrong value is 400."""
    query = request.query_params.copy()
    form = _form(query)
    _refuse_unknown_attributes(query, form)
    if not form.is_valid():
        raise ValidationError(
            {
                {"sort": "ordering"}.get(name, name): [str(word) for word in words]
                for name, words in form.errors.items()
            }
        )
    ids = search(str(query["search"])).product_ids if query.get("search") else None
    wanted = form.to_filter(category_ids=_category_ids(query), product_ids=ids)
    products = wanted.apply(listed_products())
    ordering = form.cleaned_data["sort"]
    if ids is not None and not ordering:
        return Ranked(products, ids)
    return products.order_by(*ORDERINGS[ordering or "recommended"])


def listed_products() -> QuerySet[Product]:
    return Product.objects.for_listing().select_related("category__parent", "store")


def visible_products(request: Request) -> QuerySet[Product]:
    """What the caller may see: staff also drafts, everybody else the shelf."""
    if may(request, "view", "product"):
        return Product.objects.select_related("category__parent", "store")
    return listed_products()


def with_details(products: QuerySet[Product]) -> QuerySet[Product]:
    """`products` with variants (each with `free` units), attribute values and pictures."""
    values = Prefetch("values", AttributeValue.objects.select_related("attribute"))
    variants = Variant.objects.live().annotate(free=free_stock()).prefetch_related(values)
    return products.prefetch_related(
        Prefetch("variants", variants, to_attr="listed_variants"),
        Prefetch("images", ProductImage.objects.live().exclude(stem=""), to_attr="listed_images"),
    )


def category_counts(tree: CategoryTree) -> dict[int, int]:
    """Category id -> number of products on the shelf in it and below it; one query."""
    own = dict(Product.objects.published().order_by().values_list("category").annotate(number=Count("pk")))
    counts: dict[int, int] = {}
    for category_id, number in own.items():
        for above in tree.line(category_id):
            counts[above.pk] = counts.get(above.pk, 0) + number
    return counts


def counted_stores() -> QuerySet[Store]:
    """Stores by name, each with its owner and the `product_count` that shoppers see."""
    own = Product.objects.published().filter(store=OuterRef("pk")).order_by().values("store")
    counted = Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0)
    return Store.objects.select_related("owner").annotate(product_count=counted).order_by("name", "pk")


def visible_stores(request: Request) -> QuerySet[Store]:
    """The same as far as the caller may see them: staff all, owners their own, everybody live ones."""
    if may(request, "view", "store"):
        return counted_stores()
    mine = Q(owner=request.user) if request.user.is_authenticated else Q(pk__in=[])
    return counted_stores().filter(mine | Q(pk__in=Store.objects.live().order_by().values("pk")))


def _form(query: Any) -> FilterForm:
    stores = {slug: (pk, name) for pk, slug, name in Store.objects.live().values_list("pk", "slug", "name")}
    known = {name.casefold(): slug for slug, (_, name) in stores.items()}
    known |= {slug: slug for slug in stores} | {str(pk): slug for slug, (pk, _) in stores.items()}
    for name in [name for name in query if name == "store" or name.startswith(_PREFIX)]:
        query.setlist(name, [given for given in query.getlist(name) if given])
    query.setlist("store", [known.get(given.casefold(), given) for given in query.getlist("store")])
    query["sort"] = query.get("ordering", "")
    return FilterForm(
        query,
        stores={slug: name for slug, (_, name) in stores.items()},
        attributes=attribute_choices(),
        sorts={name: name for name in ORDERINGS},
        attribute_prefix=_PREFIX,
    )


def _refuse_unknown_attributes(query: Any, form: FilterForm) -> None:
    unknown = [name for name in query if name.startswith(_PREFIX) and name not in form.fields]
    if unknown:
        raise ValidationError({name: ["There is no such attribute."] for name in unknown})


def _category_ids(query: Any) -> list[int] | None:
    given = query.get("category")
    if not given:
        return None
    tree = CategoryTree()
    by_id = tree.get(int(given)) if _ID.fullmatch(given) else None
    found = tree.find(given) or by_id
    wanted = [found] if found else [row for row in tree.all() if row.name.casefold() == given.casefold()]
    if not wanted:
        raise ValidationError({"category": ["There is no such category."]})
    return [pk for row in wanted for pk in tree.branch(row)]


def matching_categories(query: str) -> Q:
    """Categories with every word of `query` in their name or description."""
    condition = Q()
    for word in query.replace("\0", " ").split()[:8]:
        condition &= Q(name__icontains=word) | Q(description__icontains=word)
    return condition
