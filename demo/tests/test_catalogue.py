"""The example catalogue is complete: every product has words, variants and all its pictures."""

import json

import pytest

from demo.catalogue import PICTURE_SUFFIXES, PICTURE_WIDTHS, CatalogueError, load
from demo.entries import read_product
from demo.model import PICTURES
from demo.texts import load_texts

ENTRY = {
    "key": "tin-whistle",
    "name": "Tin whistle",
    "category": "music",
    "store": "alcove",
    "icon": "flute",
    "rank": 1,
    "summary": "In the key of D",
    "sight": "Whistle in {colour}",
    "description": "word " * 70,
    "details": [["Key", "D"], ["Length", "30 cm"], ["Made in", "Cork"]],
    "tax_class": "standard",
    "weight_grams": 60,
    "price": "12.00",
}


def test_every_view_has_its_files_and_its_words():
    for product in load().products:
        for view in product.pictures:
            assert len(view.alt) > 10, view.stem
            for width in PICTURE_WIDTHS:
                for suffix in PICTURE_SUFFIXES:
                    assert view.file(width=width, suffix=suffix).is_file(), view.stem


def test_no_picture_is_left_over():
    stems = {view.stem for product in load().products for view in product.pictures}
    found = {file.stem.rpartition("-")[0] for file in PICTURES.glob("*.avif")}
    assert found == stems == json.loads((PICTURES / "recipes.json").read_text()).keys()


def test_every_variant_points_to_a_front_view_of_its_colour():
    for product in load().products:
        fronts = {view.stem: view.colour for view in product.pictures if view.kind == "front"}
        for variant in product.variants:
            assert fronts[variant.picture] == variant.attributes.get("colour")


def test_the_home_page_is_varied():
    first = load().products[:24]
    assert len({product.category for product in first}) >= 10
    neighbours = zip(first, first[1:], strict=False)
    assert all(one.category != other.category for one, other in neighbours)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"store": "nobody"}, "unknown store"),
        ({"category": "attic"}, "unknown subcategory"),
        ({"summery": "typo"}, r"unknown \['summery'\]"),
        ({"summary": "x" * 41}, "summary has 41 characters"),
        ({"sizes": ["S", "M"], "stock": [1]}, "shorter"),
        ({"options": [{"colour": "Red", "swatch": "red", "stock": 1}]}, "swatch 'red'"),
    ],
)
def test_a_faulty_entry_is_named(change, complaint):
    entry = {**ENTRY, "stock": 1, **change}
    with pytest.raises(CatalogueError, match=f"product tin-whistle: .*{complaint}"):
        read_product(entry=entry, stores={"alcove"}, categories={"music"})


def test_there_are_reviews_for_every_shelf_and_rating():
    texts = load_texts()
    assert len({review.text for review in texts.reviews}) == len(texts.reviews) >= 120
    for category in load().categories:
        if category.parent is None:
            for rating in range(1, 6):
                assert len(texts.reviews_for(category=category.slug, rating=rating)) >= 5
