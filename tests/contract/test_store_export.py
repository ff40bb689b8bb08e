"""`listener export`: what other programs read, one JSON object a line."""

import asyncio
import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.cases.commands import Claim, Close, NotComplaint, Reopen, Snooze
from listener.commands.export import since_when
from listener.mention_format import parse_mention
from listener.store.export import PAGES, export
from listener.store.stores import Stores, open_stores
from tests.contract.store_samples import ANNA, NOW, complain, do, keep, later, mention, press, show_all, wish


async def rows(store: Stores, noun: str, since: datetime | None = None) -> Any:
    return [row async for row in export(store.database, noun, since)]


async def test_every_noun_carries_what_its_readers_rest_on(store: Stores) -> None:
    await complain(store, mention(1), mention(2))
    await show_all(store)
    await do(store, Claim(), now=later(9))
    await do(store, Close(), case=404, now=later(9))
    (case,) = await rows(store, "cases")
    (delivery,) = await rows(store, "deliveries")
    (action,) = await rows(store, "actions")
    assert (case["id"], case["brand"], case["state"], case["owner"]) == (1, "romashka", "claimed", "anna")
    assert case["mentions"] == ["-1_1", "-1_2"]
    assert (delivery["case"], delivery["receiver"], delivery["state"]) == (1, "support", "delivered")
    assert delivery["up_to_date"] is False
    assert (action["case"], action["who"], action["what"], action["at"]) == (1, "Анна Иванова", "claim", later(9))
    verdicts = await rows(store, "verdicts")
    assert [(one["mention"], one["outcome"]) for one in verdicts] == [("-1_1", "candidate"), ("-1_2", "candidate")]


async def pressed(store: Stores, case: int, *actions: str) -> None:
    """Presses of these buttons, one after the other."""
    commands = {"claim": Claim(), "close": Close(), "not_complaint": NotComplaint(), "reopen": Reopen()}
    snooze = Snooze(until=later(3600))
    for number, action in enumerate(actions):
        wanted = wish(commands.get(action, snooze))
        await store.presses.obey(
            press(f"{case}-{number}", case=case, action=action),
            ANNA.name,
            lambda _case, wanted=wanted: wanted,
            NOW,
        )


async def test_presses_are_labels_of_the_text_that_opened_the_case(store: Stores) -> None:
    for number in range(1, 8):
        await complain(store, mention(number, thread=f"t{number}"), mention(number + 10, thread=f"t{number}"))
    await pressed(store, 1, "claim")
    await pressed(store, 2, "claim", "close")
    await pressed(store, 3, "not_complaint")
    await pressed(store, 4, "snooze")
    await pressed(store, 5, "not_complaint", "reopen")
    await pressed(store, 6, "close", "reopen", "not_complaint")
    labels = await rows(store, "labels")
    assert [(one["case"], one["complaint"]) for one in labels] == [(1, True), (2, True), (3, False), (6, False)]
    assert labels[0] == {
        "case": 1, "brand": "romashka", "mention": 1, "text": mention(1).text, "words": ((0, 7),),
        "complaint": True, "weight": 0.5, "ground": "claimed", "cause": None, "person": "anna", "at": NOW,
    }  # fmt: skip


async def test_labels_of_more_than_a_page_of_cases_are_exported_once(
    store: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.store.labels.PAGE", 3)
    monkeypatch.setattr("listener.store.export.PAGE", 2)
    for number in range(1, 9):
        await complain(store, mention(number, thread=f"t{number}"))
    for case in (2, 3, 4, 8):
        await do(store, Close(), case=case)
    assert [row["case"] for row in await rows(store, "labels")] == [2, 3, 4, 8]


async def test_the_history_of_a_case_is_exported_in_order(store: Stores) -> None:
    await complain(store, mention(1))
    await do(store, Claim(), now=later(1))
    opened, claimed = await rows(store, "events")
    assert (opened["case"], opened["number"], opened["kind"], opened["actor"]) == (1, 1, "opened", "customer")
    assert (claimed["number"], claimed["kind"], claimed["person"], claimed["at"]) == (
        2,
        "claimed",
        "anna",
        later(1),
    )


async def test_exported_mentions_can_be_replayed(store: Stores) -> None:
    await keep(store, mention(1), mention(2, network="x"))
    exported = [parse_mention(row) for row in await rows(store, "mentions")]
    assert sorted(exported, key=lambda one: one.id) == [mention(1), mention(2, network="x")]


async def test_more_than_a_page_is_exported_once(store: Stores) -> None:
    await complain(store, *map(mention, range(2300)))
    while (await complain(store)).decided:
        pass
    assert len({row["id"] for row in await rows(store, "mentions")}) == 2300
    verdicts = await rows(store, "verdicts")
    assert len(verdicts) == len({row["mention"] for row in verdicts}) == 2300


async def test_since_leaves_out_what_is_older(store: Stores) -> None:
    await keep(store, mention(1))
    await keep(store, mention(2), now=later(100))
    assert [row["id"] for row in await rows(store, "mentions", later(50))] == ["-1_2"]


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2026-11-22T12:00:00", NOW),
        ("2026-11-22T15:00:00+03:00", NOW),
    ],
)
def test_since_is_a_span_or_a_time(value: str, moment: datetime) -> None:
    assert since_when(value, NOW) == moment


@pytest.mark.parametrize("value", ["", "7", "-1d", "999999w", "вчера"])
def test_another_since_is_refused_in_russian(value: str) -> None:
    with pytest.raises(ValueError, match="не подходит"):
        since_when(value, NOW)


def listener_export(url: str, *arguments: Any) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "listener", "export", *arguments],
        env={"LISTENER_DATABASE_URL": url, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_prints_json_lines_and_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/otklik.db"

    async def fill() -> Any:
        store = await open_stores(url)
        await complain(store, mention(1))
        await store.close()

    asyncio.run(fill())
    for noun in sorted(PAGES):
        done = listener_export(url, noun)
        assert (done.returncode, done.stderr) == (0, "")
        assert len([json.loads(line) for line in done.stdout.splitlines()]) == (
            0 if noun in ("actions", "incidents", "labels") else 1
        )


def test_the_command_says_what_is_wrong_on_stderr(tmp_path: Path) -> None:
    broken = listener_export("postgresql://127.0.0.1:1/otklik", "cases")
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "сервер запущен" in broken.stderr
    wrong = listener_export(f"sqlite:///{tmp_path}/otklik.db", "cases", "--since", "вчера")
    assert (wrong.returncode, wrong.stdout) == (2, "")
