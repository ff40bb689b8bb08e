"""What `listener doctor` says of chats by the daemon's own notes: fine, at rest until when, parked and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.ports import ChatState
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.doctor import machine
from listener.settings import read_settings
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, SUPPORT, claim_all, later
from tests.contract.test_store_digests import flood

REST = ChatState(
    chat=SUPPORT, state="resting", since=NOW, until=later(720), reason="Too Many Requests: retry after 720"
)
PARKED = replace(REST, state="parked", until=later(30), reason="Forbidden: bot was kicked from the group chat")


async def chats(url: str, folder: Path, *, after: float = 120) -> Sequence[Line]:
    """The lines about chats, so many seconds after NOW."""
    folder.joinpath("brands").mkdir(exist_ok=True)
    settings = read_settings({"LISTENER_DATABASE_URL": url, "LISTENER_SECOND_OPINION": "off"}, config_dir=folder)
    look = Look(now=lambda: later(after).timestamp(), fix=False, config_read=True)
    return [line async for line in machine.diagnose(settings, look) if line.what.startswith("чат")]


@pytest.mark.usefixtures("store")
async def test_where_all_chats_are_fine_it_says_so(database_url: str, tmp_path: Path) -> None:
    (line,) = await chats(database_url, tmp_path)
    assert (line.what, line.says, line.state) == ("чаты", "по записям демона все берут карточки", "ok")


async def test_a_chat_at_rest_is_said_with_how_long_it_will_be_and_what_waits(
    store: Stores, database_url: str, tmp_path: Path
) -> None:
    await flood(store, 2)
    await store.outbox.rest(REST)
    (line,) = await chats(database_url, tmp_path)
    assert (line.what, line.state, line.remedy) == ("чат telegram -1001, тема 7", "warn", "пройдёт само")
    assert line.says == plain(
        "просил подождать 2 мин назад (ещё 10 мин): Too Many Requests: retry after 720; ждут 2 карточки"
    )
    (line,) = await chats(database_url, tmp_path, after=721)
    assert "срок вышел, вот-вот попробуем" in line.says


async def test_a_parked_chat_is_a_red_line_with_its_reason_and_what_waits_in_digests_too(
    store: Stores, database_url: str, tmp_path: Path
) -> None:
    await flood(store, 12)
    for due in await claim_all(store, NOW, folds=True):
        await store.outbox.park(due, later(30), PARKED, NOW)
    lines = [line for line in await chats(database_url, tmp_path) if line.what.startswith("чат telegram")]
    (line,) = lines
    assert line.state == "bad"
    assert line.says == plain(
        "не берёт карточек 2 мин: Forbidden: bot was kicked from the group chat; ждут 12 карточек"
    )
    assert line.remedy == "см. строки этого мессенджера выше; починенный чат получит всё сам"
    await store.outbox.well(SUPPORT, later(60))
    (line,) = await chats(database_url, tmp_path)
    assert line.state == "ok"


async def test_a_clock_that_was_set_back_counts_no_negative_minutes(
    store: Stores, database_url: str, tmp_path: Path
) -> None:
    await store.outbox.rest(replace(REST, since=NOW + timedelta(hours=3)))
    (line,) = await chats(database_url, tmp_path)
    assert plain("просил подождать 0 мин назад") in line.says


def plain(words: str) -> str:
    """With the blanks that do not break, as the doctor sets them beside numbers."""
    for number in ("2", "10", "12", "0"):
        for noun in ("мин", "карточки", "карточек"):
            words = words.replace(f" {number} {noun}", f" {number}\xa0{noun}")
    return words
