"""The stylesheet, the font and the scripts: built, small enough, and right in any direction."""

import gzip
import importlib.machinery
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
KIB = 1024
PHYSICAL = re.compile(r"(?<![\w-])(?:[\w-]+-)?(?:left|right)\s*:|:[^;{}]*(?<![\w-])(?:left|right)(?![\w-])")


def load_builder(name: str) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(ROOT / "script" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))  # type: ignore[arg-type]
    loader.exec_module(module)
    return module


builder = load_builder("build-css")
scripts = load_builder("build-js")


def compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


def physical_declarations(css: str) -> list[str]:
    """The lines that name a side of the screen instead of a side of the text."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return [line.strip() for line in css.splitlines() if PHYSICAL.search(line)]


def test_stylesheet_is_what_its_sources_give() -> None:
    assert builder.TARGET.read_text() == builder.build(), "run script/build-css"


def test_stylesheet_is_within_its_budget() -> None:
    assert compressed(builder.TARGET) <= 12 * KIB


def test_every_source_is_part_of_the_stylesheet() -> None:
    sources = {path for path in builder.FOLDER.rglob("*.css") if path != builder.TARGET}
    assert sources == set(builder.sources())


@pytest.mark.parametrize("path", builder.sources(), ids=lambda path: path.name)
def test_sources_use_logical_sides_only(path: Path) -> None:
    assert physical_declarations(path.read_text()) == []


@pytest.mark.parametrize("css", ["a { margin-left: 1px; }", "a { text-align: right; }", "a { left: 0; }"])
def test_the_side_rule_finds_what_it_looks_for(css: str) -> None:
    assert physical_declarations(css)


def test_minifying_keeps_strings_and_descendants() -> None:
    css = '.a :hover { content: "; }  x"; margin: 0 ; } /* gone */'
    assert builder.minify(css) == '.a :hover{content:"; }  x";margin:0}'


def test_font_is_within_its_budget() -> None:
    assert (STATIC / "fonts" / "alcove.woff2").stat().st_size <= 24 * KIB


def test_script_is_what_its_sources_give() -> None:
    assert scripts.TARGET.read_text() == scripts.build(), "run script/build-js"


def test_every_script_source_is_part_of_the_script() -> None:
    assert set((STATIC / "js" / "src").iterdir()) == set(scripts.sources())


def test_own_script_is_within_its_budget() -> None:
    assert compressed(scripts.TARGET) <= 3 * KIB
