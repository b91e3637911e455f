"""The power goes at every single step of a purchase; the sweep has to find a legal state."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.shop_server import ROOT, copy_of_shop, environment_of

LANES = 2
# A purchase has at least so many steps, and among them those on which the money depends.
KNOWN_STEPS = {
    "demo": {
        "after orders.services.checkout.place_order",
        "after orders.services.discount_uses.claim_uses",
        "after payments.services.payments.create_payment",
    },
    "stripe": {
        "before gateway stripe.start",
        "after gateway stripe.start",
        "before payments.services.payments.book",
        "before payments.services.webhook_data.tell_payment",
        "after orders.services.invoices.issue_invoice",
        "before a stored file",
        "after a stored file",
        "before send_email",
        "after send_email",
        "after a commit",
    },
}


@pytest.mark.parametrize("gateway", ["demo", "stripe"])
def test_killed_at_every_step_of_paying_the_sweep_reaches_a_legal_state(gateway):
    """Never two charges, never money without its order, never an order without its money; stock,
    discount, invoice number, paper and emails as they belong to it."""
    lanes = [_start(gateway, number) for number in range(LANES)]
    steps, problems = [], {}
    for var_dir, lane in lanes:
        out, errors = lane.communicate()
        shutil.rmtree(var_dir, ignore_errors=True)
        assert lane.returncode == 0, errors
        answer = json.loads(out.splitlines()[-1])
        steps, problems = answer["steps"], problems | answer["problems"]
    assert problems == {}
    assert KNOWN_STEPS[gateway] <= set(steps), sorted(set(steps))
    assert len(steps) > 25


def _start(gateway, number):
    """A process with a shop of its own, which takes every second step."""
    var_dir = copy_of_shop(f"killed-{gateway}-{number}")
    environment = environment_of(
        var_dir, SITE_URL="http://127.0.0.1", BACKGROUND="eager", DJANGO_SETTINGS_MODULE="ecommerce.settings"
    )
    command = [sys.executable, "-m", "tests.killing", gateway, str(number), str(LANES)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return var_dir, subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)
