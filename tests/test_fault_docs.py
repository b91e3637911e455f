"""The pages about faults name a test for every one of them, and each of those is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"payment-faults": 25, "service-faults": 15}  # with how many rows they have at least


@pytest.fixture(params=PAGES)
def page(request):
    return request.param, (ROOT / "docs" / f"{request.param}.md").read_text()


def names_in(path):
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_a_page_names_exists(page):
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", page[1])
    found = {path: names_in(path) for path in {path for path, _ in named}}
    assert [f"{path}::{name}" for path, name in named if name not in found[path]] == []


def test_every_row_of_its_tables_names_one(page):
    rows = [line for line in page[1].splitlines() if line.startswith("| ")]
    without = [row for row in rows if "::" not in row and not row.endswith("| test |")]
    assert len(rows) > PAGES[page[0]] and without == []
