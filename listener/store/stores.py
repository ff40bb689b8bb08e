"""The stores: one for each thing that the daemon remembers, over one database; all raise StoreError."""

import secrets
import socket
import tempfile
from dataclasses import dataclass
from datetime import datetime

from listener.ports import Clock, Vault
from listener.store import listening, schema, usage
from listener.store.assigning import AssignmentStore
from listener.store.cases import CaseStore
from listener.store.decisions import DecisionStore
from listener.store.digest_rows import DigestStore
from listener.store.engine import Database, driver_url
from listener.store.incidents import IncidentStore
from listener.store.learning import LearningStore
from listener.store.mentions import MentionStore
from listener.store.mutes import MuteStore
from listener.store.outbound import OutboundStore
from listener.store.outbox import OutboxStore
from listener.store.people import PeopleStore
from listener.store.presses import PressStore
from listener.store.prompts import PromptStore
from listener.store.shifts import ShiftStore
from listener.store.timers import TimerStore
from listener.store.vault import DatabaseVault


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Every method of a store is one transaction."""

    database: Database
    mentions: MentionStore
    decisions: DecisionStore
    cases: CaseStore
    digests: DigestStore
    outbox: OutboxStore
    outbound: OutboundStore
    presses: PressStore
    timers: TimerStore
    assignments: AssignmentStore
    shifts: ShiftStore
    prompts: PromptStore
    people: PeopleStore
    mutes: MuteStore
    learning: LearningStore
    incidents: IncidentStore
    worker: str
    forgotten: tempfile.TemporaryDirectory[str] | None = None

    def budget(self, clock: Clock) -> usage.DailyBudget:
        """`listener.ports.Budget` over this database."""
        return usage.DailyBudget(self.database, clock)

    def vault(self, clock: Clock) -> Vault | None:
        """Where several daemons may share the database; the only one of SQLite's machine keeps files."""
        return None if self.database.is_sqlite else DatabaseVault(self.database, clock)

    async def pulse(self, now: datetime) -> None:
        """Write a sign of life. Raises StoreError when the store takes nothing."""
        await self.database.write(lambda connection: listening.pulse(connection, self.worker, now))
        await self.database.stay()

    async def close(self) -> None:
        await self.outbox.close()
        await self.database.close()
        if self.forgotten is not None:
            self.forgotten.cleanup()


async def open_stores(url: str, *, worker: str | None = None) -> Stores:
    """Open the database, making or upgrading it first. Raises StoreError in Russian when it cannot be used.

    `worker` names this daemon among others on PostgreSQL; one that keeps its name over restarts finds its
    unfinished deliveries at once. `sqlite://` is a database that is forgotten when the stores are closed.
    """
    parsed, forgotten = driver_url(url), None
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        # A real file: a memory database lives in one connection, and dies with it when a task is cancelled.
        forgotten = tempfile.TemporaryDirectory(prefix="otklik-")
        parsed = parsed.set(database=f"{forgotten.name}/otklik.db")
    await schema.upgrade(parsed)
    database = Database(parsed)
    mentions = MentionStore(database)
    worker = worker or f"{socket.gethostname()}:{secrets.token_hex(4)}"
    return Stores(
        database=database,
        mentions=mentions,
        decisions=DecisionStore(database, mentions),
        cases=CaseStore(database),
        digests=DigestStore(database),
        outbox=OutboxStore(database, worker),
        outbound=OutboundStore(database, worker),
        presses=PressStore(database),
        shifts=ShiftStore(database),
        timers=TimerStore(database),
        assignments=AssignmentStore(database),
        prompts=PromptStore(database),
        people=PeopleStore(database),
        mutes=MuteStore(database),
        learning=LearningStore(database),
        incidents=IncidentStore(database),
        worker=worker,
        forgotten=forgotten,
    )
