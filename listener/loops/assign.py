"""Assign: cases that nobody has are given to their receivers' people, who are told."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial

from alerts.cases.case import Case
from alerts.routing import Receiver
from alerts.routing.assigning import Work, choose
from domain.person import Person
from listener.decision import Decider
from listener.ports import Clock
from listener.rules import Rules
from listener.store.assigning import Assigning, AssignmentStore


class Assign:
    """`assigned` is called when people are to be told."""

    def __init__(
        self,
        store: AssignmentStore,
        rules: Callable[[], Rules],
        clock: Clock,
        assigned: Callable[[], None],
    ) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._assigned = assigned

    async def step(self) -> int:
        """Give what can be given now; returns how many cases got an owner. Raises StoreError."""
        rules, now = self._rules(), self._clock.now()
        decider = rules.decider
        receivers = {
            receiver.name: receiver
            for receiver in decider.routing.receivers
            if receiver.assign != "free" and decider.on_shift(now, receiver)
        }
        if not receivers:
            return 0
        assigning = Assigning(
            receivers=receivers,
            people=decider.people,
            choose=partial(_choose, decider, now),
            elsewhere=rules.elsewhere,
            idle=lambda receiver, person: decider.idle(now, receiver, person),
        )
        given = await self._store.assign(assigning, now)
        if given:
            self._assigned()
        return given


def _choose(
    decider: Decider, now: datetime, receiver: Receiver, case: Case, work: Work, refused: AbstractSet[str]
) -> Person | None:
    topics = {topic for mention in case.mentions for topic in mention.topics}
    return choose(
        receiver,
        decider.people,
        work,
        on_shift=decider.on_shift(now, receiver),
        about={*topics, case.brand},
        refused={
            person.id for person in decider.people if not refused.isdisjoint((person.id, *person.former_ids))
        },
    )
