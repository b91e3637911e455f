"""A shelf: products with filters, counts and pages, as list, category and search pages show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import Http404, QueryDict

from catalog.filters import (
    RATINGS,
    SORT_LABELS,
    SORTS,
    AttributeChoices,
    ProductFilter,
    attribute_choices,
    store_choices,
)
from catalog.forms import FilterForm
from catalog.models import Product
from ecommerce.lib.money import format_money

PAGE_SIZE = 24
# A group of filters shows this many options; the others are one click away.
SHOWN_OPTIONS = 8
LARGE = 2000
COUNTS_SECONDS = 60
RELEVANCE = {"relevance": "Best match"}


@dataclass(frozen=True)
class Option:
    """One value of a filter: how many things it would leave, and its swatch, if any."""

    value: str
    label: str
    count: int
    is_chosen: bool
    swatch: str = ""


@dataclass(frozen=True)
class Facet:
    """A group of options: `name` is the parameter, `label` what shoppers read."""

    name: str
    label: str
    options: list[Option]
    field: BoundField | None = None

    @property
    def is_chosen(self) -> bool:
        return any(option.is_chosen for option in self.options)

    @property
    def has_errors(self) -> bool:
        return bool(self.field and self.field.errors)

    @property
    def first(self) -> list[Option]:
        """Options in their order: all of them, or of many the chosen and the most frequent."""
        if len(self.options) <= SHOWN_OPTIONS + 2:
            return self.options
        ranked = sorted(self.options, key=lambda option: (not option.is_chosen, -option.count))
        shown = {option.value for option in ranked if option.is_chosen}
        shown |= {option.value for option in ranked[:SHOWN_OPTIONS]}
        return [option for option in self.options if option.value in shown]

    @property
    def rest(self) -> list[Option]:
        shown = {option.value for option in self.first}
        return [option for option in self.options if option.value not in shown]


@dataclass(frozen=True)
class Chip:
    """One applied filter and the query string without it."""

    label: str
    url: str


@dataclass(kw_only=True)
class Shelf:
    """Everything a page of products shows."""

    form: FilterForm
    page: Page
    total: int
    overview: dict[str, Any]
    facets: list[Facet]
    ratings: list[Option]
    sorts: list[Option]
    chips: list[Chip] = field(default_factory=list)
    clear_url: str = "?"

    @property
    def status(self) -> int:
        """200, or 400 when the URL asks for something that cannot be."""
        return 400 if self.form.errors else 200

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.form.errors or self.form.cleaned_data.get("sort"))


class _CountedPaginator(Paginator):
    """Pages of rows whose number is known already."""

    def __init__(self, rows: Any, total: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.count = total  # type: ignore[misc]


class Ranked(Sequence):
    """Products in the order of `ids`, reading only the slice that is asked for."""

    def __init__(self, products: QuerySet[Product], ids: Sequence[int]) -> None:
        wanted = set(products.order_by().values_list("pk", flat=True))
        self._products = products
        self._ids = [pk for pk in ids if pk in wanted]

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, index: Any) -> Any:
        ids = self._ids[index]
        found = self._products.in_bulk(ids)
        return [found[pk] for pk in ids if pk in found]

    def __iter__(self) -> Iterator[Product]:
        return iter(self[:])


def build_shelf(
    query: QueryDict,
    *,
    category_ids: Sequence[int] | None = None,
    ranked_ids: Sequence[int] | None = None,
) -> Shelf:
    """The shelf that a URL's `query` asks for, in a branch of the tree or among `ranked_ids`.

    A page that is not there raises Http404. Wrong values are in `form.errors`; the shelf then
    shows what the right ones ask for.
    """
    stores, attributes = store_choices(), attribute_choices()
    labels = SORT_LABELS if ranked_ids is None else RELEVANCE | SORT_LABELS
    form = FilterForm(query, stores=stores, attributes=attributes, sorts=labels)
    form.is_valid()
    wanted = form.to_filter(category_ids=category_ids, product_ids=ranked_ids)
    products = Product.objects.for_listing()
    overview = wanted.overview(products)
    sort = form.cleaned_data.get("sort") or next(iter(labels))
    counts = _value_counts(wanted, products, overview["total"])
    return Shelf(
        form=form,
        page=_page(wanted.apply(products), sort, ranked_ids, overview["total"], query.get("page", "1")),
        total=overview["total"],
        overview=overview,
        facets=_facets(counts, wanted, form, attributes, stores),
        ratings=_ratings(overview, wanted),
        sorts=[Option(value, label, 0, value == sort) for value, label in labels.items()],
        chips=_chips(query, form, attributes, stores),
        clear_url=_without(query, *form.fields, keep=("sort",)),
    )


def _value_counts(
    wanted: ProductFilter, products: QuerySet[Product], total: int
) -> dict[tuple[str, str], int]:
    """The counts of every value; those of a large shelf without filters are up to a minute old.

    They are the one thing here whose cost grows with the shelf, and plain lists are what most
    visitors ask for.
    """
    if total < LARGE or wanted != ProductFilter(category_ids=wanted.category_ids):
        return wanted.value_counts(products)
    scope = repr(wanted.category_ids).encode()
    key = f"shelf-counts:{sha256(scope).hexdigest()}"
    return cache.get_or_set(key, lambda: wanted.value_counts(products), COUNTS_SECONDS) or {}


def _page(
    products: QuerySet[Product], sort: str, ranked_ids: Sequence[int] | None, total: int, number: str
) -> Page:
    rows: Any
    if sort in SORTS:
        rows = products.order_by(*SORTS[sort])
    else:
        rows = Ranked(products, ranked_ids or ()) if total else []
    try:
        return _CountedPaginator(rows, total).page(number)
    except (EmptyPage, PageNotAnInteger) as error:
        raise Http404 from error


def _facets(
    counts: dict[tuple[str, str], int],
    wanted: ProductFilter,
    form: FilterForm,
    attributes: list[AttributeChoices],
    stores: dict[str, str],
) -> list[Facet]:
    """Attributes with more than one value here, and stores when there is more than one."""
    facets = []
    for group in attributes:
        if group.code not in form.attribute_fields:
            continue
        chosen = wanted.attributes.get(group.code, [])
        options = [
            Option(value, value, counts.get((group.code, value), 0), value in chosen, swatch)
            for value, swatch in group.values.items()
            if (group.code, value) in counts or value in chosen
        ]
        facets.append(Facet(group.code, group.name, options, form[group.code]))
    options = [
        Option(slug, name, counts.get(("store", slug), 0), slug in wanted.stores)
        for slug, name in stores.items()
        if ("store", slug) in counts or slug in wanted.stores
    ]
    facets.append(Facet("store", "Sold by", options, form["store"]))
    return [facet for facet in facets if len(facet.options) > 1 or facet.is_chosen or facet.has_errors]


def _ratings(overview: dict[str, Any], wanted: ProductFilter) -> list[Option]:
    return [
        Option(str(stars), f"{stars} stars or more", overview[f"rating_{stars}"], wanted.rating == stars)
        for stars in RATINGS
    ]


def _chips(
    query: QueryDict, form: FilterForm, attributes: list[AttributeChoices], stores: dict[str, str]
) -> list[Chip]:
    data, chips = form.cleaned_data, []
    if data.get("min_price") is not None:
        chips.append(Chip(f"From {format_money(data['min_price'])}", _without(query, "min_price")))
    if data.get("max_price") is not None:
        chips.append(Chip(f"Up to {format_money(data['max_price'])}", _without(query, "max_price")))
    if data.get("in_stock") is not None:
        label = "In stock" if data["in_stock"] else "Sold out"
        chips.append(Chip(label, _without(query, "in_stock")))
    if data.get("rating") is not None:
        chips.append(Chip(f"{data['rating'].normalize():f} stars or more", _without(query, "rating")))
    for slug in data.get("store") or []:
        chips.append(Chip(f"Sold by {stores[slug]}", _without(query, store=slug)))
    names = {group.code: group.name for group in attributes}
    for name, code in form.attribute_fields.items():
        for value in data.get(name) or []:
            chips.append(Chip(f"{names[code]}: {value}", _without(query, **{name: value})))
    return chips


def _without(query: QueryDict, *names: str, keep: Sequence[str] = (), **values: str) -> str:
    """The query string without these parameters, or without one value of a parameter."""
    rest = query.copy()
    for name in ("page", *names):
        if name not in keep:
            rest.pop(name, None)
    for name, value in values.items():
        rest.setlist(name, [item for item in rest.getlist(name) if item != value])
    return f"?{rest.urlencode()}" if rest else "?"
