"""A day without X, heard again: what is written now comes first, the day's cards as a list, late as they are."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.cards.digest import A_PAGE
from listener.clock import SystemClock
from listener.daemon import Daemon
from listener.settings import read_settings
from simulator.corpus import load_corpus
from simulator.faults import Fault
from simulator.people import Writer
from simulator.server import Simulator
from tests.acceptance.running import config_files, until
from tests.faults.figures import note

DAY = timedelta(days=1)
MISSED = 230
"""Complaints of the day: more than two pages of X."""
EVERY = timedelta(minutes=5)
DUE = timedelta(minutes=30)
"""As the demo's routes promise."""
GROUP = -1001
WAIT = 240.0
"""Seconds that anything is waited for, on a busy machine."""
DEADLINES = """
    SELECT m.external_id, m.published_at, c.due_at
    FROM cases c JOIN case_mentions cm ON cm.case_id = c.id JOIN mentions m ON m.id = cm.mention_id
"""
WAITING = f"SELECT count(*) FROM card_views WHERE chat = '{GROUP}' AND delivered_at IS NULL"
COMPLAINT = "Ромашка Телеком, третий день нет интернета, поддержка молчит, верните деньги! Дом {number}"


class Ahead(SystemClock):
    """The machine's clock, turned forward; what waits, waits in real seconds."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


@dataclass
class World:
    simulator: Simulator
    clock: Ahead
    file: Path
    written: int = 0

    def complain(self, at: datetime) -> str:
        """Somebody who never wrote before; returns the post's number."""
        self.written += 1
        who = Writer(number=700_000 + self.written, first_name="Анна", last_name="Жук", handle=f"a{self.written}")
        return self.simulator.x.post(who, COMPLAINT.format(number=self.written), at=at)

    def rows(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(statement).fetchall()

    def heard(self) -> set[str]:
        return {number for (number,) in self.rows("SELECT external_id FROM mentions WHERE network = 'x'")}

    def cards(self) -> Mapping[str, int]:
        """What stands in the group in a card of its own, by the number of its post: the message's number."""
        found = self.rows(
            "SELECT m.external_id, v.ref FROM card_views v JOIN cases c ON c.id = v.case_id"
            " JOIN case_mentions cm ON cm.case_id = c.id JOIN mentions m ON m.id = cm.mention_id"
            f" WHERE v.chat = '{GROUP}' AND v.ref IS NOT NULL"
        )
        return {number: int(ref) for number, ref in found}

    def waiting(self) -> int:
        """Cases that the group was not told of."""
        return int(self.rows(WAITING)[0][0])

    def lists(self) -> list[str]:
        """The first lines of the digests in the group."""
        return [text.partition("\n")[0] for text in self.words() if text.startswith("📋")]

    def words(self) -> list[str]:
        messages = self.simulator.telegram.chats[GROUP].messages.values()
        return [message.text.replace("\xa0", " ") for message in messages]


@asynccontextmanager
async def a_daemon(folder: Path) -> AsyncIterator[World]:
    clock = Ahead()
    simulator = Simulator(load_corpus(), clock.now, rate=0.0, limits=True)
    await simulator.start()
    file = folder / "otklik.db"
    settings = {
        **simulator.environment(),
        "LISTENER_DATABASE_URL": f"sqlite:///{file}",
        "LISTENER_CONFIG_DIR": str(config_files(folder)),
        "LISTENER_SECOND_OPINION": "off",
    }
    daemon = Daemon(read_settings(settings, folder / "no.env"), ("hear", "judge", "tell"), clock=clock)
    try:
        await daemon.start()
        try:
            yield World(simulator=simulator, clock=clock, file=file)
        finally:
            await daemon.stop()
    finally:
        await simulator.stop()


@pytest.mark.slow
async def test_after_a_day_without_x_live_cards_come_first_and_the_days_as_one_list(tmp_path: Path) -> None:
    async with a_daemon(tmp_path) as world:
        before = world.complain(world.clock.now())
        await until(lambda: before in world.cards(), WAIT)
        world.simulator.x.faults.add(Fault(path="/2/tweets/search", kind="status", status=503, times=10**6))
        world.clock.by += DAY
        back = world.clock.now()
        missed = {world.complain(back - timedelta(hours=1) - EVERY * number) for number in range(1, MISSED + 1)}
        met = world.simulator.x.faults.met
        await until(lambda: world.simulator.x.faults.met > met, WAIT)
        world.simulator.x.faults.waiting.clear()
        began = world.clock.monotonic()
        live = world.complain(world.clock.now())

        await until(lambda: live in world.cards(), WAIT)
        note(13, live_after_s=world.clock.monotonic() - began)
        assert not missed & set(world.cards()), "live cards come first"
        await until(lambda: missed <= world.heard(), WAIT)
        later = world.complain(world.clock.now())
        await until(lambda: later in world.cards(), WAIT)
        await until(world.lists, WAIT)
        await until(lambda: not world.waiting(), WAIT)
        note(13, missed=MISSED, digest_after_s=world.clock.monotonic() - began, lost=0)

        assert world.lists() == [f"📋 Ждут {MISSED} обращений: накопились, пока не было связи"]
        assert not missed & set(world.cards()), "in the list, and in no cards of their own"
        said = next(text for text in world.words() if text.startswith("📋"))
        assert said.count("просрочено с") == A_PAGE
        assert f"срок ответа прошёл у {MISSED}" in said
        promised = {number: (published, due) for number, published, due in world.rows(DEADLINES)}
        assert {number: due - published for number, (published, due) in promised.items() if number in missed} == (
            dict.fromkeys(missed, DUE // timedelta(microseconds=1))
        )
