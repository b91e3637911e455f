"""Bar and QR codes as inline SVG, drawn on the dots of a 203 dpi label printer.

Such a printer has 8 dots a millimetre. A bar that is a whole number of dots wide prints
sharp; any other width is rounded differently from bar to bar, and scanners fail on it. Place
the pictures on whole dots too: at multiples of an eighth of a millimetre.
"""

from barcode.codex import Code128
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from segno import make_qr

DOTS_PER_MM = 8
# Thinner bars than two dots are lost when a printer head or a camera is a little off.
BARCODE_MIN_DOT, BARCODE_MAX_DOT = 2, 3
QR_QUIET_ZONE = 4


def is_encodable(text: str, *, width_mm: int) -> bool:
    """Whether a Code 128 of `text` fits in `width_mm` with bars that scanners read.

    It carries printable ASCII only; 91 mm hold 30 letters, or 60 digits.
    """
    if not text or not all(" " <= character <= "~" for character in text):
        return False
    return len(_modules(text)) * BARCODE_MIN_DOT <= width_mm * DOTS_PER_MM


def barcode_svg(text: str, *, width_mm: int, height_mm: int) -> SafeString:
    """A Code 128 of `text`, which must be `is_encodable`, centred in a box of this size."""
    modules = _modules(text)
    width, height = width_mm * DOTS_PER_MM, height_mm * DOTS_PER_MM
    dots = min(BARCODE_MAX_DOT, width // len(modules))
    left = (width - len(modules) * dots) // 2
    bars = [
        f"M{left + start * dots} 0h{length * dots}v{height}h-{length * dots}z"
        for start, length in _runs(modules)
    ]
    return _svg(f"Barcode {text}", bars, width_mm=width_mm, height_mm=height_mm)


def qr_svg(text: str, *, size_mm: int) -> SafeString:
    """A QR code of `text` with its quiet zone, as large as fits in a square of `size_mm`."""
    rows = ["".join("1" if module else "0" for module in row) for row in make_qr(text, error="m").matrix]
    dots = max(1, size_mm * DOTS_PER_MM // (len(rows) + 2 * QR_QUIET_ZONE))
    edge = (size_mm * DOTS_PER_MM - len(rows) * dots) // 2
    squares = [
        f"M{edge + start * dots} {edge + y * dots}h{length * dots}v{dots}h-{length * dots}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    ]
    return _svg(f"QR code {text}", squares, width_mm=size_mm, height_mm=size_mm)


def _modules(text: str) -> str:
    """The bars ("1") and gaps ("0") of a Code 128, each one module wide."""
    modules: str = Code128(text).build()[0]
    return modules


def _runs(modules: str) -> list[tuple[int, int]]:
    """Start and length of each run of "1" in `modules`."""
    runs, start = [], None
    for index, module in enumerate(modules + "0"):
        if module == "1" and start is None:
            start = index
        elif module == "0" and start is not None:
            runs.append((start, index - start))
            start = None
    return runs


def _svg(title: str, path: list[str], *, width_mm: int, height_mm: int) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{}mm" height="{}mm" viewBox="0 0 {} {}"'
        ' shape-rendering="crispEdges"><title>{}</title><path d="{}"/></svg>',
        width_mm,
        height_mm,
        width_mm * DOTS_PER_MM,
        height_mm * DOTS_PER_MM,
        title,
        mark_safe("".join(path)),  # numbers and path commands made above
    )
