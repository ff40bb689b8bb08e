"""A brand: what is listened for, as the brand's file says it."""

from dataclasses import dataclass, field
from datetime import timedelta

from domain.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchVk:
    """`community` are screen names of own communities heard by long poll."""

    search: bool = True
    community: tuple[str, ...] = ()
    every: timedelta = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchX:
    search: bool = True
    mentions: bool = False
    every: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Names are matched in every word form; a homonym needs an `only_when` companion and no `never_when` phrase.

    `phrases` are exact phrases in double quotes and word beginnings with `*`. `accounts_*` are the brand's own,
    `ignore_authors` are `network:id` or `network:handle`. `complaint_at` is the probability that makes a case;
    `per_day` bounds the new cards of a day. None for a network: it is not watched.
    """

    id: str
    title: str
    names: tuple[str, ...]
    only_when: tuple[str, ...] = ()
    never_when: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    accounts_vk: tuple[str, ...] = ()
    accounts_x: tuple[str, ...] = ()
    ignore_authors: tuple[str, ...] = ()
    watch_vk: WatchVk | None = field(default_factory=WatchVk)
    watch_x: WatchX | None = field(default_factory=WatchX)
    complaint_at: float = 0.6
    per_day: int | None = None
    x_usd_per_day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A text speaks of `brand`: the character spans that say so, in order, and the reason in Russian."""

    brand: str
    words: tuple[Span, ...]
    reason: str
