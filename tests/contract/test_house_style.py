"""House style that no linter knows: a module says in one sentence what it is, and is short enough to read."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.relative_to(ROOT) for part in ("services", "shared") for path in (ROOT / part).rglob("*.py"))
MAX_LINES = 300


def test_there_are_modules_to_judge() -> None:
    assert Path("shared/events/wire.py") in MODULES


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_begins_with_one_sentence(module: Path) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8")))
    assert docstring is not None, "no docstring"
    first, *rest = docstring.split("\n")
    assert first.endswith("."), "the first line is no whole sentence"
    assert not re.search(r"[.!?] [A-Z]", first), "the first line is more than one sentence"
    assert not rest or rest[0] == "", "the first sentence runs on"


def test_no_module_is_longer_than_a_reader_holds_in_mind() -> None:
    lines = {str(module): len((ROOT / module).read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {module: count for module, count in lines.items() if count > MAX_LINES} == {}
