"""A brand: what is listened for, as the brand's file says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from domain.span import Span

COMPLAINT_AT: Final = 0.6
"""The probability that makes a case where nothing else is set, or known yet."""

Messages = Literal["invited", "all", "off"]
"""Whose private messages become cases: those of who was invited, everybody's, nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is heard of one network: everybody's posts, who addresses own accounts, what is said on own `pages`.

    `every` is how often it is asked what it does not tell by itself. `messages`: what customers write to own
    accounts in private is wanted.
    """

    search: bool = True
    mentions: bool = False
    pages: tuple[str, ...] = ()
    every: timedelta = timedelta(seconds=90)
    messages: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Names are matched in every word form; a homonym needs an `only_when` companion and no `never_when` phrase.

    `phrases` are exact phrases in double quotes and word beginnings with `*`. `accounts` are the brand's own by
    network, `ignore_authors` are `network:id` or `network:handle`. `watch` says what is heard; a network that is
    not in it is not watched. `usd_per_day` bounds what reading a network may cost. `complaint_at` is the
    probability that makes a case, or, where it `follows_budget`, the one to begin with; `per_day` bounds the new
    cards of a day; `precision` is the share of complaints among them that is wanted where the level follows. With
    `misspelled` one slip of the finger in a long, rare name is looked through. `messages`: whose private messages
    become cases, None as the policy has it for all brands.
    """

    id: str
    title: str
    names: tuple[str, ...]
    only_when: tuple[str, ...] = ()
    never_when: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    misspelled: bool = True
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore_authors: tuple[str, ...] = ()
    watch: Mapping[str, Watch] = field(default_factory=dict)
    complaint_at: float = COMPLAINT_AT
    follows_budget: bool = False
    per_day: int | None = None
    precision: float | None = None
    usd_per_day: Mapping[str, float] = field(default_factory=dict)
    messages: Messages | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A text speaks of `brand`: the character spans that say so, in order, and the reason in Russian."""

    brand: str
    words: tuple[Span, ...]
    reason: str
