"""Tables that people open in a spreadsheet program."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

# A cell that begins with one of these is run as a formula.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    """Hands back what the csv module writes."""

    def write(self, text: str) -> str:
        return text


def stream_csv(name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Answer with a CSV file `name`, sent while `rows` are read; no cell can act as a formula."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        # The mark by which spreadsheet programs know UTF-8.
        yield "\ufeff" + writer.writerow([safe_cell(cell) for cell in header])
        for row in rows:
            yield writer.writerow([safe_cell(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def safe_cell(value: Any) -> str:
    """The text of a cell; what a spreadsheet would run gets an apostrophe in front.

    So does what begins like a text that got one: `plain_cell` can tell what was there before.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _is_risky(text) else text


def plain_cell(text: str) -> str:
    """What `safe_cell` was given; a text it would not have changed stays as it is."""
    return text[1:] if text.startswith("'") and _is_risky(text[1:]) else text


def _is_risky(text: str) -> bool:
    return text.lstrip("'").startswith(_RISKY)
