"""Masking: what a customer gave away of himself is hidden where several people read it, letter by letter.

A dot stands for each hidden character, so the text keeps its length and every span in it stays right.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from operator import is_
from typing import Any, Final, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from alerts.cards.context import CardContext
from alerts.cases.case import Case, CaseMention
from alerts.routing import Chat

T = TypeVar("T")

DOT: Final = "•"
LAST: Final = 2
"""Digits that stay to be seen of a number: enough to tell two numbers apart, too few to use one."""
PUBLIC: Final = frozenset(
    {"actor", "author_handle", "author_id", "brand", "brand_title", "by", "contact", "id", "network", "owner"}
    | {"page", "place", "taken_from", "thread", "to", "url"}
)
"""Fields of a case, and of what it holds, that are nobody's secret, or that nobody is shown: addresses have to
lead somewhere, and numbers to be found again.
"""
_WORDLESS: Final = (bool, float, int, datetime, timedelta, type(None), ...)
_MAYBE: Final = re.compile(r"[\d@]")
"""Without one of these there is nothing to hide."""
_DIGIT: Final = re.compile(r"\d")
LONG_NUMBER: Final = 9
"""Digits in a row that are no price, date or time any more: an account, a phone, a tracking number, an ИНН."""
CARD_DIGITS: Final = range(13, 20)

_GAP: Final = r"[\s()‑–-]{0,3}"  # a hyphen that does not break, and a dash
_MONEY: Final = r"(?!\s*(?:₽|р\b|р\.|руб|тыс|млн|млрд|коп|долл|евро|\$|€|%|процент))"
_COUNTED: Final = r"(?!\s*(?:раз|шт|час|мин|дн|дня|день|нед|мес|год|лет|г\.|кг|км|м\b|мб|гб|градус))"
_DATE: Final = r"(?!\d{1,2}[.:/]\d{2}\b|\d{1,2}\s+(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек))"
_ALONE: Final = r"(?<![\w.,])"
_ENDED: Final = r"(?![\d_])(?![.,:]\d)"

_PHONE: Final = re.compile(
    rf"""
    {_ALONE}(?:
        \+7{_GAP}(?:\d{_GAP}){{9}}\d                                       # +7 912 345-67-12
      | [78]{_GAP}\d{{3}}{_GAP}(?:\d{_GAP}){{6}}\d                         # 8 (912) 345-67-12, 89123456712
      | \+(?:\d{_GAP}){{9,14}}\d                                           # +375 29 123-45-67
      | \(?\d{{3}}\)?[\s-]{{0,2}}\d{{3}}[\s-]?\d{{2}}[\s-]?\d{{2}}         # 912 345 67 12, (495) 123-45-67
      | [78]\.\d{{3}}\.\d{{3}}\.\d{{2}}\.\d{{2}}                           # 8.912.345.67.12
      | \d{{3}}-\d{{2}}-\d{{2}}                                            # 123-45-67
    ){_ENDED}{_MONEY}
    """,
    re.VERBOSE,
)
_NUMBER: Final = re.compile(rf"{_ALONE}\d{{{LONG_NUMBER},}}{_ENDED}{_MONEY}")
_GROUPS: Final = re.compile(rf"{_ALONE}\d{{2,7}}(?:[\s-]\d{{2,7}}){{1,7}}{_ENDED}{_MONEY}")
_GROUP: Final = re.compile(r"\d+")
_CARD: Final = re.compile(r"2[2-7]|3[04-8]|4|5|6")
"""How the numbers of payment cards begin."""
_STATUS: Final = re.compile(r"(?:status(?:es)?|wall-?\d*|reply=)[/_=-]?$")
"""What stands before the number of a post in an address: it is public, and the link has to work."""
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?=[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,})")
_PASSPORT: Final = re.compile(rf"{_ALONE}\d{{2}}\s?\d{{2}}\s?[№-]?\s?\d{{6}}{_ENDED}{_MONEY}")
_SNILS: Final = re.compile(rf"{_ALONE}\d{{3}}-\d{{3}}-\d{{3}}[\s-]\d{{2}}{_ENDED}")

_NAMED: Final = re.compile(
    rf"""
    \b(?:
        (?:договор|контракт|заказ|заявк|тикет|полис|накладн|отправлени|квитанц|абонент|паспорт|сери|снилс|инн
          |посылк|трек|аккаунт|логин|сч[её]т)[а-яё]*
      | л[/.]?с
    )\b
    [\s:№#.,—–-]*
    (?:(?:номер[а-яё]*|ном\.?|n|no\.?|id|код|и|под|за|мой|вот|это)[\s:№#.—–-]+)*
    (?P<it>{_DATE}(?:[a-zа-яё]{{1,4}}[/-]?)?\d[\d/-]*(?:[a-z]{{1,3}})?)
    (?![\w/-])(?![.,:]\d){_MONEY}{_COUNTED}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NUMBERED: Final = re.compile(
    rf"(?:№|\#|\bномер[а-яё]*)[\s:№\#]*(?P<it>\d[\d/-]{{3,}}\d){_ENDED}{_MONEY}{_COUNTED}", re.IGNORECASE
)
_AFTER_PHONE: Final = re.compile(
    r"\b(?:тел(?:ефон[а-яё]*)?|звоните|позвоните|перезвоните|моб(?:ильн[а-яё]*)?)\b[\s.:,—-]*"
    rf"(?:(?:по|на|мне|номер[а-яё]*|мой)[\s:]+)*(?P<it>\d[\d\s-]{{3,}}\d){_ENDED}{_MONEY}{_COUNTED}",
    re.IGNORECASE,
)
_LAST_FOUR: Final = re.compile(rf"[*•xх]{{2,}}\s?(?P<it>\d{{4}}){_ENDED}", re.IGNORECASE)
_OF_CARD: Final = re.compile(
    rf"\bкарт[а-яё]*[^\d\n]{{0,20}}(?P<it>\d{{4}}(?:[\s-]\d{{4}}){{2}}[\s-]\d{{1,7}}){_ENDED}{_MONEY}",
    re.IGNORECASE,
)
_SECRET: Final = re.compile(
    r"\b(?:cvv2?|cvc2?|пин(?:-?код[а-яё]*)?|парол[а-яё]*|код[а-яё]*\s+(?:из\s+)?(?:смс|sms)|кодовое\s+слово)"
    rf"[\s:=—-]*(?:(?:был|такой|вот|это)[\s:=—-]+)?(?P<it>[^\s,;!?]*\d[^\s,;!?]*){_MONEY}",
    re.IGNORECASE,
)
_HOUSE: Final = re.compile(
    rf"""
    \b(?i:ул(?:\.|иц[аеыу]|(?=\s))|пр-?к?т|просп(?:\.|ект[а-яё]*)|пер(?:\.|еул[а-яё]*)|бульвар[а-яё]*|б-р|шоссе
      |наб(?:\.|ережн[а-яё]*))
    \s*(?:\d{{1,3}}(?:-[а-яё]{{1,2}})?\s+)?[А-ЯЁ][а-яё-]+(?:\s+[А-ЯЁ][а-яё-]+)?  # «8 Марта», «Карла Маркса»
    (?:[\s,]*(?i:дом[а-яё]*|д|корп(?:ус)?|к|стр(?:оение)?|кв(?:артир[аеыу])?)?\.?\s*
      \d{{1,4}}(?:/\d+)?(?i:[а-гкс](?:\d+)?)?(?![\d:])(?![.,]\d)){{1,4}}
    {_MONEY}{_COUNTED}
    """,
    re.VERBOSE,
)
_FLAT: Final = re.compile(
    r"\bкв(?:\.|артир[аеыу])?\s*№?\s*(?P<it>\d{1,4})(?!\d)(?!\s*(?:м\b|м2|м²|метр|кв))", re.IGNORECASE
)

Hidden = Iterator[int]
"""Places of characters that are not to be shown."""


def masked(text: str) -> str:
    """The text with phones, cards, documents, e-mails, contracts and houses hidden, as long as before."""
    return _hide(text, _RULES)


def _hide(text: str, rules: Iterable[Callable[[str], Iterable[int]]]) -> str:
    if _MAYBE.search(text) is None:
        return text
    if _DIGIT.search(text) is None:
        rules = (_emails,)  # all others look for a digit
    hidden = {place for rule in rules for place in rule(text)}
    return "".join(DOT if place in hidden else letter for place, letter in enumerate(text)) if hidden else text


def is_owners_own(chat: Chat, case: Case, context: CardContext) -> bool:
    """Whether the chat is the private one of the person who has the case: he alone reads it there."""
    owner = context.person(case.state.owner)
    return owner is not None and owner.private.get(chat.messenger) == chat.chat


def masked_case(case: Case) -> Case:
    """The case with every word of people masked: what a card or a note in a group is made of."""
    masked_one = _masked(case)
    mentions = tuple(map(_with_own_post, masked_one.mentions, case.mentions))
    return masked_one if mentions == masked_one.mentions else replace(masked_one, mentions=mentions)


def _with_own_post(shown: CaseMention, told: CaseMention) -> CaseMention:
    """Where its shops are a brand tells everybody; what a customer gave away stays hidden in its posts too."""
    if not told.under_own_post or told.parent is None:
        return shown
    text = _hide(told.parent.text, _IN_OWN_POSTS)
    return replace(shown, parent=replace(told.parent, text=text))


def _masked(value: T) -> T:
    """Whatever it holds: a text that the case gets one day is masked unless it is known to be nobody's own."""
    changed: Any = value
    if isinstance(value, str):
        changed = masked(value)
    elif isinstance(value, tuple):
        parts = tuple(map(_masked, value))
        changed = value if all(map(is_, parts, value)) else parts
    else:
        new: dict[str, Any] = {}
        shape: Any = type(value)
        for name in _private(shape):
            old = getattr(value, name)
            if old and (made := _masked(old)) is not old:
                new[name] = made
        changed = replace(value, **new) if new else value  # type: ignore[type-var]  # it has such fields
    return changed  # type: ignore[no-any-return]  # of the type that came in


@cache
def _private(shape: type[Any]) -> tuple[str, ...]:
    """The fields of a dataclass that may hold somebody's own words; none of any other type."""
    if not is_dataclass(shape):
        return ()
    hints = get_type_hints(shape)
    return tuple(name for name, hint in hints.items() if name not in PUBLIC and _holds_words(hint))


def _holds_words(hint: Any) -> bool:
    """Whether a value of this type may have text in it that is not one of a few known words."""
    if is_dataclass(hint):
        return bool(_private(cast(Any, hint)))
    if get_origin(hint) is Literal:
        return False
    parts = get_args(hint)
    return any(map(_holds_words, parts)) if parts else hint not in _WORDLESS


def _digits(text: str, start: int, end: int) -> list[int]:
    return [place for place in range(start, end) if text[place].isdigit()]


def _but_last(text: str, places: list[int]) -> list[int]:
    """All but the end; of a phone of this country, and that it is a mobile, the beginning tells nothing either."""
    known = 0
    if len(places) == 11 and text[places[0]] in "78":
        known = 2 if text[places[1]] == "9" else 1
    return places[known:-LAST]


def _phones(text: str) -> Hidden:
    """«+7 9•• •••-••-12»."""
    for found in _PHONE.finditer(text):
        yield from _but_last(text, _digits(text, *found.span()))


def _numbers(text: str) -> Hidden:
    for found in _NUMBER.finditer(text):
        if not _STATUS.search(text, max(0, found.start() - 20), found.start()):
            yield from _but_last(text, _digits(text, *found.span()))


def _cards(text: str) -> Hidden:
    """Groups of digits whose sum is right: a row of prices has the length, and hardly ever the sum."""
    for found in _GROUPS.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *found.span())]
        for first, (start, _) in enumerate(groups):
            for _, end in groups[first:]:
                places = _digits(text, start, end)
                if len(places) in CARD_DIGITS and _is_card("".join(text[place] for place in places)):
                    yield from places[:-LAST]


def _is_card(digits: str) -> bool:
    """Luhn's sum (ISO/IEC 7812-1, annex B) over a number that begins as one of a card."""
    doubled = (
        sum(divmod(int(digit) * 2, 10)) if place % 2 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return _CARD.match(digits) is not None and sum(doubled) % 10 == 0


def _emails(text: str) -> Hidden:
    """«i•••••@mail.ru»: where the letters go is hardly anybody's own."""
    for found in _EMAIL.finditer(text):
        first = found.start() + 1 if text[found.start()].isalpha() else found.start()
        yield from range(first, found.end() - 1)


def _documents(text: str) -> Hidden:
    for pattern in (_PASSPORT, _SNILS):
        for found in pattern.finditer(text):
            yield from _digits(text, *found.span())[:-LAST]


def _named(text: str) -> Hidden:
    """«договор ••51»: a number that is said to be one, from four digits on."""
    for pattern in (_NAMED, _NUMBERED, _AFTER_PHONE, _OF_CARD, _LAST_FOUR):
        for found in pattern.finditer(text):
            places = _digits(text, *found.span("it"))
            if len(places) > LAST + 1:
                yield from _but_last(text, places)


def _secrets(text: str) -> Hidden:
    """Of a code or a password nothing is shown."""
    for found in _SECRET.finditer(text):
        yield from range(*found.span("it"))


def _addresses(text: str) -> Hidden:
    """Where somebody lives: the house after a street's name, and the flat. The street itself stays."""
    for found in _HOUSE.finditer(text):
        yield from _digits(text, *found.span())
    for found in _FLAT.finditer(text):
        yield from _digits(text, *found.span("it"))


_RULES: Final[tuple[Callable[[str], Iterable[int]], ...]] = (
    _phones,
    _numbers,
    _cards,
    _emails,
    _documents,
    _named,
    _secrets,
    _addresses,
)


def _flats(text: str) -> Hidden:
    """A house with a flat is where somebody lives, whoever says it."""
    for found in _HOUSE.finditer(text):
        if _FLAT.search(found.group()):
            yield from _digits(text, *found.span())
    for found in _FLAT.finditer(text):
        yield from _digits(text, *found.span("it"))


_IN_OWN_POSTS: Final = tuple(_flats if rule is _addresses else rule for rule in _RULES)
