"""The label for sending goods back: its size, its code, kept once, and for its owner only."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Store, StoreSettings
from documents.models import OrderFile
from documents.return_label import render_return_label
from documents.services.files import store_return_label_file
from documents.services.sweep import sweep
from documents.tests.papers import codes, picture, read, words
from ecommerce.lib.errors import NotFound
from orders.models import Return
from orders.services.return_steps import approve_return
from orders.services.returns import request_return
from orders.tests.factories import shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def approved():
    order = shipped_order(quantity=2)
    made = request_return(order=order, lines={order.lines.get().pk: (2, "other", "")})
    return approve_return(return_=made)


def test_is_a6_and_says_where_it_goes_and_opens_nothing():
    made = approved()
    pdf = render_return_label(made)
    (page,) = read(pdf).pages
    millimetres = (float(page.mediabox.width) / 72 * 25.4, float(page.mediabox.height) / 72 * 25.4)
    assert millimetres == pytest.approx((105, 148), abs=0.01)
    text = words(pdf)
    for part in (made.number, made.order.number, "Return to", "GERMANY", "2 items", "From Nora Nagel"):
        assert part in text
    assert made.order.token not in text and "€" not in text


def test_the_barcode_is_read_from_what_a_203_dpi_printer_prints(tmp_path):
    made = approved()
    image = picture(render_return_label(made), tmp_path, dpi=203)
    assert codes(image) == {"CODE128": made.number}


def test_the_seller_of_the_shop_is_the_receiver():
    shop = StoreSettings.current()
    made = approved()
    store = made.order.lines.get().product.store
    Store.objects.filter(pk=store.pk).update(name="Alcove Returns", line1="Lagerweg 4", city="Leipzig")
    shop.seller = Store.objects.get(pk=store.pk)
    shop.save()
    text = words(render_return_label(made))
    assert "Alcove Returns" in text and "Lagerweg 4" in text and "Leipzig" in text


def test_it_is_owed_found_by_the_sweep_and_kept_once():
    made = approved()
    later = timezone.now() + timedelta(minutes=5)
    Return.objects.filter(pk=made.pk).update(label_stored_at=None)
    sweep(now=later)
    made.refresh_from_db()
    assert made.label_stored_at is not None
    file = OrderFile.objects.get(source=f"return:{made.pk}")
    assert (file.file_type, file.file_name) == ("return_label", f"{made.number}.pdf")
    assert store_return_label_file(return_id=made.pk).pk == file.pk
    order = shipped_order()
    waiting = request_return(order=order, lines={order.lines.get().pk: (1, "other", "")})
    with pytest.raises(NotFound):
        store_return_label_file(return_id=waiting.pk)
    sweep(now=later)
    assert OrderFile.objects.filter(file_type="return_label").count() == 1


def test_its_owner_downloads_it_and_a_stranger_does_not(client, settings):
    settings.BACKGROUND = "off"  # on a store without transactions it would be made by now
    made = approved()
    assert "is being made" in client.get(made.get_absolute_url()).content.decode()
    file = store_return_label_file(return_id=made.pk)
    link = reverse("documents:download", args=[file.pk])
    page = client.get(made.get_absolute_url()).content.decode()
    assert f"{link}?token={made.order.token}" in page and "Return label" in page
    paper = client.get(f"{link}?token={made.order.token}")
    assert paper.status_code == 200 and paper["Content-Type"] == "application/pdf"
    other = shipped_order()
    assert client.get(link).status_code == client.get(f"{link}?token={other.token}").status_code == 404


def test_a_document_store_that_is_down_does_not_break_the_page(client, broken_documents):
    made = approved()
    page = client.get(made.get_absolute_url())
    assert page.status_code == 200 and "cannot be shown right now" in page.content.decode()
