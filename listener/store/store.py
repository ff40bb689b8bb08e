"""The store: all that the daemon remembers. Every method is one transaction; all raise StoreError."""

import logging
import secrets
import socket
import tempfile
from collections.abc import Collection, Sequence
from datetime import datetime

from alerts.actions import Change, Refusal
from alerts.case import Case
from alerts.ports import Delivery, Press
from alerts.routing import Chat
from domain.mention import Mention
from domain.person import Messenger, Person
from listener.judged import Judgement, Stored
from listener.ports import Batch, Clock
from listener.store import actions, cases, cursors, figures, judgements, mentions, outbox, schema, usage
from listener.store.engine import Database, driver_url
from listener.store.errors import StoreError
from listener.store.figures import Figures
from listener.store.judgements import Recorded
from listener.store.mentions import Kept
from listener.store.together import Together

log = logging.getLogger(__name__)


class Store:
    """Everything that is stored, behind one door; implements `alerts.ports.Outbox`."""

    def __init__(
        self, database: Database, worker: str, forgotten: tempfile.TemporaryDirectory[str] | None
    ) -> None:
        self.database = database
        self._worker = worker
        self._forgotten = forgotten
        # A commit takes as long as sending a card: one for each would halve the pace.
        self._marks = Together(self._mark_shown)

    @classmethod
    async def open(cls, url: str, *, worker: str | None = None) -> "Store":
        """Open the database, making or upgrading it first. Raises StoreError in Russian when it cannot be used.

        `worker` names this daemon among others on PostgreSQL; one that keeps its name over restarts finds its
        unfinished deliveries at once. `sqlite://` is a database that is forgotten when the store is closed.
        """
        parsed, forgotten = driver_url(url), None
        if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
            # A real file: a memory database lives in one connection, and dies with it when a task is cancelled.
            forgotten = tempfile.TemporaryDirectory(prefix="otklik-")
            parsed = parsed.set(database=f"{forgotten.name}/otklik.db")
        await schema.upgrade(parsed)
        name = worker or f"{socket.gethostname()}:{secrets.token_hex(4)}"
        return cls(Database(parsed), name, forgotten)

    async def close(self) -> None:
        await self._marks.close()
        await self.database.close()
        if self._forgotten is not None:
            self._forgotten.cleanup()

    # hear

    async def keep(self, source: str, batch: Batch, now: datetime) -> Kept:
        """Keep the mentions and move the cursor in one transaction.

        If the database cannot hold one of them, the others are kept first and the cursor moves last.
        """
        try:
            return await self.database.write(lambda c: mentions.keep(c, source, batch, now))
        except StoreError as error:
            if error.transient:
                raise
        kept = await self._keep_apart(source, batch.mentions, now)
        last = Batch(cursor=batch.cursor)
        return kept + await self.database.write(lambda c: mentions.keep(c, source, last, now))

    async def cursor(self, source: str) -> str | None:
        return await self.database.read(lambda c: cursors.read(c, source))

    def budget(self, clock: Clock) -> usage.DailyBudget:
        """`listener.ports.Budget` over this store."""
        return usage.DailyBudget(self.database, clock)

    # judge

    async def unjudged(self, limit: int, now: datetime, *, skip: Collection[int] = ()) -> list[Stored]:
        """The oldest mentions that wait for the judge, without those rows that are in hand already (`skip`)."""
        access = self.database.read if self.database.is_sqlite else self.database.write
        return await access(lambda c: mentions.unjudged(c, limit, now, skip))

    async def record(self, judged: Sequence[Judgement], now: datetime) -> Recorded:
        """Write verdicts, cases and due deliveries in one transaction; again for the same text changes nothing.

        A judgement that the database cannot hold costs its mention a try; the others are recorded without it.
        """
        try:
            return await self.database.write(lambda c: judgements.record(c, judged, now))
        except StoreError as error:
            if error.transient:
                raise
            if len(judged) == 1:
                log.warning("the judgement on mention %d cannot be stored: %s", judged[0].stored.row, error)
                await self.set_aside(judged[0].stored, str(error), now)
                return Recorded(refused=1)
        middle = len(judged) // 2
        return await self.record(judged[:middle], now) + await self.record(judged[middle:], now)

    async def set_aside(self, one: Stored, error: str, now: datetime) -> None:
        """Count a try that broke on this mention; after the third it is not handed out any more."""
        log.info("mention %d is set aside at %s: %s", one.row, now.isoformat(), error)
        await self.database.write(lambda c: mentions.set_aside(c, one, error))

    async def poisoned(self) -> int:
        return await self.database.read(mentions.poisoned)

    async def cards_today(self, brand: str, now: datetime) -> int:
        return await self.database.read(lambda c: cases.cards_today(c, brand, now))

    # tell

    async def recover(self, now: datetime, worker: str | None = None) -> int:
        """At start: make due at once what this daemon was sending when it died. SQLite has no other daemon."""
        mine = None if self.database.is_sqlite else worker or self._worker
        return await self.database.write(lambda c: outbox.recover(c, mine, now))

    async def claim(self, now: datetime, *, limit: int, skip: frozenset[Messenger]) -> Sequence[Delivery]:
        return await self.database.write(lambda c: outbox.claim(c, self._worker, now, limit, skip))

    async def shown(self, delivery: Delivery, ref: str, now: datetime) -> None:
        await self._marks.put(outbox.Mark(delivery=delivery, ref=ref, at=now))

    async def retry(self, delivery: Delivery, at: datetime, error: str, *, unknown: bool) -> None:
        await self.database.write(lambda c: outbox.retry(c, self._worker, delivery, at, error, unknown=unknown))

    async def fail(self, delivery: Delivery, error: str, now: datetime) -> None:
        log.error("delivery %d is given up at %s: %s", delivery.id, now.isoformat(), error)
        await self.database.write(lambda c: outbox.fail(c, self._worker, delivery, error, now))

    async def redirect(self, delivery: Delivery, chat: Chat, now: datetime) -> None:
        await self.database.write(lambda c: outbox.redirect(c, self._worker, delivery, chat, now))

    async def next_due(self) -> datetime | None:
        """When the outbox has work next; None when nothing is open."""
        return await self.database.read(outbox.next_due)

    async def waiting(self) -> dict[Messenger, int]:
        """How many deliveries are open, by messenger."""
        return await self.database.read(outbox.waiting)

    # obey

    async def press(
        self, pressed: Press, person: Person | None, decide: actions.Decide, now: datetime
    ) -> Change | Refusal:
        """Apply a press once; delivered again, it meets with the first outcome. `decide` must be pure: it is
        asked again when somebody else changed the case meanwhile.
        """
        return await self.database.write(lambda c: actions.press(c, pressed, person, decide, now))

    async def wake(self, now: datetime) -> int:
        """Bring back the snoozed cases whose time came."""
        return await self.database.write(lambda c: cases.wake(c, now))

    # look

    async def case(self, number: int) -> Case | None:
        return (await self.database.read(lambda c: cases.load(c, [number]))).get(number)

    async def author_cases(self, network: str, author_id: str) -> list[int]:
        return await self.database.read(lambda c: cases.author_cases(c, network, author_id))

    async def figures(self) -> Figures:
        return await self.database.read(figures.figures)

    async def _mark_shown(self, marks: Sequence[outbox.Mark]) -> None:
        await self.database.write(lambda c: outbox.shown(c, self._worker, marks))

    async def _keep_apart(self, source: str, batch: Sequence[Mention], now: datetime) -> Kept:
        """Keep by halves until the mentions that cannot be kept stand alone."""
        if not batch:
            return Kept()
        try:
            return await self.database.write(lambda c: mentions.keep(c, source, Batch(mentions=tuple(batch)), now))
        except StoreError as error:
            if error.transient:
                raise
            if len(batch) == 1:
                log.warning("%s gave a mention that cannot be stored: %s", source, error)
                return Kept(skipped=1)
        middle = len(batch) // 2
        return await self._keep_apart(source, batch[:middle], now) + await self._keep_apart(
            source, batch[middle:], now
        )
