"""A text as tokens: pieces that cover every character, and for each piece the form that the judge looks at."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from classifiers.plain import straightened
from domain.span import Span

MAX_CHARACTERS: Final = 16_000
MAX_PIECES: Final = 4_000
"""What is judged of a long text (about 2 000 words): complaints come early, and time must be bounded."""

MAX_FORM: Final = 40

LINK: Final = "\ue001"
USER: Final = "\ue002"
BRAND: Final = "\ue003"
NUMBER: Final = "\ue004"
"""Private-use characters stand for what must not be learned by heart: one address, one person, one brand."""

OTHER_BRAND: Final = "⟐"
"""Stands for the other brands of a training text: the judge must not learn what 2014 thought of each operator."""

# What is met most often stands first, and case is ignored where it matters alone: half the time of the rest.
_PIECE: Final = re.compile(
    r"""
      [а-яА-Я]+(?:(?=[-\w])(?!_)[^\W_]*(?:-[^\W_]+)*)?  # a word, as a rule
    | \s+
    | (?=[hwtvHWTV])(?i:https?://|www\.|t\.co/|vk\.cc/|t\.me/)\S+     # a link
    | [^\W_]+(?:-[^\W_]+)*                             # a word, also 4g, что-то
    | @\w+                                             # a mention on X
    | [:;=]['’-]?[)(DPdp*|/\\]+                        # :-)
    | \)+ | \(+ | !+ | \?+ | \.+ | -+
    | \[(?i:(?:id|club|public|event)\d{1,20}(?::[\w-]{1,40})?|[a-z][\w.]{1,32})\|[^\]\n]{0,100}\]  # [id1|Анна]
    | .                                                # one emoji, one sign
    """,
    re.VERBOSE | re.DOTALL,
)
_LINK_BEGINS: Final = frozenset("hwtvHWTV")
_LINK_STARTS: Final = ("http://", "https://", "www.", "t.co/", "vk.cc/", "t.me/")
# Signs that only dress the emoji before them (variation selectors, joiner, skin tones) carry no meaning alone.
_DRESS: Final = frozenset("\ufe0e\ufe0f\u200d\u200b\ufeff\u00ad" + "".join(map(chr, range(0x1F3FB, 0x1F400))))
_REPEATED: Final = re.compile(r"(.)\1{2,}", re.DOTALL)


def pieces(text: str) -> list[str]:
    """Cut the judged beginning of a text into pieces; joined they give it back unchanged."""
    found = _PIECE.findall(text, 0, MAX_CHARACTERS)
    return found if len(found) <= MAX_PIECES else found[:MAX_PIECES]


def mask(cut: Sequence[str], brand: Sequence[Span]) -> list[str | None]:
    """Put BRAND in place of the first piece of each span, None in place of the others.

    A piece that a span only touches goes whole (`@romashka_help`); a link stays a link.
    """
    masked: list[str | None] = list(cut)
    ends = list(accumulate(map(len, cut)))
    for start, end in brand:
        first = True
        for index in range(bisect_right(ends, start), len(ends)):
            if ends[index] - len(cut[index]) >= end:
                break
            if not is_link(cut[index]):
                masked[index] = BRAND if first else None
                first = False
    return masked


def form_of(piece: str) -> str:
    """The form a piece is judged by; empty for what is not judged at all (white space, bare modifiers)."""
    if piece.isspace() or piece in _DRESS:
        return ""
    if is_link(piece):
        return LINK
    if is_mention(piece):
        return USER
    if piece.isdecimal():
        return NUMBER
    return _normal(piece[:MAX_FORM].lower())


def spans_of(value: object, length: int) -> tuple[Span, ...] | None:
    """Places as JSON carries them, `[[start, end], …]` within `length` characters; None for anything else."""
    if not isinstance(value, list) or not all(_is_span(one, length) for one in value):
        return None
    return tuple((one[0], one[1]) for one in value)


def _is_span(value: object, length: int) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(type(end) is int for end in value):
        return False
    return bool(0 <= value[0] < value[1] <= length)


def is_mention(piece: str) -> bool:
    """`@anna`, `[id1|Анна]`: somebody named in the network's own way."""
    return len(piece) > 1 and piece[0] in "@["


def is_link(piece: str) -> bool:
    return piece[:1] in _LINK_BEGINS and len(piece) > 4 and piece.lower().startswith(_LINK_STARTS)


def _normal(form: str) -> str:
    """Undo what people do to letters: ё, «ооочень», Latin look-alikes inside a Cyrillic word."""
    if not form[0].isalnum():
        return form[:3]
    form = form.replace("ё", "е")
    if _REPEATED.search(form) is not None:  # to ask is a fifth of `sub`'s time
        form = _REPEATED.sub(r"\1", form)
    return straightened(form)
