"""Give the same drawing another colour by changing the colour values inside its SVG."""

import math
import re
from dataclasses import dataclass

_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?=\")")
_NAMED = {"bisque": "#ffe4c4", "ivory": "#fffff0", "silver": "#c0c0c0", "coral": "#ff7f50"}
_MATRIX = re.compile(
    r'(<feColorMatrix values="0 0 0 0) ([\d.]+) (0 0 0 0) ([\d.]+) (0 0 0 0) ([\d.]+) (0 0 0 [\d.]+ 0")'
)
_NEUTRAL = 0.022  # below this chroma a colour reads as white, grey or black and stays as drawn

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Tint:
    """How one colour variant differs from the drawing: hue turned, chroma scaled, lightness added.

    ``keep`` lists (from, to) hue ranges in degrees that stay as drawn, for instance green leaves
    above a pot that comes in three colours.
    """

    rotate: float = 0.0
    chroma: float = 1.0
    light: float = 0.0
    keep: tuple[tuple[float, float], ...] = ()

    @property
    def is_plain(self) -> bool:
        """True when the drawing can be used untouched."""
        return self.rotate == 0 and self.chroma == 1 and self.light == 0


def recolour(*, body: str, tint: Tint) -> str:
    """Return the SVG body with every fill, stroke, gradient stop and filter colour tinted."""
    if tint.is_plain:
        return body
    for name, value in _NAMED.items():
        body = body.replace(f'="{name}"', f'="{value}"')
    body = _HEX.sub(lambda match: _tinted_hex(match.group(1), tint=tint), body)
    return _MATRIX.sub(lambda match: _tinted_matrix(match, tint=tint), body)


def paper(*, hue: float) -> str:
    """A very light tint of the hue, as a CSS colour, to lay a close-up on."""
    return "#" + "".join(f"{round(part * 255):02X}" for part in _fit(0.965, 0.022, hue))


def _tinted_hex(digits: str, *, tint: Tint) -> str:
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return "#" + "".join(f"{round(part * 255):02X}" for part in _tinted((red, green, blue), tint=tint))


def _tinted_matrix(match: re.Match[str], *, tint: Tint) -> str:
    """The inner shadows and glows carry their colour as the constant column of a matrix."""
    red, green, blue = _tinted(
        (float(match.group(2)), float(match.group(4)), float(match.group(6))), tint=tint
    )
    start, middle, later, end = match.group(1, 3, 5, 7)
    return f"{start} {red:.6f} {middle} {green:.6f} {later} {blue:.6f} {end}"


def _tinted(rgb: Rgb, *, tint: Tint) -> Rgb:
    light, chroma, hue = _to_oklch(rgb)
    if chroma < _NEUTRAL or any(_within(hue, span) for span in tint.keep):
        return rgb
    light = min(max(light + tint.light, 0.0), 1.0)
    return _fit(light, chroma * tint.chroma, (hue + tint.rotate) % 360)


def _within(hue: float, span: tuple[float, float]) -> bool:
    start, end = span
    return start <= hue <= end if start <= end else hue >= start or hue <= end


def _fit(light: float, chroma: float, hue: float) -> Rgb:
    """The colour, or the nearest less saturated one a screen can show."""
    while chroma > 0:
        rgb = _from_oklch(light, chroma, hue)
        if all(-0.002 <= part <= 1.002 for part in rgb):
            break
        chroma -= 0.004
    else:
        rgb = _from_oklch(light, 0.0, hue)
    red, green, blue = (min(max(part, 0.0), 1.0) for part in rgb)
    return red, green, blue


def _to_oklch(rgb: Rgb) -> Rgb:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    green_red = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    blue_yellow = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    hue = math.degrees(math.atan2(blue_yellow, green_red)) % 360
    return light, math.hypot(green_red, blue_yellow), hue


def _from_oklch(light: float, chroma: float, hue: float) -> Rgb:
    green_red = chroma * math.cos(math.radians(hue))
    blue_yellow = chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    medium = (light - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (light - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (
        part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in linear
    )
    return red, green, blue
