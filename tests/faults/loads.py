"""What daemons under load are asked at the end: whether all that was said is stored once and shown once."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from simulator.server import Simulator
from tests.acceptance.asking import comments
from tests.acceptance.running import Process, cards, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """`mentions` are stored, once each; `repeats` are cards that a chat shows again."""

    mentions: int
    cards: int
    repeats: int


async def all_came(daemon: Process, simulator: Simulator) -> Came:
    """Wait until every comment in an own community is stored and every card delivered. Raises TimeoutError, and
    AssertionError where a mention is stored twice or a delivered card does not stand in its chat.

    The long poll brings each comment once, and only what was kept is passed.
    """
    assert comments(simulator)
    await until(lambda: _settled(daemon, simulator), every=1.0)
    stored = Counter((row["network"], row["id"]) for row in await daemon.export("mentions"))
    assert not [key for key, count in stored.items() if count > 1]
    shown = cards(simulator, lists=False)
    told = {
        (f"{row['messenger']}:{row['chat']}".replace("#", ""), row["case"])
        for row in await _deliveries(daemon)
        if not row["in_digest"]
    }
    assert told
    assert told <= set(shown)
    return Came(mentions=len(stored), cards=len(shown), repeats=sum(count - 1 for count in shown.values()))


async def _settled(daemon: Process, simulator: Simulator) -> bool:
    stored = {(row["network"], row["id"]) for row in await daemon.export("mentions")}
    states = {row["state"] for row in await _deliveries(daemon)}
    return comments(simulator) <= stored and states <= {"delivered"}


async def _deliveries(daemon: Process) -> list[dict[str, Any]]:
    """Those to messengers: the console tells nobody whether it was read."""
    return [row for row in await daemon.export("deliveries") if row["messenger"] != "console"]
