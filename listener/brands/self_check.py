"""Whether what the staff wrote of a brand finds itself: a name or phrase that does not would never match."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from classifiers.plain import plain
from domain.brand import Brand
from listener.brands.matcher import Matcher

Key = Literal["names", "phrases", "accounts"]
Marks = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfound:
    """The entry number `place` of the brand's `key` (of accounts, of `network`), which finds nothing, and why."""

    key: Key
    network: str | None
    place: int
    text: str
    why: Literal["itself", "never_when"] = "itself"


def unfound(brand: Brand, marks: Marks) -> tuple[Unfound, ...]:
    """What of the brand does not find itself, in the order of the file; `marks` as the matcher takes them.

    A homonym's companions are not asked for here: alone it means the flower and that is right.
    """
    return tuple(_unfound(replace(brand, only_when=()), marks))


def _unfound(brand: Brand, marks: Marks) -> Iterator[Unfound]:
    whole = Matcher([brand], marks)
    for alone, entry, shown in _entries(brand, marks):
        if not any(map(str.isalnum, entry.text)):
            continue
        if not Matcher([alone], marks).match(shown):
            yield entry
        elif not whole.match(shown):
            yield replace(entry, why="never_when")


def _entries(brand: Brand, marks: Marks) -> Iterator[tuple[Brand, Unfound, str]]:
    """A brand of nothing but the entry, the entry, and how a post would have it."""
    bare = replace(brand, names=(), phrases=(), accounts={}, never_when=())
    for place, name in enumerate(brand.names):
        yield replace(bare, names=(name,)), _entry("names", place, name), name
    for place, phrase in enumerate(brand.phrases):
        shown = plain(phrase).text.strip('"«»').replace("*", "")
        yield replace(bare, phrases=(phrase,)), _entry("phrases", place, phrase), shown
    for network, accounts in brand.accounts.items():
        for place, account in enumerate(accounts):
            if _is_screen_name(account):
                entry = replace(_entry("accounts", place, account), network=network)
                mark = next(iter(marks.get(network, ())), "@")
                shown = mark + account.strip().removeprefix("@")
                yield replace(bare, accounts={network: (account,)}), entry, shown


def _entry(key: Key, place: int, text: str) -> Unfound:
    return Unfound(key=key, network=None, place=place, text=text)


def _is_screen_name(account: str) -> bool:
    """Ids («vk:-123», «id7») are compared with authors and never stand in a text."""
    return ":" not in account and any(map(str.isalpha, account))
