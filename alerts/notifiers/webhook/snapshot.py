"""The body of an event: how a case stands as a whole; docs/webhook-event.schema.json says the same."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from alerts.cards.context import CardContext
from alerts.cases.case import Case, CaseMention, CaseMessage, standing
from alerts.cases.events import Actor, Event, Noted, Reopened, ReplySent, kind_of
from alerts.cases.state import State
from alerts.notifiers.webhook import WEBHOOK

SCHEMA: Final = "otklik.event/1"
"""The number grows when a program that knows the earlier one would misread a body; new fields leave it."""
MOST: Final = 50
"""Mentions, private messages and entries of the history that are told, the latest."""
LONGEST: Final = 8_000
"""Characters of one text: a body stays far below a megabyte."""

EventKind = Literal["case.opened", "case.changed", "case.closed", "case.reopened"]
PING: Final = "ping"


def key_of_case(case: Case) -> str:
    """What a receiver knows a repeat by."""
    return f"otklik-case-{case.id}-r{case.revision}"


def event_of(case: Case, shown: int) -> EventKind:
    """What happened since the receiver was told `shown`; several changes are one."""
    if not case.state.is_open:
        return "case.closed"
    if shown == 0:
        return "case.opened"
    since = (event.fact for event in case.events if event.number > shown)
    return "case.reopened" if any(isinstance(fact, Reopened) for fact in since) else "case.changed"


def body_of(case: Case, context: CardContext, *, shown: int, masked: bool) -> bytes:
    """The same for the same case, whenever it is asked: a repeat is equal byte for byte."""
    told = {"schema": SCHEMA, "event": event_of(case, shown), "case": _case(case, context, masked=masked)}
    return _json(told)


def ping_body() -> bytes:
    return _json({"schema": SCHEMA, "event": PING})


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _case(case: Case, context: CardContext, *, masked: bool) -> dict[str, Any]:
    network = context.networks.get(case.network)
    latest = case.latest_complaint
    page = network.author_page(case.author_id, case.author_handle) if network else None
    return {
        "id": case.id,
        "revision": case.revision,
        "masked": masked,
        "brand": {"id": case.brand, "title": case.brand_title},
        "network": {"id": case.network, "title": network.title if network else case.network},
        "url": latest.url,
        "author": {
            "id": case.author_id,
            "name": case.author_name,
            "handle": case.author_handle,
            "followers": case.followers,
            "url": page,
        },
        "opened_at": _time(case.opened_at),
        **_state(case.state, context),
        "urgency": max(mention.urgency for mention in case.mentions),
        "topics": list(dict.fromkeys(topic for mention in case.mentions for topic in mention.topics)),
        "mentions": [_mention(mention) for mention in case.mentions[-MOST:]],
        "messages": [_message(message) for message in case.messages[-MOST:]],
        "answers": [_answer(event, context) for event in case.events if isinstance(event.fact, ReplySent)][-MOST:],
        "notes": [_note(event, context) for event in case.events if isinstance(event.fact, Noted)][-MOST:],
        "history": [_entry(event, context) for event in case.events[-MOST:]],
    }


def _state(state: State, context: CardContext) -> dict[str, Any]:
    deadlines = state.deadlines
    return {
        "open": state.is_open,
        "state": standing(state),
        "stage": state.stage,
        "owner": _person(state.owner, context) if state.owner else None,
        "waiting_for": state.waiting_for,
        "snoozed_until": _time(state.snoozed_until),
        "deadlines": {
            "warn_at": _time(deadlines.warn_at),
            "due_at": _time(deadlines.due_at),
            "breach_at": _time(deadlines.breach_at),
        },
        "outcome": state.outcome,
        "cause": state.cause,
    }


def _mention(mention: CaseMention) -> dict[str, Any]:
    return {
        "id": mention.id,
        "kind": mention.kind,
        "url": mention.url,
        "text": mention.text[:LONGEST],
        "published_at": _time(mention.published_at),
        "edited_at": _time(mention.edited_at),
        "deleted_at": _time(mention.deleted_at),
        "reach": mention.reach,
        "complaint": mention.complaint,
        "urgency": mention.urgency,
        "intent": mention.intent,
        "topics": list(mention.topics),
    }


def _message(message: CaseMessage) -> dict[str, Any]:
    return {
        "from": "customer" if message.incoming else "brand",
        "text": message.text[:LONGEST],
        "at": _time(message.at),
        "edited_at": _time(message.edited_at),
        "deleted_at": _time(message.deleted_at),
    }


def _answer(event: Event, context: CardContext) -> dict[str, Any]:
    fact = event.fact
    if not isinstance(fact, ReplySent):
        raise TypeError(fact)
    return {
        "kind": fact.kind,
        "text": fact.text[:LONGEST],
        "url": fact.url or None,
        "by": _person(fact.by, context) if fact.by else None,
        "at": _time(event.at),
    }


def _note(event: Event, context: CardContext) -> dict[str, Any]:
    if not isinstance(event.fact, Noted):
        raise TypeError(event.fact)
    return {"text": event.fact.text[:LONGEST], "by": _by(event.actor, context), "at": _time(event.at)}


def _entry(event: Event, context: CardContext) -> dict[str, Any]:
    """What a kind means is in docs/case.md; there will be more of them."""
    return {
        "revision": event.number,
        "kind": kind_of(event.fact),
        "actor": event.actor.kind,
        "by": _by(event.actor, context),
        "at": _time(event.at),
    }


def _by(actor: Actor, context: CardContext) -> dict[str, Any] | None:
    return _person(actor.id, context, actor.name) if actor.id else None


def _person(number: str, context: CardContext, then: str | None = None) -> dict[str, Any]:
    """By our id, and by the one that the helpdesk gave, where people.yaml says it."""
    person = context.person(number)
    return {
        "id": person.id if person else number,
        "name": person.name if person else then,
        "helpdesk": person.users.get(WEBHOOK) if person else None,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
