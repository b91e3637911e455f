"""Products with everything that belongs to them: variants, pictures, stock, what listings show."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import islice

from tqdm import tqdm

from catalog.models import (
    Attribute,
    AttributeValue,
    Product,
    ProductImage,
    SearchEntry,
    StockItem,
    StockLocation,
    StockMovement,
    Variant,
)
from catalog.services.inventory import stock_state
from demo.catalogue import DemoProduct, DemoVariant, load
from demo.loader.bulk import BATCH, Writer
from demo.loader.generated import generated_products
from demo.loader.plan import DAYS, Plan
from demo.loader.searching import SearchTexts
from demo.loader.shelf import Demand, Shelf
from demo.loader.shop import Places

FOLDER = "products"
_SIZES = ("XS", "S", "M", "L", "XL")
_THROUGH = Variant.values.through
# Sold out, and still to be had: baked, or made, when it is ordered. So many may be promised.
_ON_BACKORDER = {"country-loaf": 24}
_BACKORDER_DAYS = 3


def products_of(plan: Plan) -> Iterator[DemoProduct]:
    """The curated products, then made-up ones, up to the number that is wanted."""
    curated = load().products
    wanted = len(curated) if plan.products is None else plan.products
    yield from islice(curated, wanted)
    yield from generated_products(curated, count=max(0, wanted - len(curated)), dice=plan.dice("products"))


def count_products(plan: Plan) -> int:
    return len(load().products) if plan.products is None else plan.products


class CatalogueLoader:
    """Writes products in batches; what orders need to know of them goes to the shelf."""

    def __init__(self, plan: Plan, *, places: Places, demand: Demand, low_stock_at: int) -> None:
        self._plan = plan
        self._places = places
        self._demand = demand
        self._low_stock_at = low_stock_at
        self._writer = Writer(
            Attribute, AttributeValue, StockLocation, Product, ProductImage, Variant, _THROUGH,
            StockItem, StockMovement, SearchEntry, size=BATCH * 10,
        )  # fmt: skip
        self._values: dict[tuple[str, str, str], int] = {}
        self._dice = plan.dice("listing")
        self._search = SearchTexts()

    def load(self, products: Iterator[DemoProduct], *, shelf: Shelf, bar: tqdm) -> None:
        """Write `products`; the shelf's variants learn their keys."""
        self._attributes = {
            code: self._writer.add(Attribute, code=code, name=code.capitalize(), position=position)
            for position, code in enumerate(("colour", "size"))
        }
        self._location = self._writer.add(StockLocation, code="main", name="Main warehouse")
        for number, product in enumerate(products):
            self._add_product(number, product, shelf=shelf)
            self._writer.flush_when_full()
            bar.update()
        self._writer.flush()
        self._search.write_vocabulary()

    def _add_product(self, number: int, product: DemoProduct, *, shelf: Shelf) -> None:
        # Older than the first order, and not all of one day.
        created = self._plan.days_ago(DAYS + 10 + self._dice.random() * 300)
        cheapest = min(product.variants, key=lambda variant: variant.price)
        available = sum(variant.stock for variant in product.variants)
        first = product.pictures[0]
        key = self._writer.add(
            Product,
            status=Product.Status.PUBLISHED.value,
            store_id=self._places.stores[product.store],
            category_id=self._places.categories[product.category],
            name=product.name,
            slug=product.key,
            summary=product.summary,
            description=product.description,
            details=[list(pair) for pair in product.details],
            tax_class=product.tax_class,
            rank=product.rank,
            price_min=cheapest.price,
            price_max=max(variant.price for variant in product.variants),
            compare_at=cheapest.compare_at,
            available=available,
            stock_state=stock_state(
                available, self._low_stock_at, later=_ON_BACKORDER.get(product.key, 0)
            ).value,
            image=f"{FOLDER}/{first.stem}",
            image_alt=first.alt[:200],
            created_at=created,
        )
        images = {
            view.stem: self._writer.add(
                ProductImage,
                product_id=key,
                stem=f"{FOLDER}/{view.stem}",
                alt=view.alt[:200],
                position=position,
                created_at=created,
            )
            for position, view in enumerate(product.pictures)
        }
        for position, variant in enumerate(product.variants):
            variant_key = self._writer.add(
                Variant,
                product_id=key,
                sku=variant.sku,
                name=variant_name(variant),
                price=variant.price,
                compare_at=variant.compare_at,
                weight_grams=variant.weight_grams,
                backorder_limit=_ON_BACKORDER.get(product.key, 0),
                backorder_days=_BACKORDER_DAYS,
                position=position,
                image_id=images.get(variant.picture),
                created_at=created,
            )
            for code, text in variant.attributes.items():
                value = self._value(code, text, variant)
                self._writer.add(_THROUGH, variant_id=variant_key, attributevalue_id=value)
            item = self._add_stock(variant, variant_key, number=number, position=position)
            shelf.place(number, position, product=key, variant=variant_key, item=item)
        title, body = self._search.text(product)
        self._writer.add(SearchEntry, product_id=key, title=title, body=body)

    def _add_stock(self, variant: DemoVariant, key: int, *, number: int, position: int) -> int:
        """What the catalogue says is free, what orders hold, and what has left since it came."""
        demand = self._demand.of(number, position)
        on_hand = variant.stock + demand.held
        received = demand.received(variant.stock)
        item = self._writer.add(
            StockItem, variant_id=key, location_id=self._location, on_hand=on_hand, held=demand.held
        )
        if received:
            self._writer.add(
                StockMovement,
                item_id=item,
                kind=StockMovement.Kind.RECEIVED.value,
                change=received,
                on_hand_after=received,
                reason="First delivery",
                actor_id=self._places.owner,
                created_at=self._plan.days_ago(DAYS + 5) + timedelta(hours=8),
            )
        return item

    def _value(self, code: str, value: str, variant: DemoVariant) -> int:
        swatch = (variant.swatch or "") if code == "colour" else ""
        found = self._values.get((code, value, swatch))
        if found is None:
            found = self._values[code, value, swatch] = self._writer.add(
                AttributeValue,
                attribute_id=self._attributes[code],
                value=value,
                swatch=swatch,
                position=_size_position(value) if code == "size" else len(self._values),
            )
        return found


def variant_name(variant: DemoVariant) -> str:
    """ "Raspberry, M"; empty for a product that comes in one form."""
    return ", ".join(variant.attributes.values())


def _size_position(value: str) -> int:
    """Letters from small to large, then numbers."""
    if value in _SIZES:
        return _SIZES.index(value)
    return 10 + int(Decimal(value)) if value.replace(".", "").isdigit() else 5
