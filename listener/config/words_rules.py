"""What no single value of words.yaml and templates.yaml can show: words run together, unknown blanks."""

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from alerts.outreach.templates import INSERTIONS, Slip, slips
from classifiers.lexicon import TOPICS
from listener.brands.letters import words_of
from listener.config.finding import is_everywhere
from listener.config.russian import meant
from listener.config.schema import TemplatesYaml, WordsYaml
from listener.config.values import Mistake
from listener.config.yaml_tree import Place, Tree

_NEARLY: Final = 0.8
"""How alike two topics are of which one was probably meant for the other."""
_SIGN: Final = re.compile(r"^[«»\"“”„'#-]+|[»\"“”„'!?#]+$|\*")
"""What stands about a word in a config and is no part of it in a text."""
_OTHER_BRACKETS: Final = re.compile(
    rf"\$(?:{'|'.join(INSERTIONS)})\b|\{{\{{\s*\w+\s*\}}\}}|[\[(<%](?:{'|'.join(INSERTIONS)})[\])>%]"
)


def words_mistakes(tree: Tree, words: WordsYaml, names: Collection[str]) -> Iterator[Mistake]:
    """`names` are the brands'."""
    for topic, markers in words.topics.items():
        yield from _marker_mistakes(tree, ("topics", topic), markers)
        if built_in := _nearly_built_in(topic):
            message = (
                f"тема «{topic}» — новая, а встроенная называется «{built_in}»: маршрут найдёт только одну из них"
            )
            yield tree.mistake(("topics", topic), message, warning=True)
    yield from _marker_mistakes(tree, ("urgent",), words.urgent)
    yield from _marker_mistakes(tree, ("watch",), words.watch)
    for place, marker in enumerate(words.watch):
        if marker in words.urgent:
            message = f"«{marker}» уже в urgent и зовёт людей: на испытании оно ни к чему, уберите его отсюда"
            yield tree.mistake(("watch", place), message, warning=True)
    own = {words_of(name) for name in names}
    for place, marker in enumerate(words.urgent):
        if words_of(marker) in own:
            message = f"«{marker}» — имя бренда: срочным станет каждое упоминание; уберите его отсюда"
            yield tree.mistake(("urgent", place), message)


def _nearly_built_in(topic: str) -> str | None:
    if topic in TOPICS:
        return None
    near = get_close_matches(topic.casefold(), TOPICS, n=1, cutoff=_NEARLY)
    return near[0] if near else None


def template_mistakes(tree: Tree, templates: TemplatesYaml) -> Iterator[Mistake]:
    for name, text in templates.templates.items():
        if other := _OTHER_BRACKETS.search(text):
            message = (
                f"в заготовке «{name}» вставка {other.group()} останется как есть: пишут {{имя}}, в одних скобках"
            )
            yield tree.mistake(("templates", name), message)
            continue
        for slip in slips(text):
            yield tree.mistake(("templates", name), f"в заготовке «{name}» {_slip_words(slip)}")


def _slip_words(slip: Slip) -> str:
    match slip.kind:
        case "brace":
            return "скобка { не закрыта, и вставки не будет: пишут {имя}"
        case "unknown":
            return f"неизвестная вставка {{{slip.what}}}{meant(slip.what, INSERTIONS)}"
        case "empty_form":
            return f"у {{{slip.what}}} нужны две формы, мужская и женская: {{разобрался|разобралась}}"


def _marker_mistakes(tree: Tree, path: Place, markers: Sequence[str]) -> Iterator[Mistake]:
    for place, marker in enumerate(markers):
        bare = marker.removeprefix("=").strip()
        if is_everywhere(bare):
            message = f"«{marker}» есть в каждом тексте и ничего не значит: уберите его"
            yield tree.mistake((*path, place), message)
        elif any(map(str.isalnum, bare)) and (sign := _SIGN.search(bare)):
            without = f"уберите знак {sign.group()}: слово и так ищется в любой форме"
            message = f"«{marker}» в тексте не встретится: {without}"
            yield tree.mistake((*path, place), message)
        if any(sign in marker for sign in ",;|\n"):
            whole = " ".join(marker.split())
            message = f"«{whole}» — несколько слов в одном значении: разделите их запятыми, без кавычек"
            yield tree.mistake((*path, place), message)
