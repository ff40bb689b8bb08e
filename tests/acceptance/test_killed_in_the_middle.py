"""The daemon is killed at random moments under load, and nothing is lost: mentions once, cards at least once."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.asking import comments, findable
from tests.acceptance.running import Process, cards, config_files, until, world
from tests.faults.figures import note

KILLS = int(os.environ.get("OTKLIK_KILLS", "20"))
RATE = float(os.environ.get("OTKLIK_BURST", "25"))
"""Texts a second while the daemon lives: how long its starts take must not decide how much there is to do."""
DOWN = 0.3
"""Seconds of traffic that a dead daemon misses."""


@pytest.mark.slow
async def test_twenty_kills_lose_no_mention_and_no_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = random.Random(int(os.environ.get("OTKLIK_SEED", "20261122")))
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        for _ in range(KILLS):
            # Some kills hit the start itself.
            await daemon.start(wait=moments.random() < 0.9)
            simulator.traffic.rate = RATE
            await asyncio.sleep(moments.uniform(0.05, 2.0))
            await daemon.kill()
            await asyncio.sleep(DOWN)
            simulator.traffic.rate = 0.0
        await daemon.start()
        wanted = comments(simulator) | await findable(simulator, tmp_path / "config")
        await until(lambda: _settled(daemon, wanted), 300, 1.0)
        mentions, verdicts = await daemon.export("mentions"), await daemon.export("verdicts")
        cases, deliveries = await daemon.export("cases"), await daemon.export("deliveries")
        shown, own_cards = cards(simulator), cards(simulator, lists=False)

    stored = Counter((one["network"], one["id"]) for one in mentions)
    assert not [key for key, count in stored.items() if count > 1]
    missing = wanted - set(stored)
    assert not missing, f"{len(missing)} of {len(wanted)} lost"

    complaints = {(one["network"], one["mention"]) for one in verdicts if one["outcome"] == "candidate"}
    in_cases = {(one["network"], mention) for one in cases for mention in one["mentions"]}
    assert len(complaints) >= 50
    assert complaints <= in_cases
    undelivered = [one for one in deliveries if one["state"] != "delivered" and one["receiver"] != "console"]
    assert not undelivered
    for chat in ("telegram:-1001", "slack:#support"):
        missed = {one["id"] for one in cases} - _told(chat, deliveries, shown)
        assert not missed, f"{sorted(missed)} are not told in {chat}"
    # In the list of its incident a case may stand beside its own card.
    repeated = sum(count - 1 for count in own_cards.values())
    assert repeated <= KILLS, "one a kill on average"
    note(1, kills=KILLS, mentions=len(stored), lost=0, twice=0, cards=len(shown), repeats=repeated)
    with capsys.disabled():
        print(
            f"\n{KILLS} kills: {len(stored)} mentions stored once, {len(cases)} cases, "
            f"{len(shown)} cards in chats, {repeated} of them shown again"
        )


def _told(chat: str, deliveries: list[dict[str, Any]], shown: Counter[tuple[str, int]]) -> set[int]:
    """Cases with a card in the chat, or in a digest that stands there, of which one page is seen at a time."""
    by_card = {case for place, case in shown if place == chat.replace("#", "")}
    rows = [one for one in deliveries if f"{one['messenger']}:{one['chat']}" == chat]
    return by_card | {one["case"] for one in rows if one["in_digest"] and one["state"] == "delivered"}


async def _settled(daemon: Process, wanted: set[tuple[str, str]]) -> bool:
    stored = {(one["network"], one["id"]) for one in await daemon.export("mentions")}
    states = Counter(one["state"] for one in await daemon.export("deliveries"))
    return wanted <= stored and set(states) <= {"delivered", "failed"}
