"""Progress bars, one for each stage."""

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm


class Progress:
    """Shows bars on a terminal's stderr; shows nothing when `shown` is False."""

    def __init__(self, *, shown: bool = True) -> None:
        self._shown = shown

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[tqdm]:
        """A bar for `total` things; call `.update(n)` on it."""
        with tqdm(
            desc=f"{label:<12}",
            total=total,
            disable=not self._shown,
            dynamic_ncols=True,
            mininterval=0.2,
            bar_format="{desc}{percentage:3.0f}% |{bar:30}| {n_fmt}/{total_fmt}  {elapsed}",
        ) as bar:
            yield bar
