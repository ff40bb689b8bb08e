"""The plain reading of a text, the same for matcher and judge, with the way back to the author's characters.

Invisible and combining signs go, letters in two characters become one, letters of other alphabets that look like
ours are taken for them, and entities that a network escaped (`&quot;`) are what they stand for.
"""

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from domain.span import Span

# Format characters (soft hyphen, zero-width, directions, tags) and fillers: they can stand inside a word unseen.
_INVISIBLE: Final = (
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc"
    "\U000e0000-\U000e007f"
)
# Accents, strokes, enclosing signs and variation selectors: they belong to the character before them.
_COMBINING: Final = (
    "\u0300-\u036f\u0483-\u0489\u180b-\u180d\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U000e0100-\U000e01ef"
)
# Full-width, mathematical, circled and squared letters and digits: what NFKC makes plain in one character.
_STYLED: Final = "\uff01-\uff5e\u24b6-\u24e9\U0001d400-\U0001d7ff\U0001f130-\U0001f149"
_ENTITY: Final = r"&(?:amp|quot|apos|lt|gt|nbsp|laquo|raquo|mdash|ndash|shy|\#\d{2,6}|\#x[0-9a-fA-F]{2,5});"
_ALIEN: Final = "\u0370-\u03ffѕіјһԁԛԝӏ"
_ODD: Final = re.compile(f"[{_INVISIBLE}{_COMBINING}{_STYLED}{_ALIEN}]|{_ENTITY}")
_ODD_SIGN: Final = re.compile(f"[{_INVISIBLE}{_COMBINING}{_STYLED}{_ALIEN}]")
"""Without the entities: a class alone is looked for ten times as fast."""
_UNSEEN: Final = re.compile(f"[{_INVISIBLE}]")
_MARKS: Final = re.compile(f"[{_COMBINING}]")
_TWINS: Final = re.compile(f"[{_ALIEN}]")

_COMPOSED: Final = {"й", "Й", "ё", "Ё", "ї", "Ї", "ў", "Ў"}
"""Of Cyrillic letters with a mark only these are letters of their own: the rest are stresses («Рома́шка»)."""

_TO_LATIN: Final = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχѕіјһԁԛԝӏ", "ABEZHIKMNOPTYXaikvopuxsijhdqwl")
"""Greek letters and those of other Cyrillic alphabets that look like Latin ones."""

LOOKALIKES: Final = str.maketrans("abcehkmoptxyuACEOPXYKMTBHU3", "авсенкмортхуиАСЕОРХУКМТВНИз")
"""Latin letters, and a digit, that stand for the Cyrillic ones they look like."""
_GREEK: Final = re.compile("[\u0370-\u03ff]")
_CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)


class Plain(NamedTuple):
    """`text` as it is read; its character `i` stands for `starts[i]:ends[i]` of what the author wrote.

    A tuple and no dataclass: it is made of every text, twice.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @property
    def as_written(self) -> bool:
        """Whether every character stands for itself."""
        return isinstance(self.starts, range)

    def written(self, start: int, end: int) -> Span:
        """The author's characters behind `start:end`."""
        return (
            (self.starts[start], self.ends[end - 1]) if start < end else (self._place(start), self._place(start))
        )

    def read(self, span: Span) -> Span:
        """Where a place of the author's text stands in the reading; empty where all of it was invisible."""
        start, end = span
        if self.as_written:
            return start, min(end, len(self.starts))
        return bisect_right(self.ends, start), bisect_left(self.starts, end)

    def read_all(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Where places of the author's text stand in the reading, those of which something is seen."""
        spans = tuple(spans)
        if not spans:
            return spans
        return tuple((start, end) for start, end in map(self.read, spans) if start < end)

    def _place(self, at: int) -> int:
        return self.starts[at] if at < len(self.starts) else (self.ends[-1] if self.ends else 0)


def plain(text: str) -> Plain:
    """The reading of a text; that of most texts is the text itself."""
    if _ODD_SIGN.search(text) is None and ("&" not in text or _ODD.search(text) is None):
        return Plain(text=text, starts=range(len(text)), ends=range(1, len(text) + 1))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for found in _ODD.finditer(text):
        _keep(text[place : found.start()], place, letters, starts, ends)
        place = found.end()
        odd = _seen(found.group(), letters[-1] if letters else "")
        if odd is None:  # a mark: it belongs to the letter before it, which it may change
            if letters:
                letters[-1] = _marked(letters[-1], found.group())
                ends[-1] = place
            continue
        for letter in odd:
            letters.append(letter)
            starts.append(found.start())
            ends.append(place)
    _keep(text[place:], place, letters, starts, ends)
    return Plain(text=_latin("".join(letters)), starts=starts, ends=ends)


def straightened(word: str) -> str:
    """A word of both scripts with its Latin look-alikes (and 3 for з) made Cyrillic; any other word as it is."""
    if _CYRILLIC.search(word) and _LATIN.search(word):
        return word.translate(LOOKALIKES)
    return word


def _keep(part: str, place: int, letters: list[str], starts: list[int], ends: list[int]) -> None:
    letters += part
    starts += range(place, place + len(part))
    ends += range(place + 1, place + len(part) + 1)


def _seen(odd: str, before: str) -> str | None:
    """What is seen of an odd character or entity: nothing, something plain; None for a mark on what is before."""
    if odd[0] == "&":
        return html.unescape(odd).replace("\u00a0", " ").replace("\u00ad", "")
    if _UNSEEN.match(odd):
        return ""
    if _MARKS.match(odd):
        return None if before else ""
    return odd if _TWINS.match(odd) else unicodedata.normalize("NFKC", odd)


def _marked(letter: str, mark: str) -> str:
    """A letter and the mark on it as one: «и» and a breve are «й»; what is no letter of its own loses the mark."""
    composed = unicodedata.normalize("NFC", letter + mark)
    if len(composed) != 1 or (_CYRILLIC.match(letter) and composed not in _COMPOSED):
        return letter
    return composed


def _latin(text: str) -> str:
    """Letters of other alphabets within a Latin or Russian word are the Latin ones that they look like."""
    if _TWINS.search(text) is None:
        return text
    return re.sub(r"[^\W\d_]+", lambda word: _of_one_alphabet(word[0]), text)


def _of_one_alphabet(word: str) -> str:
    alien = len(_TWINS.findall(word))
    if not alien or (alien < len(word) and _LATIN.search(word) is None and not _GREEK.search(word)):
        return word  # a word of a language that has these letters
    latin = word.translate(_TO_LATIN)
    return word if _GREEK.search(latin) else latin
