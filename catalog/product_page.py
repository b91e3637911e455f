"""What a product's page shows, read with four queries whatever the number of variants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models
from django.db.models import Case, Q, When
from django.http import Http404
from django.urls import reverse

from catalog.models import Product, ProductImage, StoreSettings, Variant
from catalog.services.stock_levels import level_fields
from catalog.viewed import SHOWN

# Up to here the page says how many are left; above it a number helps nobody.
COUNTED_UP_TO = 20
RELATED = 4


@dataclass(frozen=True)
class Value:
    """One attribute value of a variant."""

    code: str
    attribute: str
    value: str
    swatch: str


@dataclass
class Offer:
    """A variant as the page offers it. `left` is what can be bought now, of which `ready` are there."""

    pk: int
    sku: str
    name: str
    price: Decimal
    compare_at: Decimal | None
    left: int
    image_id: int | None
    url: str
    low_at: int
    weight_grams: int = 0
    ready: int = 0
    backorder_days: int = 0
    values: list[Value] = field(default_factory=list)

    @property
    def is_sold_out(self) -> bool:
        return self.left <= 0

    @property
    def is_low(self) -> bool:
        return 0 < self.ready <= self.low_at

    @property
    def is_backorder(self) -> bool:
        """Whether it can be bought but has yet to come."""
        return self.ready <= 0 < self.left

    @property
    def extra_days(self) -> int:
        return self.backorder_days if self.is_backorder else 0

    @property
    def stock_words(self) -> str:
        """True stock in words: an exact number whenever there is one."""
        if self.is_sold_out:
            return "Sold out"
        days = f"{self.backorder_days} working day{'' if self.backorder_days == 1 else 's'}"
        if self.is_backorder:
            return f"On backorder: leaves in about {days}"
        if self.is_low:
            more = f", more in about {days}" if self.left > self.ready else ""
            return f"Only {self.ready} left{more}"
        return f"In stock: {self.ready} left" if self.ready <= COUNTED_UP_TO else "In stock"

    def value_of(self, code: str) -> Value | None:
        return next((value for value in self.values if value.code == code), None)


@dataclass(frozen=True)
class Pill:
    """One choice of a group: the offer it leads to, named by what differs there."""

    label: str
    swatch: str
    offer: Offer
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """Choices under one heading. `are_radios`: the last group, which the form sends."""

    label: str
    pills: list[Pill]
    are_radios: bool


@dataclass(kw_only=True)
class ProductPage:
    """The page of one product with one variant chosen and one picture shown."""

    product: Product
    offers: list[Offer]
    chosen: Offer | None
    images: list[ProductImage]
    shown: ProductImage | None
    related: list[Product]
    viewed: list[Product]

    @property
    def thumbs(self) -> list[ProductImage]:
        """The views of the chosen variant: its own picture and those that are no variant's.

        Other variants' pictures are reached by choosing the variant.
        """
        others = {offer.image_id for offer in self.offers} - {self.chosen.image_id if self.chosen else None}
        return [image for image in self.images if image.pk not in others or image == self.shown]

    @property
    def groups(self) -> list[Group]:
        """The first attribute as links when there are several, the rest as radios."""
        if len(self.offers) < 2 or self.chosen is None:
            return []
        codes = list(dict.fromkeys(value.code for offer in self.offers for value in offer.values))
        if len(codes) < 2:
            return [self._radios(self.offers, codes)]
        first = self.chosen.value_of(codes[0])
        alike = [offer for offer in self.offers if offer.value_of(codes[0]) == first]
        return [self._links(codes[0]), self._radios(alike, codes[1:])]

    def _links(self, code: str) -> Group:
        pills: dict[str, Pill] = {}
        label = ""
        for offer in self.offers:
            value = offer.value_of(code)
            if value is None or value.value in pills:
                continue
            label = value.attribute
            same = self.chosen is not None and self.chosen.value_of(code) == value
            pills[value.value] = Pill(value.value, value.swatch, self._nearest(code, value), same)
        return Group(label, list(pills.values()), are_radios=False)

    def _nearest(self, code: str, value: Value) -> Offer:
        """Among the offers with `value`, the one most like the chosen; rather one that is left."""
        chosen = set(self.chosen.values) if self.chosen else set()
        candidates = [offer for offer in self.offers if offer.value_of(code) == value]
        return max(candidates, key=lambda offer: (len(chosen & set(offer.values)), not offer.is_sold_out))

    def _radios(self, offers: list[Offer], codes: list[str]) -> Group:
        pills = []
        for offer in offers:
            values = [value for value in offer.values if value.code in codes]
            label = ", ".join(value.value for value in values) or offer.name or offer.sku
            swatch = values[0].swatch if len(values) == 1 else ""
            pills.append(Pill(label, swatch, offer, offer is self.chosen))
        names = dict.fromkeys(
            value.attribute for offer in offers for value in offer.values if value.code in codes
        )
        return Group(" and ".join(names) or "Choose", pills, are_radios=True)


def build_page(slug: str, *, sku: str = "", image: str = "", viewed: Sequence[int] = ()) -> ProductPage:
    """The page of a published product, with the variant `sku` chosen and the picture `image`, and
    with the products that were `viewed` before, the newest first.

    Raises Http404 for a product that is not on the shelf, a SKU it does not have and a picture
    that is not its own. Without a SKU the first variant that is left is chosen.
    """
    product = (
        Product.objects.published()
        .select_related("category__parent__parent", "store")
        .filter(slug=slug)
        .first()
    )
    if product is None:
        raise Http404
    offers = list(_offers(product))
    chosen = _chosen(offers, sku)
    images = list(product.images.live().exclude(stem=""))
    related, seen = _others(product, [pk for pk in viewed if pk != product.pk])
    return ProductPage(
        product=product,
        offers=offers,
        chosen=chosen,
        images=images,
        shown=_shown(images, image, chosen),
        related=related,
        viewed=seen,
    )


def _offers(product: Product) -> Iterator[Offer]:
    """Live variants with stock and attribute values: one row for each value of each variant."""
    rows = (
        Variant.objects.live()
        .filter(product=product)
        .annotate(**level_fields())
        .order_by("position", "pk", "values__attribute__position", "values__attribute__code")
        .values_list(
            "pk", "sku", "name", "price", "compare_at", "ready", "later", "backorder_days", "image_id",
            "weight_grams",
            "values__attribute__code", "values__attribute__name", "values__value", "values__swatch",
        )
    )  # fmt: skip
    low_at = StoreSettings.current().low_stock_at
    offer: Offer | None = None
    for pk, sku, name, price, compare_at, ready, later, days, image_id, weight, *value in rows:
        if offer is None or offer.pk != pk:
            if offer is not None:
                yield offer
            url = reverse("catalog:product", args=[product.slug], query={"variant": sku})
            left = max(ready, 0) + later
            offer = Offer(pk, sku, name, price, compare_at, left, image_id, url, low_at, weight, ready, days)
        if value[0] is not None:
            offer.values.append(Value(*value))
    if offer is not None:
        yield offer


def _chosen(offers: list[Offer], sku: str) -> Offer | None:
    if sku:
        found = next((offer for offer in offers if offer.sku == sku), None)
        if found is None:
            raise Http404
        return found
    left = (offer for offer in offers if not offer.is_sold_out)
    return next(left, offers[0] if offers else None)


def _shown(images: list[ProductImage], wanted: str, chosen: Offer | None) -> ProductImage | None:
    if wanted:
        found = next((image for image in images if str(image.pk) == wanted), None)
        if found is None:
            raise Http404
        return found
    of_variant = (image for image in images if chosen and image.pk == chosen.image_id)
    return next(of_variant, images[0] if images else None)


def _others(product: Product, viewed: Sequence[int]) -> tuple[list[Product], list[Product]]:
    """Others of its category, those next to it in rank first, and those `viewed`: in one query."""
    listed = Product.objects.for_listing().exclude(pk=product.pk)
    scarce = Case(
        When(stock_state=Product.StockState.SOLD_OUT, then=models.Value(2)),
        When(stock_state=Product.StockState.IN_STOCK, then=models.Value(0)),
        default=models.Value(1),
    )
    # What was viewed comes first, so that the limit cuts off none of it.
    first = Case(When(pk__in=viewed, then=models.Value(0)), default=models.Value(1))
    wanted = listed.filter(Q(category=product.category_id) | Q(pk__in=viewed))
    found = list(
        wanted.annotate(scarce=scarce).order_by(first, "scarce", "rank", "pk")[: RELATED + len(viewed)]
    )
    of_category = [other for other in found if other.category_id == product.category_id]
    of_category.sort(key=lambda other: (other.scarce, other.rank, other.pk))
    by_pk = {other.pk: other for other in found}
    return of_category[:RELATED], [by_pk[pk] for pk in viewed if pk in by_pk][:SHOWN]
