"""Every code of a problem that the API's source can answer, found by reading it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.shop_server import ROOT

# Answered by the framework, or by the handler that turns its errors into problems.
_OF_THE_FRAMEWORK = {
    "parse_error": 400,
    "invalid": 400,
    "not_authenticated": 401,
    "authentication_failed": 401,
    "invalid_token": 401,
    "permission_denied": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "too_large": 413,
    "unsupported_media_type": 415,
    "server_error": 500,
    "unavailable": 503,
    "no_answer": 504,
}
# No code of an error is left as these: they are always named otherwise, or never raised themselves.
_NEVER = {"", "refused"}
_FIRST = {"DomainError": ("refused", 409)}


def codes() -> dict[str, set[int]]:
    """Code -> the statuses it comes with."""
    trees = [ast.parse(path.read_text()) for path in _sources()]
    classes = _error_classes(trees)
    found: dict[str, set[int]] = defaultdict(set)
    for code, status in _OF_THE_FRAMEWORK.items():
        found[code].add(status)
    for code, status in classes.values():
        found[code].add(status)
    for tree in trees:
        for name, code in _raised(tree):
            if name in classes:
                found[code].add(classes[name][1])
    return {code: statuses for code, statuses in found.items() if code not in _NEVER}


def cart_problems() -> set[str]:
    """The codes among a cart's `problems`, which are no errors."""
    trees = [ast.parse(path.read_text()) for path in _sources()]
    return {code for tree in trees for name, code in _raised(tree) if name == "Problem"}


def _sources() -> Iterator[Path]:
    """Everything below the API: apps that have one, and what is shared. Apps of staff pages have none."""
    apps = [ROOT / "ecommerce", *(path.parent for path in ROOT.glob("*/api"))]
    for app in apps:
        for path in sorted(app.rglob("*.py")):
            if not {"tests", "migrations", "management"} & set(path.parts):
                yield path


def _error_classes(trees: list[ast.Module]) -> dict[str, tuple[str, int]]:
    """Name of an error class -> its own code and status, inherited where it says none."""
    found: dict[str, tuple[str, int]] = dict(_FIRST)
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    before = -1
    while len(found) != before:
        before = len(found)
        for node in nodes:
            bases = [found[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in found]
            if bases and node.name not in found:
                code, status = bases[0]
                said = dict(_constants(node))
                found[node.name] = (str(said.get("code", code)), int(str(said.get("http_status", status))))
    return found


def _constants(node: ast.ClassDef) -> Iterator[tuple[str, object]]:
    for line in node.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            if isinstance(line.value, ast.Constant):
                yield line.targets[0].id, line.value.value
            elif isinstance(line.value, ast.Attribute) and line.value.attr.startswith("HTTP_"):
                yield line.targets[0].id, line.value.attr.split("_")[1]


def _raised(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(what is called, each text in its `code=`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for keyword in node.keywords:
                if keyword.arg == "code":
                    for value in _texts(keyword.value):
                        yield node.func.id, value


def _texts(value: ast.expr) -> Iterator[str]:
    """The constants that an expression can come to."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _texts(value.body)
        yield from _texts(value.orelse)
    elif isinstance(value, ast.BoolOp):
        for one in value.values:
            yield from _texts(one)
