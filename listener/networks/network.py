"""What a network is: its names, its accounts, what can be watched on it, how it is asked and what it tells."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from alerts.outreach.abilities import Abilities, Invitation, Learned
from alerts.outreach.outbound import Outbound, Target
from alerts.outreach.ports import Outreach
from domain.brand import Brand
from domain.mention import Author, NetworkId
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.environment import Options, Reader
from listener.ports import Budget, Clock, Source, Vault

Tells = Literal["deletions", "edits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchKey:
    """One key of a brand's `watch: {NETWORK: …}`, with the help that editors show.

    `means` is the field of `domain.brand.Watch` that it fills; `later` is a key that is understood, and refused
    when it is switched on.
    """

    name: str
    means: Literal["search", "mentions", "pages", "every", "later"]
    help: str
    default: bool | str | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What reading costs: dollars for a mention by an author who is new that day, and how that is put together."""

    usd: float
    words: str


OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network(Generic[OptionsT]):
    """Everything that the rest of the program may know of a network; `registry.NETWORKS` holds them all.

    `title` and `places` (where something was said, by kind) are read by operators, `short`, `accounts_help` and
    `author_example` by those who write the config. `hears` words each kind of source (`search` is the kind of
    `vk.search:romashka`), with a place for whose it is. `marks` is what stands before an account's name in a text,
    `markup` what its readers do not see as it is written: they see its one group.
    `account` reads an account as people write it and gives the id or the name without case; `author_url` is the
    author's page. `queries` is a brand in the network's own dialect. `price` is None where reading is free.
    `today` is how much its search finds of a brand in the last 24 hours, strangers of the same name among it: None
    without a token; it raises SilentError. `tells` is what becomes of a mention later and reaches us by itself.
    `with_vault` are the options of a daemon that shares its database with others: what the network gives once, as
    it does tokens that are renewed, is kept there. `sources` builds what the brands watch, and logs what is off.

    Answering: `speaker` is which of the brand's pages speaks (`vk:romashka_help`), by the wall and by whom the
    author has named; `abilities` what may be said to the author of a mention, by the network's own dated table and
    what was learned about its author, wall and post; `outreach` says it, None where there is no token for it;
    `cost` is what the network takes for an outbound, in dollars at most, None where speaking is free. `invitation`
    is the link into a private talk that carries a ref, `by_hand` the address at which a person sends that text
    himself, and `length_of` how long the network counts a text to be (`Ability.longest` bounds it).
    """

    id: NetworkId
    title: str
    short: str
    places: Mapping[str, str]
    hears: Mapping[str, str]
    marks: tuple[str, ...]
    markup: re.Pattern[str] | None
    account: Callable[[str], str]
    accounts_help: str
    author_example: str
    author_url: Callable[[Author], str]
    watch: tuple[WatchKey, ...]
    queries: Callable[[Brand], tuple[str, ...]]
    price: Price | None
    tells: frozenset[Tells]
    options: Callable[[Reader], OptionsT]
    with_vault: Callable[[OptionsT, Vault], OptionsT]
    searches_per_day: Callable[[OptionsT], int | None]
    sources: Callable[[Sequence[Brand], OptionsT, Budget, Clock], list[Source]]
    today: Callable[[Brand, OptionsT, Look], Awaitable[int | None]]
    diagnose: Callable[[Sequence[Brand], OptionsT, Look], AsyncIterator[Line]]
    speaker: Callable[[Brand, OptionsT, Target], str | None]
    abilities: Callable[[Target, OptionsT, Sequence[Learned], datetime], Abilities]
    outreach: Callable[[Sequence[Brand], OptionsT, Budget, Clock], Outreach | None]
    cost: Callable[[Outbound], float | None]
    invitation: Callable[[Target, OptionsT, str], Invitation | None]
    by_hand: Callable[[Target, str], str]
    length_of: Callable[[str], int]
