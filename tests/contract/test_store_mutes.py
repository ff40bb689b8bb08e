"""Mutes: what a press has muted is in force until it ends or is lifted, and a withheld card is named."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from alerts.cases.commands import Claim, Mute, Unmute, Withhold
from alerts.cases.events import CardWithheld, Deadlines, Muted, Unmuted
from alerts.cases.state import fold
from alerts.suppression import MuteInForce
from listener.decision import without_chats
from listener.store.figures import figures
from listener.store.mutes import KeptMute
from listener.store.stores import Stores
from tests.contract.answering import Desk
from tests.contract.store_samples import (
    ANNA,
    NOW,
    OLEG,
    claim,
    claim_all,
    close,
    complain,
    complaint,
    do,
    keep,
    later,
    mention,
    notices,
    promise,
    show_all,
)
from tests.contract.test_store_assigning import WAY

AUTHOR = MuteInForce(brand="romashka", until=later(900), author="vk:77")
TOPIC = MuteInForce(brand="romashka", until=later(500), topic="связь")


async def in_force(store: Stores, seconds: float = 1) -> Sequence[KeptMute]:
    return await store.mutes.in_force(["romashka", "lyutik"], later(seconds))


async def withheld(store: Stores, number: int, *, thread: str = "-1_1", seconds: float = 2, **named: Any) -> None:
    """A complaint of the author whose card is not to be sent."""
    await keep(store, mention(number, thread=thread), now=later(seconds))
    (stored,) = await store.mentions.undecided(500, later(seconds))
    decided = complaint(stored)
    route = replace(decided.routed[0], **named)
    routed = without_chats(route, Withhold(reason="author_muted", until=AUTHOR.until))
    await store.decisions.record([type(decided)(stored=stored, verdicts=decided.verdicts, routed=(routed,))], NOW)


async def test_a_press_mutes_until_the_time_that_was_chosen(store: Stores) -> None:
    await complain(store, mention())
    await do(store, Mute(until=AUTHOR.until))
    await do(store, Mute(until=TOPIC.until, topic="связь"), person=OLEG)
    assert [one.mute for one in await in_force(store)] == [TOPIC, AUTHOR]
    assert [(one.case, one.person, one.at) for one in await in_force(store)] == [
        (1, "oleg", NOW),
        (1, "anna", NOW),
    ]
    assert [one.mute for one in await in_force(store, 500)] == [AUTHOR]
    assert await in_force(store, 900) == []
    assert await store.mutes.in_force(["lyutik"], later(1)) == []


async def test_the_last_press_counts(store: Stores) -> None:
    await complain(store, mention(), mention(2, thread="-1_9"))
    await do(store, Mute(until=later(100)))
    await do(store, Mute(until=AUTHOR.until), case=2, now=later(1))
    (kept,) = await in_force(store, 2)
    assert (kept.mute, kept.case) == (AUTHOR, 2)
    await do(store, Unmute(), case=2, person=ANNA, now=later(3))
    assert await in_force(store, 4) == []


async def test_an_operator_does_not_mute_a_topic_for_all(store: Stores) -> None:
    await complain(store, mention())
    answered = await do(store, Mute(until=TOPIC.until, topic="связь"), person=ANNA)
    assert (answered.applied, answered.reason) == (False, "topic_by_leads")
    assert await in_force(store) == []


async def test_a_mute_is_lifted_and_its_case_says_so(store: Stores) -> None:
    await complain(store, mention())
    await do(store, Mute(until=TOPIC.until, topic="связь"), person=OLEG)
    (kept,) = await in_force(store)
    await store.mutes.lift(kept, later(5))
    assert await in_force(store, 6) == []
    case = await store.cases.case(1)
    assert case is not None
    assert [event.fact for event in case.events][-2:] == [
        Muted(until=TOPIC.until, topic="связь"),
        Unmuted(topic="связь"),
    ]
    assert (case.events[-1].actor.kind, fold(case.events)) == ("program", case.state)


async def test_what_is_muted_is_listed_and_lifted_from_another_card_of_the_author(store: Stores) -> None:
    await complain(store, mention(), mention(2, thread="-1_9"))
    desk = Desk(store, people=(ANNA, OLEG))
    asked = await desk.ask("mute", person=OLEG)
    assert "Сейчас не присылаем" not in asked.question
    await desk.press("mute", next(o.value for o in asked.options if o.label == "Автора — на неделю"), person=OLEG)
    await desk.press("mute", next(o.value for o in asked.options if "Тему" in o.label), person=OLEG)
    elsewhere = await desk.ask("mute", case=2, person=OLEG)
    author = (await desk.case()).author_name
    assert "• тема «связь» до\u00a000:00" in elsewhere.question
    assert f"• автор {author} до\u00a015:00 29\u00a0ноября, Олег Смирнов, №\u00a01" in elsewhere.question
    for label in ("Автора — снова показывать", "Тему «связь» — снова показывать"):
        value = next(option.value for option in elsewhere.options if option.label == label)
        assert not (await desk.press("mute", value, case=2, person=OLEG)).alert
    assert await in_force(store) == []


async def test_a_mute_that_was_renewed_meanwhile_is_not_lifted(store: Stores) -> None:
    await complain(store, mention())
    await do(store, Mute(until=later(100)))
    (kept,) = await in_force(store)
    await do(store, Mute(until=AUTHOR.until), now=later(2))
    await store.mutes.lift(kept, later(3))
    assert [one.mute for one in await in_force(store, 4)] == [AUTHOR]


async def test_a_case_whose_card_is_withheld_is_kept_with_the_reason(store: Stores) -> None:
    await withheld(store, 1)
    case = await store.cases.case(1)
    assert case is not None
    assert case.events[-1].fact == CardWithheld(reason="author_muted", until=AUTHOR.until)
    assert fold(case.events) == case.state
    assert (await figures(store.database)).deliveries == {}


async def test_words_that_only_change_a_shown_card_are_not_called_withheld(store: Stores) -> None:
    await complain(store, mention())
    await show_all(store)
    await withheld(store, 2)
    case = await store.cases.case(1)
    assert case is not None
    assert not any(isinstance(event.fact, CardWithheld) for event in case.events)
    assert [delivery.case.id for delivery in await claim(store, later(5))] == [1]


async def test_a_muted_author_who_comes_back_to_an_ended_case_sends_no_new_card(store: Stores) -> None:
    await complain(store, mention())
    await show_all(store)
    await close(store, now=later(1))
    await show_all(store)
    await withheld(store, 2)
    case = await store.cases.case(1)
    assert case is not None
    assert case.state.is_open
    assert isinstance(case.events[-1].fact, CardWithheld)
    assert all(delivery.ref for delivery in await claim(store, later(5)))


async def test_a_muted_author_who_comes_back_calls_nobody_under_his_old_card(store: Stores) -> None:
    await complain(store, mention(), deadlines=promise(1000))
    await show_all(store)
    await do(store, Claim(), now=later(1))
    await close(store, now=later(2))
    await show_all(store, later(2))
    await withheld(store, 2, deadlines=promise(60), on_shift=frozenset({"anna"}))
    case = await store.cases.case(1)
    assert case is not None
    assert (case.state.is_open, case.state.owner, case.state.deadlines.due_at) == (True, None, None)
    due = await claim_all(store, later(5))
    assert [type(thing).__name__ for thing in due] == ["Delivery"], (
        "the old card follows the case, and says so alone"
    )


async def test_once_the_mute_is_over_he_is_heard_as_ever(store: Stores) -> None:
    await complain(store, mention(), deadlines=promise(1000))
    await show_all(store)
    await close(store, now=later(2))
    await withheld(store, 2)
    await close(store, now=later(10))
    await show_all(store, later(10))
    await complain(store, mention(3), now=later(20), deadlines=promise(100))
    case = await store.cases.case(1)
    assert case is not None
    assert case.state.deadlines.due_at is not None
    assert any(delivery.ref is None for delivery in await claim(store, later(25)))


async def test_a_bell_that_no_chat_hears_keeps_no_other_waiting(store: Stores) -> None:
    await withheld(store, 1, thread="t1", deadlines=Deadlines(due_at=later(60)), path=WAY)
    await complain(store, mention(2, thread="t2"), deadlines=Deadlines(due_at=later(120)), path=WAY)
    await show_all(store)
    for seconds in (60, 120):
        assert (await store.timers.tick(later(seconds))).changed == 1
    assert [(word.draft.kind, [case.id for case in word.cases]) for word in await notices(store, later(120))] == [
        ("due", [2])
    ]
