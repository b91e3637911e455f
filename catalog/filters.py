"""Narrowing products down: one meaning of every filter, for pages and the API."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Value

from catalog.models import AttributeValue, Product, Store, Variant

SORTS = {
    "recommended": ("rank", "pk"),
    "newest": ("-created_at", "-pk"),
    "price-up": ("price_min", "pk"),
    "price-down": ("-price_min", "pk"),
    "rating": ("-rating", "-review_count", "rank", "pk"),
}
SORT_LABELS = {
    "recommended": "Recommended",
    "newest": "Newest",
    "price-up": "Price, low to high",
    "price-down": "Price, high to low",
    "rating": "Best rated",
}
RATINGS = (4, 3, 2)


@dataclass(frozen=True)
class AttributeChoices:
    """An attribute with its values in order, each with the CSS colour of its swatch or ""."""

    code: str
    name: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ProductFilter:
    """What a shopper asked for. Values of one attribute are alternatives; the attributes
    together must be met by one and the same variant."""

    category_ids: Sequence[int] | None = None
    product_ids: Sequence[int] | None = None
    stores: Sequence[str] = ()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None
    rating: Decimal | None = None
    attributes: dict[str, list[str]] = field(default_factory=dict)

    def apply(self, products: QuerySet[Product]) -> QuerySet[Product]:
        """The `products` that meet every filter."""
        found = self._scope(products).filter(self._stores(), self._numbers())
        return found.filter(pk__in=self._variants().values("product")) if self.attributes else found

    def overview(self, products: QuerySet[Product]) -> dict[str, Any]:
        """`total`, price bounds, and counts per option, in one query.

        An option's count is how many there would be with it chosen and the other filters as
        they are: `in_stock`, `rating_4` …; `lowest` and `highest` ignore the price filter.
        """
        scope = self._scope(products).filter(self._stores())
        if self.attributes:
            scope = scope.filter(pk__in=self._variants().values("product"))
        ratings = {
            f"rating_{stars}": Count("pk", filter=self._numbers(without="rating") & Q(rating__gte=stars))
            for stars in RATINGS
        }
        return scope.aggregate(
            total=Count("pk", filter=self._numbers()),
            in_stock=Count("pk", filter=self._numbers(without="in_stock") & Q(available__gt=0)),
            lowest=Min("price_min"),
            highest=Max("price_min"),
            **ratings,
        )

    def value_counts(self, products: QuerySet[Product]) -> dict[tuple[str, str], int]:
        """(attribute code or "store", value) -> number of products, in one query.

        Values of a group are counted with the filters of all other groups applied.
        """
        scope = self._scope(products).filter(self._numbers())
        sold = scope.filter(self._stores())
        chosen = list(self.attributes)
        parts = [self._count_values(sold).exclude(attributevalue__attribute__code__in=chosen)]
        parts += [
            self._count_values(sold, without=code).filter(attributevalue__attribute__code=code)
            for code in chosen
        ]
        if chosen:
            scope = scope.filter(pk__in=self._variants().values("product"))
        parts.append(scope.order_by().values_list(Value("store"), "store__slug").annotate(number=Count("pk")))
        rows = parts[0].union(*parts[1:], all=True)
        return {(group, value): number for group, value, number in rows}

    def _scope(self, products: QuerySet[Product]) -> QuerySet[Product]:
        if self.category_ids is not None:
            products = products.filter(category_id__in=self.category_ids)
        if self.product_ids is not None:
            products = products.filter(pk__in=self.product_ids)
        return products

    def _stores(self) -> Q:
        return Q(store__slug__in=self.stores) if self.stores else Q()

    def _numbers(self, without: str = "") -> Q:
        wanted = Q()
        if self.min_price is not None:
            wanted &= Q(price_min__gte=self.min_price)
        if self.max_price is not None:
            wanted &= Q(price_min__lte=self.max_price)
        if self.in_stock is not None and without != "in_stock":
            wanted &= Q(available__gt=0) if self.in_stock else Q(available=0)
        if self.rating is not None and without != "rating":
            wanted &= Q(rating__gte=self.rating)
        # Count() takes no empty condition.
        return wanted or Q(pk__isnull=False)

    def _variants(self, without: str = "") -> QuerySet[Variant]:
        variants = Variant.objects.live().order_by()
        for code, values in self.attributes.items():
            if code != without:
                holders = Variant.values.through.objects.filter(
                    attributevalue__attribute__code=code, attributevalue__value__in=values
                )
                variants = variants.filter(pk__in=holders.values("variant"))
        return variants

    def _count_values(self, products: QuerySet[Product], without: str = "") -> QuerySet:
        through = Variant.values.through.objects.filter(
            variant__in=self._variants(without), variant__product__in=products.order_by().values("pk")
        )
        return through.values_list("attributevalue__attribute__code", "attributevalue__value").annotate(
            number=Count("variant__product", distinct=True)
        )


def attribute_choices() -> list[AttributeChoices]:
    """Every attribute with its values, in one query. A value in two shades is one choice."""
    found: dict[str, AttributeChoices] = {}
    for row in AttributeValue.objects.select_related("attribute"):
        code = row.attribute.code
        choices = found.setdefault(code, AttributeChoices(code=code, name=row.attribute.name))
        choices.values.setdefault(row.value, row.swatch)
    return list(found.values())


def store_choices() -> dict[str, str]:
    """slug -> name of the live stores."""
    return dict(Store.objects.live().values_list("slug", "name"))
