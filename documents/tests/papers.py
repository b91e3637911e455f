"""Reading papers back: their words, their pages as pictures, and the codes on them."""

import re
import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image
from pypdf import PdfReader
from pyzbar.pyzbar import decode


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def words(pdf: bytes) -> str:
    """All text of a paper, with single spaces."""
    return " ".join(" ".join(page.extract_text().split()) for page in read(pdf).pages)


def word_boxes(pdf: bytes, folder: Path) -> list[tuple[str, float, float, float, float]]:
    """Each word with its left, top, right and bottom edge in points from the page's corner."""
    source = folder / "boxes.pdf"
    source.write_bytes(pdf)
    command = ["pdftotext", "-bbox", str(source), "-"]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pattern = r'<word xMin="([-.\d]+)" yMin="([-.\d]+)" xMax="([-.\d]+)" yMax="([-.\d]+)">(.*?)</word>'
    return [
        (word, float(left), float(top), float(right), float(bottom))
        for left, top, right, bottom, word in re.findall(pattern, found)
    ]


def picture(pdf: bytes, folder: Path, *, dpi: int) -> Image.Image:
    """The first page as a printer with this resolution makes it."""
    source = folder / "paper.pdf"
    source.write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-f", "1", "-singlefile", str(source), str(folder / "page")],
        check=True,
    )
    return Image.open(folder / "page.pgm")


def codes(image: Image.Image) -> dict[str, str]:
    """What a scanner reads: {"CODE128": …, "QRCODE": …}."""
    return {code.type: code.data.decode() for code in decode(image)}
