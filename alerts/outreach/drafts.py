"""Drafts: what should give its writer pause before it goes out, and what must not go out at all."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from alerts.outreach.names import greeted, may_be_one

WarningKind = Literal[
    "empty", "too_long", "unfilled", "sends_away", "personal_data", "promise", "rude", "other_name", "link"
]
BLOCKS: Final[frozenset[WarningKind]] = frozenset({"empty", "too_long", "unfilled"})
"""What no network takes, or nobody means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """`quote` is the place in the draft, empty where it is the whole."""

    kind: WarningKind
    quote: str = ""

    @property
    def blocks(self) -> bool:
        return self.kind in BLOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a draft would stand. `public`: everybody reads it; `foreign`: on somebody else's page.

    `longest` is the network's limit by its own `length_of`, 0 where it has none. `link` is the one that belongs
    there. `names` are those of other people in the same thread, `addressee` the author's first name where his
    account shows one, `heard` what he has said himself. `masked` hides personal data, letter by letter.
    """

    public: bool
    foreign: bool
    longest: int
    length_of: Callable[[str], int]
    masked: Callable[[str], str]
    link: str | None = None
    names: Sequence[str] = ()
    addressee: str | None = None
    heard: str = ""


def warnings(text: str, place: Place) -> tuple[Warned, ...]:
    """Everything that is wrong, the gravest first."""
    return tuple(_warnings(text, place))


def _warnings(text: str, place: Place) -> Iterator[Warned]:
    if not text.strip():
        yield Warned(kind="empty")
        return
    if place.longest and place.length_of(text) > place.longest:
        yield Warned(kind="too_long")
    yield from _each("unfilled", _BRACES, text)
    hidden = list(_hidden(text, place)) if place.public else []
    yield from (Warned(kind="personal_data", quote=quote) for quote in hidden if not _HOTLINE.search(quote))
    yield from _each("sends_away", _AWAY, text)
    yield from _each("promise", _PROMISE, text)
    yield from _each("rude", _SHOUTED if _SHOUTED.search(text) else _RUDE, text)
    yield from tuple(_other_names(text, place.names)) or _greeting(text, place)
    if place.public and place.foreign:
        yield from _each("link", _LINK, text)
    elif place.public:
        yield from _each("link", _LINK, text.replace(place.link or "\0", ""))


def _each(kind: WarningKind, pattern: re.Pattern[str], text: str) -> Iterator[Warned]:
    found = pattern.search(text)
    if found:
        yield Warned(kind=kind, quote=" ".join(found.group().split()))


def _hidden(text: str, place: Place) -> Iterator[str]:
    """The words of which masking would hide something, without the link that belongs there."""
    spoken = text.replace(place.link, " " * len(place.link)) if place.link else text
    masked = place.masked(spoken)
    for word in re.finditer(r"\S+(?:[ \u00a0-](?=[\d()])\S+)*", spoken):
        if masked[word.start() : word.end()] != word.group():
            yield word.group().strip(".,;:!?")


def _other_names(text: str, names: Sequence[str]) -> Iterator[Warned]:
    """A name in any case: «Марине», «Мариной»; the last vowel changes, the rest stays."""
    for name in names:
        stem = name[:-1] if name[-1:].lower() in "аяйь" else name
        if len(stem) < 3:
            continue
        found = re.search(rf"\b{re.escape(stem)}(?:[а-яё]{{0,2}})\b", text)
        if found:
            yield Warned(kind="other_name", quote=found.group())


def _greeting(text: str, place: Place) -> Iterator[Warned]:
    """«Марина, здравствуйте!» to Ivan, who has said nothing of a Marina."""
    name = greeted(text)
    if name is None or place.addressee is None or may_be_one(name, place.addressee):
        return
    if not re.search(rf"\b{re.escape(name)}\b", place.heard, re.IGNORECASE):
        yield Warned(kind="other_name", quote=name)


_BRACES: Final = re.compile(r"\{[^{}\n]*\}?")
_HOTLINE: Final = re.compile(r"8[\s(-]*800|\+?7[\s(-]*800")
_LINK: Final = re.compile(
    r"https?://\S+|\bwww\.\S+|\b[\w-]+\.(?:ru|рф|com|su|org|net|me|ly|cc)\b(?:/\S*)?", re.IGNORECASE
)
_AWAY: Final = re.compile(
    r"""\b(?:
        (?:по|пере)?звоните(?:\s+(?:нам|по|на|в)\b)?
      | (?:обратитесь|обращайтесь|напишите|пишите|отправьте|направьте)\s+
        (?:(?:нам|ваш\w*|сво\w*|письм\w*|запрос\w*|обращени\w*)\s+)*
        (?:(?:по|на|в)\s+)(?:\w+\s+){0,2}(?:телефон\w*|номер\w*|лини\w*|почт\w*|e-?mail|[еи]мейл|адрес\w*|колл-?центр\w*
          |контакт-?центр\w*|офис\w*|отделени\w*|салон\w*|магазин\w*|служб\w*|техподдержк\w*|поддержк\w*)
      | (?:по|на)\s+(?:бесплатн\w+\s+)?(?:телефон\w*|горяч\w+\s+лини\w*)\s+\S*\d\S*
      | горяч\w+\s+лини\w*
    )
    | \b8[\s(-]*800[\s)-]*[\d\s-]{7,}
    | [\w.+-]+@[\w-]+\.[\w.]+""",
    re.IGNORECASE | re.VERBOSE,
)
_PROMISE: Final = re.compile(
    r"""\b(?:
        гарантиру\w+ | обеща(?:ю|ем) | клян\w+
      | (?:обязательно|точно|сегодня\s+же|завтра\s+же)\s+(?:верн\w+|реш\w+|исправ\w+|почин\w+|замен\w+)
      | верн[её]м\s+(?:вам\s+)?(?:вс[её]|деньги|средства|сумму|стоимость)
      | компенсир\w+ | возместим\w*
      | в\s+течение\s+(?:\d+|часа|суток|дня|пары|двух|тр[её]х|нескольких)
      | (?:сегодня|завтра|через\s+\d+\s+\w+)\s+(?:вс[её]\s+)?(?:будет|заработает|починим|исправим|реш\w+)
      | больше\s+(?:такого\s+)?не\s+повторится
      | сто\s+процентов | 100\s?%
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_RUDE: Final = re.compile(
    r"""\b(?:
        успокойтесь | сами?\s+виноват\w* | читайте\s+внимательн\w* | вы\s+вр[её]те | не\s+врите | вы\s+лж[её]те
      | не\s+(?:надо\s+)?(?:истер\w+|ор(?:ите|ать)|хам\w+) | ваши\s+(?:проблемы|фантазии|выдумки)
      | идиот\w* | дур(?:ак\w*|а|ой|очк\w+) | туп(?:ой|ая|ые|ица|ите|ость) | бред(?:ите|ом|ни|ятин\w+)? | чушь
      | отстаньте | отвали\w* | заткни\w* | придурок\w* | нехрен | нефиг | хрен\w* | дерьм\w* | г[оа]вн\w*
      | (?:за|на|по|от|вы|у|рас)?[её]б(?:а[нл]|ут|ит|ну)\w* | бля(?:дь|ди|т)?\b | хуй\w* | ху[её]\w* | пизд\w*
      | мудак\w*
    )\b
    | !{3,}""",
    re.IGNORECASE | re.VERBOSE,
)
_SHOUTED: Final = re.compile(r"(?:\b[А-ЯЁ]{4,}\b[\s,!]+){2,}\b[А-ЯЁ]{4,}\b")
