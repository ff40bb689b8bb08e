"""How long a source was deaf, and what of it was read again, is kept with its cursor."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from domain.mention import NetworkId
from listener.commands.coverage import row, words
from listener.loops.hear import Hear
from listener.metrics import Metrics
from listener.ports import Batch, Gap, SourceError
from listener.rules import Rules
from listener.store.listening import Deafness, Heard, coverage
from listener.store.stores import Stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from tests.contract.store_samples import OpenStore, mention
from tests.fakes import NOON, TurnedClock

NAME = "vk.search:romashka"
VK = NetworkId("vk")


@dataclass
class Scripted:
    """A source that answers what a test has laid out, one after another, and then nothing new."""

    answers: list[Batch | SourceError] = field(default_factory=list)
    name: str = NAME
    every: timedelta | None = timedelta(minutes=1)
    network: NetworkId = VK
    asked: int = 0
    meanwhile: Callable[[], Any] | None = None

    async def fetch(self, _cursor: str | None) -> Batch:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else Batch()
        if self.meanwhile is not None:
            await self.meanwhile()
        if isinstance(answer, SourceError):
            raise answer
        return answer

    async def close(self) -> None:
        return None


def hearing(store: Stores, clock: TurnedClock) -> Hear:
    rules = cast("Rules", SimpleNamespace(decider=SimpleNamespace(brands={})))
    return Hear(store, lambda: rules, clock, Telemetry(Metrics(), Health(), clock), lambda: None, lambda: None)


def found(*numbers: int, more: bool = False, gaps: tuple[Gap, ...] = ()) -> Batch:
    return Batch(mentions=tuple(map(mention, numbers)), cursor=str(max(numbers, default=0)), more=more, gaps=gaps)


async def heard(store: Stores) -> Heard:
    (one,) = await coverage(store.database, NOON - timedelta(days=30))
    return one


async def test_a_source_that_answers_in_time_was_never_deaf(store: Stores) -> None:
    clock, source = TurnedClock(), Scripted()
    hear = hearing(store, clock)
    for _ in range(4):
        await hear(source)
        clock.turn(seconds=70)
    one = await heard(store)
    assert (one.began_at, one.heard_at, one.every_seconds, one.deaf) == (
        NOON,
        NOON + 3 * timedelta(seconds=70),
        60,
        (),
    )


async def test_an_outage_is_kept_with_its_cause_and_what_was_read_again(store: Stores) -> None:
    clock = TurnedClock()
    down = SourceError("VK newsfeed.search: HTTP 502", unreachable=True)
    source = Scripted([found(1), down, down, found(2, 3, more=True), found(4, 5, 6, more=True), found(6, 7)])
    hear = hearing(store, clock)
    await hear(source)
    for _ in range(2):
        clock.turn(minutes=10)
        with pytest.raises(SourceError):
            await hear(source)
    clock.turn(minutes=10)
    assert await hear(source)
    (gap,) = (await heard(store)).deaf
    assert (gap.read_again, gap.closed_at) == (2, None), "still being read"
    clock.turn(seconds=1)
    assert await hear(source)
    assert not await hear(source)
    (gap,) = (await heard(store)).deaf
    assert gap == Deafness(
        since=NOON,
        until=NOON + timedelta(minutes=30),
        cause="сеть не отвечала: VK newsfeed.search: HTTP 502",
        read_again=6,
        lost=False,
        closed_at=NOON + timedelta(minutes=30, seconds=1),
    )


async def test_a_gap_that_is_read_again_a_page_a_turn_stays_open_in_between(store: Stores) -> None:
    clock = TurnedClock()
    source = Scripted([found(1), replace(found(2, more=True), rests=True), found(3)])
    hear = hearing(store, clock)
    await hear(source)
    clock.turn(hours=1)
    assert not await hear(source), "it goes on at its next turn"
    assert (await heard(store)).deaf[0].closed_at is None
    clock.turn(minutes=1)
    assert not await hear(source)
    (gap,) = (await heard(store)).deaf
    assert (gap.read_again, gap.closed_at) == (2, clock.now())


async def test_a_daemon_that_was_off_says_so_and_one_killed_on_the_way_reads_on(open_store: OpenStore) -> None:
    clock = TurnedClock()
    for hours, batch in ((3, found(1)), (0, found(2, more=True))):
        store = await open_store()
        await hearing(store, clock)(Scripted([batch]))
        await store.close()
        clock.turn(hours=hours)
    clock.turn(seconds=20)
    again = await open_store()
    await hearing(again, clock)(Scripted([found(3)]))
    (gap,) = (await heard(again)).deaf
    assert (gap.cause, gap.since, gap.read_again) == ("Отклик не работал", NOON, 2)
    assert gap.closed_at == NOON + timedelta(hours=3, seconds=20)


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(hours=1), timedelta(days=1)])
async def test_a_clock_that_is_set_makes_no_gap(store: Stores, jump: timedelta) -> None:
    clock, source = TurnedClock(), Scripted()
    hear = hearing(store, clock)
    await hear(source)
    clock.time += jump
    await hear(source)
    assert (await heard(store)).deaf == ()


async def test_what_cannot_be_had_any_more_is_lost_and_one_word_with_the_outage(store: Stores) -> None:
    clock = TurnedClock()
    hear = hearing(store, clock)
    await hear(Scripted([found(1)]))
    until = clock.turn(hours=2)
    gap = Gap(since=NOON + timedelta(minutes=3), until=until, cause="стену перечитать не удалось")
    await hear(Scripted([found(2, gaps=(gap,))]))
    await hear(Scripted([found(3)]))
    (kept,) = (await heard(store)).deaf
    assert (kept.since, kept.lost, kept.closed_at, kept.read_again) == (NOON, True, None, 1)
    assert kept.cause == "очередь не доходила; стену перечитать не удалось"


async def test_the_gap_and_the_cursor_are_one_transaction(store: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = TurnedClock()
    hear = hearing(store, clock)
    await hear(Scripted([found(1)]))
    clock.turn(hours=2)

    async def torn(*_: object) -> None:
        raise OSError("the cable is pulled")

    with monkeypatch.context() as patched:
        patched.setattr("listener.store.mentions.cursors.move", torn)
        with pytest.raises(SourceError):
            await hear(Scripted([found(2)]))
    one = await heard(store)
    assert (one.deaf, one.heard_at, await store.mentions.cursor(NAME)) == ((), NOON, "1")
    await hear(Scripted([found(2)]))
    (gap,) = (await heard(store)).deaf
    assert gap.read_again == 1


def test_coverage_is_told_in_russian() -> None:
    now = NOON + timedelta(days=1)
    gap = Deafness(
        since=NOON,
        until=NOON + timedelta(minutes=90),
        cause="сеть не отвечала: HTTP 502",
        read_again=21,
        lost=False,
        closed_at=NOON + timedelta(minutes=91),
    )
    lost = Deafness(
        since=None,
        until=NOON + timedelta(minutes=100),
        cause="сбой",
        read_again=0,
        lost=True,
        closed_at=None,
    )
    one = Heard(source=NAME, began_at=NOON, heard_at=now, every_seconds=60, deaf=(gap, lost))
    still = Heard(source="x.search:a", began_at=NOON, heard_at=NOON, every_seconds=60, deaf=())
    assert "\n".join(words([one, still], NOON, now)).splitlines() == [
        "Что слышали с 18.11 12:00 по 19.11 12:00 (время московское).",
        "",
        "поиск по VK для romashka (vk.search:romashka): слушаем с 18.11 12:00, последний ответ 19.11 12:00",
        "  18.11 12:00 — 18.11 13:30 (1 ч 30 мин): сеть не отвечала: HTTP 502; перечитано: 21 новая запись",
        "  неизвестно когда — 18.11 13:40: сбой; прочитано потом: 0 новых записей; остального уже не получить",
        "  всего без слуха 1 ч 30 мин (6,2%); восполнить нельзя: 1 из 2",
        "",
        "поиск по X для a (x.search:a): слушаем с 18.11 12:00, последний ответ 18.11 12:00",
        "  ! молчит сейчас, уже 24 ч 0 мин: причину назовёт listener doctor",
        "  пропусков не было",
    ]
    told = row(one, NOON, now)
    assert (told["deaf_seconds"], told["deaf_now"]) == (5400, False)
    assert [gap["complete"] for gap in told["gaps"]] == [True, False]
