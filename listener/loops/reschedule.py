"""Reschedule: when hours or terms have changed, open cases are promised anew, and their receivers read which."""

import json
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
from listener.store.terms import Terms, counted_by, keep

log = logging.getLogger(__name__)

Say = Callable[[Receiver, Note], None]


async def follow(database: Database, rules: Rules, now: datetime, say: Say) -> int:
    """Promise anew what was promised by other terms than those in force, and tell each receiver which of its cases
    moved; returns how many did.

    By which terms is kept in the store: they may have been changed while no daemon ran. Raises StoreError.
    """
    decider, context = rules.decider, rules.context
    known = await counted_by(database)
    wanted = terms_of(decider.routing, known)
    changed = changed_terms(known, wanted)

    def promise(receiver: str | None, since: datetime) -> Deadlines:
        return decider.promise(max(since, now - LONGEST_AGO), decider.routing.receiver(receiver))

    moved = await reschedule(database, changed, promise, now) if changed else {}
    for name, cases in moved.items():
        receiver, note = context.receivers.get(name or ""), rescheduled_note(cases, context, now)
        if receiver is not None and note is not None:
            say(receiver, note)
    count = sum(map(len, moved.values()))
    if count:
        log.info("other hours or terms: %d open cases are to be answered at another time", count)
    if wanted != known:
        # Last: whoever is killed before does it again, and finds nothing left to move.
        await keep(database, wanted)
    return count


def changed_terms(known: Terms, wanted: Terms) -> frozenset[str | None]:
    """The receivers whose hours or terms are others now; None stands for cases that have no receiver.

    Nobody's, where none are known: the promises of an earlier version stand.
    """
    return frozenset(
        name
        for name, text in wanted.items()
        if (before := known.get(name, known.get(None))) is not None and before != text
    )


def terms_of(routing: Routing, known: Terms) -> Terms:
    """Those in force by receiver, also by such as are gone."""
    names = (None, *(receiver.name for receiver in routing.receivers), *known)
    return {name: _terms(routing, name) for name in dict.fromkeys(names)}


def _terms(routing: Routing, name: str | None) -> str:
    """A receiver that is not there has the terms of all; until when cards are held moves no deadline."""
    receiver = routing.receiver(name)
    sla, hours = routing.sla_of(receiver), routing.hours_of(receiver)
    promised = sla and [span.total_seconds() for span in (sla.warn, sla.due, sla.breach)]
    blocks = hours and [
        [(start.isoformat(), end.isoformat()) for start, end in day] for day in (hours.weekdays, hours.weekend)
    ]
    return json.dumps([promised, blocks, *((hours.holidays, hours.timezone) if hours else ())])
