"""Telling: each card is shown at least once, whatever the messengers answer."""

import asyncio
import logging
from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.card import Card
from alerts.delivery import AT_ONCE, LONGEST_WAIT, PER_MESSENGER, Delivering, Outcome, key, wait_after
from alerts.ports import Delivery, Notifier, NotifyError
from alerts.routing import Chat
from domain.person import Messenger
from tests.fakes import (
    LEASE,
    NOON,
    MemoryMessenger,
    MemoryOutbox,
    SearchableMessenger,
    TurnedClock,
    a_case,
    a_delivery,
)

SLACK = Chat(messenger="slack", chat="#support")


class Scene:
    """An outbox, two messengers and the step between them."""

    def __init__(self, telegram: MemoryMessenger | None = None, slack: MemoryMessenger | None = None) -> None:
        self.clock = TurnedClock()
        self.outbox = MemoryOutbox()
        self.telegram = telegram or MemoryMessenger()
        self.slack = slack or SearchableMessenger()
        self.outcomes: list[tuple[int, Outcome]] = []
        notifiers: dict[Messenger, Notifier] = {"telegram": self.telegram, "slack": self.slack}
        self.delivering = Delivering(
            self.outbox, notifiers, self.clock.now, observed=self.observe, chance=lambda: 1.0
        )

    def observe(self, delivery: Delivery, outcome: Outcome, seconds: float) -> None:
        assert seconds >= 0
        self.outcomes.append((delivery.id, outcome))

    async def step(self) -> int:
        return await self.delivering.step()


async def test_a_due_card_is_sent_once() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    assert [await scene.step(), await scene.step()] == [1, 0]
    assert scene.telegram.calls == ["send"]
    assert scene.outbox.delivery().shown == 1
    assert scene.outcomes == [(1, "sent")]


async def test_a_changed_case_edits_its_card() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.outbox.become(1, a_case(revision=2, state="claimed", owner="Анна Иванова"))
    await scene.step()
    assert scene.telegram.calls == ["send", "edit"]
    (card,) = scene.telegram.shown.values()
    assert card.revision == scene.outbox.delivery().shown == 2


async def test_a_card_whose_message_is_gone_is_sent_anew() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.telegram.shown.clear()
    scene.outbox.become(1, a_case(revision=2))
    await scene.step()
    assert scene.telegram.calls == ["send", "edit", "send"]
    assert [card.repeat for card in scene.telegram.shown.values()] == [False]
    assert scene.outbox.delivery().ref in scene.telegram.shown


async def test_a_fault_is_tried_again_later_and_later() -> None:
    scene = Scene()
    scene.telegram.faults = deque([NotifyError("500"), NotifyError("500")])
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.clock.turn(seconds=0.9)
    assert await scene.step() == 0
    scene.clock.turn(seconds=0.1)
    assert await scene.step() == 1
    scene.clock.turn(seconds=1.9)
    assert await scene.step() == 0
    scene.clock.turn(seconds=0.1)
    await scene.step()
    assert scene.outbox.delivery().shown == 1
    assert scene.outcomes == [(1, "retried"), (1, "retried"), (1, "sent")]


async def test_a_messenger_that_asks_for_rest_gets_it_and_the_others_go_on() -> None:
    scene = Scene()
    scene.telegram.faults = deque([NotifyError("429", retry_after=30)])
    scene.outbox.put(a_delivery(id=1))
    await scene.step()
    scene.outbox.put(a_delivery(id=2, chat=Chat(messenger="telegram", chat="-2")), a_delivery(id=3, chat=SLACK))
    scene.outbox.rows[1].due = NOON
    assert await scene.step() == 1
    assert scene.slack.calls == ["send"]
    scene.clock.turn(seconds=29.9)
    assert await scene.step() == 0
    scene.clock.turn(seconds=0.1)
    assert await scene.step() == 2
    assert scene.telegram.calls == ["send", "send", "send"]


async def test_what_was_claimed_together_with_the_refused_card_waits_unsent() -> None:
    scene = Scene()
    scene.telegram.faults = deque([NotifyError("429", retry_after=30)])
    scene.outbox.put(*(a_delivery(id=number) for number in range(1, AT_ONCE + 1)))
    assert await scene.step() == AT_ONCE
    assert len(scene.telegram.calls) <= PER_MESSENGER
    assert {outcome for _, outcome in scene.outcomes} == {"retried", "postponed"}
    scene.clock.turn(seconds=30)
    await scene.step()
    assert len(scene.telegram.shown) == AT_ONCE


async def test_a_chat_that_will_never_take_the_card_is_given_up_loudly(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()
    scene.telegram.faults = deque([NotifyError("bot was kicked", permanent=True)])
    scene.outbox.put(a_delivery(), a_delivery(id=2, chat=SLACK))
    with caplog.at_level(logging.CRITICAL):
        await scene.step()
    assert scene.outbox.rows[1].failed
    assert scene.delivering.failed == 1
    assert "case 12 does not reach support (telegram -1001): bot was kicked" in caplog.text
    assert scene.outbox.delivery(2).shown == 1


async def test_an_ambiguous_try_is_repeated_once_and_marked_where_nobody_can_look() -> None:
    scene = Scene()
    scene.telegram.faults = deque([NotifyError("timeout", ambiguous=True)])
    scene.outbox.put(a_delivery())
    await scene.step()
    assert scene.outbox.delivery().unknown
    scene.clock.turn(seconds=5)
    await scene.step()
    assert [card.repeat for card in scene.telegram.shown.values()] == [False, True]
    assert scene.outcomes == [(1, "unknown"), (1, "sent")]


async def test_an_ambiguous_try_is_looked_up_where_that_is_possible() -> None:
    scene = Scene()
    scene.slack.faults = deque([NotifyError("timeout", ambiguous=True)])
    scene.outbox.put(a_delivery(chat=SLACK))
    await scene.step()
    scene.clock.turn(seconds=5)
    scene.outbox.become(1, a_case(revision=2))
    await scene.step()
    assert scene.slack.calls == ["send", "find", "edit"]
    (card,) = scene.slack.shown.values()
    assert (card.revision, card.repeat) == (2, False)
    assert scene.outcomes[-1] == (1, "found")


async def test_a_card_that_the_look_does_not_find_is_sent_without_a_mark() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery(chat=SLACK, unknown=True))
    await scene.step()
    assert scene.slack.calls == ["find", "send"]
    assert not next(iter(scene.slack.shown.values())).repeat


async def test_where_looking_is_not_allowed_the_repeat_is_marked() -> None:
    scene = Scene()
    scene.slack.faults = deque([NotifyError("missing_scope", permanent=True)])
    scene.outbox.put(a_delivery(chat=SLACK, unknown=True))
    await scene.step()
    assert next(iter(scene.slack.shown.values())).repeat


async def test_a_failed_look_keeps_the_delivery_unknown() -> None:
    scene = Scene()
    scene.slack.faults = deque([NotifyError("500")])
    scene.outbox.put(a_delivery(chat=SLACK, unknown=True))
    await scene.step()
    assert scene.outbox.delivery().unknown
    assert not scene.slack.shown


async def test_a_chat_that_moved_is_followed_and_its_card_sent_anew() -> None:
    scene = Scene()
    scene.telegram.faults = deque([NotifyError("upgraded", moved_to="-1009")])
    scene.outbox.put(a_delivery(ref="5", shown=1, case=a_case(revision=2)), a_delivery(id=2))
    scene.outbox.rows[2].due = NOON + timedelta(hours=1)
    await scene.step()
    assert scene.telegram.calls == ["edit"]
    await scene.step()
    assert scene.telegram.calls == ["edit", "send"]
    assert [chat.chat for chat in scene.telegram.chats.values()] == ["-1009"]
    assert scene.outbox.delivery(2).chat.chat == "-1009", "later deliveries go there too"


async def test_a_broken_notifier_does_not_stop_the_others() -> None:
    scene = Scene()
    scene.telegram.faults = deque([ZeroDivisionError()])
    scene.outbox.put(a_delivery(), a_delivery(id=2, chat=SLACK))
    assert await scene.step() == 2
    assert scene.outbox.delivery(2).shown == 1
    assert scene.outbox.rows[1].error == "ZeroDivisionError"
    assert scene.outbox.delivery(1).unknown


async def test_messengers_that_are_off_keep_their_cards() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery(chat=Chat(messenger="console", chat="ops")))
    assert await scene.step() == 0
    assert not scene.outbox.rows[1].failed


class SlowMessenger(MemoryMessenger):
    """Never answers; counts how many wait at a time."""

    waiting = most = 0

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await asyncio.sleep(3600)
        finally:
            self.waiting -= 1
        return "never"


async def test_a_silent_messenger_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.delivery.TIMEOUT", 0.02)
    slow = SlowMessenger()
    scene = Scene(telegram=slow)
    scene.outbox.put(*(a_delivery(id=number) for number in range(1, AT_ONCE + 1)))
    await scene.step()
    assert slow.most == PER_MESSENGER
    assert [outcome for _, outcome in scene.outcomes].count("unknown") == PER_MESSENGER
    scene.outbox.put(a_delivery(id=99, chat=SLACK))
    assert await scene.step() == 1
    assert scene.outbox.delivery(99).shown == 1


async def test_a_killed_step_comes_back_as_unknown() -> None:
    scene = Scene(telegram=SlowMessenger())
    scene.outbox.put(a_delivery())
    task = asyncio.create_task(scene.delivering.step())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    scene.clock.turn(seconds=LEASE.total_seconds())
    (again,) = await scene.outbox.claim(scene.clock.now(), limit=9, skip=frozenset())
    assert again.unknown


class BrokenOutbox(MemoryOutbox):
    async def shown(self, delivery: Delivery, ref: str, now: object) -> None:
        raise OSError("disk full")


async def test_a_store_that_fails_is_reported_after_all_cards_are_sent() -> None:
    scene = Scene()
    outbox = BrokenOutbox()
    outbox.put(a_delivery(), a_delivery(id=2))
    delivering = Delivering(outbox, {"telegram": scene.telegram}, scene.clock.now)
    with pytest.raises(OSError, match="disk full"):
        await delivering.step()
    assert scene.telegram.calls == ["send", "send"]


def test_the_key_is_the_same_at_every_try_and_the_delivery_s_own() -> None:
    delivery = a_delivery()
    assert key(delivery) == key(replace(delivery, tries=3, unknown=True, case=a_case(revision=9)))
    assert key(delivery) != key(a_delivery(id=2))
    assert key(delivery) != key(replace(delivery, shown=3))


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_waits_grow_to_five_minutes_and_no_further(tries: int, chance: float) -> None:
    wait = wait_after(tries, chance)
    assert timedelta(seconds=0.5) <= wait <= LONGEST_WAIT
    assert wait <= wait_after(tries + 1, 1.0)


faults = st.sampled_from(
    [
        NotifyError("500"),
        NotifyError("429", retry_after=7),
        NotifyError("timeout", ambiguous=True),
        ValueError("bug"),
        None,
    ]
)


@settings(max_examples=60, deadline=None)  # traced faults are logged, which a busy machine may make slow
@given(st.lists(faults, max_size=12), st.lists(faults, max_size=12))
async def test_whatever_the_faults_every_card_is_shown_in_its_last_revision(
    telegram: list[Exception | None], slack: list[Exception | None]
) -> None:
    scene = Scene(MemoryMessenger(faults=deque(telegram)), SearchableMessenger(faults=deque(slack)))
    scene.outbox.put(a_delivery(id=1), a_delivery(id=2, chat=SLACK))
    for revision in (2, 3):
        await scene.step()
        for number in (1, 2):
            scene.outbox.become(number, a_case(revision=revision))
        scene.clock.turn(seconds=3)
    for _ in range(40):
        scene.clock.turn(seconds=300)
        await scene.step()
    for number, messenger in ((1, scene.telegram), (2, scene.slack)):
        delivery = scene.outbox.delivery(number)
        assert delivery.shown == 3
        assert messenger.shown[delivery.ref or ""].revision == 3
        assert all(card.repeat for card in messenger.sent[1:]), "every duplicate is marked"
    assert len(scene.slack.shown) == 1, "what can be looked up is never doubled"
