"""For every operation of the document one request that works and one that is refused.

Each module here has a table `ROUTES`: operationId -> a function of the stage that returns the two.
A new route goes into the module of its group; a new module is found by itself.
"""

import importlib
import pkgutil
from collections.abc import Callable

from tests.contract.stage import Stage
from tests.contract.tries import Try

Both = Callable[[Stage], tuple[Try, Try]]


def all_routes() -> dict[str, Both]:
    """The tables of all modules as one. Raises ValueError for an operation that is in two."""
    found: dict[str, Both] = {}
    for module in pkgutil.iter_modules(__path__):
        table = importlib.import_module(f"{__name__}.{module.name}").ROUTES
        if twice := found.keys() & table.keys():
            raise ValueError(f"in two tables: {sorted(twice)}")
        found |= table
    return found
