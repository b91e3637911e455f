"""What the example catalogue consists of, as plain immutable records."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from demo.recolour import Tint

PICTURES = Path(__file__).parent / "pictures"
PICTURE_WIDTHS = (320, 640, 960)
PICTURE_SUFFIXES = ("avif", "webp")


class CatalogueError(ValueError):
    """The catalogue files contradict themselves; the message names the file's entry and the fault."""


@dataclass(frozen=True)
class DemoStore:
    """A seller: the shop itself or a small workshop selling through it."""

    slug: str
    name: str
    email: str
    phone: str
    street: str
    postcode: str
    city: str
    country: str
    vat_number: str
    about: str


@dataclass(frozen=True)
class DemoCategory:
    """A shelf. ``parent`` is None for the six top shelves; ``hue`` colours the niches behind it."""

    slug: str
    name: str
    description: str
    hue: int
    parent: str | None


@dataclass(frozen=True)
class DemoPicture:
    """One view of a product; ``colour`` is None when the view is not of one particular colour.

    ``kind`` is "front", "detail" (round close-up), "set" (all colours) or "trio" (three alike).
    """

    stem: str
    alt: str
    colour: str | None
    kind: str = "front"

    def file(self, *, width: int, suffix: str) -> Path:
        """Where this view is kept at one of PICTURE_WIDTHS and PICTURE_SUFFIXES."""
        return PICTURES / f"{self.stem}-{width}.{suffix}"


@dataclass(frozen=True)
class DemoVariant:
    """One thing that can be put into a basket. ``picture`` is the stem of its front view."""

    sku: str
    attributes: dict[str, str]
    swatch: str | None
    price: Decimal
    compare_at: Decimal | None
    weight_grams: int
    stock: int
    picture: str


@dataclass(frozen=True)
class Drawing:
    """How the pictures of a product are made: the icon, a tint per front view, the close-up.

    ``focus`` is the close-up's centre and width (x, y, span) as fractions of the drawing.
    """

    icon: str
    tints: dict[str, Tint]
    focus: tuple[float, float, float] | None


@dataclass(frozen=True)
class DemoProduct:
    """A product with its words, its variants (at least one) and its views, front views first."""

    key: str
    name: str
    category: str
    store: str
    summary: str
    description: str
    details: tuple[tuple[str, str], ...]
    tax_class: str
    rank: int
    variants: tuple[DemoVariant, ...]
    pictures: tuple[DemoPicture, ...]
    drawing: Drawing


@dataclass(frozen=True)
class Catalogue:
    """Everything on sale: products in display order, categories with parents before children."""

    stores: tuple[DemoStore, ...]
    categories: tuple[DemoCategory, ...]
    products: tuple[DemoProduct, ...]
