"""The pipeline over a real store: what a failing store, another config and a day's limit of cards do to it."""

from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest
from sqlalchemy import text

from alerts.delivery import Delivering
from alerts.routing import Chat, Receiver, Routing
from alerts.sla import Hours
from classifiers.verdict import Question
from domain.brand import Brand
from domain.verdict import Verdict
from listener.brands.matcher import Matcher
from listener.judging import Judging
from listener.metrics import Metrics
from listener.pipeline import Pipeline
from listener.ports import Batch
from listener.replaying import Progress, ReplayError, Replaying
from listener.store.store import Store
from listener.watch import Watch
from listener.web.health import Health
from tests.contract.store_samples import NOW, SOURCE, mention, opinion_of

ROMASHKA = Brand(id="romashka", title="Ромашка", names=("Ромашка",))
SUPPORT = Receiver(name="support", chats=(Chat(messenger="console", chat="support"),))
ROUTING = Routing(receivers=(SUPPORT,), default=("support",))


class StillClock:
    def now(self) -> datetime:
        return NOW


class Complains:
    """A judge to whom everything is a complaint."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return [opinion_of().verdict for _ in questions]


@pytest.fixture(scope="module")
def judging() -> Judging:
    return Judging(
        matcher=Matcher((ROMASHKA,)), judge=Complains(), brands={ROMASHKA.id: ROMASHKA}, routing=ROUTING
    )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'otklik.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def pipeline_of(store: Store) -> Callable[..., Pipeline]:
    def build(what: Judging, delivering: Delivering | None = None) -> Pipeline:
        clock = StillClock()
        return Pipeline(
            store=store,
            judging=what,
            people=(),
            delivering={"console": delivering} if delivering else {},
            clock=clock,
            watch=Watch(Metrics(), Health(), clock),
            workers=ThreadPoolExecutor(1),
        )

    return build


async def test_a_store_that_cannot_wake_cases_does_not_end_the_loop_that_asks(
    store: Store, judging: Judging, pipeline_of: Callable[..., Pipeline], caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = pipeline_of(judging)
    await store.database.write(lambda c: c.execute(text("ALTER TABLE cases RENAME TO cases_away")))
    await pipeline.wake()
    assert "no case is woken" in caplog.text
    await store.database.write(lambda c: c.execute(text("ALTER TABLE cases_away RENAME TO cases")))
    caplog.clear()
    await pipeline.wake()
    assert caplog.text == ""


async def test_a_new_config_moves_the_clock_times_of_cards_and_answers(
    store: Store, judging: Judging, pipeline_of: Callable[..., Pipeline]
) -> None:
    delivering = Delivering(store, {}, StillClock().now)
    pipeline = pipeline_of(judging, delivering)
    day = ((time(9), time(18)),)
    hours = Hours(weekdays=day, weekend=(), holidays=None, night="send", timezone="Asia/Yekaterinburg")
    anew = replace(judging, routing=replace(ROUTING, hours=hours))
    pipeline.use(anew, ())
    assert pipeline.judging is anew
    assert delivering.timezone == "Asia/Yekaterinburg"


async def test_a_talkative_author_takes_one_of_the_days_cards_not_all(
    store: Store, judging: Judging, pipeline_of: Callable[..., Pipeline]
) -> None:
    pipeline = pipeline_of(replace(judging, brands={"romashka": replace(ROMASHKA, per_day=2)}))
    talkative = [mention(number) for number in range(5)]
    others = [mention(number, thread=f"t{number}") for number in (10, 11)]
    await pipeline.keep(SOURCE, Batch(mentions=(*talkative, *others)))
    assert await pipeline.judge() == 7
    figures = await store.figures()
    assert figures.deliveries == {"due": 2}
    assert await store.cards_today("romashka", NOW) == 2


async def test_cards_that_wait_for_a_messenger_without_a_token_are_named(
    store: Store, judging: Judging, pipeline_of: Callable[..., Pipeline], caplog: pytest.LogCaptureFixture
) -> None:
    with_telegram = Receiver(name="support", chats=(*SUPPORT.chats, Chat(messenger="telegram", chat="-1")))
    routed = replace(judging, routing=replace(ROUTING, receivers=(with_telegram,)))
    pipeline = pipeline_of(routed, Delivering(store, {}, StillClock().now))
    await pipeline.keep(SOURCE, Batch(mentions=(mention(1), mention(2, thread="t2"))))
    await pipeline.judge()
    await pipeline.say_what_waits()
    assert [line.getMessage() for line in caplog.records] == [
        "telegram is off, and 2 cards wait for it: they need its token"
    ]


async def test_a_replay_over_a_store_that_fails_ends_with_one_plain_error(
    store: Store, judging: Judging, pipeline_of: Callable[..., Pipeline]
) -> None:
    pipeline = pipeline_of(judging, Delivering(store, {}, StillClock().now))
    await store.database.write(lambda c: c.execute(text("ALTER TABLE deliveries RENAME TO deliveries_away")))
    with pytest.raises(ReplayError, match="deliveries"):
        await Replaying(pipeline, ("console",), Progress()).run(iter([mention(1)]))
