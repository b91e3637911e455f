"""PDF from a template: tagged, in the shop's own letters, and closed to the outside.

Nothing that a paper names is ever fetched, neither from the network nor from this machine:
text typed by a shopper that looks like an address stays text. The only files a paper may use
are the fonts in `FONTS`, by the made-up scheme `font:`.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from PIL import ImageFile

from documents.factur_x import write_with_xml

FONT_FOLDER = Path(settings.BASE_DIR, "static", "fonts")
FONTS = {f"font:{name}": FONT_FOLDER / name for name in ("alcove-pdf-500.ttf", "alcove-pdf-700.ttf")}


def render_pdf(template: str, context: dict[str, Any], *, xml: bytes = b"") -> bytes:
    """Return `template` as a PDF/UA document; the same template and context give the same bytes.

    The template extends `pdf/base.html` and sets the title, which PDF readers show. Fonts that
    are not there are replaced by the machine's. With `xml`, the electronic invoice, it is PDF/A-3
    too and carries it; `context["issued_on"]` then dates the file.
    """
    # Slow to import (Pango, fontTools), and most processes never make a paper.
    from weasyprint import HTML

    # Importing it makes Pillow accept cut-off pictures in the whole process; uploads must not be.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    html = HTML(string=render_to_string(template, context), base_url=None, url_fetcher=_fetch())
    pdf: bytes = write_with_xml(html, xml) if xml else html.write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def _fetch() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFontsOnly(URLFetcher):
        """Knows our fonts and refuses every other address; the paper is made without it."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url not in FONTS:
                raise ValueError("Papers use the shop's own fonts and nothing else.")
            return URLFetcherResponse(url, FONTS[url].read_bytes(), {"Content-Type": "font/ttf"})

    return OwnFontsOnly()
