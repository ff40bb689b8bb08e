"""What the daemon asks of a network and of its surroundings: Source, Budget, Clock and their errors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.mention import Mention, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one look at a network gave.

    `cursor` is the source's own bookmark (opaque text) to store together with the mentions; None leaves the
    stored one as it is. `more` asks to be fetched again at once. `gap` says in words what may have been missed.
    """

    mentions: tuple[Mention, ...] = ()
    cursor: str | None = None
    more: bool = False
    gap: str | None = None


class Source(Protocol):
    """One stream of mentions. `fetch` is never called twice at a time for one source."""

    @property
    def name(self) -> str:
        """Stable, e.g. `vk.search:romashka`; the key of the stored cursor and the label in metrics."""

    @property
    def network(self) -> Network: ...

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
    `held_back`: the reason is a rate or a quota, not a fault.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        held_back: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.held_back = held_back


class Budget(Protocol):
    """Counts calls against a daily quota, across restarts. Days are UTC."""

    async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
        """Count `amount` against today's `limit` for `key` (e.g. `vk:newsfeed.search:ab12`, never a token).

        Raises SourceError(held_back=True, retry_after=seconds) when the limit would be passed.
        """

    async def used(self, key: str) -> int:
        """How much of `key` is spent today, by earlier runs too. Raises SourceError."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC."""
