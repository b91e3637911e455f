"""The power goes at every single step of a purchase; the sweep has to find a legal state."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.shop_server import ROOT, RUN_DIR, copy_of_shop, environment_of

LANES = 2


@pytest.mark.parametrize("gateway", ["demo"])
def test_killed_at_every_step_of_paying_the_sweep_reaches_a_legal_state(gateway):
    """Never two charges, never money without its order, never an order without its money; stock,
    discount, invoice number, paper and emails as they belong to it."""
    lanes = []
    for number in range(LANES):
        var_dir = copy_of_shop(f"killed-{gateway}-{number}")
        environment = environment_of(var_dir, BACKGROUND="eager", DJANGO_SETTINGS_MODULE="ecommerce.settings")
        command = [sys.executable, "-m", "tests.killing", gateway, str(number), str(LANES)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        lanes.append((var_dir, subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)))
    steps, problems = [], {}
    for var_dir, lane in lanes:
        out, errors = lane.communicate()
        shutil.rmtree(var_dir, ignore_errors=True)
        assert lane.returncode == 0, errors
        answer = json.loads(out.splitlines()[-1])
        steps, problems = answer["steps"], problems | answer["problems"]
    assert problems == {}
    print(len(steps), steps, os.environ.get("X"), RUN_DIR)
