"""Arrange drawn objects on the square canvas that every picture of the shop uses."""

from collections.abc import Sequence

from PIL import Image, ImageFilter

SIDE = 960
# The longest side of an object, and the empty strip under its feet, as parts of the canvas.
FILL = 0.92
FLOOR = 0.96

# Groups are laid out on a larger table first, so that scaling never enlarges.
_TABLE = 1600

_SHADE = (16, 48, 42)
# Centre x, feet y and size; places in a group are listed from the front to the back.
Place = tuple[float, float, float]
_PLACES: dict[int, tuple[Place, ...]] = {
    2: ((0.31, 0.93, 0.56), (0.70, 0.82, 0.52)),
    3: ((0.50, 0.93, 0.54), (0.25, 0.68, 0.44), (0.75, 0.66, 0.43)),
    4: ((0.32, 0.93, 0.47), (0.72, 0.88, 0.45), (0.27, 0.54, 0.40), (0.66, 0.50, 0.39)),
}
# Three alike look like a family when they differ in size.
_FAMILY: tuple[Place, ...] = ((0.55, 0.93, 0.58), (0.22, 0.83, 0.42), (0.80, 0.76, 0.34))


def standing(*, drawing: Image.Image) -> Image.Image:
    """One object, centred from left to right, its feet on the floor line."""
    canvas = Image.new("RGBA", (SIDE, SIDE))
    scaled, spot = _fitted(drawing, at=(0.5, FLOOR, FILL), side=SIDE)
    canvas.paste(scaled, spot)
    return canvas


def together(*, drawings: Sequence[Image.Image]) -> Image.Image:
    """Two to four objects in a group, the first one in front."""
    return _group(drawings, places=_PLACES[len(drawings)])


def family(*, drawing: Image.Image) -> Image.Image:
    """The same object three times in three sizes."""
    width, height = drawing.size
    closer = min(1.0, 0.45 + 0.55 * width / height)  # slim things would stand too far apart
    places = tuple((0.5 + (x - 0.5) * closer, feet, size) for x, feet, size in _FAMILY)
    return _group([drawing] * 3, places=places)


def _group(drawings: Sequence[Image.Image], *, places: tuple[Place, ...]) -> Image.Image:
    """Arrange generously, then let the group as a whole fill the canvas like a single object."""
    table = Image.new("RGBA", (_TABLE, _TABLE))
    for drawing, at in reversed(list(zip(drawings, places, strict=True))):
        layer = Image.new("RGBA", table.size)
        scaled, spot = _fitted(drawing, at=at, side=_TABLE)
        layer.paste(scaled, spot)
        table.alpha_composite(_shadow(layer))
        table.alpha_composite(layer)
    return standing(drawing=table.crop(table.getbbox()))


def _fitted(drawing: Image.Image, *, at: Place, side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Scale the object to its place on a square of that side; also return its top left corner."""
    x, feet, size = (part * side for part in at)
    scale = size / max(drawing.size)
    width, height = (max(1, round(length * scale)) for length in drawing.size)
    scaled = drawing.resize((width, height), Image.Resampling.LANCZOS)
    return scaled, (round(x - width / 2), round(feet - height))


def _shadow(layer: Image.Image) -> Image.Image:
    """A soft dark echo of the object; it separates the object from those behind it."""
    blurred = layer.getchannel("A").filter(ImageFilter.GaussianBlur(_TABLE * 0.012))
    shadow = Image.new("RGBA", layer.size, (*_SHADE, 0))
    shadow.putalpha(blurred.point(lambda alpha: round(alpha * 0.28)))
    return shadow
