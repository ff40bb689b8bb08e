"""What is stored as JSON, each shape with a version and a codec of its own.

A field that a row lacks takes its default, one that this version does not know is passed over, and an event of an
unknown kind is kept as `Unknown`: neither an old row nor a new one stops a daemon. A shape that changes its
meaning gets the next version, and a step in the upgrades that lifts older payloads.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

import msgspec

from alerts.cards import lessons
from alerts.cards.lessons import Lesson
from alerts.cases.events import KINDS, Actor, ActorKind, Event, Fact, Unknown, kind_of
from alerts.cases.telling import NoticeDraft, Priority
from alerts.incidents import history as incidents
from alerts.incidents.history import Happened
from alerts.outreach.outbound import Target
from domain.mention import Quote
from listener.shapes import convert

Payload = dict[str, Any]
Upgrade = Callable[[Payload], Payload]

EVENT_VERSION: Final = 1
NOTICE_VERSION: Final = 1
TARGET_VERSION: Final = 1
LESSON_VERSION: Final = 1
EXTRA_VERSION: Final = 1
INCIDENT_EVENT_VERSION: Final = 1

EVENT_UPGRADES: Final[Mapping[tuple[str, int], Upgrade]] = {}
"""By the event's kind and the version it was written in: the payload as the next version has it."""
NOTICE_UPGRADES: Final[Mapping[int, Upgrade]] = {}
EXTRA_UPGRADES: Final[Mapping[int, Upgrade]] = {}
INCIDENT_EVENT_UPGRADES: Final[Mapping[tuple[str, int], Upgrade]] = {}


class StoredNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as its payload has it: the draft, of a digest the cases that it speaks of, and the message that it
    changes where it is not said but written on an earlier card; or the incident that it speaks of.
    """

    draft: NoticeDraft
    cases: tuple[int, ...] = ()
    on: str | None = None
    incident: int | None = None


class Extra(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands beside the author's own text, as `mentions.extra` holds it; `city` is his own."""

    parent: Quote | None = None
    quoted: Quote | None = None
    attached: tuple[str, ...] = ()
    city: str | None = None


NOTHING_BESIDE: Final = Extra()


def event_row(case: int, event: Event) -> dict[str, Any]:
    """A row of `case_events`."""
    return {
        "case_id": case,
        "number": event.number,
        "kind": kind_of(event.fact),
        "version": EVENT_VERSION,
        "actor": event.actor.kind,
        "actor_id": event.actor.id,
        "actor_name": event.actor.name,
        "payload": _payload(event.fact),
        "at": event.at,
    }


def read_event(row: Any) -> Event:
    """The event of a row that any version wrote."""
    actor = Actor(kind=_actor_kind(row.actor), id=row.actor_id, name=row.actor_name)
    return Event(number=row.number, fact=_fact(row.kind, row.version, row.payload), actor=actor, at=row.at)


def incident_event_row(incident: int, event: Happened) -> dict[str, Any]:
    """A row of `incident_events`."""
    return {
        "incident_id": incident,
        "number": event.number,
        "kind": incidents.kind_of(event.fact),
        "version": INCIDENT_EVENT_VERSION,
        "actor": event.actor,
        "actor_id": event.person,
        "actor_name": event.name,
        "payload": msgspec.to_builtins(event.fact),
        "at": event.at,
    }


def read_incident_event(row: Any) -> Happened | None:
    """None for one that only a later version can tell."""
    shape = incidents.KINDS.get(row.kind)
    if shape is None:
        return None
    payload = row.payload
    for step in range(row.version, INCIDENT_EVENT_VERSION):
        payload = INCIDENT_EVENT_UPGRADES[row.kind, step](payload)
    if row.actor not in get_args(incidents.ActorKind):
        return None
    try:
        fact = convert(payload, shape)
    except msgspec.ValidationError:
        return None
    return Happened(
        number=row.number, fact=fact, at=row.at, actor=row.actor, person=row.actor_id, name=row.actor_name
    )


def notice_payload(
    draft: NoticeDraft, cases: tuple[int, ...] = (), on: str | None = None, *, incident: int | None = None
) -> Payload:
    payload: Payload = msgspec.to_builtins(StoredNotice(draft=draft, cases=cases, on=on, incident=incident))
    return payload


def read_notice(version: int, payload: Payload) -> StoredNotice | None:
    """None for a notice that only a later version can word."""
    for step in range(version, NOTICE_VERSION):
        payload = NOTICE_UPGRADES[step](payload)
    try:
        return convert(_known_priority(payload), StoredNotice)
    except msgspec.ValidationError:
        return None


def target_payload(target: Target) -> Payload:
    payload: Payload = msgspec.to_builtins(target)
    return payload


def read_target(payload: Payload) -> Target:
    """Whom an outbound speaks to. Raises msgspec.ValidationError for what no version wrote."""
    return convert(payload, Target)


_LESSONS: Final = {kind: name for name, kind in lessons.KINDS.items()}


def lesson_row(lesson: Lesson, at: datetime) -> dict[str, Any]:
    """A row of `lessons`."""
    return {
        "at": at,
        "kind": _LESSONS[type(lesson)],
        "brand": lesson.brand if isinstance(lesson, lessons.LevelMoved) else None,
        "version": LESSON_VERSION,
        "payload": msgspec.to_builtins(lesson),
    }


def read_lesson(row: Any) -> Lesson | None:
    """None for one that only a later version can tell."""
    try:
        lesson: Lesson = convert(row.payload, lessons.KINDS[row.kind])
    except (KeyError, msgspec.ValidationError):
        return None
    return lesson


def extra_payload(extra: Extra) -> Payload:
    payload: Payload = msgspec.to_builtins(extra)
    return payload | {"version": EXTRA_VERSION}


def read_extra(payload: Any) -> Extra:
    """What stands beside a text; what this version cannot read is left out, the text itself counts. Rows without a
    version are of the first.
    """
    if not isinstance(payload, dict):
        return NOTHING_BESIDE
    written = payload.get("version", 1)
    try:
        for step in range(written, EXTRA_VERSION):
            payload = EXTRA_UPGRADES[step](payload)
        return convert(payload, Extra)
    except (KeyError, TypeError, msgspec.ValidationError):
        return NOTHING_BESIDE


def _payload(fact: Fact) -> Payload:
    payload: Payload = dict(fact.payload) if isinstance(fact, Unknown) else msgspec.to_builtins(fact)
    return payload


def _fact(kind: str, version: int, payload: Payload) -> Fact:
    shape = KINDS.get(kind)
    if shape is None:
        return Unknown(kind=kind, payload=payload)
    for step in range(version, EVENT_VERSION):
        payload = EVENT_UPGRADES[kind, step](payload)
    try:
        fact: Fact = convert(payload, shape)
    except msgspec.ValidationError:
        return Unknown(kind=kind, payload=payload)
    return fact


def _actor_kind(kind: str) -> ActorKind:
    """An actor that only a later version knows is the program's, as far as this one can tell."""
    return _ACTORS.get(kind, "program")


_ACTORS: Final[Mapping[str, ActorKind]] = {name: name for name in get_args(ActorKind)}


def _known_priority(payload: Payload) -> Payload:
    draft = payload.get("draft")
    if not isinstance(draft, dict) or not isinstance(draft.get("priority"), int):
        return payload
    within = min(max(Priority), max(min(Priority), draft["priority"]))
    return payload | {"draft": draft | {"priority": within}}
