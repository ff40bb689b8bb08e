"""What is stored as JSON: rows of every version are read, and none stops a daemon."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path as FilePath
from types import SimpleNamespace
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cases.events import (
    CLOCK,
    CUSTOMER,
    KINDS,
    PROGRAM,
    Actor,
    ActorKind,
    AnsweredElsewhere,
    ApprovalAsked,
    Assigned,
    CardWithheld,
    Claimed,
    Closed,
    CustomerWrote,
    Deadlines,
    EngineersAnswered,
    EngineersAsked,
    EngineersLate,
    Event,
    Fact,
    Forgotten,
    HeldBack,
    Idle,
    IdleWarned,
    Imported,
    MarkedNotComplaint,
    MentionDeleted,
    MentionEdited,
    MentionJoined,
    MessageChanged,
    Moved,
    Muted,
    Noted,
    Opened,
    Rang,
    Released,
    Removed,
    Reopened,
    ReplyCancelled,
    ReplyConfirmed,
    ReplyEdited,
    ReplyGone,
    ReplyRefused,
    ReplySent,
    ReplyTakenBack,
    ReplyUnknown,
    Rescheduled,
    Restored,
    Returned,
    Snoozed,
    ToldOfRemoval,
    Transferred,
    Unknown,
    Unmuted,
    Woke,
    WritingForbidden,
    kind_of,
)
from alerts.cases.state import fold
from alerts.cases.telling import Addressee, NoticeDraft, NoticeKind, Priority
from alerts.incidents import history as incidents
from alerts.incidents.history import Began, Drafted, Ended, Grew, Happened, Taken
from alerts.path import Condition, Path, Step
from listener.store.codecs import (
    EVENT_UPGRADES,
    EVENT_VERSION,
    NOTICE_UPGRADES,
    NOTICE_VERSION,
    StoredNotice,
    event_row,
    incident_event_row,
    notice_payload,
    read_event,
    read_incident_event,
    read_notice,
)

DATA = FilePath(__file__).parents[1] / "data"
AT = datetime(2026, 11, 18, 9, 0, 0, 250_000, tzinfo=UTC)
ANNA = Actor(kind="person", id="anna", name="Анна Иванова")
IDLE = Idle(warn_at=AT, return_at=AT + timedelta(minutes=10))
PROMISED = Deadlines(warn_at=AT, due_at=AT + timedelta(minutes=15), breach_at=None)

WAY = Path(
    steps=(
        Step(place=(2,), held=(Condition(key="urgency_at", value=0.95, floor=0.9),)),
        Step(place=(2, 1), held=(Condition(key="topics", found=("связь", "цена")),)),
    ),
    receivers=("support", "Возвраты"),
    others=True,
)
HISTORY: tuple[tuple[Actor, Fact], ...] = (
    (CUSTOMER, Opened(mention=1, deadlines=PROMISED)),
    (CUSTOMER, Opened(mention=1)),
    (CUSTOMER, MentionJoined(mention=2, strength="remark")),
    (CUSTOMER, MentionJoined(mention=3, strength="complaint", deadlines=PROMISED)),
    (
        CUSTOMER,
        MentionEdited(mention=3, before="complaint", strength="remark", calm=False, deadlines=PROMISED),
    ),
    (CUSTOMER, MentionEdited(mention=1, before="remark", strength="complaint", calm=True)),
    (CUSTOMER, MentionDeleted(mention=2, calm=False)),
    (ANNA, Claimed()),
    (Actor(kind="person", id="oleg", name="Олег Смирнов"), Claimed(taken_from="anna")),
    (ANNA, Released()),
    (ANNA, Transferred(to="oleg", to_name="Олег «О» Смирнов")),
    (ANNA, Snoozed(until=AT + timedelta(hours=1))),
    (CLOCK, Woke()),
    (ANNA, Noted(text="звонил\n«мастер будет» 🙂")),
    (CLOCK, Rang(bell="warn")),
    (CLOCK, Rang(bell="due")),
    (CLOCK, Rang(bell="breach")),
    (ANNA, Closed()),
    (ANNA, Closed(outcome="not_complaint", cause="сбой")),
    (ANNA, MarkedNotComplaint()),
    (ANNA, Reopened()),
    (PROGRAM, Reopened(deadlines=PROMISED)),
    (PROGRAM, Imported(stage="new")),
    (
        PROGRAM,
        Imported(
            stage="closed",
            owner="anna",
            snoozed_until=AT,
            outcome="handled",
            deadlines=PROMISED,
            rung="breach",
        ),
    ),
    (ANNA, HeldBack(reason="approached_before", kind="reply")),
    (ANNA, ApprovalAsked(outbound=7, kind="reply", reason="stop_topic")),
    (Actor(kind="person", id="oleg", name="Олег Смирнов"), ReplyConfirmed(outbound=7, kind="reply")),
    (ANNA, ReplyCancelled(outbound=8, kind="message")),
    (ANNA, ReplyCancelled(outbound=8, kind="message", by="oleg")),
    (PROGRAM, ReplySent(outbound=7, kind="reply")),
    (
        ANNA,
        ReplySent(
            outbound=9,
            kind="invite",
            url="https://vk.com/wall-1_2?reply=9",
            text="Анна, «напишите» нам:\nhttps://vk.me/r?ref=A_b-1 🙂",
            by="anna",
            by_hand=True,
            similar=(4, 11),
        ),
    ),
    (PROGRAM, ReplyRefused(outbound=10, kind="message", reason="messages_closed", by="anna")),
    (PROGRAM, ReplyUnknown(outbound=11, kind="edit")),
    (PROGRAM, ReplyEdited(outbound=7, text="Исправлено", by="anna")),
    (PROGRAM, ReplyTakenBack(outbound=7, by="anna")),
    (PROGRAM, ReplyGone(outbound=9)),
    (CUSTOMER, CustomerWrote(message=3, deadlines=PROMISED)),
    (CUSTOMER, CustomerWrote(message=4)),
    (CUSTOMER, Reopened(deadlines=PROMISED, owner="anna")),
    (CUSTOMER, MessageChanged(message=4)),
    (CUSTOMER, MessageChanged(message=4, is_deleted=True)),
    (ANNA, WritingForbidden()),
    (ANNA, EngineersAsked(question="Что с узлом на Мира, 14? 🙂", due_at=AT)),
    (ANNA, EngineersAsked(question="Что с узлом?")),
    (ANNA, EngineersAnswered(text="Авария,\nпочинят к 18:00")),
    (CLOCK, EngineersLate()),
    (ANNA, ToldOfRemoval()),
    (PROGRAM, Removed(outbound=12, by="anna")),
    (PROGRAM, Restored(outbound=13)),
    (CUSTOMER, MentionDeleted(mention=2, calm=True, by="brand")),
    (CUSTOMER, MentionDeleted(mention=2, calm=True, by="other", silent=True)),
    (
        PROGRAM,
        AnsweredElsewhere(
            said_at=AT, is_last=False, mention=5, text="Мы «уже» едем 🙂", url="https://vk.com/wall-1_2"
        ),
    ),
    (PROGRAM, AnsweredElsewhere(said_at=AT, message=6)),
    (ANNA, Muted(until=AT)),
    (ANNA, Muted(until=AT, topic="связь")),
    (ANNA, Unmuted()),
    (PROGRAM, Unmuted(topic="связь")),
    (PROGRAM, CardWithheld(reason="daily_limit")),
    (PROGRAM, CardWithheld(reason="author_muted", until=AT)),
    (CUSTOMER, Opened(mention=1, deadlines=PROMISED, path=WAY)),
    (CUSTOMER, MentionJoined(mention=2, strength="complaint", path=Path(receivers=("support",)))),
    (ANNA, Moved(to="Возвраты", left="support", deadlines=PROMISED)),
    (ANNA, Moved(to="money")),
    (PROGRAM, Assigned(to="anna", to_name="Анна Иванова")),
    (ANNA, Claimed(idle=IDLE)),
    (ANNA, Transferred(to="oleg", to_name="Олег Смирнов", idle=IDLE)),
    (PROGRAM, Assigned(to="anna", to_name="Анна Иванова", idle=IDLE)),
    (CLOCK, IdleWarned(return_at=AT)),
    (CLOCK, Returned(owner="anna")),
    (CLOCK, Forgotten()),
    (PROGRAM, Rescheduled(deadlines=PROMISED)),
)
"""Every kind of event, with its fields filled and left out; what is added goes to the end."""

FIRST_KINDS, SECOND_KINDS, THIRD_KINDS = 8, 14, 21
"""Of notices: those that the first rows hold, that came with answering, and with talks."""


def notices_of(kinds: tuple[NoticeKind, ...], **named: Any) -> tuple[StoredNotice, ...]:
    return tuple(
        StoredNotice(draft=NoticeDraft(kind=kind, event=number, to=("owner",), priority=Priority.URGENT, **named))
        for number, kind in enumerate(kinds, start=1)
    )


NOTICES: tuple[StoredNotice, ...] = (
    *notices_of(get_args(NoticeKind)[:FIRST_KINDS]),
    StoredNotice(
        draft=NoticeDraft(
            kind="taken", event=9, to=("former_owner",), priority=Priority.URGENT, former_owner="anna"
        )
    ),
    StoredNotice(
        draft=NoticeDraft(kind="breach", event=0, to=get_args(Addressee)[:5], priority=Priority.OLD),
        cases=(4, 7, 11),
    ),
    *notices_of(get_args(NoticeKind)[FIRST_KINDS:SECOND_KINDS], sender="anna"),
    StoredNotice(
        draft=NoticeDraft(
            kind="refused", event=3, to=get_args(Addressee)[:6], priority=Priority.URGENT, sender="oleg"
        )
    ),
    *notices_of(get_args(NoticeKind)[SECOND_KINDS:THIRD_KINDS]),
    *notices_of(("wrote",), where="owner"),
    *notices_of(("engineers_asked",), where="engineers"),
    *notices_of(("vanished",)),
    StoredNotice(
        draft=NoticeDraft(kind="moved_on", event=9, to=(), priority=Priority.OLD), on="1700000000.000100"
    ),
    *notices_of(("handed",), where="owner"),
    *notices_of(("elsewhere",)),
    *notices_of(("moved", "assigned")),
    *notices_of(("idle_warned", "returned", "forgotten", "on_call")),
    *(
        StoredNotice(draft=NoticeDraft(kind=kind, event=0, to=(), priority=Priority.NEW), incident=3)
        for kind in ("incident_over", "incident_began", "incident_grew")
    ),
)
INCIDENT = (
    Happened(number=1, fact=Began(total=12), at=AT),
    Happened(number=2, fact=Taken(), at=AT, actor="person", person="anna", name="Анна Иванова"),
    Happened(number=3, fact=Grew(total=24), at=AT),
    Happened(number=4, fact=Drafted(text="Чиним"), at=AT, actor="person", person="anna", name="Анна Иванова"),
    Happened(number=5, fact=Ended(calm_at=AT, total=63, waiting=40), at=AT, actor="clock"),
    Happened(number=6, fact=Taken(is_dated=False), at=AT, actor="person", person="oleg"),
    Happened(number=7, fact=Began(), at=AT),
)


def written() -> Iterator[dict[str, Any]]:
    """The rows as today's codecs write them, as JSON holds them."""
    for number, (actor, fact) in enumerate(HISTORY, start=1):
        row = event_row(1, Event(number=number, fact=fact, actor=actor, at=AT))
        yield {"table": "case_events"} | json.loads(orjson.dumps(row))
    for happened in INCIDENT:
        yield {"table": "incident_events"} | json.loads(orjson.dumps(incident_event_row(3, happened)))
    for notice in NOTICES:
        yield {
            "table": "notices",
            "version": NOTICE_VERSION,
            "payload": json.loads(orjson.dumps(_payload(notice))),
        }


def _payload(notice: StoredNotice) -> dict[str, Any]:
    return notice_payload(notice.draft, notice.cases, notice.on, incident=notice.incident)


def stored(version: int, table: str) -> list[dict[str, Any]]:
    """The rows that a version of the codecs wrote, kept in a file for ever."""
    lines = (DATA / f"stored_rows_{version}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for line in lines if (row := json.loads(line)).pop("table") == table]


def as_read(row: dict[str, Any]) -> SimpleNamespace:
    """The row as the database gives it."""
    return SimpleNamespace(**row | {"at": datetime.fromisoformat(row["at"])})


def through(fact: Fact, actor: Actor = ANNA) -> Event:
    """Written and read again."""
    row = event_row(1, Event(number=3, fact=fact, actor=actor, at=AT))
    return read_event(SimpleNamespace(**row | {"payload": orjson.loads(orjson.dumps(row["payload"]))}))


VERSIONS = range(1, max(EVENT_VERSION, NOTICE_VERSION) + 1)


def test_every_kind_of_event_notice_and_actor_stands_among_the_samples() -> None:
    assert {kind_of(fact) for _, fact in HISTORY} == set(KINDS)
    assert {actor.kind for actor, _ in HISTORY} == set(get_args(ActorKind))
    assert {notice.draft.kind for notice in NOTICES} == set(get_args(NoticeKind))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_events_of_every_version_are_read(version: int) -> None:
    """A version that changes what stands here gets a file of its own, and its samples a new meaning to hold."""
    events = [read_event(as_read(row)) for row in stored(version, "case_events")]
    assert [(event.actor, event.fact) for event in events] == list(HISTORY)
    assert {event.at for event in events} == {AT}
    assert fold(events).revision == len(HISTORY)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_notices_of_every_version_are_read(version: int) -> None:
    rows = stored(version, "notices")
    assert [read_notice(row["version"], row["payload"]) for row in rows] == list(NOTICES)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_histories_of_incidents_of_every_version_are_read(version: int) -> None:
    rows = stored(version, "incident_events")
    assert [read_incident_event(as_read(row)) for row in rows] == list(INCIDENT)
    assert {type(event.fact) for event in INCIDENT} == set(incidents.KINDS.values())


def test_of_an_incident_s_later_events_and_actors_nothing_is_told() -> None:
    row = incident_event_row(3, INCIDENT[0])
    for odd in ({"kind": "merged"}, {"actor": "robot"}, {"payload": {"total": "many"}}):
        assert read_incident_event(SimpleNamespace(**row | odd)) is None


def test_today_s_rows_are_those_that_are_kept() -> None:
    """Who changes a shape sees it here: an older daemon reads these rows, a newer one must as well.

    Rows are added, and never written anew: a field that came later is missing in the older ones.
    """
    lines = (DATA / f"stored_rows_{EVENT_VERSION}.jsonl").read_text(encoding="utf-8").splitlines()
    kept = sorted((json.loads(line) for line in lines), key=lambda row: str(row["table"]))
    assert [missing_fields(row, today) for row, today in zip(kept, written(), strict=True)] == kept


def missing_fields(kept: Any, today: Any) -> Any:
    """Today's row without the fields that say nothing and that the kept row does not have."""
    if not (isinstance(kept, dict) and isinstance(today, dict)):
        return today
    return {
        name: missing_fields(kept.get(name), value)
        for name, value in today.items()
        if name in kept or _says_something(value)
    }


def _says_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_says_something, value.values()))
    return value not in (None, "cards", False)


def test_every_step_from_an_older_version_is_there() -> None:
    assert {step for _, step in EVENT_UPGRADES} <= set(range(1, EVENT_VERSION))
    assert set(NOTICE_UPGRADES) == set(range(1, NOTICE_VERSION))


@pytest.mark.parametrize(("actor", "fact"), HISTORY)
def test_what_is_written_is_read_again(actor: Actor, fact: Fact) -> None:
    assert through(fact, actor) == Event(number=3, fact=fact, actor=actor, at=AT)


@pytest.mark.parametrize("row", stored(1, "case_events"), ids=lambda row: f"{row['number']}-{row['kind']}")
def test_fields_from_the_future_are_passed_over(row: dict[str, Any]) -> None:
    more = row | {"version": EVENT_VERSION + 1, "payload": row["payload"] | {"mood": {"angry": [1, 2]}}}
    assert read_event(as_read(more)) == read_event(as_read(row))


@pytest.mark.parametrize("row", stored(1, "case_events"), ids=lambda row: f"{row['number']}-{row['kind']}")
def test_fields_that_have_a_default_may_be_missing(row: dict[str, Any]) -> None:
    """So reads a row that was written before the field was thought of."""
    kind = KINDS[row["kind"]]
    needed = {field.name for field in fields(kind) if field.default is field.default_factory}
    bare = {name: value for name, value in row["payload"].items() if name in needed}
    fact = read_event(as_read(row | {"payload": bare})).fact
    assert type(fact) is kind
    assert all(getattr(fact, name) == getattr(read_event(as_read(row)).fact, name) for name in needed)


@pytest.mark.parametrize("row", stored(1, "notices"), ids=lambda row: str(row["payload"]["draft"]["kind"]))
def test_a_notice_with_fields_from_the_future_is_read(row: dict[str, Any]) -> None:
    payload = row["payload"]
    more = payload | {"tone": "soft", "draft": payload["draft"] | {"sound": "bell"}}
    assert read_notice(NOTICE_VERSION + 1, more) == read_notice(NOTICE_VERSION, payload)


def test_an_event_of_an_unknown_kind_is_kept_whole_and_written_back_as_it_was() -> None:
    payload = {"by": "robot", "scores": [1, 2.5], "deep": {"text": "что-то"}}
    row = as_read({**stored(1, "case_events")[0], "kind": "audited", "version": 9, "payload": payload})
    event = read_event(row)
    assert event.fact == Unknown(kind="audited", payload=payload)
    assert event_row(1, event)["payload"] == payload
    assert event_row(1, event)["kind"] == "audited"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("claimed", {"taken_from": 7}),
        ("closed", {"outcome": "escalated"}),
        ("joined", {"mention": 3, "strength": "threat"}),
        ("joined", {}),
        ("rang", {"bell": "fourth"}),
        ("snoozed", {"until": "завтра"}),
    ],
)
def test_a_known_kind_that_says_something_new_is_unknown_and_loses_nothing(
    kind: str, payload: dict[str, Any]
) -> None:
    row = as_read({**stored(1, "case_events")[0], "kind": kind, "version": EVENT_VERSION + 1, "payload": payload})
    assert read_event(row).fact == Unknown(kind=kind, payload=payload)


@pytest.mark.parametrize(
    "draft",
    [
        {"kind": "mood_changed", "event": 1, "to": ["owner"], "priority": 1},
        {"kind": "due", "event": 1, "to": ["press_office"], "priority": 1},
        {"kind": "due", "to": ["owner"], "priority": 1},
        {},
        None,
    ],
)
def test_a_notice_that_only_a_later_version_can_word_is_left_to_it(draft: Any) -> None:
    assert read_notice(NOTICE_VERSION + 1, {"draft": draft, "cases": []}) is None


@pytest.mark.parametrize(("written_as", "read_as"), [(9, Priority.OLD), (-3, Priority.PRESS), (2, Priority.NEW)])
def test_a_priority_that_a_later_version_knows_is_the_nearest_that_this_one_does(
    written_as: int, read_as: Priority
) -> None:
    draft = {"kind": "due", "event": 1, "to": ["owner"], "priority": written_as}
    notice = read_notice(NOTICE_VERSION + 1, {"draft": draft, "cases": []})
    assert notice is not None
    assert notice.draft.priority is read_as


def test_an_unknown_actor_is_the_programs_and_keeps_his_name() -> None:
    row = as_read({**stored(1, "case_events")[7], "actor": "robot", "actor_id": "r2", "actor_name": "R2"})
    assert read_event(row).actor == Actor(kind="program", id="r2", name="R2")


WORDS = st.sampled_from(["", "complaint", "remark", "anna", "2026-11-18T09:00:00Z", "warn", "draft", "to", "kind"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from([*KINDS, "audited", ""]),
    st.integers(1, 5),
    st.dictionaries(st.sampled_from(["mention", "strength", "until", "bell", "to", "?"]), JSON, max_size=4),
)
def test_no_payload_ends_the_reading_of_a_history(kind: str, version: int, payload: dict[str, Any]) -> None:
    row = as_read({**stored(1, "case_events")[0], "kind": kind, "version": version, "payload": payload})
    fact = read_event(row).fact
    assert kind_of(fact) == kind
    if isinstance(fact, Unknown):
        assert fact.payload == payload


@given(st.dictionaries(st.sampled_from(["draft", "cases", "?"]), JSON, max_size=3))
def test_no_payload_ends_the_reading_of_notices(payload: dict[str, Any]) -> None:
    notice = read_notice(NOTICE_VERSION, payload)
    assert notice is None or isinstance(notice, StoredNotice)
