"""Since when: what a case's history says of how long its customer waits, and when he was promised an answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from alerts.cases.events import (
    NO_DEADLINES,
    Event,
    Imported,
    MentionJoined,
    Opened,
    Reopened,
    Rescheduled,
    Woke,
)
from alerts.cases.state import FRESH, apply


def waits_since(events: Iterable[Event]) -> datetime | None:
    """Since when the customer waits for us, whatever we did meanwhile; None where nobody does."""
    state, since = FRESH, None
    for event in events:
        after = apply(state, event)
        begins = isinstance(event.fact, Opened | Reopened | Imported | Woke) or state.waiting_for != "us"
        since = event.at if begins else since
        state = after
    return since if state.is_open and state.waiting_for == "us" and state.snoozed_until is None else None


def promised_at(events: Iterable[Event], published: Mapping[int, datetime]) -> datetime | None:
    """From when on the time of the present promise runs; None where none stands, or its beginning is not known.

    A mention was promised an answer from when it was written (`published`, by the store's number), where that was
    before it was heard; whatever else makes a promise makes it as it happens.
    """
    state, since = FRESH, None
    for event in events:
        after = apply(state, event)
        is_new = after.deadlines != state.deadlines and not isinstance(event.fact, Rescheduled)
        if after.deadlines == NO_DEADLINES or isinstance(event.fact, Imported):
            since = None
        elif is_new:
            since = _said_at(event, published)
        state = after
    return since


def _said_at(event: Event, published: Mapping[int, datetime]) -> datetime:
    match event.fact:
        case Opened(mention=mention) | MentionJoined(mention=mention):
            return min(event.at, published.get(mention, event.at))
        case _:
            return event.at
