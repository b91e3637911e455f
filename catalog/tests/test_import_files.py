"""Test 46, import: marks, encodings, separators, formulas, duplicate SKUs, and mistakes in words."""

import codecs
from io import BytesIO

import pytest

from catalog.services.importing import reading
from catalog.services.importing.reading import open_sheet
from catalog.tests.factories import CategoryFactory, ProductFactory, StoreFactory
from catalog.tests.importing import changes_of, imported
from ecommerce.lib.errors import BadInput

pytestmark = pytest.mark.django_db
TEXT = "sku,product,description\nMUG,mug,Größe 12 € – “Tee”\n"


@pytest.fixture
def mug():
    return ProductFactory(
        name="Mug", slug="mug", sku="MUG", price="12.00", stock=5, description=""
    ).variants.get()


def read(content):
    sheet = open_sheet(BytesIO(content))
    return sheet.header, list(sheet.lines), sheet.notes


def mistakes(row):
    return [words for _, words in row.errors]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.encode("cp1252"),
    ],
)
def test_letters_and_separators_of_all_spreadsheet_programs(commit, mug, content):
    row = imported(commit, content)
    assert changes_of(row) == {"MUG": {"description": ["", "Größe 12 € – “Tee”"]}}
    assert bool(row.notes) == (content == TEXT.encode("cp1252"))
    assert all("Windows-1252" in note for note in row.notes)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"sku\x00,price\nM", "not a table of text"),
        (TEXT.encode("utf-16-le"), "not a table of text"),
        (b"PK\x03\x04\x14\x00\x06\x00", "not a table of text"),
        (b"sku\nM\x81\xff", "not a table of text"),
        (TEXT.encode("utf-16")[:-1], "in the middle of a letter"),
        (b"\nsku\nMUG\n", "first line is empty"),
        (b'sku,price\n"MUG,12\nCUP,9\n', "never closed"),
        (b'sku,price\n"MUG"x,12\n', "before or behind"),
    ],
)
def test_what_is_no_table_is_refused_in_words(commit, content, words):
    row = imported(commit, content)
    assert row.state == "refused" and words in mistakes(row)[0]


def test_an_endless_cell_or_file_is_refused_before_it_fills_the_memory(commit, monkeypatch):
    row = imported(commit, b'sku,description\nMUG,"' + b"x" * 200_000 + b'"\n')
    assert "never closed" in mistakes(row)[0]
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    with pytest.raises(BadInput, match="more than 2 rows"):
        read(b"sku\na\nb\nc\n")


def test_lines_are_numbered_as_editors_number_them():
    header, lines, _ = read(b'sku,description\nA,"one\ntwo"\n\nB,x\n')
    assert header == ["sku", "description"]
    assert lines == [(2, ["A", "one\ntwo"]), (5, ["B", "x"])]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("sku,colour", "The column “colour” is not known."),
        ("sku,price,Price", "The column “price” is there twice."),
        ("price,product", "There is no column “sku”."),
        ("sku,,price", "Column 2 has no name."),
        ("sku,attr_colour", "There is no attribute “colour”"),
        ("sku,barcode", "The column “barcode” is not known."),
    ],
)
def test_columns_are_named_when_they_cannot_be_understood(commit, header, words):
    row = imported(commit, f"{header}\nMUG,1,2\n")
    assert row.state == "refused" and words in " ".join(mistakes(row)) and row.rows.count() == 0


def test_columns_that_are_not_there_change_nothing_and_their_names_are_read_kindly(commit, mug):
    row = imported(commit, "SKU, Compare At Price ,,\nMUG,20,,\n")
    assert changes_of(row) == {"MUG": {"compare_at_price": ["", "20.00"]}}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("MUG,12\\,50,,,", "Enter an amount like 12.50"),
        ("MUG,1e3,,,", "Enter an amount like 12.50"),
        ("MUG,NaN,,,", "Enter an amount like 12.50"),
        ("MUG,-1,,,", "Enter an amount like 12.50"),
        ("MUG,١٢,,,", "Enter an amount like 12.50"),
        ("MUG,1.005,,,", "whole 0.01 steps"),
        ("MUG,99999999999,,,", "below 1,000,000,000"),
        ("MUG,12,12,,", "must be higher than the price"),
        ("MUG,,11.99,,", "must be higher than the price"),
        ("MUG,,,-1,", "Enter a whole number"),
        ("MUG,,,1.5,", "Enter a whole number"),
        ("MUG,,,99999999999,", "Enter a whole number"),
        ("MUG,,,,perhaps", "Enter yes or no"),
        (",1,,,", "Enter the SKU"),
        ("NEW,1,,,", "Enter the product"),
        ("M\x07,1,,,", "characters that are no text"),
        ("X" * 65 + ",1,,,", "64 fit"),
    ],
)
def test_cells_are_refused_in_words_with_their_column(commit, mug, cells, words):
    quoted = ",".join(f'"{cell}"' for cell in cells.replace("\\,", "¦").split(",")).replace("¦", ",")
    row = imported(commit, f"sku,price,compare_at_price,stock,published\n{quoted}\n")
    assert row.state == "refused" and row.errors[0][0] == 2 and words in row.errors[0][1]


def test_a_sku_that_is_there_twice_names_both_lines(commit, mug):
    row = imported(commit, "sku,price\nMUG,13\nCUP,1\nMUG,14\n")
    assert [4, "sku: Lines 2 and 4 have the same SKU, MUG."] in row.errors and row.state == "refused"


def test_skus_that_differ_in_capitals_only_are_refused(commit, mug):
    text = "sku,product,price\nNew-1,mug,1\nNEW-1,mug,1\n"
    assert "Lines 2 and 3 have the same SKU" in " ".join(mistakes(imported(commit, text)))


def test_cells_that_look_like_formulas_are_text(commit, mug):
    CategoryFactory(name="Things", slug="things")
    text = (
        "sku,product,category,price,description\n"
        "=1+1,=HYPERLINK,Things,1,\"=cmd|' /C calc'!A0\"\n"
        "MUG,mug,,,'=2+2\n"
    )
    row = imported(commit, text, apply=True)
    found = changes_of(row)
    assert found["=1+1"]["name"][1] == "=HYPERLINK" and found["=1+1"]["description"][1].startswith("=cmd")
    assert found["MUG"]["description"][1] == "=2+2"  # the apostrophe is what an export puts before it


def test_lines_of_one_product_may_not_disagree(commit, mug):
    CategoryFactory(name="Things", slug="things")
    text = "sku,product,category,price,published\nA,Lamp,Things,1,yes\nB,Lamp,,1,\nC,Lamp,,1,no\n"
    assert imported(commit, text).errors == [
        [4, "published: Line 2 says something else of the same product."]
    ]


def test_a_variant_stays_with_its_product_and_names_must_be_clear(commit, mug):
    for number in (1, 2):
        ProductFactory(name="Twin", slug=f"twin-{number}", sku=f"T{number}")
    StoreFactory(name="Second store", slug="second-store")
    text = "sku,product,category,price\nMUG,twin-1,,1\nT3,Twin,,1\nT4,twin-2,,1\nN,New one,Nowhere,1\n"
    row = imported(commit, text)
    assert row.errors[0] == [2, "product: MUG belongs to Mug (mug), not “twin-1”."]
    assert row.errors[1] == [3, "product: Several are called “Twin”. Enter its address (slug)."]
    assert [words for line, words in row.errors if line == 5] == [
        "store: There are several stores. Enter that of the new product.",
        "category: There is no category “Nowhere”. Make it first, or correct the name.",
    ]


def test_promised_pieces_cannot_be_counted_away(commit, mug):
    from catalog.services import inventory

    inventory.reserve(quantities={mug.pk: 2}, reference="order:X")
    row = imported(commit, "sku,stock\nMUG,1\n")
    assert mistakes(row) == ["stock: 2 are promised to customers, so there cannot be fewer."]


def test_only_so_many_mistakes_are_kept_and_all_are_counted(commit):
    row = imported(commit, "sku,price\n" + "".join(f"S{number},x\n" for number in range(300)))
    assert row.error_count == 300 and len(row.errors) == 200
