"""A flood of complaints at the messengers' own limits: nobody is refused, and what is urgent does not wait."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from alerts.cards.context import CardContext
from alerts.cases.telling import Priority
from alerts.delivery.showing import Showing
from alerts.delivery.worker import Outcome, Worker
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.notifiers.telegram.notifier import TelegramNotifier
from alerts.ports import ChatState, Due, Notifier
from alerts.routing import Chat
from benchmarks.flood import flood as benchmark
from simulator.slack import Slack
from simulator.telegram import Telegram
from tests.contract.notifier_stages import TOKEN, serving
from tests.outbox import Clocks, MemoryOutbox, a_delivery, a_told_case

FLOOD = 1_000


@dataclass
class Flood:
    """A thousand cards for one chat, and the worker that tells them second by second of a clock turned by hand."""

    clocks: Clocks
    notifier: Notifier
    crowded: Chat
    quiet: Chat
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    outcomes: list[tuple[int, Outcome, float]] = field(default_factory=list)
    seconds: int = 0

    def __post_init__(self) -> None:
        self.outbox.put(*(a_delivery(number, chat=self.crowded) for number in range(1, FLOOD + 1)))
        self.worker = Worker(
            self.crowded.messenger,
            self.outbox,
            Showing(self.notifier, CardContext()),
            self.clocks.now,
            observer=self,
            monotonic=self.clocks.seconds,
        )

    def delivered(self, due: Due, outcome: Outcome, _seconds: float) -> None:
        self.outcomes.append((due.id, outcome, self.seconds))

    def chat(self, chat: Chat, state: ChatState | None) -> None:
        assert state is None, "no chat has a reason to rest"

    async def run(self, seconds: int) -> None:
        for _ in range(seconds):
            while await self.worker.step():
                pass
            self.clocks.turn(1)
            self.seconds += 1

    def shown_at(self, number: int) -> list[float]:
        return [at for known, outcome, at in self.outcomes if known == number and outcome in ("sent", "edited")]


@asynccontextmanager
async def telegram_flood() -> AsyncIterator[Flood]:
    clocks = Clocks()
    telegram = Telegram(clocks.now, token=TOKEN, per_minute=20, per_second=30)
    chats = [Chat(messenger="telegram", chat=number) for number in ("-1001", "-1002")]
    for chat in chats:
        telegram.add_chat(int(chat.chat), "Группа")
    async with serving("/telegram", telegram.app()) as address:
        notifier = TelegramNotifier(f"{address}/telegram/", TOKEN)
        yield Flood(clocks, notifier, *chats)
        await notifier.close()


@asynccontextmanager
async def slack_flood() -> AsyncIterator[Flood]:
    clocks = Clocks()
    slack = Slack(clocks.now, bot_token=TOKEN, per_second=1.0)
    chats = [Chat(messenger="slack", chat=name) for name in ("#support", "#pr")]
    for number, chat in enumerate(chats):
        slack.add_channel(f"C0{number}", chat.chat)
    async with serving("/slack", slack.app()) as address:
        notifier = SlackNotifier(f"{address}/slack/api/", TOKEN)
        yield Flood(clocks, notifier, *chats)
        await notifier.close()


@pytest.mark.parametrize(("open_flood", "a_minute"), [(slack_flood, 60), (telegram_flood, 15)])
async def test_a_flood_is_told_at_the_messenger_s_pace_and_what_is_urgent_passes_it(
    open_flood: object, a_minute: int
) -> None:
    assert callable(open_flood)
    async with open_flood() as flood:
        await flood.run(1)
        assert flood.shown_at(1) == [0], "the first card at once"
        await flood.run(89)

        urgent, pressed = FLOOD + 1, 1
        flood.outbox.put(a_delivery(urgent, chat=flood.quiet, priority=Priority.URGENT))
        flood.outbox.become(pressed, a_told_case(revision=2), priority=Priority.PRESS)
        asked_at = flood.seconds
        await flood.run(90)

        assert flood.shown_at(urgent)[0] == asked_at, "an urgent card of another chat"
        assert flood.shown_at(pressed)[-1] - asked_at <= 4, "the edit that a press asked for"
        assert {outcome for _, outcome, _ in flood.outcomes} == {"sent", "edited"}, "no 429"
        told = [at for number, _, at in flood.outcomes if number != urgent]
        assert len(told) >= 3 * a_minute
        # A press takes of what is kept for it, and that comes back before the next card.
        assert max(later - sooner for sooner, later in itertools.pairwise(told)) <= 8


@pytest.mark.long
async def test_a_flood_through_the_whole_pipeline_loses_nothing_and_lets_presses_pass() -> None:
    """The benchmark's five minutes in half a minute: its bounds hold, every case stands in a card or a digest."""
    done = await benchmark(400, 30)
    # The benchmark holds the bounds themselves; here a machine may be busy with other tests.
    assert done.first <= 10
    assert max(done.urgent) <= 15
    assert max(done.presses) <= 25
    assert done.hasty <= 1
    assert done.digests >= 1
    assert done.claimed == len(done.presses)
    assert done.lost == 0
    assert done.own_cards + done.listed + done.waiting >= done.cases - len(done.urgent)
