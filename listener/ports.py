"""What the daemon asks of a network and of its surroundings: Source, Budget, Clock and their errors."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerts.outreach.abilities import Learned
from domain.mention import Deletion, Mention, NetworkId
from domain.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time of which a source cannot vouch that it heard everything.

    `since` is None where nobody knows how far back it goes. `cause` is for the staff, in Russian. `filled`: what
    the gap held was read again in another way, so it is closed as soon as it is said.
    """

    since: datetime | None
    until: datetime
    cause: str
    filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That a source was asked and answered: how often it is, and how long it was `deaf` before, where it was.

    The question was asked at `began`: the answer may be as old as that.
    """

    every: timedelta | None
    began: datetime | None = None
    deaf: Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one look at a network gave; stored in one transaction.

    `mentions` may be new, known, or known with another text; the brand's own are among them. `deleted` may name
    what was never stored. `cursor` is the source's own bookmark (opaque text); None leaves the stored one as it
    is. `more` asks to be fetched again: at once, or at the source's next turn where it `rests`. `messages` are
    private ones of the pages' talks, both sides', each id once, with its latest text; `learned` is who takes a
    page's messages from now on, and who does not. `told`: the network told what happened, each thing
    after the other; else it was asked what there is.
    """

    mentions: tuple[Mention, ...] = ()
    deleted: tuple[Deletion, ...] = ()
    messages: tuple[Message, ...] = ()
    learned: tuple[Learned, ...] = ()
    cursor: str | None = None
    more: bool = False
    rests: bool = False
    told: bool = False
    gaps: tuple[Gap, ...] = ()


class Source(Protocol):
    """One stream of mentions. `fetch` is never called twice at a time for one source."""

    @property
    def name(self) -> str:
        """Stable, e.g. `vk.search:romashka`; the key of the stored cursor and the label in metrics."""

    @property
    def network(self) -> NetworkId: ...

    @property
    def every(self) -> timedelta | None:
        """How often to fetch; None for a long poll, which is fetched again as soon as it returns.

        Read again before every wait: it grows while a quota is short.
        """

    async def fetch(self, cursor: str | None) -> Batch:
        """Ask the network for what came after the cursor. Raises SourceError and nothing else."""

    async def close(self) -> None: ...


class SourceError(Exception):
    """A fetch that failed; says what to do.

    `permanent`: asking again is useless until a person changes something (a revoked token): the source pauses
    and the daemon says so loudly. `retry_after`: seconds to wait when the network named them, or a quota did.
    `held_back`: the reason is a rate or a quota, not a fault. `unreachable`: the network did not answer at all or
    with a fault of its servers (5xx, a cut or silent connection): it may be well again at any moment.
    `maybe_done`: the request may have been carried out although no answer says so. `advice` says to people, in
    Russian, what is missing and what to do: nothing is broken, a right was never given.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        held_back: bool = False,
        unreachable: bool = False,
        maybe_done: bool = False,
        advice: str | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.held_back = held_back
        self.unreachable = unreachable
        self.maybe_done = maybe_done
        self.advice = advice


class Budget(Protocol):
    """Counts calls against a daily quota, across restarts. Days are UTC."""

    async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
        """Count `amount` against today's `limit` for `key` (e.g. `vk:newsfeed.search:ab12`, never a token).

        Raises SourceError(held_back=True, retry_after=seconds) when the limit would be passed.
        """

    async def used(self, key: str) -> int:
        """How much of `key` is spent today, by earlier runs too. Raises SourceError."""


def money_key(network: str, brand: str) -> str:
    """Under which a `Budget` counts what a brand's day on a network costs, in thousandths of a dollar."""
    return f"{network}:mills:{brand}"


class Kept(Protocol):
    """What stands in the vault under one name, while nobody else may change it."""

    @property
    def value(self) -> str | None: ...

    async def keep(self, value: str) -> None:
        """For all daemons, as soon as the vault is closed again."""


class Vault(Protocol):
    """What all daemons of one database know, and one of them at a time changes: tokens that are good once."""

    def opened(self, name: str) -> AbstractAsyncContextManager[Kept]:
        """Whoever opens a name waits until others close it. An error inside keeps nothing. Raises SourceError."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC. It may be set, back and forward, at any moment: nothing is waited for by it."""

    def monotonic(self) -> float:
        """Seconds since some moment, which nobody sets."""
