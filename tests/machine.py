"""What a test needs from the machine it runs on."""

import os

import pytest

CANNOT_RUN = "not on this machine: "


def require(available: object, reason: str) -> None:
    """Leave the test out on a machine that cannot run it; in CI it fails with the `reason`.

    `require(shutil.which("pdftotext"), "no pdftotext: install the package poppler-utils")`
    """
    if available:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(CANNOT_RUN + reason)
