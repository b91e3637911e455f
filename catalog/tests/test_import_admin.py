"""Imports in the staff site: the way through its pages, and who may go it."""

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import ProductImport
from catalog.tests.factories import AttributeValueFactory, ProductFactory
from catalog.tests.importing import imported
from dashboard.tests.conftest import owner, sign_in, staff, staff_with

__all__ = ["owner", "staff"]

pytestmark = pytest.mark.django_db
ADD, LIST = reverse("admin:catalog_productimport_add"), reverse("admin:catalog_productimport_changelist")


@pytest.fixture
def mug():
    return ProductFactory(name="Mug", slug="mug", sku="MUG", price="12.00", stock=5).variants.get()


def page(row):
    return reverse("admin:catalog_productimport_change", args=[row.pk])


def step(row, name):
    return reverse("admin:catalog_productimport_step", args=[row.pk, name])


def send(client, text, name="my products.csv"):
    return client.post(ADD, {"file": SimpleUploadedFile(name, text.encode())})


def test_from_the_upload_to_undo(commit, staff, owner, mug):
    with commit():
        answer = send(staff, "sku,price\nMUG,13.5\n", "C:\\my products.csv")
    row = ProductImport.objects.get()
    assert answer.url == page(row) and (row.created_by, row.name) == (owner, "my products.csv")
    assert row.file.name.startswith("imports/") and "my products" not in row.file.name
    shown = staff.get(page(row)).content.decode()
    assert "12.00" in shown and "13.50" in shown and "Apply 1 line<" in shown
    with commit():
        staff.post(step(row, "apply"))
    shown = staff.get(page(row)).content.decode()
    assert "Undo the import" in shown and "Apply 1 line<" not in shown
    with commit():
        staff.post(step(row, "undo"))
    mug.refresh_from_db()
    assert mug.price == 12 and "Undone" in staff.get(page(row)).content.decode()
    assert "my products.csv" in staff.get(LIST).content.decode()


def test_mistakes_are_shown_with_their_lines_and_nothing_can_be_applied(commit, staff, mug):
    row = imported(commit, "sku,price\nMUG,12,50\nMUG,9\n")
    shown = staff.get(page(row)).content.decode()
    assert "It has 3 cells" in shown and "Apply" not in shown
    staff.post(step(row, "apply"))
    row.refresh_from_db()
    assert row.state == "refused"


def test_a_page_of_work_that_goes_on_asks_again_by_itself(staff, mug):
    send(staff, "sku,price\nMUG,13.5\n")
    row = ProductImport.objects.get()
    answer = staff.get(page(row))
    assert answer.headers["Refresh"] == "2" and "is being checked" in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"file": ""}])
def test_no_file_is_answered_in_words(staff, sent):
    answer = staff.post(ADD, sent)
    assert answer.status_code == 400 and "Choose a file." in answer.content.decode()


def test_who_may_look_add_and_apply(commit, mug):
    row = imported(commit, "sku,price\nMUG,13.5\n")
    looks = sign_in(staff_with("catalog.view_productimport"))
    adds = sign_in(staff_with("catalog.add_productimport", "catalog.view_product"))
    nobody = sign_in(staff_with("orders.view_order"))
    assert looks.get(page(row)).status_code == 200 and "<button" in looks.get(page(row)).content.decode()
    assert "Apply it" not in looks.get(page(row)).content.decode()
    assert looks.get(ADD).status_code == looks.post(step(row, "apply")).status_code == 403
    assert adds.get(ADD).status_code == 200 and adds.post(step(row, "apply")).status_code == 403
    assert (
        nobody.get(LIST).status_code
        == nobody.get(ADD).status_code
        == nobody.get(page(row)).status_code
        == 403
    )
    assert nobody.get(reverse("admin:catalog_product_export")).status_code == 403
    row.refresh_from_db()
    assert row.state == "ready"


def test_steps_are_posts_and_known(commit, staff, mug):
    row = imported(commit, "sku,price\nMUG,13.5\n")
    assert staff.get(step(row, "apply")).status_code == 405
    assert staff.post(step(row, "elsewhere")).status_code == 404
    assert staff.get(reverse("admin:catalog_productimport_change", args=["9" * 30])).status_code == 404


def test_the_list_of_products_leads_to_import_and_export(staff, mug):
    shown = staff.get(reverse("admin:catalog_product_changelist")).content.decode()
    assert "to-import" in shown and "to-export" in shown
    answer = staff.get(reverse("admin:catalog_product_export"))
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["sku"], row["product"], row["price"], row["stock"]) for row in rows] == [
        ("MUG", "mug", "12.00", "5")
    ]
    adds = sign_in(staff_with("catalog.view_product"))
    assert "to-import" not in adds.get(reverse("admin:catalog_product_changelist")).content.decode()


def test_the_chosen_products_are_exported_alone(staff, mug):
    other = ProductFactory()
    chosen = {"action": "export_chosen", "_selected_action": [mug.product_id]}
    answer = staff.post(reverse("admin:catalog_product_changelist"), chosen)
    text = b"".join(answer.streaming_content).decode()
    assert "MUG" in text and other.slug not in text


def test_queries_of_the_page_do_not_grow_with_the_file(commit, staff, django_assert_max_num_queries):
    AttributeValueFactory(attribute__code="colour")
    for number in range(12):
        ProductFactory(sku=f"S{number}")
    row = imported(commit, "sku,price\n" + "".join(f"S{number},3\n" for number in range(12)))
    staff.get(page(row))
    with django_assert_max_num_queries(30):
        assert staff.get(page(row)).status_code == 200
