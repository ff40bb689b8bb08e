"""A pytest plugin that takes one promise out of the program: the tests that watch over it must turn red.

`OTKLIK_MUTANT=cursor pytest -p tests.faults.mutating …`; `python -m tests.faults` tries them all.
"""

import asyncio
import itertools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from alerts.delivery.pace import Pace
from alerts.delivery.worker import Worker
from alerts.ports import Share
from listener.polling import Polling
from listener.store import cursors, mentions, outbox
from listener.store.mentions import MentionStore

SHADOW: Final = "tests/faults/test_shadow.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """What is taken out, and the tests that must notice."""

    what: str
    apply: Callable[[], None]
    nodes: tuple[str, ...]


def cursor_in_a_transaction_of_its_own() -> None:
    keep = MentionStore.keep

    async def apart(self: Any, source: str, batch: Any, now: Any, *args: Any, **named: Any) -> Any:
        if batch.cursor is not None:
            await self._database.write(lambda c: cursors.move(c, source, batch.cursor, now))
        return await keep(self, source, batch, now, *args, **named)

    MentionStore.keep = apart  # type: ignore[method-assign]


def mentions_are_not_unique() -> None:
    row, count = mentions._row, itertools.count()

    def numbered(*args: Any) -> dict[str, Any]:
        made = row(*args)
        return made | {"external_id": f"{made['external_id']}#{next(count)}"}

    mentions._row = numbered


def what_another_has_in_hand_is_claimed() -> None:
    outbox.LEASE = timedelta(0)  # type: ignore[misc]


def the_next_claim_waits_for_no_mark() -> None:
    async def settle(_: Worker) -> None:
        return None

    Worker.settle = settle  # type: ignore[method-assign]


def waits_follow_the_wall() -> None:
    async def rest(self: Any, source: Any) -> None:
        if source.every is None:
            await asyncio.sleep(0)
            return
        until = self._clock.now().timestamp() + source.every.total_seconds()
        while self._clock.now().timestamp() < until:  # noqa: ASYNC110  # as a scheduler by the wall does
            await asyncio.sleep(0.01)

    Polling._rest = rest  # type: ignore[method-assign]


def chats_have_no_pace() -> None:
    def room(_: Pace, waiting: Mapping[Any, Any], most: int) -> dict[Any, Share]:
        return dict.fromkeys(waiting, Share(most=most, plain=most))

    Pace.room = room  # type: ignore[method-assign]


MUTANTS: Final = {
    "cursor": Mutant(
        what="the cursor's commit with the mentions", apply=cursor_in_a_transaction_of_its_own, nodes=(SHADOW,)
    ),
    "unique": Mutant(what="the uniqueness of mentions", apply=mentions_are_not_unique, nodes=(SHADOW,)),
    "claim": Mutant(
        what="the claim's condition",
        apply=what_another_has_in_hand_is_claimed,
        nodes=("tests/contract/test_store_clock_set_back.py", "tests/contract/test_store_outbox.py"),
    ),
    # In the shadow's lives it takes a failed mark, a lease's end and a claim, in this order: one life in sixteen.
    "mark": Mutant(
        what="the mark before the next claim",
        apply=the_next_claim_waits_for_no_mark,
        nodes=("tests/unit/alerts/test_delivery.py",),
    ),
    "wait": Mutant(what="the monotonic wait", apply=waits_follow_the_wall, nodes=("tests/unit/test_polling.py",)),
    "pace": Mutant(
        what="the pace of a chat", apply=chats_have_no_pace, nodes=("tests/unit/alerts/test_delivery.py",)
    ),
}


def pytest_configure(config: pytest.Config) -> None:
    del config
    MUTANTS[os.environ["OTKLIK_MUTANT"]].apply()
