"""Postal codes of the countries the shop delivers to: any spacing in, the usual one out."""

import re
import unicodedata
from dataclasses import dataclass

from django_countries import countries

from ecommerce.lib.errors import BadInput


@dataclass(frozen=True)
class _Format:
    """`pattern` matches the code without spaces and dashes; its groups are joined by `glue`."""

    pattern: str
    words: str
    example: str
    glue: str = " "

    @property
    def starts_with_digit(self) -> bool:
        return self.example[0].isdigit()


def _digits(count: int, example: str) -> _Format:
    return _Format(rf"(\d{{{count}}})", f"{count} digits", example)


_FORMATS: dict[str, _Format] = {
    "AT": _digits(4, "1010"),
    "BE": _digits(4, "1000"),
    "BG": _digits(4, "1000"),
    "CH": _digits(4, "8001"),
    "CY": _digits(4, "1010"),
    "CZ": _Format(r"(\d{3})(\d{2})", "5 digits", "110 00"),
    "DE": _digits(5, "10119"),
    "DK": _digits(4, "1050"),
    "EE": _digits(5, "10111"),
    "ES": _Format(r"((?:0[1-9]|[1-4]\d|5[0-2])\d{3})", "5 digits", "28013"),
    "FI": _digits(5, "00100"),
    "FR": _digits(5, "75001"),
    "GB": _Format(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", "letters and digits", "SW1A 1AA"),
    "GR": _Format(r"(\d{3})(\d{2})", "5 digits", "104 31"),
    "HR": _digits(5, "10000"),
    "HU": _digits(4, "1051"),
    "IE": _Format(r"([A-Z]\d[\dW])([A-Z\d]{4})", "an Eircode of 7 letters and digits", "D02 AF30"),
    "IT": _digits(5, "00184"),
    "LT": _digits(5, "01100"),
    "LU": _digits(4, "1111"),
    "LV": _digits(4, "1010"),
    "MT": _Format(r"([A-Z]{3})(\d{4})", "3 letters and 4 digits", "VLT 1117"),
    "NL": _Format(r"([1-9]\d{3})([A-Z]{2})", "4 digits and 2 letters", "1012 AB"),
    "NO": _digits(4, "0150"),
    "PL": _Format(r"(\d{2})(\d{3})", "5 digits", "00-950", glue="-"),
    "PT": _Format(r"(\d{4})(\d{3})", "7 digits", "1100-148", glue="-"),
    "RO": _digits(6, "010011"),
    "SE": _Format(r"(\d{3})(\d{2})", "5 digits", "111 22"),
    "SI": _digits(4, "1000"),
    "SK": _Format(r"(\d{3})(\d{2})", "5 digits", "811 01"),
}
# What people write before the digits: D-10119, L-1111, LV-1010, FIN-00100.
_PREFIXES = {"DE": "D", "AT": "A", "BE": "B", "FR": "F", "IT": "I", "LU": "L", "SE": "S", "FI": "FIN"}


def normalise_postal_code(country: str, value: str) -> str:
    """Return `value` as the post of `country` writes it: "1012ab" in NL is "1012 AB".

    Raises BadInput `postal_code_format` (field `postal_code`) in the shopper's words. A country
    without a known format takes anything of 2 to 12 letters, digits, spaces and dashes.
    """
    text = unicodedata.normalize("NFKC", value).strip().upper()
    form = _FORMATS.get(country)
    if form is None:
        if re.fullmatch(r"[A-Z0-9][A-Z0-9 \-]{1,11}", text):
            return re.sub(r" +", " ", text)
        raise _refusal("Enter a postal code of letters and digits, such as 10119")
    compact = re.sub(r"[\s.\-‐‑–—]", "", text)
    if form.starts_with_digit:
        compact = re.sub(rf"^(?:{country}|{_PREFIXES.get(country, country)})(?=\d)", "", compact)
    match = re.fullmatch(form.pattern, compact, re.ASCII)
    if match is None:
        name = countries.name(country)
        raise _refusal(f"Enter a postal code for {name}: {form.words}, such as {form.example}")
    return form.glue.join(match.groups())


def _refusal(message: str) -> BadInput:
    return BadInput(message, code="postal_code_format", field="postal_code")
