"""Reads the lists of words that stand as text beside the code, in `classifiers/lexicons`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from classifiers.lexicon import Near, words

LEXICONS: Final = Path(__file__).parent / "lexicons"

_NEAR: Final = "рядом:"
_GROUP: Final = "$"


def sections(name: str) -> dict[str, str]:
    """The text of each `[section]` of a list, in order; what stands before the first one is that of `""`."""
    found: dict[str, list[str]] = {"": []}
    kind = ""
    for line in (LEXICONS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            kind = line[1:-1]
            found[kind] = []
        elif not line.startswith("#"):
            found[kind].append(line)
    return {kind: "\n".join(lines).strip("\n") for kind, lines in found.items()}


def entries(name: str) -> dict[str, tuple[Near, ...]]:
    """The entries of each section, parted by blank lines; the lists explain `рядом:` and `$group` themselves."""
    texts = sections(name)
    groups = dict(_group(block) for block in _blocks(texts.pop("")))
    return {kind: tuple(_entry(block, groups) for block in _blocks(text)) for kind, text in texts.items()}


def _blocks(text: str) -> Iterator[str]:
    return (block for block in text.split("\n\n") if block.strip())


def _group(block: str) -> tuple[str, str]:
    name, _, listed = block.partition(":")
    return name.strip(), listed


def _entry(block: str, groups: Mapping[str, str]) -> Near:
    listed, _, near = (_filled(part, groups) for part in block.partition(_NEAR))
    return Near(words(listed), words(near))


def _filled(text: str, groups: Mapping[str, str]) -> str:
    for name, listed in groups.items():
        text = text.replace(name, listed)
    return text
