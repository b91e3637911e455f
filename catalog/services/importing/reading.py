"""A file as lines of cells: which letters, which separator, and nothing read before it is needed."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from ecommerce.lib.errors import BadInput

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 200_000
# A description has room; a forgotten quote, which swallows the rest of the file, has not.
MAX_CELL = 100_000
_SEPARATORS = ",;\t"
_BLOCK = 1 << 20
_CP1252 = "The file is not UTF-8. It was read as Windows-1252: look whether letters like ä and € are right."


@dataclass(frozen=True)
class Sheet:
    """The header and, read once, the lines below it with the number of the line they begin in."""

    header: list[str]
    lines: Iterator[tuple[int, list[str]]]
    notes: list[str]


def open_sheet(file: IO[bytes]) -> Sheet:
    """Begin to read a CSV file. Raises BadInput for one that is no table of texts.

    UTF-8 with or without its mark, UTF-16 with it, else Windows-1252, which `notes` then say;
    separated by comma, semicolon or tab.
    """
    encoding = _encoding(file)
    file.seek(0)
    buffered = io.BufferedReader(_Raw(file))  # type: ignore[type-var]
    text = io.TextIOWrapper(buffered, encoding=encoding, newline="")
    first = text.readline(MAX_CELL)
    if not first.strip():
        raise BadInput("The first line is empty. It has to name the columns.", field="file")
    separator = max(_SEPARATORS, key=first.count)
    text.seek(0)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(text, delimiter=separator, strict=True)
    rows = _rows(reader)
    _, header = next(rows)
    return Sheet(header, rows, [_CP1252] if encoding == "cp1252" else [])


class _Raw(io.RawIOBase):
    """Reads a file and leaves it open, when the readers around it are thrown away."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        for number, cells in enumerate(reader):
            if number > MAX_ROWS:
                raise BadInput(f"The file has more than {MAX_ROWS:,} rows. Split it.", field="file")
            if any(cells):
                yield line, cells
            line = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        raise BadInput(_csv_words(line, str(error)), field="file") from error
    except UnicodeError as error:
        raise BadInput("The file ends in the middle of a letter. Save it again.", field="file") from error


def _csv_words(line: int, why: str) -> str:
    if "field larger" in why or "unexpected end" in why:
        return f"Line {line}: a quotation mark is opened and never closed."
    return f"Line {line}: a cell in quotation marks has text before or behind them."


def _encoding(file: IO[bytes]) -> str:
    start = file.read(4)
    file.seek(0)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "cp1252"):
        if _decodes(file, encoding):
            return encoding
    raise BadInput("The file is not a table of text. Save it as “CSV UTF-8” and try again.", field="file")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            if b"\x00" in block:  # UTF-16 without its mark, a spreadsheet or a picture
                return False
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
