"""Words as search sees them: lower case, without accents, letters and digits only."""

import re
import unicodedata

MAX_QUERY_LENGTH = 200
MAX_QUERY_WORDS = 8
_MAX_WORD_LENGTH = 60
_WORD = re.compile(r"[^\W_]+")


def split_words(text: str) -> list[str]:
    """The words of `text` in order. What is neither letter nor digit separates words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return [word[:_MAX_WORD_LENGTH] for word in _WORD.findall(plain)]


def query_words(query: str) -> list[str]:
    """The first words of what a visitor typed: bounded, whatever was sent, and never syntax."""
    return split_words(query[:MAX_QUERY_LENGTH])[:MAX_QUERY_WORDS]
