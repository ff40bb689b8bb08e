"""Hear: a source's batch and its cursor are kept in one transaction."""

import logging
from collections.abc import Callable

from listener.networks.accounts import is_own_account
from listener.ports import Batch, Clock, Source, SourceError
from listener.rules import Rules
from listener.store.errors import StoreError
from listener.store.mentions import MentionStore
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)


class Hear:
    """Fetches and keeps. `heard` is called when there is something new for the judge."""

    def __init__(
        self,
        mentions: MentionStore,
        rules: Callable[[], Rules],
        clock: Clock,
        telemetry: Telemetry,
        heard: Callable[[], None],
    ) -> None:
        self._mentions = mentions
        self._rules = rules
        self._clock = clock
        self._telemetry = telemetry
        self._heard = heard

    async def __call__(self, source: Source) -> bool:
        """Fetch one batch and keep it with its cursor; True when the source has more. Raises SourceError."""
        batch = await source.fetch(await self._cursor(source.name))
        await self.keep(source.name, batch)
        return batch.more

    async def keep(self, name: str, batch: Batch) -> int:
        """Keep a batch under a source's name and return how many mentions were new. Raises SourceError.

        The brands' own posts are kept too, marked: what they say is needed beside a customer's comment.
        """
        brands = tuple(self._rules().decider.brands.values())
        own = {(mention.network, mention.id) for mention in batch.mentions if is_own_account(mention, brands)}
        try:
            kept = await self._mentions.keep(name, batch, self._clock.now(), own)
        except StoreError as error:
            raise SourceError(f"the store does not take mentions: {error}") from error
        for gap in batch.gaps:
            log.warning("source %s has a gap since %s: %s", name, gap.since, gap.cause)
        self._telemetry.heard(name, kept.new, kept.edited, kept.known, own=len(own))
        if kept.new or kept.edited or kept.deleted:
            self._heard()
        return kept.new

    async def _cursor(self, name: str) -> str | None:
        try:
            return await self._mentions.cursor(name)
        except StoreError as error:
            raise SourceError(f"the store does not give the cursor: {error}") from error
