"""VAT numbers of businesses that buy, and the member state whose law holds.

Pure: nothing is asked over the network. Whether a number belongs to the buyer is for staff to
look up in the Commission's VIES, whose page their order shows.
"""

from eu_vat_rates_data import is_eu_member

from ecommerce.lib.vat_numbers import is_complete, normalise

__all__ = ["check", "normalise", "vat_place"]

# Where a number's first letters are not the country's ISO code.
_PREFIXES = {"GR": "EL"}
_NORTHERN_IRELAND = "XI"


def vat_place(country: str, postal_code: str = "") -> str:
    """The member state whose VAT law holds for goods sent there; "" outside the Union.

    Northern Ireland counts as one for goods, as XI (Windsor Framework, Directive (EU)
    2020/1756); its postal codes begin with BT. Parts of members outside the VAT area are
    known by their tax region, not here.
    """
    if country == "GB" and postal_code.strip().upper().startswith("BT"):
        return _NORTHERN_IRELAND
    return country if is_eu_member(country) else ""


def check(number: str, country: str, postal_code: str = "") -> str:
    """What is wrong with a normalised `number` for goods sent to a place, in words; "" if nothing."""
    place = vat_place(country, postal_code)
    if not place:
        return "VAT numbers count within the European Union only. Leave this empty for other countries"
    prefix = _PREFIXES.get(place, place)
    if not number.startswith(prefix):
        return (
            f"Enter a VAT number of the country we deliver to: it begins with {prefix}. "
            "Or leave this empty and pay with VAT"
        )
    if not is_complete(number):
        return "This is not a complete VAT number. Check its letters and digits, or leave it empty"
    return ""
