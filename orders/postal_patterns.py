"""Which postal codes a list of patterns means. Pure: zones and tax regions are written this way."""

import re

_SEPARATORS = re.compile(r"[,;\n]+")
_FILLERS = re.compile(r"[\s-]+")
_RANGE = re.compile(r"([0-9]+)\s*-\s*([0-9]+)")
_PATTERN = re.compile(r"[0-9A-Z]+\*?|\*")


def matches(patterns: str, postal_code: str) -> bool:
    """Whether `postal_code` is one of `patterns`: `35*, 27498, 80000-81999`.

    Patterns are separated by commas, semicolons or new lines. One is a whole code, the beginning
    of codes (`35*`), or a range between two all-digit codes of equal length, both included; a
    code of another length or with letters is in no range. Spaces, hyphens and case do not count:
    `sw1a 1aa` is `SW1A1AA`. No code at all matches nothing.
    """
    code = compact(postal_code)
    return bool(code) and any(_matches_one(pattern, code) for pattern in split(patterns))


def wrong_pattern(patterns: str) -> str:
    """The first pattern that could never match anything, or "" when all are well written."""
    for pattern in split(patterns):
        if ends := _range_of(pattern):
            if ends[0] > ends[1]:
                return pattern
        elif not _PATTERN.fullmatch(compact(pattern)):
            return pattern
    return ""


def split(patterns: str) -> list[str]:
    """The single patterns as they were written, without blanks around them."""
    return [part.strip() for part in _SEPARATORS.split(patterns) if part.strip()]


def compact(postal_code: str) -> str:
    """A postal code as it is compared: upper case, without spaces and hyphens."""
    return _FILLERS.sub("", postal_code).upper()


def ends_of(pattern: str) -> tuple[str, ...]:
    """The codes that a pattern without a star names: both ends of a range, or the one code."""
    return _range_of(pattern) or (pattern,)


def _matches_one(pattern: str, code: str) -> bool:
    if ends := _range_of(pattern):
        return len(code) == len(ends[0]) and _is_number(code) and ends[0] <= code <= ends[1]
    wanted = compact(pattern)
    return code.startswith(wanted[:-1]) if wanted.endswith("*") else code == wanted


def _range_of(pattern: str) -> tuple[str, str] | None:
    """Both ends of a range. Unequal lengths are one code with a hyphen, such as Poland's 00-950."""
    found = _RANGE.fullmatch(pattern)
    if found is None or len(found[1]) != len(found[2]):
        return None
    return found[1], found[2]


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdigit()
