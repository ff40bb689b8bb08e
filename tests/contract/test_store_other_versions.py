"""Two versions share a database: what the later one wrote is read by this one, and ends nothing."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from alerts.cards.card import make_card
from alerts.cards.context import CardContext
from alerts.cases.commands import Claim, Close, Note
from alerts.cases.events import Actor, Unknown
from alerts.ports import Notice
from listener.store.codecs import EVENT_VERSION, NOTICE_VERSION
from listener.store.export import export
from listener.store.outbox import LEASE
from listener.store.stores import Stores
from listener.store.tables import case_events, cases, mentions, notices
from tests.contract.store_samples import ANNA, NOW, claim_all, complain, do, later, mention, promise, show_all


async def a_case(store: Stores) -> None:
    await complain(store, mention(1), deadlines=promise(100))
    await show_all(store)


async def change(store: Stores, **values: Any) -> None:
    await store.database.write(lambda c: c.execute(update(cases).values(**values)))


async def an_event(store: Stores, number: int, **values: Any) -> None:
    """An event that a later daemon wrote, with the projection that belongs to it."""
    row = {
        "case_id": 1,
        "number": number,
        "kind": "draft_made",
        "version": EVENT_VERSION + 1,
        "actor": "robot",
        "actor_id": "r2",
        "actor_name": "R2",
        "payload": {"text": "Здравствуйте!", "model": {"name": "x", "temperature": 0.2}},
        "at": NOW,
    }
    await store.database.write(lambda c: c.execute(insert(case_events).values(row | values)))
    await change(store, revision=number)


async def test_an_event_that_this_version_does_not_know_stands_in_the_history(store: Stores) -> None:
    await a_case(store)
    await an_event(store, 2)
    assert (await do(store, Claim(), now=later(1))).applied
    case = await store.cases.case(1)
    assert [event.number for event in case.events] == [1, 2, 3]
    assert case.events[1].fact == Unknown(
        kind="draft_made", payload={"text": "Здравствуйте!", "model": {"name": "x", "temperature": 0.2}}
    )
    assert case.events[1].actor == Actor(kind="program", id="r2", name="R2")
    assert make_card(case, CardContext(people=(ANNA,)), later(2)).status
    rows = [row async for row in export(store.database, "events", None)]
    assert [row["kind"] for row in rows] == ["opened", "draft_made", "claimed"]


@pytest.mark.parametrize(
    "values",
    [
        {"stage": "escalated"},
        {"stage": "escalated", "owner": "anna"},
        {"stage": "closed", "outcome": "removed"},
        {"waiting_for": "lawyers"},
        {"rung": "fourth"},
    ],
    ids=str,
)
async def test_a_case_that_stands_as_this_version_does_not_know_is_shown_pressed_and_rung(
    store: Stores, values: dict[str, Any]
) -> None:
    await a_case(store)
    await change(store, **values)
    case = await store.cases.case(1)
    assert make_card(case, CardContext(people=(ANNA,)), later(1)).status
    assert (await do(store, Note(text="звонила"), now=later(1))).applied
    assert (await store.timers.tick(later(250))).changed in (0, 1)
    assert (await store.timers.tick(later(250))).changed == 0
    await do(store, Close(), now=later(300))
    assert not (await store.cases.case(1)).state.is_open


async def test_a_notice_that_only_a_later_version_can_word_is_left_to_it_and_holds_up_no_other(
    store: Stores,
) -> None:
    await a_case(store)
    await do(store, Claim())
    await show_all(store)
    assert (await store.timers.tick(later(100))).changed == 1
    known = (await store.database.read(lambda c: c.execute(select(notices)))).mappings().one()
    strange = dict(known) | {
        "id": known["id"] + 1,
        "dedup_key": "1:9:engineers_asked",
        "version": NOTICE_VERSION + 1,
        "payload": {"draft": {"kind": "engineers_asked", "event": 9, "to": ["engineers"], "priority": 1}},
    }
    await store.database.write(lambda c: c.execute(insert(notices).values(strange)))
    said = [due for due in await claim_all(store, later(101)) if isinstance(due, Notice)]
    assert [notice.draft.kind for notice in said] == ["warn"]
    await store.outbox.shown(said[0], "r", later(101))
    # It is not failed, nor said: whoever knows it finds it when the lease is over.
    states = (await store.database.read(lambda c: c.execute(select(notices.c.state, notices.c.due_at)))).all()
    assert sorted(row.state for row in states) == ["sending", "shown"]
    assert max(row.due_at for row in states) == later(101) + LEASE


async def test_what_stands_beside_a_text_in_another_shape_costs_itself_alone(store: Stores) -> None:
    await a_case(store)
    for extra in (
        {"parent": {"id": "-1_1", "text": "Какое утро?", "mood": "?"}, "polls": [1]},
        {"version": 2, "parent": {"id": "-1_1", "text": "Какое утро?"}, "polls": [1]},
        {"version": "?", "parent": 7},
        {"parent": 7},
        ["?"],
    ):
        wanted = extra
        await store.database.write(lambda c, wanted=wanted: c.execute(update(mentions).values(extra=wanted)))
        case = await store.cases.case(1)
        assert case.mentions[0].text == mention(1).text
        assert make_card(case, CardContext(), later(1)).quote


async def test_an_older_daemon_s_bells_are_not_rung_again_by_a_later_one(store: Stores) -> None:
    await a_case(store)
    assert (await store.timers.tick(later(100))).changed == 1
    await an_event(store, 3, kind="escalated")
    assert (await store.timers.tick(later(101))).changed == 0
