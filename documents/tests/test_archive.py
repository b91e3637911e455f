"""The invoice's file: PDF/A-3 that carries the XML, still tagged, and the same every time."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine
from PIL import ImageFile

from documents.invoice import render_invoice
from documents.tests.factories import snapshot as old_snapshot
from documents.tests.papers import read, words
from documents.tests.quoted import goods, quoted, snapshot_of
from documents.tests.standard import violations

pytestmark = pytest.mark.django_db
NAMES = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


@pytest.fixture
def snapshot():
    return snapshot_of(quoted(goods("19.99", quantity=3)))


def metadata(pdf: bytes) -> ElementTree.Element:
    packet = read(pdf).root_object["/Metadata"].get_object().get_data()
    return ElementTree.fromstring(packet.partition(b"?>")[2].rpartition(b"<?xpacket")[0])


def test_the_xml_is_a_file_of_the_pdf_that_says_the_same(snapshot):
    pdf = render_invoice(snapshot)
    root = read(pdf).root_object
    (attached,) = root["/AF"]
    attached = attached.get_object()
    assert (attached["/UF"], attached["/AFRelationship"]) == ("factur-x.xml", "/Alternative")
    names = root["/Names"]["/EmbeddedFiles"].get_object()["/Names"]
    assert names[1].get_object() == attached
    stream = attached["/EF"]["/F"].get_object()
    assert stream["/Subtype"] == "/text/xml"
    assert stream["/Params"]["/ModDate"] == "D:20261122000000Z"
    assert violations(stream.get_data()) == []
    assert f"Total €{snapshot['total']}" in words(pdf)


def test_says_that_it_is_pdf_a_3_pdf_ua_and_factur_x(snapshot):
    xmp = metadata(render_invoice(snapshot))
    assert len(xmp.findall("rdf:RDF", NAMES)) == 1
    assert [
        node.attrib.get(f"{{{NAMES['pdfaid']}}}{key}")
        for node in xmp.iter(f"{{{NAMES['rdf']}}}Description")
        for key in ("part", "conformance")
        if f"{{{NAMES['pdfaid']}}}part" in node.attrib
    ] == ["3", "A"]
    assert xmp.findtext(".//pdfuaid:part", namespaces=NAMES) == "1"
    said = ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")
    assert [xmp.findtext(f".//fx:{name}", namespaces=NAMES) for name in said] == [
        "INVOICE",
        "factur-x.xml",
        "1.0",
        "EN 16931",
    ]
    described = {node.text for node in xmp.iterfind(".//pdfaSchema:namespaceURI", NAMES)}
    assert described == {NAMES["fx"], NAMES["pdfuaid"]}


def test_is_tagged_has_its_colours_and_fonts_and_is_not_encrypted(snapshot):
    pdf = read(render_invoice(snapshot))
    root = pdf.root_object
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"] == "en"
    (intent,) = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert intent.get_object()["/DestOutputProfile"].get_object()["/N"] == 3
    assert not pdf.is_encrypted and "/ID" in pdf.trailer
    fonts = pdf.pages[0]["/Resources"]["/Font"]
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
    assert pdf.metadata is not None and pdf.metadata.title == "Invoice 2026-00123"


def test_two_workers_on_different_days_write_the_same_bytes(snapshot):
    with time_machine.travel(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        first = render_invoice(snapshot)
    with time_machine.travel(datetime(2031, 1, 1, 23, tzinfo=UTC)):
        second = render_invoice(snapshot)
    assert first == second
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_an_invoice_from_before_has_its_paper_and_no_xml():
    pdf = render_invoice(old_snapshot())
    assert "Total €125.50" in words(pdf)
    assert not read(pdf).attachments
    assert "/StructTreeRoot" in read(pdf).root_object
