"""A thread for work that must not hold up a request, which still knows whose work it is."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from structlog.contextvars import bound_contextvars, get_contextvars


class Lane(ThreadPoolExecutor):
    """Lines it logs carry the id of the request that handed the work over, as those of Celery's tasks do."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        request = {name: value for name, value in get_contextvars().items() if name == "request_id"}

        def with_request() -> Any:
            with bound_contextvars(**request):
                return work(*args, **kwargs)

        return super().submit(with_request)
