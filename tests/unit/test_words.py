"""Words that the project has given up for the field's own: no module takes one up again."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for package in ("alerts", "listener") for path in (ROOT / package).rglob("*.py"))
GIVEN_UP = frozenset({"deed", "deeds", "gist", "heap", "judgement", "receipts", "seal", "softness", "tones"})
"""Of the list in the design those that stand nowhere any more; they are event, dedup key, checksum and so on."""


def words_of(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case _:
                pass


def of_loops(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.For(target=target) | ast.AsyncFor(target=target) | ast.comprehension(target=target):
                yield from names(target)
            case ast.Lambda(args=arguments):
                yield from names(arguments)
            case _:
                pass


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_things_have_the_names_of_the_field_and_loops_name_what_they_go_over(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [name for name in names(tree) if GIVEN_UP & words_of(name)] == []
    assert "one" not in of_loops(tree)
