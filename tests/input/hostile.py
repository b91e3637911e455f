"""What a malicious person types, and a reader of pages that sees whether it came alive."""

from html.parser import HTMLParser

# Breaks out of an attribute in either quotes, out of a script, a title and a comment.
PAYLOAD = "\"'--></script></title><b hack onclick=hack()>"
SHORT = "\"'><b hack>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if "hack" in name or (name.startswith("on") and "hack" in (value or "")):
                self.alive.append(f"<{tag} {name}={value!r}> at {self.getpos()}")
            if name in ("href", "src", "action") and (value or "").strip().lower().startswith("javascript:"):
                self.alive.append(f"<{tag} {name}={value!r}>")


def alive(html: str) -> list[str]:
    """Elements and attributes that the payload has become; empty when it stayed text."""
    reader = _Reader()
    reader.feed(html)
    return reader.alive
