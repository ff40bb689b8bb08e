"""Hear: a source's batch and its cursor are kept in one transaction, and with them how long it was deaf before."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from listener.networks.accounts import is_one_of, own_names
from listener.ports import Batch, Clock, Gap, Look, Source, SourceError
from listener.rules import Rules
from listener.store.errors import StoreError
from listener.store.stores import Stores
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)

DEAF_AFTER: Final = timedelta(minutes=2)
"""A source that was not heard for longer, and for longer than two of its turns, was deaf."""
INVITED_FOR: Final = timedelta(days=14)
"""For so long an invitation, and a talk that fell silent, lead whoever writes to his case."""
ENGINEERS: Final = "engineers"
"""The receiver that is asked when the answer is the engineers'."""
STAND_BY: Final = 5.0
"""Seconds after which a source that another daemon hears is asked for again."""


class Hear:
    """Fetches and keeps. `heard` is called when there is something new for the judge, `told` when chats may have
    something new to be shown: a customer's private message needs no judge.
    """

    def __init__(
        self,
        stores: Stores,
        rules: Callable[[], Rules],
        clock: Clock,
        telemetry: Telemetry,
        heard: Callable[[], None],
        told: Callable[[], None],
    ) -> None:
        self._stores = stores
        self._mentions = stores.mentions
        self._rules = rules
        self._clock = clock
        self._telemetry = telemetry
        self._heard = heard
        self._told = told
        self._doubtful = False
        self._last: dict[str, float] = {}
        self._why: dict[str, str] = {}

    async def __call__(self, source: Source) -> bool:
        """Fetch one batch and keep it with its cursor; True when it is to go on at once. Raises SourceError."""
        await self._lead(source.name)
        asked = self._clock.monotonic()
        try:
            batch = await source.fetch(await self._cursor(source.name))
        except SourceError as error:
            self._why[source.name] = cause_of(error)
            raise
        began = self._clock.now() - timedelta(seconds=self._clock.monotonic() - asked)
        look = Look(every=source.every, began=began, deaf=await self._deaf(source))
        await self.keep(source.name, *_joined(batch, look))
        self._last[source.name] = self._clock.monotonic()
        self._why.pop(source.name, None)
        return batch.more and not batch.rests

    async def keep(self, name: str, batch: Batch, look: Look | None = None) -> int:
        """Keep a batch under a source's name and return how many mentions were new. Raises SourceError.

        The brands' own posts are kept too, marked: what they say is needed beside a customer's comment.
        """
        rules, now = self._rules(), self._clock.now()
        brands = tuple(rules.decider.brands.values())
        names = {network: own_names(network, brands) for network in {each.network for each in batch.mentions}}
        own = {(each.network, each.id) for each in batch.mentions if is_one_of(each, names[each.network])}
        talking = rules.talking(now) if batch.messages else None
        try:
            kept = await self._mentions.keep(name, batch, now, own, talking, look=look)
        except StoreError as error:
            self._doubtful = True
            raise self._refused("the store does not take mentions", error) from error
        self._telemetry.store_served("hear")
        for gap in (*((look.deaf,) if look and look.deaf else ()), *batch.gaps):
            log.warning("source %s was deaf since %s: %s", name, gap.since, gap.cause)
        self._telemetry.heard(name, kept.new, kept.edited, kept.known, own=len(own))
        if kept.new or kept.edited or kept.deleted:
            self._heard()
        if kept.written or kept.told:
            self._telemetry.wrote(kept.written, kept.told)
            self._told()
        return kept.new

    async def _lead(self, name: str) -> None:
        """Go on only where it is this daemon that hears the source, and where the store takes what is heard.

        A network is not asked (and paid) for what nobody could keep.
        """
        try:
            if self._doubtful:
                await self._stores.pulse(self._clock.now())
                self._doubtful = False
            leads = await self._mentions.lead(name)
        except StoreError as error:
            raise self._refused("the store takes nothing", error, soon=True) from error
        if not leads:
            # Whoever heard it meanwhile has noted that; what this process remembers is too old.
            self._last.pop(name, None)
            raise SourceError("слушает другой Отклик", held_back=True, retry_after=STAND_BY)

    async def _cursor(self, name: str) -> str | None:
        try:
            return await self._mentions.cursor(name)
        except StoreError as error:
            raise self._refused("the store does not give the cursor", error, soon=True) from error

    async def _deaf(self, source: Source) -> Gap | None:
        """The time before this look in which nobody heard the source, where it was longer than its turns are."""
        now, last = self._clock.now(), self._last.get(source.name)
        try:
            heard_at = (
                await self._mentions.heard_at(source.name)
                if last is None
                else now - timedelta(seconds=self._clock.monotonic() - last)
            )
        except StoreError as error:
            raise self._refused("the store does not say when the source was heard", error) from error
        if heard_at is None or now - heard_at <= max(DEAF_AFTER, 2 * (source.every or timedelta(0))):
            return None
        cause = self._why.get(source.name, "" if last is None else "очередь не доходила")
        return Gap(since=heard_at, until=now, cause=cause or "Отклик не работал", filled=True)

    def _refused(self, what: str, error: StoreError, *, soon: bool = False) -> SourceError:
        """`soon`: nothing was asked of the network, so the next try costs nothing."""
        self._telemetry.store_failed("hear", error)
        return SourceError(f"{what}: {error}", unreachable=soon)


def cause_of(error: SourceError) -> str:
    """Why a source is deaf, for the staff."""
    if error.permanent:
        return f"остановлен до вмешательства: {error}"
    if error.held_back:
        return f"ждал квоты: {error}"
    if error.unreachable:
        return f"сеть не отвечала: {error}"
    return f"ошибка: {error}"


def _joined(batch: Batch, look: Look) -> tuple[Batch, Look]:
    """A gap that the source itself has seen up to this look says more of the deafness: one word for both."""
    if look.deaf is None:
        return batch, look
    for place, gap in enumerate(batch.gaps):
        if gap.until >= look.deaf.until - DEAF_AFTER:
            since = (
                look.deaf.since
                if gap.since is None or look.deaf.since is None
                else min(gap.since, look.deaf.since)
            )
            told = replace(gap, since=since, cause=f"{look.deaf.cause}; {gap.cause}")
            return replace(batch, gaps=(*batch.gaps[:place], told, *batch.gaps[place + 1 :])), replace(
                look, deaf=None
            )
    return batch, look
