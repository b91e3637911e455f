"""What people write, made ready to be kept."""

from ecommerce.lib.errors import BadInput


def clean_text(text: str, *, field: str, least: int, most: int) -> str:
    """`text` with plain line ends and nothing around it. Raises BadInput outside of the limits."""
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) < least:
        message = f"Write at least {least} characters; these are {len(text)}."
        raise BadInput(message, code="too_short", field=field)
    if len(text) > most:
        message = f"Write at most {most} characters; these are {len(text)}."
        raise BadInput(message, code="too_long", field=field)
    return text
