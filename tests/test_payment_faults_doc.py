"""docs/payment-faults.md names a test for every fault, and each of them is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = (ROOT / "docs" / "payment-faults.md").read_text()
NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", WORDS)


def names_in(path):
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_exists():
    found = {path: names_in(path) for path in {path for path, _ in NAMED}}
    assert [f"{path}::{name}" for path, name in NAMED if name not in found[path]] == []


def test_every_row_of_its_tables_names_one():
    rows = [line for line in WORDS.splitlines() if line.startswith("| ")]
    without = [row for row in rows if "::" not in row and not row.endswith("| test |")]
    assert len(rows) > 25 and without == []
