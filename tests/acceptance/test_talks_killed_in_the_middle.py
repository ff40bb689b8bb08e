"""The daemon is killed at random moments of many whole talks: no word is lost, none is said twice or unasked."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import create_engine, select

from alerts.cases.state import fold
from listener.store.codecs import read_event
from listener.store.history import read_state
from listener.store.tables import case_events, cases
from simulator.faults import Fault
from simulator.operators import Operator
from simulator.server import Simulator
from tests.acceptance.chats import CHANNEL, CHAT, REPEAT
from tests.acceptance.customers import Customer, OnVk, OnX
from tests.acceptance.operating import ENGINEER, AtWork, InSlack, InTelegram
from tests.acceptance.running import Process, config_files, until, world

pytestmark = [pytest.mark.long, pytest.mark.slow, pytest.mark.timeout(1200)]

SEED: Final = 20261129
KILLS: Final = 20
LIVES: Final = (0.1, 3.5)
"""Seconds that the daemon lives between two kills where it starts in STARTS; on a busier machine as much more."""
STARTS: Final = 2.0
MOST_SLOWER: Final = 3.0
WHOLE: Final = 0.9
"""The part of the starts that are not killed."""
DOWN: Final = 0.3
SLOW: Final = 5.0
"""Seconds that a network may take for a word: kills fall before it is done, and so may the next start."""
VK_WORDS: Final = ("messages.send", "wall.createComment")
X_WORDS: Final = ("/2/tweets", "/messages")
SURNAMES: Final = (
    "Авдеев", "Бобров", "Вдовин", "Гусев", "Дроздов", "Ежов", "Жуков", "Зайцев", "Ильин", "Карпов", "Лосев",
    "Медведев", "Носов", "Орлов", "Попов", "Рыбин", "Соколов", "Титов", "Уваров", "Фомин", "Хохлов", "Цветков",
    "Чижов", "Шубин", "Щукин", "Юдин", "Яшин",
)  # fmt: skip
SETTINGS: Final = {"LISTENER_TELEGRAM_PER_MINUTE": "600", "LISTENER_SECOND_OPINION": "off"}
PEOPLE: Final = """people:
  - {id: anna, name: Анна Иванова, role: operator, telegram: 111, slack: U01, gender: f}
  - {id: vera, name: Вера Котова, role: operator, telegram: 112, slack: U11, gender: f}
  - {id: egor, name: Егор Львов, role: operator, telegram: 113, slack: U12, gender: m}
  - {id: inna, name: Инна Мальцева, role: operator, telegram: 114, slack: U13, gender: f}
  - {id: oleg, name: Олег Смирнов, role: engineer, telegram: 222, slack: U02, gender: m}
  - {id: pavel, name: Павел Громов, role: engineer, telegram: 223, slack: U22, gender: m}
"""
ROUTES: Final = """receivers:
  support: {telegram: [{chat: -1001}], slack: ["#support"], owner: anna}
  engineers: {telegram: [{chat: -1002}], slack: ["#pr"], owner: oleg}
route: {to: support}
sla: {warn: 15m, due: 30m, breach: 60m}
"""
ENGINEERS: Final = {OnVk: ENGINEER, OnX: Operator(name="Павел Громов", telegram=223, slack="U22")}
ANGRY: Final = (
    "третий день нет интернета, в поддержке никто не отвечает! Верните деньги",
    "опять списали деньги за подписку, которую я не подключал! Верните деньги",
    "интернет не работает с утра, оператор бросает трубку, сколько можно терпеть!",
    "связи нет вторые сутки, поддержка молчит, ужасный сервис",
)


@dataclass(kw_only=True)
class Words:
    """What was said on both sides, every word with a mark of its own."""

    confirmed: list[tuple[Customer, str]] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    by_customers: list[str] = field(default_factory=list)
    talks: Counter[str] = field(default_factory=Counter)
    _marks: Iterator[tuple[str, ...]] = field(default_factory=lambda: itertools.product(*["бвгдж", "аеиоу"] * 3))

    def marked(self, text: str) -> str:
        return f"{text} ({''.join(next(self._marks))})"

    def by_customer(self, text: str) -> str:
        self.by_customers.append(said := self.marked(text))
        return said

    def never(self, text: str) -> str:
        self.unconfirmed.append(said := self.marked(text))
        return said

    def to(self, customer: Customer, text: str) -> str:
        self.confirmed.append((customer, said := self.marked(text)))
        return said


async def talk(customer: Customer, operator: AtWork, words: Words, angry: str) -> None:
    """From an angry post to «решено»."""
    customer.complains(angry)
    await operator.takes(customer.name)
    await operator.chatters(words.never("ну и денёк"))
    await operator.drafts(invitation := words.marked("Здравствуйте! Напишите нам, разберёмся"), button="В личку")
    words.confirmed.append((customer, invitation))
    await operator.sends(invitation)
    await until(customer.is_invited, 120)

    customer.writes(first := words.by_customer("Здравствуйте! Что с интернетом?"))
    await operator.says(words.to(customer, "Мастер будет сегодня"), to=first)
    customer.writes(second := words.by_customer("Во сколько?"))
    await operator.drafts(words.never("Не знаем и знать не хотим"), button="Ответить")
    await operator.says(words.to(customer, "Ближе к вечеру"), to=second)
    customer.writes(third := words.by_customer("А если никто не придёт?"))
    await operator.says(words.to(customer, "Позвонит диспетчер"), to=third)

    await operator.asks_engineers(question := words.never("Что с узлом на Мира?"))
    await operator.engineer_answers(question, words.never("авария, починим вечером"))
    customer.writes(words.by_customer("Спасибо, всё заработало!"))
    await operator.closes()


class Shift:
    """Four operators, two in each messenger, each with a network's customers one after the other."""

    def __init__(self, simulator: Simulator, words: Words) -> None:
        self._simulator = simulator
        self._words = words
        self._names = iter(SURNAMES)
        self.over = asyncio.Event()

    async def works(self) -> None:
        people = [
            Operator(name="Анна Иванова", telegram=111, slack="U01"),
            Operator(name="Вера Котова", telegram=112, slack="U11"),
            Operator(name="Егор Львов", telegram=113, slack="U12"),
            Operator(name="Инна Мальцева", telegram=114, slack="U13"),
        ]
        desks = itertools.product((OnVk, OnX), (InTelegram, InSlack))
        async with asyncio.TaskGroup() as group:
            for place, (person, (network, messenger)) in enumerate(zip(people, desks, strict=True)):
                engineer = ENGINEERS[network]  # one window in Slack is open before each person
                operator = messenger(simulator=self._simulator, person=person, engineer=engineer)
                group.create_task(self._lane(place, network, operator))

    async def _lane(self, place: int, network: type[OnVk | OnX], operator: InTelegram | InSlack) -> None:
        for turn in itertools.count(place):
            customer = network(simulator=self._simulator, name=f"Пётр {next(self._names)}")
            await talk(customer, operator, self._words, ANGRY[turn % len(ANGRY)])
            self._words.talks[f"{network.title} {operator.title}"] += 1
            if self.over.is_set():
                return


async def kills(daemon: Process, simulator: Simulator, moments: random.Random) -> None:
    """Twenty times, some of them during the start itself, some while a network is slow to answer."""
    clock, slower = asyncio.get_running_loop().time, 1.0
    for _ in range(KILLS):
        began, whole = clock(), moments.random() < WHOLE
        await daemon.start(wait=whole)
        slower = min(MOST_SLOWER, max(1.0, (clock() - began) / STARTS)) if whole else slower
        _slow_down(simulator, moments)
        await asyncio.sleep(moments.uniform(*LIVES) * slower)
        await daemon.kill()
        await asyncio.sleep(DOWN)


def _slow_down(simulator: Simulator, moments: random.Random) -> None:
    """The next word of each kind is carried out late, also where nobody waits for it any more."""
    for faults, paths in ((simulator.vk.faults, VK_WORDS), (simulator.x.faults, X_WORDS)):
        waiting = {fault.path for fault in faults.waiting}
        for path in paths:
            seconds = moments.uniform(0.1, SLOW)
            if path not in waiting:
                faults.add(Fault(path=path, method="POST", kind="hang", seconds=seconds))


async def test_no_word_is_lost_or_said_twice_when_the_daemon_is_killed_twenty_times_in_talks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_files(tmp_path)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    (config / "policy.yaml").write_text("night: off\n", encoding="utf-8")
    words = Words()
    async with world() as simulator:
        settings = simulator.environment() | SETTINGS
        async with Process(tmp_path, settings, config) as daemon, asyncio.TaskGroup() as group:
            shift = Shift(simulator, words)
            at_work = group.create_task(shift.works())
            await kills(daemon, simulator, random.Random(SEED))
            shift.over.set()
            await daemon.start()
            await at_work
            await until(lambda: _told(simulator, words), 120, 0.5)
            await daemon.terminate()

    for customer, said in words.confirmed:
        assert sum(said in heard for heard in customer.heard) == 1, (customer.name, said, customer.heard)
    everywhere = _everything_said(simulator)
    assert not [said for said in words.unconfirmed if said in everywhere]
    assert not [said for said in words.by_customers if _repeats(simulator, said)]
    _cases_are_their_history(tmp_path / "otklik.db")
    with capsys.disabled():
        talks = ", ".join(f"{count} {where}" for where, count in sorted(words.talks.items()))
        print(f"\nseed {SEED}, {KILLS} kills: {talks}; {len(words.confirmed)} words once each")


def _told(simulator: Simulator, words: Words) -> bool:
    """Whether every customer's word stands in the thread, in both messengers."""
    return all(_in_telegram(simulator, said) and _in_slack(simulator, said) for said in words.by_customers)


def _in_telegram(simulator: Simulator, said: str) -> list[str]:
    """Notes under a card: the card itself tells the talk too."""
    messages = simulator.telegram.chats[CHAT].messages.values()
    return [one.text for one in messages if one.author is None and one.reply_to and said in one.text]


def _in_slack(simulator: Simulator, said: str) -> list[str]:
    messages = simulator.slack.channels[CHANNEL].messages.values()
    texts = [f"{one.text}{one.blocks}" for one in messages if one.author is None and one.thread]
    return [text for text in texts if said in text]


def _repeats(simulator: Simulator, said: str) -> int:
    """Notes with the customer's word that stand there again, and do not say that they may."""
    in_telegram = [text for text in _in_telegram(simulator, said) if REPEAT not in text]
    return max(0, len(in_telegram) - 1) + len(_in_slack(simulator, said)) - 1


def _everything_said(simulator: Simulator) -> str:
    """By anybody, in either network, in public and in private."""
    posts = [one.text for one in simulator.publishing.published]
    entries = [one.text for one in simulator.vk.world.entries.values()]
    private = [one.text for one in simulator.vk.talks.said] + [one.text for one in simulator.x.directs.said]
    return "\n".join([*posts, *entries, *private])


def _cases_are_their_history(database: Path) -> None:
    with create_engine(f"sqlite:///{database}").connect() as connection:
        rows = connection.execute(select(cases)).all()
        # Nothing here ends unknown: what was under way is always found, or certainly not there.
        assert not connection.execute(select(case_events).where(case_events.c.kind == "reply_unknown")).all()
        for row in rows:
            history = select(case_events).where(case_events.c.case_id == row.id).order_by(case_events.c.number)
            assert read_state(row) == fold(read_event(each) for each in connection.execute(history)), row.id
    assert rows
    assert all(row.outcome == "resolved" for row in rows)
