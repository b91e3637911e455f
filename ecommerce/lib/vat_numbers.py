"""VAT numbers of the European Union as text: their form and check digits, not a register.

Pure: nothing is asked over the network. What a buyer's number means for taxes is in
`orders.vat_numbers`, what a seller's must be in `catalog.services.stores`.
"""

from stdnum.eu import vat
from stdnum.exceptions import ValidationError


def normalise(text: str) -> str:
    """A number as it is kept and compared: capitals without spaces, dots and hyphens."""
    number = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())
    return f"EL{number[2:]}" if number.startswith("GR") else number


def is_complete(number: str) -> bool:
    """Whether a normalised number has the letters, the length and the check digits of its state."""
    try:
        vat.validate(number)
    except ValidationError:
        return False
    return True
