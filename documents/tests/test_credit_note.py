"""The credit note: on paper, for programs, kept, listed, fetched and printed."""

import pytest
from django.core.files.storage import storages

from customers.tests.factories import StaffFactory, UserFactory
from documents.credit_note import render_credit_note
from documents.e_invoice import credit_note_xml
from documents.models import OrderFile
from documents.services.files import read_file, store_credit_note_file, store_invoice_file
from documents.services.printing import print_papers
from documents.services.sweep import sweep
from documents.tasks import store_credit_note
from documents.tests.credit_notes import DELIVERY, GOODS, REDUCTION, CreditNoteFactory, credited_of
from documents.tests.papers import read, words
from documents.tests.quoted import PARIS, REVERSE, goods, quoted
from documents.tests.standard import violations
from documents.tests.test_e_invoice import found
from documents.tests.test_order_files_tag import show
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import NotFound
from orders.tests.test_pricing import ADDED

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
NET = {**GOODS, "net": "20.00", "tax": "3.80", "total": "20.00"}
BOOK = {**GOODS, "name": "Book", "tax_rate": "7", "unit_price": "10.70", "net": "10.00", "tax": "0.70"}
BOOKS = {**BOOK, "quantity": 3, "net": "30.00", "tax": "2.10", "total": "32.10"}
FREE = {**GOODS, "unit_price": "53.78", "tax_rate": "0", "net": "53.78", "tax": "0.00", "total": "53.78"}

CASES = {
    "goods": lambda: credited_of(GOODS, result=quoted()),
    "goods at two rates": lambda: credited_of(
        GOODS, BOOKS, result=quoted(goods(), goods("10.70", key=2, quantity=3, tax_class="reduced"))
    ),
    "delivery": lambda: credited_of(DELIVERY, result=quoted()),
    "a lower price": lambda: credited_of(REDUCTION, result=quoted()),
    "net prices": lambda: credited_of(NET, result=quoted(taxes=ADDED)),
    "reverse charge": lambda: credited_of(
        FREE, result=quoted(goods("64.00"), taxes=REVERSE), shipping_address=PARIS
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_keeps_every_rule_of_the_standard(case):
    snapshot = CASES[case]()
    xml = credit_note_xml(snapshot)
    assert violations(xml) == []
    assert found(xml, "ExchangedDocument/TypeCode") == ["381"]
    assert found(xml, "InvoiceReferencedDocument/IssuerAssignedID") == ["2026-00123"]
    assert found(xml, "DuePayableAmount") == [snapshot["total"]]


def test_says_what_is_credited_why_and_how_it_comes_back():
    text = words(render_credit_note(CASES["goods at two rates"]()))
    for part in (
        "Credit note 2026-C-00007",
        "Corrects invoice 2026-00123 of 22 November 2026: Returned: too small",
        "1 December 2026",
        "Field backpack, Raspberry SKU-1 1 €20.00 19% €20.00",
        "Book",
        "7% €30.00 €2.10 €32.10",
        "19% €16.81 €3.19 €20.00",
        "Credit €52.10",
        "VAT included €5.29",
        "Paid back by Credit card",
        "VAT number DE136695976",
    ):
        assert part in text
    assert "Bank transfer" not in text and "Due" not in text


def test_net_prices_and_reverse_charge_are_named_as_on_the_invoice():
    net = words(render_credit_note(CASES["net prices"]()))
    assert "Without VAT" in net and "VAT €3.80 Credit €23.80" in net and "included" not in net
    reverse = words(render_credit_note(CASES["reverse charge"]()))
    assert "Reverse charge: the buyer owes the VAT." in reverse and "buyer FR40303265045" in reverse


def test_renders_to_the_same_bytes_and_without_figures_for_programs_too():
    snapshot = CASES["goods"]()
    pdf = render_credit_note(snapshot)
    assert pdf == render_credit_note(snapshot)
    assert "factur-x.xml" in read(pdf).attachments
    old = render_credit_note({**snapshot, "buyer": None} | {"seller": {"name": "Alcove GmbH"}})
    assert "Credit €20.00" in words(old) and not read(old).attachments


def test_is_kept_once_by_its_number_and_marked(commit):
    note = CreditNoteFactory()
    with commit():
        after_commit(task_named("documents.store_credit_note"), note.pk)
    file = OrderFile.objects.get()
    assert task_named("documents.store_credit_note").name == store_credit_note.name
    assert store_credit_note_file(credit_note_id=note.pk) == file
    assert (file.path, file.file_type) == (f"credit-notes/2026/{note.number}.pdf", "credit_note")
    assert f"Credit note {note.number}" in words(read_file(file))
    note.refresh_from_db()
    assert note.file_stored_at is not None
    with pytest.raises(NotFound):
        store_credit_note_file(credit_note_id=note.pk + 1)


def test_a_lost_one_is_found_by_the_sweep():
    note, last = CreditNoteFactory(), CreditNoteFactory(snapshot={})
    done = sweep(now=note.issued_at)
    assert (done["credit notes filed"], done["papers failed"]) == (1, 1)
    assert sweep(now=note.issued_at)["credit notes filed"] == 0
    last.refresh_from_db()
    assert last.file_stored_at is None


@pytest.mark.parametrize("down", ["document store", "file store"])
def test_while_a_store_is_down_it_stays_owed_and_is_made_afterwards(down, request, settings, tmp_path):
    note = CreditNoteFactory()
    if down == "document store":
        request.getfixturevalue("broken_documents")
        assert sweep(now=note.issued_at)["papers failed"] > 0
    else:
        working = settings.STORAGES
        blocked = tmp_path / "blocked"
        blocked.write_text("a file where the folder should be")
        broken = {**working["private"], "OPTIONS": {"location": blocked}}
        settings.STORAGES = {**working, "private": broken}
        assert sweep(now=note.issued_at)["papers failed"] > 0
        settings.STORAGES = working
        assert sweep(now=note.issued_at)["credit notes filed"] == 1
    note.refresh_from_db()
    assert (note.file_stored_at is not None) == (down == "file store")


def test_its_customer_and_staff_fetch_it_and_strangers_get_404(client):
    note = CreditNoteFactory(invoice__order__customer=UserFactory())
    file = store_credit_note_file(credit_note_id=note.pk)
    address = f"/files/{file.pk}/"
    assert client.get(address).status_code == 404
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
    for person in (note.order.customer, StaffFactory()):
        client.force_login(person)
        answer = client.get(address)
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert f'filename="{note.number}.pdf"' in answer["Content-Disposition"]
    types = [row["file_type"] for row in client.get(f"/api/orders/{note.order.pk}/files").json()]
    assert types == ["credit_note"]


def test_the_order_page_lists_it_and_says_when_it_is_still_being_made():
    note = CreditNoteFactory()
    store_invoice_file(invoice_id=note.invoice.pk)
    assert "Your credit note is being made and will appear here." in show(note.order)
    store_credit_note_file(credit_note_id=note.pk)
    page = show(note.order)
    assert "Credit note" in page and note.number in page and "being made" not in page


def test_is_printed_after_the_invoice_as_it_is_kept():
    note = CreditNoteFactory()
    file = store_credit_note_file(credit_note_id=note.pk)
    kept = words(print_papers(orders=[note.order], packing_slips=False).pdf)
    assert kept.index("Billed to") < kept.index(f"Credit note {note.number}")
    storages["private"].delete(file.path)  # lost: then it is made anew
    again = words(print_papers(orders=[note.order], packing_slips=False).pdf)
    assert f"Credit note {note.number}" in again
