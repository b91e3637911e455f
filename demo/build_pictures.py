"""Make the pictures of the example shop from a set of vector icons.

    python demo/build_pictures.py --icons PATH/TO/icons.json [--only KEY] [--jobs 2] [--force]

Needs Playwright with a Chromium browser, and Pillow with AVIF and WebP. Pictures whose recipe has
not changed since they were made are left alone, so a second run takes no time.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo import compose
from demo.catalogue import PICTURE_SUFFIXES, PICTURE_WIDTHS, Catalogue, DemoPicture, load
from demo.model import PICTURES, Drawing
from demo.rasterise import Easel, easel
from demo.recolour import Tint, paper, recolour

# Raise it when the way pictures are drawn or saved changes: every picture is then made anew.
RECIPE = 1
RECORD = PICTURES / "recipes.json"
ENCODERS: dict[str, dict[str, Any]] = {
    "avif": {"quality": 50, "speed": 6, "subsampling": "4:2:0"},
    "webp": {"quality": 62, "method": 6, "alpha_quality": 70},
}


@dataclass(frozen=True)
class Order:
    """One view to make: the icon's SVG, the tints it is shown in, the hue of its niche."""

    view: DemoPicture
    body: str
    tints: tuple[Tint, ...]
    focus: tuple[float, float, float] | None
    hue: int

    @property
    def fingerprint(self) -> str:
        """Changes whenever the finished picture would change."""
        recipe = (RECIPE, self.view.kind, self.body, self.tints, self.focus, self.hue, ENCODERS)
        return hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]


def main() -> None:
    """Read the command line, make what is missing or outdated, say what was done."""
    options = _options()
    icons = json.loads(options.icons.read_text(encoding="utf-8"))["icons"]
    catalogue = load()
    unknown = {product.drawing.icon for product in catalogue.products} - icons.keys()
    if unknown:
        sys.exit(f"not in the icon set: {', '.join(sorted(unknown))}")
    PICTURES.mkdir(exist_ok=True)
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    orders = _orders(catalogue, icons=icons, only=options.only)
    due = [order for order in orders if options.force or not _is_current(order, record=record)]
    # Neighbouring views show the same objects: a browser that gets them in a row draws each once.
    cuts = [len(due) * job // options.jobs for job in range(options.jobs + 1)]
    shares = [due[start:end] for start, end in pairwise(cuts)]
    with ProcessPoolExecutor(max_workers=options.jobs) as pool:
        for fresh in pool.map(_make_all, shares, [options.browser] * options.jobs):
            record.update(fresh)
    stems = {view.stem for product in catalogue.products for view in product.pictures}
    _remove_strangers(stems)
    kept = {stem: record[stem] for stem in sorted(stems & record.keys())}
    RECORD.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"{len(due)} made, {len(stems)} in the catalogue")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make the pictures of the example shop.")
    parser.add_argument("--icons", type=Path, required=True, help="icons.json of the icon set")
    parser.add_argument("--only", help="key of the one product to make pictures for")
    parser.add_argument("--jobs", type=int, default=2, help="browsers at work side by side")
    parser.add_argument("--force", action="store_true", help="make pictures that are up to date too")
    parser.add_argument("--browser", default="/usr/bin/chromium", help="path of Chromium")
    return parser.parse_args()


def _orders(catalogue: Catalogue, *, icons: Mapping[str, Any], only: str | None) -> list[Order]:
    hues = {category.slug: category.hue for category in catalogue.categories}
    return [
        Order(
            view=view,
            body=icons[product.drawing.icon]["body"],
            tints=_tints(view, drawing=product.drawing),
            focus=product.drawing.focus if view.kind == "detail" else None,
            hue=hues[product.category],
        )
        for product in catalogue.products
        if only in (None, product.key)
        for view in product.pictures
    ]


def _tints(view: DemoPicture, *, drawing: Drawing) -> tuple[Tint, ...]:
    """A set shows every colour, a front view its own, the other views the first colour."""
    every = tuple(drawing.tints.values())
    return every if view.kind == "set" else (drawing.tints.get(view.stem, every[0]),)


def _is_current(order: Order, *, record: Mapping[str, str]) -> bool:
    files = (
        order.view.file(width=width, suffix=suffix) for width in PICTURE_WIDTHS for suffix in PICTURE_SUFFIXES
    )
    return record.get(order.view.stem) == order.fingerprint and all(file.exists() for file in files)


def _make_all(orders: Sequence[Order], browser: str) -> dict[str, str]:
    """Make the views with one browser; return their fingerprints by stem."""
    if not orders:
        return {}
    with easel(browser=browser) as opened:
        for order in orders:
            _save(_picture(order, drawn_by=opened), view=order.view)
    return {order.view.stem: order.fingerprint for order in orders}


def _picture(order: Order, *, drawn_by: Easel) -> Image.Image:
    bodies = [recolour(body=order.body, tint=tint) for tint in order.tints]
    if order.focus:
        return drawn_by.lens(
            body=bodies[0], focus=order.focus, paper=paper(hue=order.hue), share=compose.FILL
        )
    drawings = [drawn_by.object(body=body) for body in bodies]
    if order.view.kind == "set":
        return compose.together(drawings=drawings)
    if order.view.kind == "trio":
        return compose.family(drawing=drawings[0])
    return compose.standing(drawing=drawings[0])


def _save(picture: Image.Image, *, view: DemoPicture) -> None:
    for width in PICTURE_WIDTHS:
        scaled = picture.resize((width, width), Image.Resampling.LANCZOS)
        for suffix in PICTURE_SUFFIXES:
            scaled.save(view.file(width=width, suffix=suffix), **ENCODERS[suffix])


def _remove_strangers(stems: set[str]) -> None:
    """Delete pictures of things that are no longer in the catalogue."""
    for file in PICTURES.iterdir():
        is_picture = file.suffix.lstrip(".") in PICTURE_SUFFIXES
        if is_picture and file.stem.rpartition("-")[0] not in stems:
            file.unlink()


if __name__ == "__main__":
    main()
