"""What daemons under load are asked at the end: whether all that was said is stored once and shown once."""

from collections import Counter
from dataclasses import dataclass

from simulator.server import Simulator
from tests.acceptance.running import Process, cards, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """`mentions` are stored, once each; `repeats` are cards that a chat shows again."""

    mentions: int
    cards: int
    repeats: int


async def all_came(daemon: Process, simulator: Simulator) -> Came:
    """Wait until every comment in an own community is stored and every card shown. Raises TimeoutError, and
    AssertionError where a mention is stored twice.

    The long poll brings each comment once, and only what was kept is passed.
    """
    await until(lambda: _settled(daemon, simulator), every=1.0)
    stored = Counter((row["network"], row["id"]) for row in await daemon.export("mentions"))
    assert not [key for key, count in stored.items() if count > 1]
    shown = cards(simulator, lists=False)
    return Came(mentions=len(stored), cards=len(shown), repeats=sum(count - 1 for count in shown.values()))


async def _settled(daemon: Process, simulator: Simulator) -> bool:
    stored = {(row["network"], row["id"]) for row in await daemon.export("mentions")}
    states = {row["state"] for row in await daemon.export("deliveries")}
    said = {(post.network, post.id) for post in simulator.publishing.published if post.place == "comment"}
    return said <= stored and states <= {"delivered", "failed"}
