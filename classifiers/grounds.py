"""What a customer is unhappy about, in a few words of kind: where a text is short, quoting it says nothing.

The words (`lexicons/grounds.txt`) are regular expressions, so that no dictionary is needed: a card is drawn far
from the judge.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from classifiers.word_lists import sections
from domain.verdict import Verdict

MOST: Final = 3
"""Kinds that a card has room for."""

UNHAPPY: Final = 0.5

NO_REMEDY: Final = "не решают"

GROUNDS: Final[dict[str, re.Pattern[str]]] = {
    kind: re.compile(rf"(?<!\w)(?:{'|'.join(listed.split(chr(10)))})", re.IGNORECASE)
    for kind, listed in sections("grounds.txt").items()
    if kind
}
"""Kind → the words that tell of it."""

_WORD_BEGINS: Final = re.compile(r"(?<!\w)\w")
_BEGINNING: Final = re.compile(r"[а-яёa-z ]{1,4}(?![?*{])")
_ONE_OF: Final = re.compile(r"\(\?:([^()]*)\)(?!\?)")


def _beginnings(listed: str) -> Iterator[str]:
    """The first letters with which the words begin; empty where they can begin in too many ways to say."""
    for line in listed.split("\n"):
        group = _ONE_OF.match(line)
        for way in group[1].split("|") if group else (line,):
            literal = _BEGINNING.match(way)
            yield literal[0] if literal else ""


def _by_beginning() -> Mapping[str, frozenset[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, listed in sections("grounds.txt").items():
        for beginning in _beginnings(listed) if kind else ():
            kinds[beginning].add(kind)
    return {beginning: frozenset(of) for beginning, of in kinds.items()}


_BY_BEGINNING: Final = _by_beginning()
_SIZES: Final = sorted({len(beginning) for beginning in _BY_BEGINNING})
"""What a text's words begin with tells which few of the patterns can be in it: each costs as much as all this."""

_VAGUE: Final = frozenset({"качество", "долгое ожидание"})
_LASTING: Final = frozenset({"нет ответа", "не работает", "нет связи", "не привезли", "не возвращают"})

_LONG: Final = re.compile(
    r"""(?<!\w)((?:втор|трет|четв[её]рт|пят|шест|седьм|десят)(?:ый|ой|ий|ую|ые|ая|ью|ьи|ья)
    \ (?:день|сутки|недел[юя]|месяц|час|год|раз)
    |\d{1,2}-?(?:й|ый|ю|ую|я)?\ (?:день|дня|дней|сутки|суток|недел[юия]|недель|месяцев|месяца?|час(?:а|ов)?|раз)
    |цел(?:ый\ (?:день|час|месяц)|ую\ неделю))(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def reasons(verdict: Verdict, text: str) -> tuple[str, ...]:
    """What moved the verdict, by kind and strongest first, at most MOST: «не работает третий день».

    Empty where the judge sees no complaint, or a complaint without a cause that can be named.
    """
    if verdict.complaint < UNHAPPY and not verdict.dangers:
        return ()
    found = dict(_found(verdict, text))
    kinds = sorted(found, key=lambda kind: (kind in _VAGUE, -found[kind]))
    if any(kind not in _VAGUE for kind in kinds):
        kinds = [kind for kind in kinds if kind not in _VAGUE]
    return tuple(_lasting(kinds, text))[:MOST]


def named(text: str) -> bool:
    """Whether the text names a cause by itself, and not only that somebody is unhappy."""
    return any(GROUNDS[kind].search(text) for kind in possible_kinds(text) - _VAGUE)


def _found(verdict: Verdict, text: str) -> Iterator[tuple[str, float]]:
    """Kinds that the text names, with how much their words speak for a complaint."""
    possible = possible_kinds(text)
    for kind in GROUNDS:
        spans = [found.span() for found in GROUNDS[kind].finditer(text)] if kind in possible else ()
        if spans:
            yield kind, sum(_weight(verdict, *span) for span in spans)


def possible_kinds(text: str) -> frozenset[str]:
    """The kinds with a word that begins as a word of the text does."""
    lower = text.lower()
    starts = [found.start() for found in _WORD_BEGINS.finditer(lower)]
    begun = {lower[start : start + size] for size in _SIZES for start in starts}
    return frozenset[str]().union(*(_BY_BEGINNING[beginning] for beginning in begun & _BY_BEGINNING.keys()))


def _weight(verdict: Verdict, start: int, end: int) -> float:
    return sum(one.weight for one in verdict.words if one.start < end and start < one.end)


def _lasting(kinds: Iterable[str], text: str) -> Iterator[str]:
    """With how long it has lasted, said of the kind whose words stand nearest to it, or by itself."""
    since = _LONG.search(text)
    kinds = list(kinds)
    lasts = _nearest([kind for kind in kinds if kind in _LASTING], text, since.start()) if since else None
    for kind in kinds:
        yield f"{kind} {since[1].lower()}" if since and kind == lasts else kind
    if since and lasts is None and not since[1][0].isdecimal():  # «16 дней» may be anything, «третий день» waits
        yield f"{NO_REMEDY} {since[1].lower()}"


def _nearest(kinds: Iterable[str], text: str, at: int) -> str | None:
    away = {kind: abs(found.start() - at) for kind in kinds for found in GROUNDS[kind].finditer(text)}
    return min(away, key=away.__getitem__, default=None)
