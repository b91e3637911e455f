"""The typed client that script/client makes: it is typed, and buys in a real shop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop_server import ROOT, running_shop

SCRIPT = ROOT / "tests" / "contract" / "client_script.py"
pytestmark = [pytest.mark.server]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client's package, made as docs/api.md says. A warning would be an error."""
    folder = tmp_path_factory.mktemp("client")
    _run("script/client", str(folder), CLIENT_SKIP_SETUP="1")
    return folder


def test_it_is_typed_to_the_last_field(made):
    config = made / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\nfollow_imports = silent\n")
    cache = f"--cache-dir={made / 'cache'}"
    _run(sys.executable, "-m", "mypy", f"--config-file={config}", cache, str(SCRIPT), MYPYPATH=str(made))


def test_a_program_signs_in_buys_follows_and_refunds_with_it(made):
    with running_shop("api-client", workers=1) as shop:
        _run(sys.executable, str(SCRIPT), shop.url, PYTHONPATH=str(made))
        assert shop.rows("SELECT count(*) AS n FROM payments_refund WHERE amount = 5.25") == [{"n": 1}]


def _run(*command: str, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
