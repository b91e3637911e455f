"""Draw icons in a headless browser and hand them back as transparent images."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import Page, sync_playwright

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
# Larger than any picture: edges are smoothed once more when the drawing is scaled down.
SIDE = 1440
_UNITS = 32.0
# A little air around the drawing, because soft edges may cross the icon's own border.
_AIR = 1.0
# Enough for all the colours of one product.
_REMEMBERED = 6


class Easel:
    """One open browser page. Create it with ``easel()``."""

    def __init__(self, *, page: Page) -> None:
        self._page = page
        self._latest: dict[str, Image.Image] = {}

    def object(self, *, body: str) -> Image.Image:
        """Return the drawing, trimmed to what is visible; the last few are remembered."""
        if body not in self._latest:
            if len(self._latest) == _REMEMBERED:
                self._latest.pop(next(iter(self._latest)))
            self._latest[body] = self._trimmed(body)
        return self._latest[body]

    def _trimmed(self, body: str) -> Image.Image:
        box = f"{-_AIR} {-_AIR} {_UNITS + 2 * _AIR} {_UNITS + 2 * _AIR}"
        image = self._shot(_svg(body=body, view_box=box, side=SIDE))
        # The faintest one per cent is invisible haze and would push the object off centre.
        edges = image.getchannel("A").point(lambda alpha: 255 if alpha > 3 else 0).getbbox()
        return image.crop(edges)

    def lens(self, *, body: str, focus: tuple[float, float, float], paper: str, share: float) -> Image.Image:
        """Return a round close-up around ``focus`` on a disc of the colour ``paper``.

        ``share`` is the part of the picture's width that the disc covers.
        """
        x, y, span = focus
        corner = f"{(x - span / 2) * _UNITS} {(y - span / 2) * _UNITS}"
        disc = round(SIDE * share)
        drawing = _svg(body=body, view_box=f"{corner} {span * _UNITS} {span * _UNITS}", side=disc)
        ring = round(SIDE * 0.014)
        return self._shot(
            f'<div style="position:absolute;inset:0;margin:auto;width:{disc}px;height:{disc}px;'
            f'border-radius:50%;overflow:hidden;background:{paper};isolation:isolate">{drawing}'
            f'<div style="position:absolute;inset:0;border-radius:50%;'
            f'box-shadow:inset 0 0 0 {ring}px #fff"></div></div>'
        )

    def _shot(self, html: str) -> Image.Image:
        self._page.set_content(f'<body style="margin:0;background:none">{html}')
        shot = self._page.screenshot(omit_background=True)
        return Image.open(io.BytesIO(shot)).convert("RGBA")


@contextmanager
def easel(*, browser: str) -> Iterator[Easel]:
    """Open the browser at the given path for the duration of the block."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=_FLAGS)
        try:
            page = chromium.new_page(viewport={"width": SIDE, "height": SIDE})
            yield Easel(page=page)
        finally:
            chromium.close()


def _svg(*, body: str, view_box: str, side: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" style="display:block" '
        f'width="{side}" height="{side}" viewBox="{view_box}">{body}</svg>'
    )
