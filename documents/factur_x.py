"""An invoice for people and programs in one file: Factur-X 1.0 (ZUGFeRD 2), profile EN 16931.

The XML is a file inside the PDF, which therefore is PDF/A-3; the PDF's metadata (XMP) says so,
and explains each property that PDF/A does not know. Made by WeasyPrint in one go: tools that add
the XML afterwards write the present time and drop what the metadata says of the tags.
"""

from datetime import datetime
from typing import Any
from xml.etree import ElementTree

FILE_NAME = "factur-x.xml"
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_UA = "http://www.aiim.org/pdfua/ns/id/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

# PDF/A asks for these very prefixes.
for _prefix, _uri in (
    ("fx", _FX),
    ("pdfuaid", _UA),
    ("pdfaExtension", "http://www.aiim.org/pdfa/ns/extension/"),
    ("pdfaSchema", "http://www.aiim.org/pdfa/ns/schema#"),
    ("pdfaProperty", "http://www.aiim.org/pdfa/ns/property#"),
):
    ElementTree.register_namespace(_prefix, _uri)

# (schema, namespace, prefix, [(property, type, category, what it is)]): PDF/A wants them described.
_SCHEMAS = (
    (
        "Factur-X PDFA Extension Schema",
        _FX,
        "fx",
        [
            ("DocumentFileName", "Text", "external", "The name of the embedded XML document"),
            ("DocumentType", "Text", "external", "The type of the document in capital letters"),
            ("Version", "Text", "external", "The version of the standard of the embedded XML"),
            ("ConformanceLevel", "Text", "external", "The profile of the embedded XML"),
        ],
    ),
    (
        "PDF/UA Universal Accessibility Schema",
        _UA,
        "pdfuaid",
        [("part", "Integer", "internal", "The part of ISO 14289 that the file follows")],
    ),
)


def write_with_xml(html: Any, xml: bytes) -> bytes:
    """Return a WeasyPrint `html`, whose metadata has its date, as PDF/A-3a that carries `xml`."""
    from weasyprint import Attachment

    document = html.render(pdf_variant="pdf/a-3a")
    written = datetime.fromisoformat(document.metadata.created)
    attachment = Attachment(
        string=xml.decode(),
        name=FILE_NAME,
        description="The invoice for programs: Factur-X, EN 16931",
        created=written,
        modified=written,
        relationship="Alternative",
    )
    usual = document.metadata.generate_rdf_metadata
    document.metadata.generate_rdf_metadata = lambda *args: _with_factur_x(usual(*args))
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a", attachments=[attachment], finisher=_name_files_once
    )
    return pdf


def _name_files_once(_: Any, pdf: Any) -> None:
    """WeasyPrint lists the file twice among those that belong to the document."""
    files = pdf.catalog["AF"]
    pdf.catalog["AF"] = type(files)(dict.fromkeys(files))


def _with_factur_x(rdf: bytes) -> bytes:
    """The XMP with what makes it Factur-X and PDF/UA; both need their schemas described."""
    root = ElementTree.fromstring(rdf)
    for part in (_properties(), _descriptions()):
        root.extend(ElementTree.fromstring(part))
    return ElementTree.tostring(root, encoding="utf-8")


def _properties() -> str:
    return f"""<rdf:RDF xmlns:rdf="{_RDF}">
<rdf:Description rdf:about="" xmlns:fx="{_FX}">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{FILE_NAME}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="{_UA}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
</rdf:RDF>"""


def _descriptions() -> str:
    return f"""<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about=""
xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>{"".join(_schema(*schema) for schema in _SCHEMAS)}</rdf:Bag>
</pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


def _schema(name: str, uri: str, prefix: str, properties: list[tuple[str, str, str, str]]) -> str:
    described = "".join(
        f"""<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>
<pdfaProperty:category>{category}</pdfaProperty:category>
<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"""
        for name, kind, category, text in properties
    )
    return f"""<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{name}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li>"""
