"""The loops over a real store: what a failing store, another config, the night and a day's limit do to them."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from alerts.delivery.showing import Showing
from alerts.delivery.worker import Worker
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.ports import Press
from alerts.routing import Chat, Receiver, Routing
from alerts.sla import Hours, Sla
from classifiers.pace import Pace
from classifiers.verdict import Question
from domain.brand import Brand
from domain.mention import Author, network_id
from domain.message import Message
from domain.person import CONSOLE, Person, messenger_id
from domain.verdict import Verdict
from listener.brands.matcher import Matcher
from listener.built_rules import card_context
from listener.daemon import Daemon
from listener.decision import Decider
from listener.logs import configure_logging
from listener.loops import judge as judging
from listener.loops import turning
from listener.metrics import Metrics
from listener.pipeline import Pipeline
from listener.ports import Batch, SourceError
from listener.reader import Asked, DiedError, EndedError, Readings, read_apart
from listener.replaying import Progress, ReplayError, Replaying
from listener.rules import Rules
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.figures import figures
from listener.store.stores import Stores, open_stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from tests.acceptance.running import until
from tests.contract.store_samples import ANNA, NOW, SOURCE, complain, mention, verdict_of
from tests.contract.test_store_outbound import confirmed
from tests.fakes import TurnedClock
from tests.people import users

ROOT = Path(__file__).resolve().parents[2]
ROMASHKA = Brand(id="romashka", title="Ромашка", names=("Ромашка",))
SUPPORT = Receiver(name="support", chats=(Chat(messenger="console", chat="support"),), owner="anna")
ROUTING = Routing(receivers=(SUPPORT,), default=("support",))
SLA = Sla(warn=timedelta(minutes=15), due=timedelta(minutes=30), breach=timedelta(hours=1))
YEKATERINBURG = Hours(
    weekdays=((time(9), time(18)),), weekend=(), holidays=None, night="send", timezone="Asia/Yekaterinburg"
)


class Complains:
    """A judge to whom everything is a complaint."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return [verdict_of().verdict for _ in questions]


@dataclass
class Flow:
    """A pipeline with one messenger, a terminal, and a clock that the test turns."""

    stores: Stores
    pipeline: Pipeline
    clock: TurnedClock
    file: Path
    telemetry: Telemetry
    metrics: Metrics
    terminal: StringIO = field(default_factory=StringIO)

    def shown(self) -> str:
        return self.terminal.getvalue().replace("\u00a0", " ")

    async def hear(self, *numbers: int) -> None:
        await self.pipeline.hear.keep(SOURCE, Batch(mentions=tuple(mention(number) for number in numbers)))

    @asynccontextmanager
    async def held_by_another(self) -> AsyncIterator[None]:
        """Another process holds the database, and nobody waits long for it."""
        await self.stores.database.write(lambda c: c.execute(text("PRAGMA busy_timeout = 10")))
        with contextlib.closing(sqlite3.connect(self.file, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            yield

    async def without(self, table: str) -> None:
        await self.stores.database.write(lambda c: c.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away")))

    async def with_(self, table: str) -> None:
        await self.stores.database.write(lambda c: c.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}")))


def rules_of(routing: Routing = ROUTING, people: tuple[Person, ...] = (ANNA,), **brand: object) -> Rules:
    romashka = replace(ROMASHKA, **brand)  # type: ignore[arg-type]  # a test names the fields it cares for
    decider = Decider(
        matcher=Matcher((romashka,)), judge=Complains(), brands={romashka.id: romashka}, routing=routing
    )
    return Rules(decider=decider, context=card_context(routing, people))


@pytest.fixture(scope="module", autouse=True)
def _word_forms_are_loaded() -> None:
    """The dictionary is read once, and not on the loop: as in the daemon."""
    Matcher((ROMASHKA,))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "otklik.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Stores]:
    opened = await open_stores(f"sqlite:///{file}")
    yield opened
    await opened.close()


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as one:
        yield one


@pytest.fixture
def flow_of(store: Stores, file: Path, executor: ThreadPoolExecutor) -> Callable[..., Flow]:
    def build(rules: Rules | None = None) -> Flow:
        clock, terminal, in_force, metrics = TurnedClock(NOW), StringIO(), rules or rules_of(), Metrics()
        telemetry = Telemetry(metrics, Health(), clock)
        showing = Showing(ConsoleNotifier(terminal, width=200), in_force.context)
        pipeline = Pipeline(
            stores=store,
            rules=in_force,
            workers={"console": Worker("console", store.outbox, showing, clock.now)},
            outreaches={},
            clock=clock,
            telemetry=telemetry,
            executor=executor,
        )
        return Flow(
            stores=store,
            pipeline=pipeline,
            clock=clock,
            file=file,
            telemetry=telemetry,
            metrics=metrics,
            terminal=terminal,
        )

    return build


@pytest.fixture
def flow(flow_of: Callable[..., Flow]) -> Flow:
    return flow_of()


async def test_a_complaint_goes_all_the_way_and_each_step_wakes_the_next(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "IDLE", 3_600.0)
    loops = [asyncio.create_task(flow.pipeline.judging.run())]
    loops += [asyncio.create_task(telling.run()) for telling in flow.pipeline.telling.values()]
    await asyncio.sleep(0.05)
    await flow.hear(1)
    await until(lambda: "связь не работает третий день" in flow.shown(), every=0.01)
    answer = await flow.pipeline.obey(press())
    assert answer.text.startswith("Вы взяли")
    await until(lambda: "Анна Иванова" in flow.shown(), every=0.01)
    flow.pipeline.end()
    async with asyncio.timeout(120):
        await asyncio.gather(*loops)


async def test_a_private_message_of_who_was_invited_reaches_his_case_and_wakes_the_messengers(
    flow_of: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = flow_of(rules_of(accounts={"vk": ("romashka_help",)}))
    await flow.hear(1)
    await flow.pipeline.judge.step()
    await confirmed(flow.stores, kind="invite", token="Ab-9_x")
    woken: list[bool] = []
    for telling in flow.pipeline.telling.values():
        monkeypatch.setattr(telling, "wake", lambda: woken.append(True))
    vk, customer = network_id("vk"), Author(id="77", name="Пётр")
    written = Message(
        network=vk,
        id="message7_77_1",
        page="vk:romashka_help",
        customer=customer,
        incoming=True,
        text="Здравствуйте, договор не нашёл",
        at=NOW,
        ref="Ab-9_x",
    )
    strange = replace(written, id="message7_78_2", customer=replace(customer, id="78"), ref=None)
    await flow.pipeline.hear.keep(SOURCE, Batch(messages=(written, strange)))
    kept = await flow.stores.database.read(
        lambda c: c.execute(text("SELECT external_id, case_id FROM messages ORDER BY id"))
    )
    assert [tuple(row) for row in kept] == [("message7_77_1", 1), ("message7_78_2", None)]
    assert woken == [True]


async def test_the_judge_hears_how_much_waits_behind_a_full_batch_and_the_metrics_say_so(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "AT_ONCE", 2)
    await flow.hear(*range(1, 6))
    waited = []
    while await flow.pipeline.judge.step():
        waited.append(flow.pipeline.rules.pace.waiting)
    assert waited == [3, 1, 0]
    exposed = flow.metrics.exposition().decode()
    assert "otklik_judge_waiting 0.0" in exposed
    assert 'otklik_read_total{tiers="one"} 5.0' in exposed


async def test_a_store_that_cannot_ring_is_named_and_does_not_end_the_loop_that_asks(
    flow: Flow, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "TROUBLE", 0.01)
    await flow.without("cases")
    running = asyncio.create_task(flow.pipeline.ticking.run())
    await until(lambda: "the tick loop waits for the store" in caplog.text)
    verdict = flow.telemetry.verdict()
    assert verdict.alive, "a new start would meet the same store"
    assert [problem for problem in verdict.problems if "база не работает" in problem]
    await flow.with_("cases")
    await until(lambda: not flow.telemetry.verdict().problems)
    flow.pipeline.ticking.end()
    await running


@pytest.mark.parametrize("loop", ["judge", "tell console"])
async def test_a_loop_waits_out_a_store_that_fails_and_then_does_its_work(
    flow: Flow, loop: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "TROUBLE", 0.01)
    await flow.hear(1)
    if loop != "judge":
        await flow.pipeline.judge.step()
    turned = {one.name: one for one in (flow.pipeline.judging, *flow.pipeline.telling.values())}[loop]
    async with flow.held_by_another():
        running = asyncio.create_task(turned.run())
        await until(lambda: caplog.text.count(f"the {loop} loop waits for the store") >= 3)
    if loop == "judge":
        await until(lambda: judged_is(flow.stores, 1))
    else:
        await until(lambda: "третий день" in flow.shown())
    assert not running.done()
    turned.end()
    async with asyncio.timeout(120):
        await running
    assert await flow.stores.mentions.poisoned() == 0


async def test_a_source_hears_that_the_store_takes_nothing_and_may_ask_again(flow: Flow) -> None:
    async with flow.held_by_another():
        with pytest.raises(SourceError, match="the store does not take mentions") as raised:
            await flow.hear(1)
    assert not raised.value.permanent
    await flow.hear(1)
    assert await flow.pipeline.judge.step() == 1


async def test_bells_that_cannot_be_written_ring_when_the_store_is_back(flow_of: Callable[..., Flow]) -> None:
    flow = flow_of(rules_of(replace(ROUTING, sla=SLA)))
    await flow.hear(1)
    await flow.pipeline.judge.step()
    flow.clock.turn(minutes=31)
    async with flow.held_by_another():
        with pytest.raises(StoreError):
            await flow.pipeline.tick.step()
    assert await flow.pipeline.tick.step() == 1
    assert await flow.pipeline.tick.step() == 0


async def test_a_new_case_is_given_before_its_card_is_told_and_what_lies_about_when_somebody_comes(
    flow_of: Callable[..., Flow],
) -> None:
    (console,) = ROUTING.receivers
    shared = replace(ROUTING, receivers=(replace(console, assign="round_robin", load=1),))
    flow = flow_of(given_to(rules_of(shared), ANNA))
    for number in (1, 2):
        await flow.pipeline.hear.keep(SOURCE, Batch(mentions=(mention(number, thread=f"t{number}"),)))
    await flow.pipeline.judge.step()
    await flow.pipeline.tell("console")
    assert flow.shown().count("Отвечает Анна Иванова, распределено") >= 1
    first, second = [await flow.stores.cases.case(number) for number in (1, 2)]
    assert first is not None
    assert second is not None
    assert (first.state.owner, second.state.owner) == (ANNA.id, None)
    boris = replace(ANNA, id="boris", name="Борис Ли", users={})
    flow.pipeline.use(given_to(rules_of(shared, people=(ANNA, boris)), ANNA, boris))
    assert await flow.pipeline.tick.step() == 1
    again = await flow.stores.cases.case(2)
    assert again is not None
    assert again.state.owner == "boris"


def given_to(rules: Rules, *people: Person) -> Rules:
    staff = frozenset(person.id for person in people)
    routing = replace(rules.decider.routing, people=people)
    return replace(rules, decider=replace(rules.decider, routing=routing, staff=staff))


async def test_a_press_that_cannot_be_stored_is_answered_and_works_when_it_comes_again(
    flow: Flow, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.loops.obey.PATIENCE", 0.1)
    await flow.hear(1)
    await flow.pipeline.judge.step()
    async with flow.held_by_another():
        answer = await flow.pipeline.obey(press())
    assert (answer.text, answer.alert) == ("Не получилось сохранить, нажмите ещё раз через минуту", True)
    assert "press p1 was not stored" in caplog.text
    assert (await flow.pipeline.obey(press())).text.startswith("Вы взяли")


async def test_a_stranger_is_told_how_to_become_a_colleague(flow: Flow) -> None:
    await flow.hear(1)
    await flow.pipeline.judge.step()
    answer = await flow.pipeline.obey(replace(press(), user="999"))
    assert answer.alert
    assert answer.text == "Вас нет в people.yaml. Попросите добавить telegram: 999"


async def test_a_new_config_moves_the_clock_times_of_cards_and_answers(flow_of: Callable[..., Flow]) -> None:
    flow = flow_of(rules_of(replace(ROUTING, sla=SLA)))
    await flow.hear(1)
    await flow.pipeline.judge.step()
    await flow.pipeline.tell("console")
    assert "Ответить до 15:29" in flow.shown()
    anew = rules_of(replace(ROUTING, sla=SLA, hours=YEKATERINBURG))
    flow.pipeline.use(anew)
    assert flow.pipeline.rules is anew
    await flow.pipeline.hear.keep(SOURCE, Batch(mentions=(mention(2, thread="t2"),)))
    await flow.pipeline.judge.step()
    await flow.pipeline.tell("console")
    assert "Ответить до 09:30 23 ноября" in flow.shown()
    flow.clock.turn(minutes=1)
    answer = await flow.pipeline.obey(press(case=2, action="snooze"))
    assert answer.text == "Обращение № 2 отложено до 18:01"


async def test_a_new_config_moves_the_threshold_of_what_is_heard_next(flow: Flow) -> None:
    flow.pipeline.use(rules_of(complaint_at=0.95))
    await flow.hear(1)
    await flow.pipeline.judge.step()
    assert (await figures(flow.stores.database)).cases == 0


async def test_a_talkative_author_takes_one_of_the_days_cards_not_all(flow_of: Callable[..., Flow]) -> None:
    flow = flow_of(rules_of(per_day=2))
    talkative = [mention(number) for number in range(5)]
    others = [mention(number, thread=f"t{number}") for number in (10, 11)]
    await flow.pipeline.hear.keep(SOURCE, Batch(mentions=(*talkative, *others)))
    assert await flow.pipeline.judge.step() == 7
    counted = await figures(flow.stores.database)
    assert (counted.cases, counted.deliveries) == (3, {"due": 2})
    assert await flow.stores.cases.cards_today("romashka", NOW) == 2


async def test_the_days_limit_holds_over_batches_and_ends_with_the_day(flow_of: Callable[..., Flow]) -> None:
    flow = flow_of(rules_of(per_day=1))
    for number in range(3):
        await flow.pipeline.hear.keep(SOURCE, Batch(mentions=(mention(number, thread=f"t{number}"),)))
        await flow.pipeline.judge.step()
    assert (await figures(flow.stores.database)).deliveries == {"due": 1}
    flow.clock.turn(days=1)
    await flow.pipeline.hear.keep(SOURCE, Batch(mentions=(mention(9, thread="t9"),)))
    await flow.pipeline.judge.step()
    assert (await figures(flow.stores.database)).deliveries == {"due": 2}


async def test_a_muted_author_is_kept_and_not_shown_until_he_is_heard_again(flow: Flow) -> None:
    await flow.hear(1)
    await flow.pipeline.judge.step()
    asked = await flow.pipeline.obey(press(action="mute"))
    assert asked.prompt is not None
    week = next(option.value for option in asked.prompt.options if option.label == "Автора — на неделю")
    answer = await flow.pipeline.obey(replace(press(action="mute"), key="p2", value=week))
    assert answer.text == "Автора заглушили до 15:00 29 ноября, срочное всё равно придёт"
    await flow.pipeline.hear.keep(SOURCE, Batch(mentions=(mention(2, thread="t2"),)))
    await flow.pipeline.judge.step()
    counted = await figures(flow.stores.database)
    assert (counted.cases, counted.deliveries) == (2, {"due": 1})
    flow.clock.turn(days=7)
    await flow.pipeline.hear.keep(SOURCE, Batch(mentions=(mention(3, thread="t3"),)))
    await flow.pipeline.judge.step()
    assert (await figures(flow.stores.database)).deliveries == {"due": 2}


async def test_a_card_that_waits_for_the_morning_is_said_at_once_in_the_log(
    flow_of: Callable[..., Flow], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="listener")
    night = replace(YEKATERINBURG, night="urgent", timezone="Europe/Moscow")
    flow = flow_of(rules_of(replace(ROUTING, hours=night)))
    await flow.hear(1)
    await flow.pipeline.judge.step()
    assert await flow.pipeline.tell("console") == 0
    said = "a card of vk -1_1 waits until 2026-11-23T06:00:00+00:00: nobody works now"
    assert said in [line.getMessage() for line in caplog.records]
    assert await flow.stores.outbox.held(NOW) == (1, NOW.replace(day=23, hour=6))
    flow.clock.turn(hours=18)
    assert await flow.pipeline.tell("console") == 1
    assert await flow.stores.outbox.held(flow.clock.now()) == (0, None)


async def test_cards_go_out_although_their_cases_cannot_be_given_to_people(flow_of: Callable[..., Flow]) -> None:
    shared = replace(ROUTING, receivers=(replace(SUPPORT, assign="round_robin"),))
    flow = flow_of(given_to(rules_of(shared), ANNA))
    await flow.hear(1)
    await flow.without("turns")
    assert await flow.pipeline.judge.step() == 1
    assert await flow.pipeline.tell("console") == 1
    await flow.with_("turns")
    assert await flow.pipeline.assign.step() == 1


async def test_a_card_that_waits_in_the_chats_of_one_receiver_is_said_as_well(
    flow_of: Callable[..., Flow], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="listener")
    night = replace(YEKATERINBURG, night="urgent", timezone="Europe/Moscow")
    sleeper = Receiver(name="pr", chats=(Chat(messenger="console", chat="pr"),), hours=night)
    flow = flow_of(rules_of(Routing(receivers=(SUPPORT, sleeper), default=("support", "pr"))))
    await flow.hear(1)
    await flow.pipeline.judge.step()
    said = "a card of vk -1_1 waits until 2026-11-23T06:00:00+00:00 in the chats of pr"
    assert [line.getMessage() for line in caplog.records if "waits until" in line.getMessage()] == [said]
    assert await flow.pipeline.tell("console") == 1


async def test_own_posts_are_kept_and_make_no_case(flow_of: Callable[..., Flow]) -> None:
    flow = flow_of(rules_of(accounts={"vk": ("petr",)}))
    await flow.hear(1)
    assert await flow.pipeline.judge.step() == 1
    counted = await figures(flow.stores.database)
    assert (counted.mentions, counted.cases, counted.matched) == (1, 0, 0)


async def test_a_text_that_breaks_the_judge_is_set_aside_and_holds_up_no_other(
    flow: Flow, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaks(Complains):
        def classify(self, questions: Sequence[Question]) -> list[Verdict]:
            if any("сообщение 2" in question.text for question in questions):
                raise ZeroDivisionError
            return super().classify(questions)

    flow.pipeline.use(replace(flow.pipeline.rules, decider=replace(flow.pipeline.rules.decider, judge=Breaks())))
    await flow.hear(1, 2, 3)
    for _ in range(5):
        await flow.pipeline.judge.step()
    assert await flow.pipeline.judge.step() == 0
    assert await flow.stores.mentions.poisoned() == 1
    assert (await figures(flow.stores.database)).complaints == 2
    assert caplog.text.count("breaks the judge") == 3


class Apart:
    """Reads as a process of its own does, and dies of some texts, or of the first batches."""

    def __init__(self, decider: Decider, *, deadly: str = "сообщения такого нет", dies: int = 0) -> None:
        self.decider, self.deadly, self.dies = decider, deadly, dies
        self.sizes: list[int] = []
        self.ended = False
        self.answering = asyncio.Event()
        self.answering.set()

    async def read(self, asked: Sequence[Asked], levels: Mapping[str, float], pace: Pace) -> Readings:
        if self.ended:
            raise EndedError("put away")
        self.sizes.append(len(asked))
        await self.answering.wait()
        if self.dies or any(self.deadly in text.words for text in asked):
            self.dies = max(0, self.dies - 1)
            raise DiedError("killed")
        return read_apart(asked, self.decider.matcher, self.decider.judge)

    async def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return self.decider.judge.classify(questions)

    async def close(self) -> None:
        self.ended = True


def apart_of(flow: Flow, **how: Any) -> Apart:
    """From now on the flow's texts are read apart."""
    rules = flow.pipeline.rules
    apart = Apart(rules.decider, **how)
    flow.pipeline.use(replace(rules, apart=apart))
    return apart


async def test_a_judge_apart_that_was_killed_is_asked_again_and_no_text_is_blamed(flow: Flow) -> None:
    apart = apart_of(flow, dies=1)
    await flow.hear(1, 2, 3)
    assert await flow.pipeline.judge.step() == 3
    assert apart.sizes == [3, 3]
    assert (await figures(flow.stores.database)).complaints == 3
    assert "otklik_judge_deaths_total 1.0" in flow.metrics.exposition().decode()


async def test_a_text_that_kills_the_judge_apart_is_set_aside_and_holds_up_no_other(flow: Flow) -> None:
    apart = apart_of(flow, deadly="сообщение 2")
    await flow.hear(1, 2, 3)
    for _ in range(5):
        await flow.pipeline.judge.step()
    assert apart.sizes[:6] == [3, 3, 1, 2, 1, 1]
    assert await flow.stores.mentions.poisoned() == 1
    assert (await figures(flow.stores.database)).complaints == 2


async def test_a_judge_apart_reads_the_next_full_batch_while_one_is_recorded(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "AT_ONCE", 2)
    apart = apart_of(flow)
    await flow.hear(1, 2, 3, 4, 5)
    apart.answering.clear()
    stepping = asyncio.create_task(flow.pipeline.judge.step())
    await until(lambda: apart.sizes == [2, 2], every=0.01)
    apart.answering.set()
    assert await stepping == 2
    assert [await flow.pipeline.judge.step() for _ in range(3)] == [2, 1, 0]
    assert (await figures(flow.stores.database)).complaints == 5


async def test_a_judge_apart_that_is_put_away_leaves_the_batch_to_the_next(flow: Flow) -> None:
    apart = apart_of(flow)
    await flow.hear(1, 2)
    await apart.close()
    assert await flow.pipeline.judge.step() == 2
    assert (await figures(flow.stores.database)).complaints == 0
    assert apart_of(flow).sizes == []
    assert await flow.pipeline.judge.step() == 2
    assert (await figures(flow.stores.database)).complaints == 2


async def test_cards_that_wait_for_a_messenger_without_a_token_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path / 'otklik.db'}"
    stores = await open_stores(url)
    await complain(stores, mention(1), mention(2, thread="t2"))
    await stores.close()
    environment = {"LISTENER_DATABASE_URL": url, "LISTENER_CONFIG_DIR": str(ROOT / "simulator" / "demo")}
    daemon = Daemon(read_settings(environment, tmp_path / "no.env"), ("tell",), clock=TurnedClock(NOW))
    await daemon.start()
    await daemon.stop()
    said = [line.getMessage() for line in caplog.records if "wait for it" in line.getMessage()]
    assert said == ["telegram is off, and 2 cards wait for it: they need its token"]


async def test_a_replay_over_a_store_that_fails_ends_with_one_plain_error(flow: Flow) -> None:
    await flow.without("card_views")
    replaying = Replaying(flow.pipeline, flow.stores, ("console",), flow.clock, Progress())
    with pytest.raises(ReplayError, match="card_views"):
        await replaying.run(iter([mention(1)]))


async def test_a_replay_waits_for_a_store_that_another_process_holds_for_a_while(
    flow: Flow, caplog: pytest.LogCaptureFixture
) -> None:
    progress = Progress()
    replaying = Replaying(flow.pipeline, flow.stores, ("console",), flow.clock, progress)
    async with flow.held_by_another():
        running = asyncio.create_task(replaying.run(iter([mention(1)])))
        await until(lambda: "waits for the store" in caplog.text)
        assert not running.done()
    await running
    assert (progress.new, progress.judged, progress.told) == (1, 1, 1)


async def test_a_replay_over_a_store_that_another_process_keeps_says_so(flow: Flow) -> None:
    async with flow.held_by_another():
        replaying = Replaying(flow.pipeline, flow.stores, ("console",), flow.clock, Progress(), patience=0)
        with pytest.raises(ReplayError, match="locked"):
            await replaying.run(iter([mention(1)]))


def press(case: int = 1, action: str = "claim") -> Press:
    return Press(messenger="telegram", key="p1", user="111", user_name="anna", case=case, action=action, at=NOW)


async def judged_is(stores: Stores, count: int) -> bool:
    return (await figures(stores.database)).complaints == count


async def test_a_person_who_was_dismissed_presses_no_more_while_the_new_config_is_built(flow: Flow) -> None:
    oleg = Person(id="oleg", name="Олег", role="lead", users=users(telegram="222"))
    flow.pipeline.use(rules_of(people=(ANNA, oleg)))
    await flow.hear(1)
    await flow.pipeline.judge.step()
    flow.pipeline.dismiss((replace(oleg, id="", role="operator"),))
    made = Press(
        messenger=messenger_id("telegram"), key="k", user="111", user_name="anna", case=1, action="claim", at=NOW
    )
    assert "Вас нет в people.yaml" in (await flow.pipeline.obey(made)).text
    (left,) = flow.pipeline.rules.context.people
    assert (left.id, left.role) == ("oleg", "operator"), "who stays is known as before, with the role of today"


async def test_at_debug_no_word_of_a_customer_is_logged(flow: Flow) -> None:
    stream, handlers, level = StringIO(), list(logging.root.handlers), logging.root.level
    configure_logging("DEBUG", "text", (), stream)
    try:
        await flow.hear(1, 2)
        await flow.pipeline.judge.step()
        await flow.pipeline.tell(CONSOLE)
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    assert flow.shown().count("связь не работает") == 2
    assert "связь не работает" not in stream.getvalue()


async def test_a_press_waits_for_a_store_that_another_process_holds_for_a_while(flow: Flow) -> None:
    await flow.hear(1)
    await flow.pipeline.judge.step()
    async with flow.held_by_another():
        pressing = asyncio.create_task(flow.pipeline.obey(press()))
        await asyncio.sleep(1.2)
        assert not pressing.done()
    answer = await pressing
    assert not answer.alert
    assert (await flow.stores.cases.case(1)).state.owner == "anna"
