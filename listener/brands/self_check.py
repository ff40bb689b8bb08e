"""Whether what the staff wrote of a brand finds itself: a name or phrase that does not would never match."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from classifiers.plain import plain
from domain.brand import Brand
from listener.brands.matcher import Matcher

Key = Literal["names", "phrases", "accounts.vk", "accounts.x"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfound:
    """The entry number `place` of the brand's `key`, and in Russian why it finds nothing."""

    key: Key
    place: int
    text: str
    why: str


def unfound(brand: Brand) -> tuple[Unfound, ...]:
    """What of the brand does not find itself, in the order of the file.

    A homonym's companions are not asked for here: alone it means the flower and that is right.
    """
    return tuple(_unfound(replace(brand, only_when=())))


def _unfound(brand: Brand) -> Iterator[Unfound]:
    whole = Matcher([brand])
    for key, place, text, shown in _entries(brand):
        if any(map(str.isalnum, text)) and not _finds(_only(brand, key, text), shown):
            yield Unfound(
                key=key,
                place=place,
                text=text,
                why="по этой записи ничего не найти: даже сама себя она не находит",
            )
        elif any(map(str.isalnum, text)) and not whole.match(shown):
            yield Unfound(
                key=key, place=place, text=text, why="её же и запрещает never_when: не будет найдено ничего"
            )


def _entries(brand: Brand) -> Iterator[tuple[Key, int, str, str]]:
    """Key, place, what is written there, and how a post would have it."""
    for place, name in enumerate(brand.names):
        yield "names", place, name, name
    for place, phrase in enumerate(brand.phrases):
        yield "phrases", place, phrase, plain(phrase).text.strip('"«»').replace("*", "")
    for place, account in enumerate(brand.accounts_vk):
        if _is_screen_name(account):
            yield "accounts.vk", place, account, f"@{_screen_name(account)}"
    for place, account in enumerate(brand.accounts_x):
        if _is_screen_name(account):
            yield "accounts.x", place, account, f"@{_screen_name(account)}"


def _only(brand: Brand, key: Key, text: str) -> Brand:
    """A brand of nothing but this entry."""
    bare = replace(brand, names=(), phrases=(), accounts_vk=(), accounts_x=(), never_when=())
    entry = (text,)
    match key:
        case "names":
            return replace(bare, names=entry)
        case "phrases":
            return replace(bare, phrases=entry)
        case "accounts.vk":
            return replace(bare, accounts_vk=entry)
        case "accounts.x":
            return replace(bare, accounts_x=entry)


def _finds(brand: Brand, text: str) -> bool:
    return bool(Matcher([brand]).match(text))


def _screen_name(account: str) -> str:
    return account.strip().removeprefix("@")


def _is_screen_name(account: str) -> bool:
    """Ids («vk:-123», «id7») are compared with authors and never stand in a text."""
    return ":" not in account and any(map(str.isalpha, account))
