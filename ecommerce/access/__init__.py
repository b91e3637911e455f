"""The access table: every address of the site, with who may use it by which method.

`tests/access/` walks the addresses, fails on one that is not here, and tries each as everybody there
is. `manage.py who_may` prints it. The rules are carried out where the address is answered; this table
says what they have to come to.
"""

from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver

from ecommerce.access.api import API
from ecommerce.access.pages import PAGES
from ecommerce.access.rules import Methods
from ecommerce.access.staff import STAFF

TABLE: dict[str, Methods] = PAGES | API | STAFF


def addresses(
    patterns: Iterable[URLPattern | URLResolver], *, namespace: str = "", prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Each address as (its name, or the address itself where it has none; its pattern)."""
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield (namespace + pattern.name if pattern.name else here), pattern
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, namespace=inner, prefix=here)
