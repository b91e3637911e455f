"""A real shop and a real browser, for what crosses apps.

- `shop_server`: a running demo shop, shared by the tests of one worker; a test that counts on
  exact stock or orders takes `fresh_shop_server`, which is its own.
- `page`: a browser page of `shop_server`, so `page.goto("/cart/")`. The test fails when the
  page logged an error, a part of it was missing, or it asked another host for anything.
- `new_page(color_scheme="dark", viewport=…, java_script_enabled=False, …)`: the same with
  other options of the browser's context.
- `mariadb`, `mongodb`, `redis_server`, `s3_server`: private servers for a whole run
  (`tests/servers/`); a test that stops one starts its own.
- `axe(page)`: what axe-core finds wrong with the page as it is now, in words; empty is right.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, Response

from tests.machine import require
from tests.servers import S3, MariaDB, MongoDB, Redis
from tests.shop_server import ShopServer, running_shop

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def shop_server() -> Iterator[ShopServer]:
    with running_shop("shared") as server:
        yield server


@pytest.fixture
def fresh_shop_server() -> Iterator[ShopServer]:
    with running_shop("fresh") as server:
        yield server


# --- Private servers ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="session")
def mongodb() -> Iterator[MongoDB]:
    with MongoDB() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3]:
    with S3() as server:
        yield server


# --- The browser ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def base_url(shop_server: ShopServer) -> str:
    """What `page.goto("/")` means."""
    return shop_server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Playwright
) -> dict[str, Any]:
    """The machine's own Chromium (or the one CHROMIUM names), and no requests of its own."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    path = found or playwright.chromium.executable_path
    require(os.path.exists(path), "no Chromium: install the package `chromium`, or set CHROMIUM=/path/to/it")
    arguments = ("no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-background-networking")
    quiet = ("disable-component-update", "disable-sync")
    return browser_type_launch_args | {
        "executable_path": path,
        "args": [f"--{argument}" for argument in arguments + quiet],
    }


class Watch:
    """Collects what a visitor would not see and a careful developer would: errors of a page."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.problems: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self._script_error(str(error.error)))
        context.on("response", self._response)
        context.on("request", self._request)

    def _script_error(self, words: str) -> None:
        # Going on before a page has faded in ends the fading; Chromium reports that as an error.
        if not words.startswith("Transition was"):
            self.problems.append(f"script error: {words}")

    def _console(self, message: ConsoleMessage) -> None:
        # Refused forms answer 4xx, which browsers log too; `_response` judges statuses.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        kind = response.request.resource_type
        may_refuse = kind in ("document", "fetch", "xhr") and response.status != 404
        if response.status >= 500 or (response.status >= 400 and not may_refuse and kind != "document"):
            self.problems.append(f"{response.status} for {kind} {response.url}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.problems.append(f"request to another host: {request.url}")


@pytest.fixture
def watch(base_url: str) -> Iterator[Watch]:
    """Fails the test on whatever went wrong in its pages; a test may clear what it expects."""
    watching = Watch(base_url)
    yield watching
    assert not watching.problems


@pytest.fixture
def new_page(
    browser: Browser, browser_context_args: dict[str, Any], watch: Watch
) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**(browser_context_args | options))
        contexts.append(context)
        watch.follow(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """`assert axe(page) == []`. Rules of level AAA are left out; `context` narrows it to a part."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def find(page: Page, context: Any = None) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        options = {"runOnly": tags, "resultTypes": ["violations"]}
        found = page.evaluate("([part, options]) => axe.run(part || document, options)", [context, options])
        return [
            f"{violation['id']}: {violation['help']} ({node['html']})"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return find
