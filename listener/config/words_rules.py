"""What no single value of words.yaml and templates.yaml can show: words run together, unknown blanks."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from listener.config.russian import meant
from listener.config.schema import TemplatesYaml, WordsYaml
from listener.config.values import Mistake
from listener.config.yaml_tree import Place, Tree

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS: Final = ("имя", "оператор", "ссылка")
_OTHER_BRACKETS: Final = re.compile(rf"\{{\{{\s*\w+\s*\}}\}}|[\[(<%](?:{'|'.join(_PLACEHOLDERS)})[\])>%]")


def words_mistakes(tree: Tree, words: WordsYaml) -> Iterator[Mistake]:
    for topic, markers in words.topics.items():
        yield from _glued(tree, ("topics", topic), markers)
    yield from _glued(tree, ("urgent",), words.urgent)


def template_mistakes(tree: Tree, templates: TemplatesYaml) -> Iterator[Mistake]:
    for name, text in templates.templates.items():
        if other := _OTHER_BRACKETS.search(text):
            message = (
                f"в заготовке «{name}» вставка {other.group()} останется как есть: пишут {{имя}}, в одних скобках"
            )
            yield tree.mistake(("templates", name), message)
            continue
        for placeholder in _PLACEHOLDER.findall(text):
            if placeholder not in _PLACEHOLDERS:
                hint = meant(placeholder, _PLACEHOLDERS)
                message = f"в заготовке «{name}» неизвестная вставка {{{placeholder}}}{hint}"
                yield tree.mistake(("templates", name), message)


def _glued(tree: Tree, path: Place, markers: Sequence[str]) -> Iterator[Mistake]:
    for place, marker in enumerate(markers):
        if any(sign in marker for sign in ",;|\n"):
            whole = " ".join(marker.split())
            message = f"«{whole}» — несколько слов в одном значении: разделите их запятыми, без кавычек"
            yield tree.mistake((*path, place), message)
