"""Telling: each card is shown and each notice said at least once, whatever the messengers answer."""

import asyncio
import logging
from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.bucket import Limit
from alerts.cards.card import Card, make_card
from alerts.cards.context import CardContext
from alerts.cards.digest import Sheet
from alerts.cards.note import Note
from alerts.cases.telling import NoticeDraft, NoticeKind, Priority
from alerts.delivery.showing import Showing, key
from alerts.delivery.worker import AT_ONCE, LANES, Outcome, Worker
from alerts.ports import FARTHEST, ChatState, Due, Limits, Notice, NotifyError, Share
from alerts.routing import Chat, Receiver
from domain.person import Person
from tests.outbox import (
    GROUP,
    LEASE,
    NOON,
    Clocks,
    MemoryMessenger,
    MemoryOutbox,
    PlainMessenger,
    ReachableMessenger,
    SearchableMessenger,
    a_delivery,
    a_digest,
    a_notice,
    a_told_case,
)
from tests.people import users
from tests.unit.alerts.test_incident import an_incident

OTHER = Chat(messenger="telegram", chat="-2")
SLOW = Limits(chat=lambda _chat: Limit(burst=5, every=4.0))
"""Telegram's groups: twenty a minute, five of them at once."""


class Scene:
    """An outbox, a messenger and the worker between them."""

    def __init__(self, messenger: PlainMessenger | None = None, outbox: MemoryOutbox | None = None) -> None:
        self.clocks = Clocks()
        self.outbox = outbox or MemoryOutbox()
        self.messenger = messenger or MemoryMessenger()
        self.outcomes: list[tuple[int, Outcome]] = []
        self.chats: list[tuple[str, str]] = []
        self.worker = Worker(
            "telegram",
            self.outbox,
            Showing(self.messenger, CardContext()),
            self.clocks.now,
            observer=self,
            chance=lambda: 1.0,
            monotonic=self.clocks.seconds,
        )

    def delivered(self, due: Due, outcome: Outcome, seconds: float) -> None:
        assert seconds >= 0
        self.outcomes.append((due.id, outcome))

    def chat(self, chat: Chat, state: ChatState | None) -> None:
        self.chats.append((chat.chat, state.state if state else "well"))

    async def step(self) -> int:
        return await self.worker.step()

    async def run(self, seconds: int) -> None:
        """The worker's loop, looking once a second."""
        for _ in range(seconds):
            while await self.step():
                pass
            self.clocks.turn(1)


async def test_a_due_card_is_sent_once() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    assert [await scene.step(), await scene.step()] == [1, 0]
    assert scene.messenger.calls == ["send"]
    assert scene.outbox.delivery().shown == 1
    assert scene.outcomes == [(1, "sent")]


async def test_a_changed_case_edits_its_card() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.outbox.become(1, a_told_case(revision=2))
    await scene.step()
    assert scene.messenger.calls == ["send", "edit"]
    (card,) = scene.messenger.cards()
    assert card.revision == scene.outbox.delivery().shown == 2


@pytest.mark.parametrize(
    ("chat", "says"),
    [
        (GROUP, False),
        (Chat(messenger="telegram", chat="111"), True),
        (Chat(messenger="console", chat="support"), True),
        (Chat(messenger="telegram", chat="-1009"), False),  # the group has moved there
    ],
)
async def test_a_card_that_came_instead_of_to_its_chat_says_why(chat: Chat, *, says: bool) -> None:
    support = Receiver(name="support", chats=(GROUP,), owner="anna")
    anna = Person(id="anna", name="Анна", role="operator", users=users(telegram="111"))
    messenger = MemoryMessenger()
    showing = Showing(messenger, CardContext(people=(anna,), receivers={"support": support}))
    shown = await showing.show(a_delivery(chat=chat), NOON)
    again = replace(shown.due, ref=shown.ref)
    words = "Карточка пришла сюда, потому что чат «support» не принимал сообщения."
    for due in (shown.due, again):
        await showing.show(due, NOON)
        assert all((words in [line.text for line in card.below]) == says for card in messenger.cards())


async def test_a_card_whose_message_is_gone_is_sent_anew() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.messenger.shown.clear()
    scene.outbox.become(1, a_told_case(revision=2))
    await scene.step()
    assert scene.messenger.calls == ["send", "edit", "send"]
    assert [card.repeat for card in scene.messenger.cards()] == [False]
    assert scene.outbox.delivery().ref in scene.messenger.shown


async def test_an_ambiguous_fault_is_tried_again_later_and_later() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("500", ambiguous=True), NotifyError("500", ambiguous=True)])
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.clocks.turn(0.9)
    assert await scene.step() == 0
    scene.clocks.turn(0.1)
    assert await scene.step() == 1
    scene.clocks.turn(1.9)
    assert await scene.step() == 0
    scene.clocks.turn(0.1)
    await scene.step()
    assert scene.outbox.delivery().shown == 1
    assert scene.outcomes == [(1, "unknown"), (1, "unknown"), (1, "sent")]


async def test_a_chat_that_asks_for_rest_gets_it_and_the_others_go_on() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("429", retry_after=30)])
    scene.outbox.put(a_delivery(1))
    await scene.step()
    scene.outbox.put(a_delivery(2), a_delivery(3, chat=OTHER))
    assert await scene.step() == 1
    assert scene.outbox.delivery(3).shown == 1
    scene.clocks.turn(29.9)
    assert await scene.step() == 0
    scene.clocks.turn(0.1)
    await scene.run(1)
    assert [scene.outbox.delivery(number).shown for number in (1, 2)] == [1, 1]
    assert scene.messenger.calls == ["send"] * 4


async def test_topics_of_one_group_rest_together() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("429", retry_after=30)])
    scene.outbox.put(a_delivery(1, chat=replace(GROUP, topic=7)))
    await scene.step()
    scene.outbox.put(a_delivery(2, chat=replace(GROUP, topic=8)))
    assert await scene.step() == 0


async def test_a_refused_token_holds_the_whole_messenger() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("unauthorized", retry_after=60, everywhere=True)])
    scene.outbox.put(a_delivery(1))
    await scene.step()
    scene.outbox.put(a_delivery(2, chat=OTHER))
    scene.clocks.turn(59.9)
    assert await scene.step() == 0
    assert scene.outcomes[0] == (1, "barred")
    scene.clocks.turn(0.1)
    await scene.run(1)
    assert len(scene.messenger.shown) == 2


async def test_after_a_rest_one_card_finds_out_how_the_chat_is() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("429", retry_after=30)] * 2)
    scene.outbox.put(*(a_delivery(number) for number in range(1, 21)))
    await scene.step()
    assert scene.messenger.calls == ["send"], "what was claimed together with the refused card waits unsent"
    scene.clocks.turn(30)
    await scene.step()
    assert scene.messenger.calls == ["send"] * 2
    scene.clocks.turn(30)
    assert [await scene.step(), await scene.step()] == [1, 19]
    assert len(scene.messenger.shown) == 20


async def test_after_a_silence_one_card_finds_out_how_the_messenger_is() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("reset", ambiguous=True)] * 3)
    scene.outbox.put(*(a_delivery(number, chat=replace(GROUP, chat=f"-{number}")) for number in range(1, 21)))
    await scene.step()
    first = len(scene.messenger.calls)
    assert first <= LANES
    scene.messenger.faults = deque([NotifyError("reset", ambiguous=True)])
    scene.clocks.turn(6)
    assert await scene.step() == 1
    scene.clocks.turn(6)
    assert await scene.step() == 1
    assert await scene.step() > 1


async def test_cards_go_out_within_five_seconds_of_the_network_s_return() -> None:
    scene = Scene()
    scene.outbox.put(*(a_delivery(number, chat=replace(GROUP, chat=f"-{number}")) for number in range(1, 6)))
    scene.messenger.faults = deque([NotifyError("no route")] * 1000)
    await scene.run(600)
    tried = len(scene.messenger.calls)
    assert tried <= 600 / 5 + 10, "one probe every five seconds"
    scene.messenger.faults.clear()
    await scene.run(6)
    assert len(scene.messenger.shown) == 5


async def test_a_clock_set_back_does_not_lengthen_a_rest() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("429", retry_after=30)])
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.clocks.set(hours=-1)
    scene.clocks.turn(30)
    scene.outbox.become(1, a_told_case())
    assert await scene.step() == 1
    assert scene.outbox.delivery().shown == 1


async def test_a_card_put_off_before_the_clock_was_set_back_is_due() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("reset", ambiguous=True)])
    scene.outbox.put(a_delivery(tries=20))
    await scene.step()
    assert scene.outbox.row().at == scene.clocks.wall + FARTHEST
    scene.clocks.set(days=-1)
    scene.clocks.turn(5)
    assert await scene.step() == 1


async def test_a_card_held_for_the_morning_waits_for_it() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery(), at=NOON + timedelta(hours=10))
    assert await scene.step() == 0
    scene.clocks.turn(36_000)
    assert await scene.step() == 1


async def test_a_clock_set_forward_ends_no_rest() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("429", retry_after=30)])
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.clocks.set(days=1)
    assert await scene.step() == 0


@pytest.mark.parametrize("seconds", [1e300, float("inf"), float("nan"), -5.0, 0.0])
async def test_any_asked_rest_ends_within_the_hour(seconds: float) -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("429", retry_after=seconds)])
    scene.outbox.put(a_delivery())
    await scene.step()
    assert await scene.step() == 0, "at least a second"
    scene.clocks.turn(3600)
    assert await scene.step() == 1


async def test_ten_thousand_waiting_in_one_chat_do_not_delay_an_urgent_card_of_another() -> None:
    scene = Scene(MemoryMessenger(limits=SLOW))
    scene.outbox.put(*(a_delivery(number) for number in range(1, 10_001)))
    await scene.step()
    scene.outbox.put(
        a_delivery(20_000, chat=OTHER, priority=Priority.URGENT, created_at=NOON + timedelta(hours=1))
    )
    await scene.step()
    assert scene.outbox.delivery(20_000).shown == 1


async def test_a_claim_s_edit_goes_out_before_waiting_new_cards() -> None:
    scene = Scene(MemoryMessenger(limits=SLOW))
    scene.outbox.put(*(a_delivery(number) for number in range(1, 101)))
    await scene.step()
    scene.outbox.become(3, a_told_case(revision=2), priority=Priority.PRESS)
    assert await scene.step() == 1, "at once: new cards leave room for it"
    assert scene.messenger.calls[-1] == "edit"
    assert scene.outbox.delivery(3).shown == 2


async def test_within_a_chat_presses_go_first_then_what_is_urgent_then_the_oldest() -> None:
    scene = Scene()
    for number, priority in enumerate((Priority.OLD, Priority.NEW, Priority.NEW, Priority.URGENT), start=1):
        scene.outbox.put(a_delivery(number, priority=priority), at=NOON - timedelta(seconds=number))
    scene.outbox.put(a_delivery(5, ref="9", shown=1, case=a_told_case(revision=2), priority=Priority.PRESS))
    scene.outbox.put(a_notice(6))
    scene.messenger.shown["9"] = a_card()
    await scene.step()
    assert [number for number, _ in scene.outcomes] == [5, 4, 6, 3, 2, 1]


async def test_no_more_is_claimed_than_the_chats_may_get() -> None:
    scene = Scene(MemoryMessenger(limits=replace(SLOW, whole=Limit(burst=8, every=1.0))))
    scene.outbox.put(*(a_delivery(number) for number in range(1, 20)))
    scene.outbox.put(*(a_delivery(number, chat=OTHER) for number in range(20, 40)))
    await scene.step()
    assert [share.most for share in scene.outbox.claimed[0].values()] == [3, 3], "of five, two are for presses"
    assert len(scene.messenger.shown) == 6


async def test_a_group_gets_at_most_twenty_a_minute_and_never_waits_long_for_one() -> None:
    scene = Scene(MemoryMessenger(limits=SLOW))
    scene.outbox.put(*(a_delivery(number) for number in range(1, 200)))
    at: list[float] = []
    for _ in range(300):
        at += [scene.clocks.monotonic] * await scene.step()
        scene.clocks.turn(1)
    for start in at:
        assert sum(start <= moment < start + 60 for moment in at) <= 20
    assert max(later - sooner for sooner, later in pairwise(at)) <= 5
    assert len(at) >= 75


async def test_chats_share_what_the_whole_messenger_takes() -> None:
    scene = Scene(MemoryMessenger(limits=Limits(whole=Limit(burst=1, every=1.0))))
    scene.outbox.put(*(a_delivery(number) for number in range(1, 50)))
    scene.outbox.put(*(a_delivery(number, chat=OTHER) for number in range(50, 100)))
    await scene.run(10)
    chats = [chat.chat for chat in scene.messenger.chats.values()]
    assert len(chats) == 10
    assert chats.count("-2") == 5


KICKED = NotifyError("bot was kicked", closed=True)


async def test_a_chat_that_takes_nothing_is_parked_loudly_and_loses_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene()
    scene.messenger.refusing["-1001"] = KICKED
    scene.outbox.put(*(a_delivery(number) for number in range(1, 31)), a_delivery(40, chat=OTHER), a_notice(50))
    with caplog.at_level(logging.CRITICAL):
        await scene.step()
    assert scene.messenger.calls.count("send") + scene.messenger.calls.count("note") == 2, "one try each"
    assert "telegram -1001 takes nothing" in caplog.text
    assert "bot was kicked" in caplog.text
    assert scene.chats == [("-1001", "parked")]
    assert scene.outbox.delivery(40).shown == 1
    assert not any(row.failed for row in scene.outbox.rows.values())
    scene.messenger.refusing.clear()
    await scene.run(6)
    assert all(scene.outbox.delivery(number).shown for number in range(1, 31))
    assert scene.outbox.row(50, "notice").done
    assert scene.chats == [("-1001", "parked"), ("-1001", "well")]
    assert scene.outbox.returned == [GROUP]


async def test_a_parked_chat_is_tried_twice_a_minute_at_most_and_no_less_for_days() -> None:
    scene = Scene()
    scene.messenger.refusing["-1001"] = KICKED
    scene.outbox.put(a_delivery(1), a_delivery(2))
    await scene.run(600)
    assert 600 / 30 <= len(scene.messenger.calls) <= 600 / 30 + 5
    scene.messenger.refusing.clear()
    await scene.run(31)
    assert [scene.outbox.delivery(number).shown for number in (1, 2)] == [1, 1]


async def test_a_closed_topic_does_not_park_its_group() -> None:
    scene = Scene()
    closed, other = replace(GROUP, topic=7), replace(GROUP, topic=8)
    scene.outbox.put(a_delivery(1, chat=closed), a_delivery(2, chat=other))
    scene.messenger.faults = deque([NotifyError("TOPIC_CLOSED", closed=True)])
    await scene.step()
    assert [scene.outbox.delivery(number).shown for number in (1, 2)] == [0, 1]
    assert [state.chat for state in scene.outbox.chats.values()] == [closed]


async def test_an_edit_in_a_chat_that_takes_nothing_parks_it_too() -> None:
    scene = Scene()
    scene.messenger.refusing["-1001"] = KICKED
    edits = [a_delivery(number, ref=str(number), shown=1, case=a_told_case(revision=2)) for number in (1, 2, 3)]
    scene.messenger.shown = {str(number): a_card() for number in (1, 2, 3)}
    scene.outbox.put(*edits)
    await scene.step()
    assert scene.messenger.calls == ["edit"]
    scene.messenger.refusing.clear()
    await scene.run(5)
    assert [card.revision for card in scene.messenger.cards()] == [2, 2, 2]


class OneIsTooMuch(MemoryMessenger):
    """Refuses one card for its own sake, and takes all others."""

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        if card.case == 13:
            self.calls.append("refused")
            raise NotifyError("can't parse entities", permanent=True)
        return await super().send(chat, card, key)


async def test_a_card_that_is_refused_for_its_own_sake_is_given_up_and_costs_only_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene(OneIsTooMuch())
    scene.outbox.put(a_delivery(1, case=a_told_case(13)), a_delivery(2), a_delivery(3))
    with caplog.at_level(logging.CRITICAL):
        for number in range(10, 40):
            await scene.run(5)
            scene.outbox.put(a_delivery(number))
        await scene.run(40)
    assert scene.outbox.row(1).failed
    assert scene.worker.failed == 1
    assert "case 13 does not reach support (telegram -1001): can't parse entities" in caplog.text
    assert all(scene.outbox.delivery(number).shown for number in (2, 3, *range(10, 40)))
    assert scene.messenger.calls.count("refused") <= 7
    assert not scene.outbox.chats


async def test_a_restarted_daemon_knows_which_chats_were_ill_and_says_when_they_are_well() -> None:
    outbox = MemoryOutbox()
    outbox.chats[GROUP] = ChatState(chat=GROUP, state="parked", since=NOON, until=NOON, reason="kicked")
    scene = Scene(outbox=outbox)
    await scene.step()
    assert scene.chats == [("-1001", "parked")]
    outbox.put(a_delivery())
    await scene.step()
    assert scene.chats[-1] == ("-1001", "well")
    assert outbox.returned == [GROUP]


async def test_what_another_daemon_found_well_is_well_here_too() -> None:
    scene = Scene()
    scene.messenger.refusing["-1001"] = KICKED
    scene.outbox.put(a_delivery())
    await scene.run(40)
    scene.messenger.refusing.clear()
    await scene.outbox.well(GROUP, scene.clocks.now())
    await scene.run(11)
    assert scene.outbox.delivery().shown == 1
    assert scene.chats[-1] == ("-1001", "well")


async def test_a_long_rest_is_told_and_its_end_too() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("429", retry_after=30), NotifyError("429", retry_after=2)])
    scene.outbox.put(a_delivery(1), a_delivery(2, chat=OTHER))
    await scene.run(40)
    assert scene.chats == [("-1001", "resting"), ("-1001", "well")]


async def test_a_silent_messenger_is_asked_before_a_card_is_risked() -> None:
    messenger = ReachableMessenger()
    scene = Scene(messenger)
    messenger.away = NotifyError("502", ambiguous=True)
    scene.outbox.put(*(a_delivery(number) for number in range(1, 21)))
    await scene.run(600)
    assert messenger.calls.count("send") == 1, "nineteen cards can be no repeats"
    assert 600 / 15 <= messenger.calls.count("ping") <= 600 / 5 + 5
    messenger.away = None
    await scene.run(6)
    assert len(messenger.shown) == 21
    assert [said.repeat for said in messenger.cards()].count(True) == 1


async def test_an_asked_rest_counts_for_the_question_too() -> None:
    messenger = ReachableMessenger()
    scene = Scene(messenger)
    messenger.away = NotifyError("502", ambiguous=True)
    scene.outbox.put(a_delivery())
    await scene.run(2)
    messenger.away = NotifyError("429", retry_after=120)
    await scene.run(5)
    asked = messenger.calls.count("ping")
    messenger.away = None
    await scene.run(110)
    assert messenger.calls.count("ping") == asked
    await scene.run(20)
    assert scene.outbox.delivery().shown == 1


async def test_a_messenger_that_fails_and_says_for_how_long_is_not_asked_before() -> None:
    messenger = ReachableMessenger()
    scene = Scene(messenger)
    messenger.away = NotifyError("503", ambiguous=True, retry_after=120)
    scene.outbox.put(a_delivery())
    await scene.run(2)
    asked = len(messenger.calls)
    messenger.away = None
    await scene.run(115)
    assert len(messenger.calls) == asked
    await scene.run(20)
    assert scene.outbox.delivery().shown == 1
    assert [said.repeat for said in messenger.cards()] == [False, True], "the first may have been shown"


class HangingMessenger(ReachableMessenger):
    """Swallows everything while it is away."""

    async def ping(self) -> None:
        self.calls.append("ping")
        if self.away is not None:
            await asyncio.sleep(3600)


async def test_a_question_that_hangs_does_not_put_off_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.delivery.worker.PROBE_TIMEOUT", 0.01)
    messenger = HangingMessenger()
    scene = Scene(messenger)
    messenger.away = NotifyError("502", ambiguous=True)
    scene.outbox.put(a_delivery())
    await scene.run(30)
    assert messenger.calls.count("ping") >= 5
    messenger.away = None
    await scene.run(6)
    assert scene.outbox.delivery().shown == 1


async def test_a_digest_is_shown_and_follows_its_cases() -> None:
    scene = Scene()
    scene.outbox.put(a_digest())
    await scene.step()
    (shown,) = scene.messenger.shown.values()
    assert isinstance(shown, Sheet)
    assert [item.case for item in shown.items] == [12, 13, 14]
    row = scene.outbox.row(1, "digest")
    row.due, row.done = replace(row.due, revision=2), False
    await scene.step()
    assert scene.messenger.calls == ["send_digest", "edit_digest"]


async def test_after_a_digest_the_chat_gets_cards_for_a_while_before_the_next() -> None:
    scene = Scene(MemoryMessenger(limits=SLOW))
    scene.outbox.put(*(a_delivery(number) for number in range(3, 60)))
    folds = []
    for second in range(60):
        if second == 12:
            scene.outbox.put(a_digest(2), at=NOON - timedelta(seconds=1))
        await scene.step()
        folds.append((scene.outbox.claimed[-1].get(GROUP) or Share(most=0, plain=0)).folds)
        scene.clocks.turn(1)
    assert set(folds[:4]) <= {"old", None}, "nothing has waited for long yet"
    assert folds[8] == folds[12] == "all"
    assert set(folds[13:32]) == {"later", None}, "or there is no room at all"
    assert folds[32] == "all"


async def test_where_no_digest_can_be_shown_none_is_made() -> None:
    scene = Scene(PlainMessenger(limits=SLOW))
    scene.outbox.put(a_delivery())
    await scene.step()
    assert not scene.outbox.claimed[-1][GROUP].folds


async def test_an_urgent_word_is_said_past_the_outbox_where_the_chat_takes_it() -> None:
    scene = Scene()
    note = Note(text="Отклик: база не отвечает")
    assert await scene.worker.say(GROUP, note, "trouble-1")
    scene.messenger.refusing["-1001"] = KICKED
    scene.outbox.put(a_delivery())
    await scene.step()
    assert not await scene.worker.say(GROUP, note, "trouble-2")
    assert len(scene.messenger.sent) == 1


async def test_an_edit_refused_once_for_good_is_shown_by_a_later_probe() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.outbox.become(1, a_told_case(revision=2))
    scene.messenger.faults = deque([NotifyError("403 Forbidden", permanent=True)])
    await scene.step()
    assert not scene.outbox.row().failed
    await scene.run(3)
    assert [card.revision for card in scene.messenger.cards()] == [2]


async def test_an_edit_refused_for_long_is_shown_with_the_next_change() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery(ref="1", shown=1, tries=20, case=a_told_case(revision=2)))
    scene.messenger.shown["1"] = a_card()
    scene.messenger.faults = deque([NotifyError("403 Forbidden", permanent=True)])
    await scene.step()
    assert await scene.step() == 0
    scene.outbox.become(1, a_told_case(revision=3))
    await scene.step()
    assert [card.revision for card in scene.messenger.cards()] == [3]


async def test_a_refused_edit_holds_up_nothing_else() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("403 Forbidden", permanent=True)])
    scene.outbox.put(a_delivery(ref="1", shown=1, case=a_told_case(revision=2), priority=Priority.PRESS))
    scene.outbox.put(a_delivery(2))
    await scene.step()
    assert scene.outbox.delivery(2).shown == 1


async def test_an_ambiguous_try_is_repeated_once_and_marked_where_nobody_can_look() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("timeout", ambiguous=True)])
    scene.outbox.put(a_delivery())
    await scene.step()
    assert scene.outbox.delivery().unknown
    scene.clocks.turn(5)
    await scene.step()
    assert [card.repeat for card in scene.messenger.cards()] == [False, True]
    assert scene.outcomes == [(1, "unknown"), (1, "sent")]


async def test_an_ambiguous_try_is_looked_up_where_that_is_possible() -> None:
    scene = Scene(SearchableMessenger())
    scene.messenger.faults = deque([NotifyError("timeout", ambiguous=True)])
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.clocks.turn(5)
    scene.outbox.become(1, a_told_case(revision=2))
    await scene.step()
    assert scene.messenger.calls == ["send", "find", "edit"]
    (card,) = scene.messenger.cards()
    assert (card.revision, card.repeat) == (2, False)
    assert scene.outcomes[-1] == (1, "found")


async def test_a_card_that_the_look_does_not_find_is_sent_without_a_mark() -> None:
    scene = Scene(SearchableMessenger())
    scene.outbox.put(a_delivery(unknown=True))
    await scene.step()
    assert scene.messenger.calls == ["find", "send"]
    assert not scene.messenger.cards()[0].repeat


async def test_where_looking_is_not_allowed_the_repeat_is_marked() -> None:
    scene = Scene(SearchableMessenger())
    scene.messenger.faults = deque([NotifyError("missing_scope", permanent=True)])
    scene.outbox.put(a_delivery(unknown=True))
    await scene.step()
    assert scene.messenger.cards()[0].repeat


async def test_a_failed_look_keeps_the_delivery_unknown() -> None:
    scene = Scene(SearchableMessenger())
    scene.messenger.faults = deque([NotifyError("500", ambiguous=True)])
    scene.outbox.put(a_delivery(unknown=True))
    await scene.step()
    assert scene.outbox.delivery().unknown
    assert not scene.messenger.shown


async def test_a_chat_that_moved_is_followed_and_its_card_sent_anew() -> None:
    scene = Scene()
    scene.messenger.faults = deque([NotifyError("upgraded", moved_to="-1009")])
    scene.outbox.put(a_delivery(ref="5", shown=1, case=a_told_case(revision=2)), a_delivery(2))
    scene.outbox.row(2).at = NOON + timedelta(minutes=1)
    await scene.step()
    assert scene.messenger.calls == ["edit"]
    await scene.step()
    assert scene.messenger.calls == ["edit", "send"]
    assert [chat.chat for chat in scene.messenger.chats.values()] == ["-1009"]
    assert scene.outbox.delivery(2).chat.chat == "-1009", "later deliveries go there too"


async def test_a_card_that_breaks_the_notifier_does_not_stop_the_others() -> None:
    scene = Scene()
    scene.messenger.faults = deque([ZeroDivisionError()])
    scene.outbox.put(a_delivery(), a_delivery(2))
    assert await scene.step() == 2
    assert scene.outbox.delivery(2).shown == 1
    assert scene.outbox.row(1).error == "ZeroDivisionError"
    assert scene.outbox.delivery(1).unknown


async def test_what_is_due_elsewhere_stays_there() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery(chat=Chat(messenger="slack", chat="#support")))
    assert await scene.step() == 0
    assert not scene.outbox.row().failed


# notices


async def test_a_notice_is_said_once_under_its_card() -> None:
    scene = Scene(MemoryMessenger())
    scene.outbox.put(a_notice(card_ref="77"))
    await scene.run(3)
    assert scene.messenger.calls == ["note"]
    assert isinstance(scene.messenger, MemoryMessenger)
    assert scene.messenger.unders == ["77"]
    assert scene.outcomes == [(1, "sent")]


async def test_a_notice_of_unknown_fate_is_repeated_once_and_says_so() -> None:
    messenger = MemoryMessenger(faults=deque([NotifyError("timeout", ambiguous=True)]))
    scene = Scene(messenger)
    scene.outbox.put(a_notice())
    await scene.run(10)
    assert [note.repeat for note in messenger.notes()] == [False, True]


async def test_a_notice_of_unknown_fate_is_looked_up_where_that_is_possible() -> None:
    messenger = SearchableMessenger(faults=deque([NotifyError("timeout", ambiguous=True)]))
    scene = Scene(messenger)
    scene.outbox.put(a_notice(card_ref="77"))
    await scene.run(10)
    assert messenger.calls == ["note", "find"]
    assert len(messenger.notes()) == 1


async def test_a_messenger_without_threads_shows_a_notice_on_the_card() -> None:
    scene = Scene(PlainMessenger())
    scene.outbox.put(a_delivery())
    await scene.step()
    scene.outbox.put(a_notice(card_ref=scene.outbox.delivery().ref))
    await scene.step()
    (card,) = scene.messenger.cards()
    assert card.below[-1].text
    assert scene.messenger.calls == ["send", "edit"]
    scene.outbox.put(a_notice(2, card_ref="gone"), a_notice(3))
    await scene.step()
    assert [card.below[-1].tone == "strong" for card in scene.messenger.cards()] == [True] * 3


@pytest.mark.parametrize("kind", ["incident_began", "incident_grew", "incident_over"])
@pytest.mark.parametrize("card_ref", [None, "the list's message"])
async def test_a_messenger_without_threads_shows_a_word_of_an_incident_as_a_message(
    kind: NoticeKind, card_ref: str | None
) -> None:
    scene = Scene(PlainMessenger())
    draft = NoticeDraft(kind=kind, event=0, to=(), priority=Priority.NEW)
    scene.outbox.put(a_notice(draft=draft, cases=(), incident=an_incident(over_at=NOON), card_ref=card_ref))
    assert [await scene.step(), await scene.step()] == [1, 0]
    (card,) = scene.messenger.cards()
    assert "Происшествие\u00a03: Ромашка Телеком" in card.title
    assert not card.buttons
    assert scene.outcomes == [(1, "sent")]


async def test_a_word_that_a_messenger_without_threads_may_have_shown_says_so_when_it_is_said_again() -> None:
    scene = Scene(PlainMessenger(faults=deque([NotifyError("no answer", ambiguous=True)])))
    scene.outbox.put(a_notice(1))
    await scene.step()
    scene.clocks.turn(1)
    await scene.step()
    assert [card.repeat for card in scene.messenger.cards()] == [False, True]


def test_a_notice_speaks_of_a_case_or_of_an_incident() -> None:
    with pytest.raises(ValueError, match="of a case or of an incident"):
        a_notice(cases=())


# a store that fails, and a process that dies


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
    monkeypatch.setattr("alerts.delivery.worker.TIMEOUT", 0.02)
    slow = SlowMessenger()
    scene = Scene(slow)
    scene.outbox.put(
        *(a_delivery(number, chat=replace(GROUP, chat=f"-{number}")) for number in range(1, AT_ONCE + 9))
    )
    assert await scene.step() == AT_ONCE
    assert slow.most == LANES
    assert [outcome for _, outcome in scene.outcomes].count("unknown") == LANES
    assert await scene.step() == 0


async def test_a_killed_step_comes_back_as_unknown() -> None:
    scene = Scene(SlowMessenger())
    scene.outbox.put(a_delivery())
    task = asyncio.create_task(scene.step())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    scene.clocks.turn(LEASE.total_seconds())
    room = {GROUP: Share(most=9, plain=9)}
    (again,) = await scene.outbox.claim("telegram", lambda _waiting: room, scene.clocks.now())
    assert again.unknown


class BrokenOutbox(MemoryOutbox):
    """A store whose disk is full, until it is `well`."""

    well = False

    async def shown(self, due: Due, ref: str, now: datetime) -> None:
        if not self.well:
            raise OSError("disk full")
        await super().shown(due, ref, now)


async def test_a_store_that_fails_is_reported_after_all_cards_are_sent() -> None:
    scene = Scene(outbox=BrokenOutbox())
    scene.outbox.put(a_delivery(1), a_delivery(2), a_delivery(3, chat=OTHER))
    with pytest.raises(OSError, match="disk full"):
        await scene.step()
    assert scene.messenger.calls == ["send"] * 3


async def test_a_mark_that_the_store_could_not_write_is_kept_and_written_later() -> None:
    outbox = BrokenOutbox()
    scene = Scene(outbox=outbox)
    outbox.put(a_delivery(1), a_delivery(2))
    for _ in range(5):
        with pytest.raises(OSError, match="disk full"):
            await scene.step()
        scene.clocks.turn(LEASE.total_seconds())
    outbox.well = True
    assert await scene.step() == 0
    assert scene.messenger.calls == ["send"] * 2
    assert {outbox.delivery(number).ref for number in (1, 2)} == set(scene.messenger.shown)
    assert not outbox.delivery(1).unknown


class CountingOutbox(MemoryOutbox):
    """Takes its time to mark; `most` is how many cards stood in chats unmarked at a time."""

    messenger: MemoryMessenger
    marked = most = 0

    async def shown(self, due: Due, ref: str, now: datetime) -> None:
        await asyncio.sleep(0.001)
        self.most = max(self.most, len(self.messenger.sent) - self.marked)
        self.marked += 1
        await super().shown(due, ref, now)


@pytest.mark.parametrize(
    ("limits", "most"), [(Limits(chat=lambda _chat: Limit(burst=999, every=0.001)), 1), (Limits(), 9)]
)
async def test_a_killed_daemon_repeats_at_most_one_card_of_a_chat_with_limits(limits: Limits, most: int) -> None:
    outbox, messenger = CountingOutbox(), MemoryMessenger(limits=limits)
    outbox.messenger = messenger
    scene = Scene(messenger, outbox)
    outbox.put(*(a_delivery(number) for number in range(1, 10)))
    while await scene.step():
        pass
    assert outbox.most == most
    assert outbox.marked == 9


async def test_new_people_are_on_the_next_card() -> None:
    scene = Scene()
    context = CardContext(timezone="Asia/Vladivostok")
    scene.worker.reword(context)
    scene.outbox.put(a_delivery())
    await scene.step()
    assert scene.messenger.cards()[0] == a_card(context)


def test_the_key_is_the_same_at_every_try_and_the_thing_s_own() -> None:
    delivery = a_delivery()
    assert key(delivery) == key(replace(delivery, tries=3, unknown=True, case=a_told_case(revision=9)))
    assert key(delivery) != key(a_delivery(2))
    assert key(delivery) != key(replace(delivery, shown=3))
    notice = a_notice()
    assert key(notice) == key(replace(notice, tries=3, unknown=True))
    assert len({key(notice), key(a_notice(2)), key(delivery)}) == 3


faults = st.sampled_from(
    [
        NotifyError("500"),
        NotifyError("429", retry_after=7),
        NotifyError("token", retry_after=60, everywhere=True),
        NotifyError("timeout", ambiguous=True),
        ValueError("bug"),
        None,
    ]
)


@settings(max_examples=60, deadline=None)  # traced faults are logged, which a busy machine may make slow
@pytest.mark.parametrize("kind", [MemoryMessenger, SearchableMessenger])
@given(coming=st.lists(faults, max_size=12))
async def test_whatever_the_faults_every_card_is_shown_in_its_last_revision(
    kind: type[MemoryMessenger], coming: list[Exception | None]
) -> None:
    scene = Scene(kind(faults=deque(coming), limits=SLOW))
    scene.outbox.put(a_delivery(1), a_delivery(2, chat=OTHER), a_notice(3))
    for revision in (2, 3):
        await scene.step()
        for number in (1, 2):
            scene.outbox.become(number, a_told_case(revision=revision))
        scene.clocks.turn(3)
    for _ in range(40):
        scene.clocks.turn(300)
        await scene.step()
    for number in (1, 2):
        delivery = scene.outbox.delivery(number)
        assert delivery.shown == 3
        shown = scene.messenger.shown[delivery.ref or ""]
        assert isinstance(shown, Card)
        assert shown.revision == 3
    assert scene.outbox.row(3, "notice").done
    by_key: dict[str, list[bool]] = {}
    for name, said in zip(scene.messenger.keys.values(), scene.messenger.sent, strict=True):
        by_key.setdefault(name, []).append(said.repeat)
    assert all(all(repeats[1:]) for repeats in by_key.values()), "every duplicate is marked"
    assert kind is MemoryMessenger or all(len(repeats) == 1 for repeats in by_key.values()), "or never made"


def a_card(context: CardContext | None = None) -> Card:
    return make_card(a_told_case(), context or CardContext(), NOON)


# A card that another has followed.


def moved_on(**fields: object) -> Notice:
    draft = NoticeDraft(kind="moved_on", event=9, to=(), priority=Priority.OLD)
    return a_notice(draft=draft, **fields)


async def test_a_card_that_another_follows_loses_its_buttons_and_says_so_without_a_message() -> None:
    scene = Scene()
    scene.outbox.put(a_delivery())
    await scene.step()
    (ref,) = scene.messenger.shown
    scene.outbox.put(moved_on(on=ref, card_ref="77"))
    await scene.run(3)
    assert scene.messenger.calls == ["send", "edit"]
    (card,) = scene.messenger.cards()
    assert (card.buttons, card.status, card.below) == ((), "Продолжение ниже", ())
    assert scene.outcomes == [(1, "sent"), (1, "edited")]


@pytest.mark.parametrize("error", [NotifyError("too old", permanent=True), NotifyError("not found", gone=True)])
async def test_an_earlier_card_that_takes_no_edit_is_no_error(
    error: NotifyError, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()
    scene.outbox.put(moved_on(on="5"))
    scene.messenger.faults = deque([error])
    await scene.run(3)
    assert scene.messenger.calls == ["edit"]
    assert (scene.worker.failed, scene.outcomes) == (0, [(1, "edited")])
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


async def test_an_earlier_card_is_tried_again_where_nobody_answered() -> None:
    scene = Scene()
    scene.outbox.put(moved_on(on="5"))
    scene.messenger.faults = deque([NotifyError("500", ambiguous=True)])
    await scene.run(5)
    assert scene.messenger.calls == ["edit", "edit"]
