"""What stands in a text that its author did not write: whom he answers by the network, links, quotes, signatures.

It neither moves a verdict nor is evidence. The brand that is named there is still named.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from classifiers.morphology import analyzer
from classifiers.plain import plain
from classifiers.text import form_of, is_link, is_mention, mask, pieces
from domain.span import Span

_NAME: Final = re.compile(r"[А-ЯЁA-Z][а-яёa-z]{1,19}")
_SIGNATURE: Final = re.compile(
    r"""(?:(?:отправлено|написано|опубликовано|послано)\ (?:из|с|со|через|от)\b
    |(?:sent|posted|shared)\ (?:from|via|with|using)\b|\bvia\ @?\w)[^\n]{0,50}$""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNING: Final = ("отправл", "написано", "опубликов", "послано", "sent ", "posted ", "shared ", "via ")
_BEFORE_SIGNATURE: Final = " \t\r\n-—–_|(["
_QUOTED: Final = re.compile(r"^[ \t]*>+[^\n]*(?:\n|$)", re.MULTILINE)
_QUOTING: Final = re.compile(r"^[ \t]*>+[ \t]*", re.MULTILINE)
_EMPHASIS: Final = re.compile(
    r"(?<![\w*~`])(?P<mark>\*{1,3}|_{1,3}|~~|`{1,3})(?=[^\s*_~`])[^\n*`]{0,600}?(?<=[^\s*_~`])(?P<end>(?P=mark))(?![\w*~`])"
)
_BARE_LINK: Final = re.compile(
    r"(?<![\w@.:/-])(?:[\w-]{1,40}\.){1,4}"
    r"(?:ru|com|рф|su|org|net|me|cc|io|info|pro|tv|app|club|shop|store|site|online|link|ly|gl|gg|by|kz)/\S+",
    re.IGNORECASE,
)
_DOMAIN: Final = re.compile(r"\.[^\W\d_]{2,6}/\S")
"""What each of these has, and most links in a text have not."""
_LINK: Final = "t.me/"
"""How a link begins that is one piece to everybody."""
_MENTION: Final = r"(?:@\w{1,64}|\[[a-z][\w.:-]{1,64}\|[^\]\n]{0,100}\])"
_ADDRESSED: Final = re.compile(rf"\s*(?:{_MENTION}[,:]?\s*)+(?={_MENTION})", re.IGNORECASE)
_COMMAS: Final = re.compile(r"(?<=[\w\]])[,:](?=[\s@\[]|$)")
_UNSEEN: Final = "\u200b"
_CACHED: Final = 20_000
_REACH: Final = 80
"""Characters at the end of a text among which a signature is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Characters `start:end` of the text and the form they are judged by."""

    start: int
    end: int
    form: str


def spoken(cut: Sequence[str], brand: Sequence[Span]) -> list[str | None]:
    """The pieces of a text with the brand masked, None in place of what its author did not write."""
    return said_and_links(cut, brand)[0]


def said_and_links(cut: Sequence[str], brand: Sequence[Span]) -> tuple[list[str | None], list[int]]:
    """The same, and the places of the links."""
    said: list[str | None] = mask(cut, brand) if brand else list(cut)
    text = "".join(cut)
    links = _links_in(cut, text)
    for place in (*_address_in(cut, brand), *links, *_within(cut, _spans(text))):
        said[place] = None
    return said, links


def unmarked(text: str) -> str:
    """The text with unseen signs in place of the signs of emphasis around words: «**третий день**», «_нет света_».

    As long as before, so that places stay. Letters that are masked («х*й») are no emphasis.
    """
    if "*" not in text and "_" not in text and "~" not in text and "`" not in text:
        return text
    letters = list(text)
    for found in _EMPHASIS.finditer(text):
        for start, end in (found.span("mark"), found.span("end")):
            letters[start:end] = _UNSEEN * (end - start)
    return "".join(letters)


def whole(text: str, brand: Sequence[Span] = ()) -> str:
    """The text with each link that has no scheme («vk.com/wall-1_2») as one that has, and several people addressed
    («[id1|Анна], [id2|Пётр], …») as one address. As long as before, so that places stay.

    A link that names the brand stays as it is: it may be all that names it.
    """
    if "/" in text and _DOMAIN.search(text) is not None:
        text = _BARE_LINK.sub(
            lambda found: found[0] if _touches(found.span(), brand) else _as_link(found[0]), text
        )
    addressed = _ADDRESSED.match(text) if text.lstrip()[:1] in {"@", "["} else None
    if addressed is None:
        return text
    return _COMMAS.sub(" ", addressed[0]) + text[addressed.end() :]


def _touches(span: Span, brand: Sequence[Span]) -> bool:
    return any(start < span[1] and end > span[0] for start, end in brand)


def _as_link(text: str) -> str:
    return _LINK + "_" * (len(text) - len(_LINK)) if len(text) > len(_LINK) else text


def tokens(text: str, brand: Sequence[Span] = ()) -> Iterator[Token]:
    """The judged tokens of a text in order, the brand's names masked."""
    reading = plain(text)
    cut = pieces(reading.text)
    start = 0
    for piece, seen in zip(cut, spoken(cut, reading.read_all(brand)), strict=True):
        end = start + len(piece)
        form = "" if seen is None else form_of(seen)
        if form:
            begin, stop = reading.written(start, end)
            yield Token(start=begin, end=stop, form=form)
        start = end


def _links_in(cut: Sequence[str], text: str) -> list[int]:
    """The places of the links among the pieces of a text; most texts are seen at once to have none."""
    if "/" not in text and "www." not in text.lower():
        return []
    return [place for place, piece in enumerate(cut) if piece[0] in "hwtvHWTV" and is_link(piece)]


def _address_in(cut: Sequence[str], brand: Sequence[Span]) -> range:
    """The places of the address; a text that is nothing but an address is all that there is."""
    places = _address(cut, brand)
    return range(places if places < len(cut) else 0)


def _within(cut: Sequence[str], spans: Sequence[Span]) -> list[int]:
    """The places of the pieces that lie in one of the spans."""
    if not spans:
        return []
    ends = accumulate(map(len, cut))
    return [
        place
        for place, end in enumerate(ends)
        if any(start <= end - len(cut[place]) and end <= stop for start, stop in spans)
    ]


def _spans(text: str) -> list[Span]:
    """Lines that quote somebody, and an app's signature at the end."""
    spans: list[Span] = []
    if ">" in text:
        quoted = [found.span() for found in _QUOTED.finditer(text)]
        whole = all(not text[start:end].strip() for start, end in _between(quoted, len(text)))
        spans = [found.span() for found in _QUOTING.finditer(text)] if whole else quoted
    signature = _SIGNATURE.search(text, max(0, len(text) - _REACH)) if _may_be_signed(text) else None
    if signature:
        start = len(text[: signature.start()].rstrip(_BEFORE_SIGNATURE))
        if start:
            spans.append((start, signature.end()))
    return spans


def _may_be_signed(text: str) -> bool:
    end = text[-_REACH:].lower()
    for word in _SIGNING:  # noqa: SIM110 - of every text: `any` takes twice as long
        if word in end:
            return True
    return False


def _between(spans: Sequence[Span], length: int) -> Iterator[Span]:
    place = 0
    for start, end in spans:
        yield place, start
        place = end
    yield place, length


def _address(cut: Sequence[str], brand: Sequence[Span]) -> int:
    """How many pieces at the beginning say whom the text answers: «[id1|Анна], », «@anna », «Анна, »."""
    if not cut or not (cut[0][0] in "@[ \n" or cut[0][0].isupper()):
        return 0
    place = after = start = 0
    while place < len(cut) and (cut[place].isspace() or is_mention(cut[place])):
        end = start + len(cut[place])
        if cut[place][0] == "@" and any(begin < end and start < stop for begin, stop in brand):
            break  # whoever writes to the brand on X names it himself
        place, start = place + 1, end
        after = place if is_mention(cut[place - 1]) else after
    if after:
        after = _past(cut, after)
    named = _named(cut, after, brand)
    return _past(cut, named) if named > after else after


def _past(cut: Sequence[str], place: int) -> int:
    """After the comma or colon that may follow, and the blank."""
    while place < len(cut) and (cut[place].isspace() or cut[place] in {",", ":"}):
        place += 1
    return place


def _named(cut: Sequence[str], place: int, brand: Sequence[Span]) -> int:
    """After the person's name that the network put there, with a comma behind it."""
    end = place + 1
    if end < len(cut) and cut[end] == " ":
        end += 2
        if end >= len(cut) or _NAME.fullmatch(cut[end - 1]) is None:
            return place
    # The dictionary is asked last: most texts have no comma there.
    if end >= len(cut) or cut[end] != "," or not _is_given_name(cut[place]):
        return place
    start, stop = sum(map(len, cut[:place])), sum(map(len, cut[:end]))
    return place if any(start <= begin < stop for begin, _ in brand) else end


@lru_cache(maxsize=_CACHED)
def _is_given_name(word: str) -> bool:
    if _NAME.fullmatch(word) is None:
        return False
    return any("Name" in parse.tag and parse.tag.case == "nomn" for parse in analyzer().parse(word.lower())[:3])
