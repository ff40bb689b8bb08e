"""Reschedule: when hours or terms have changed, open cases are promised anew, and their receivers read which."""

import logging
from collections.abc import Callable
from datetime import datetime

from alerts.cards.note import Note
from alerts.cards.rescheduled import rescheduled_note
from alerts.cases.events import Deadlines
from alerts.routing import Receiver, Routing
from listener.decision import LONGEST_AGO
from listener.rules import Rules
from listener.store.engine import Database
from listener.store.rescheduling import reschedule

log = logging.getLogger(__name__)

Say = Callable[[Receiver, Note], None]


async def follow(database: Database, before: Rules, after: Rules, now: datetime, say: Say) -> int:
    """Promise anew what the change touches and tell each receiver which of its cases moved; returns how many did.

    Raises StoreError.
    """
    decider, context = after.decider, after.context
    changed = changed_terms(before.decider.routing, decider.routing)
    if not changed:
        return 0

    def promise(receiver: str | None, since: datetime) -> Deadlines:
        return decider.promise(max(since, now - LONGEST_AGO), decider.routing.receiver(receiver))

    moved = await reschedule(database, changed, promise, now)
    for name, cases in moved.items():
        receiver, note = context.receivers.get(name or ""), rescheduled_note(cases, context, now)
        if receiver is not None and note is not None:
            say(receiver, note)
    count = sum(map(len, moved.values()))
    if count:
        log.info("other hours or terms: %d open cases are to be answered at another time", count)
    return count


def changed_terms(before: Routing, after: Routing) -> frozenset[str | None]:
    """The receivers whose hours or terms are others now; None stands for cases that have no receiver."""
    names = {None, *(receiver.name for receiver in after.receivers)}
    return frozenset(name for name in names if _terms(before, name) != _terms(after, name))


def _terms(routing: Routing, name: str | None) -> tuple[object, object]:
    """A receiver that is not there has the terms of all; until when cards are held moves no deadline."""
    receiver = routing.receiver(name)
    hours = routing.hours_of(receiver)
    worked = hours and (hours.weekdays, hours.weekend, hours.holidays, hours.timezone)
    return routing.sla_of(receiver), worked
