"""Any order of hearing, judging, telling, dying and pressing keeps the invariants I1, I2 and I4."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.mention import Author
from listener.ports import Batch
from listener.store.export import export
from listener.store.store import Store
from tests.contract.store_samples import (
    ANNA,
    NOBODY,
    SLACK,
    SOURCE,
    SUPPORT,
    becomes,
    complaint,
    later,
    mention,
    praise,
    press,
)

CHATS = (SUPPORT, SLACK)


class Life(RuleBasedStateMachine):
    """A store beside the plainest model of what it must remember."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = self.runner.run(Store.open("sqlite://"))
        self.texts, self.heard, self.time = {}, 0, 0
        self.judged, self.claimed, self.revisions, self.pressed = [], [], {}, {}
        self.on_screen = {}

    def teardown(self) -> Any:
        self.runner.run(self.store.close())
        self.runner.close()

    def do(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: Any) -> Any:
        self.time += seconds

    @rule(numbers=st.lists(st.integers(0, 12), max_size=6), edit=st.integers(0, 2))
    def hear(self, numbers: Any, edit: Any) -> Any:
        batch = [
            mention(n, text=f"{n} {edit}", author=Author(id=str(n % 3), name="А"), thread=f"t{n % 2}")
            for n in numbers
        ]
        self.heard += 1
        self.do(self.store.keep(SOURCE, Batch(mentions=tuple(batch), cursor=str(self.heard)), later(self.time)))
        self.texts |= {one.id: one.text for one in batch}

    @rule(limit=st.integers(1, 8), unhappy=st.booleans())
    def judge(self, limit: Any, unhappy: Any) -> Any:
        stored = self.do(self.store.unjudged(limit, later(self.time)))
        self.judged = [complaint(one, *CHATS) if unhappy else praise(one) for one in stored]

    @rule()
    def record(self) -> Any:
        """Twice in a row with the same judgements is what a crash after the commit looks like."""
        self.do(self.store.record(self.judged, later(self.time)))

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: Any) -> Any:
        self.claimed += self.do(self.store.claim(later(self.time), limit=limit, skip=NOBODY))

    @precondition(lambda self: self.claimed)
    @rule(fate=st.sampled_from(["shown", "retry", "dies"]))
    def finish(self, fate: Any) -> Any:
        delivery = self.claimed.pop(0)
        if fate == "shown":
            seen = delivery.case.id, delivery.chat.messenger
            self.on_screen[seen] = max(delivery.case.revision, self.on_screen.get(seen, 0))
            self.do(self.store.shown(delivery, f"r{delivery.id}", later(self.time)))
        elif fate == "retry":
            self.do(self.store.retry(delivery, later(self.time + 5), "502", unknown=True))

    @rule()
    def restart(self) -> Any:
        self.judged, self.claimed = [], []
        self.do(self.store.recover(later(self.time)))

    @rule(
        key=st.integers(0, 5),
        case=st.integers(1, 4),
        state=st.sampled_from(["claimed", "closed", "not_complaint"]),
    )
    def press(self, key: Any, case: Any, state: Any) -> Any:
        outcome = self.do(
            self.store.press(press(f"{key}", case=case), ANNA, becomes(state, "Анна"), later(self.time))
        )
        assert self.pressed.setdefault(key, outcome) == outcome

    @invariant()
    def each_mention_is_stored_once_with_its_last_text(self) -> Any:
        kept = self.rows("mentions")
        assert {row["id"]: row["text"] for row in kept} == self.texts
        assert len(kept) == len(self.texts)

    @invariant()
    def the_cursor_is_that_of_the_last_batch(self) -> Any:
        assert self.do(self.store.cursor(SOURCE)) == (str(self.heard) if self.heard else None)

    @invariant()
    def every_chat_of_a_case_shows_it_or_will(self) -> Any:
        cases = {row["id"]: row["revision"] for row in self.rows("cases")}
        deliveries = self.rows("deliveries")
        assert len(deliveries) == len(cases) * len(CHATS)
        for row in deliveries:
            assert row["wanted"] == cases[row["case"]]
            assert row["shown"] == row["wanted"] if row["up_to_date"] else row["state"] != "failed"
            assert row["shown"] <= self.on_screen.get((row["case"], row["messenger"]), 0)
        for case, revision in cases.items():
            assert revision >= self.revisions.get(case, 1)
        self.revisions = cases

    @invariant()
    def what_is_due_comes_out_in_the_end(self) -> Any:
        """No open delivery is further away than a lease or a retry."""
        due = [row["due_at"] for row in self.rows("deliveries") if not row["up_to_date"]]
        assert all(moment <= later(self.time + 60) for moment in due)

    def rows(self, noun: str) -> Any:
        async def gather() -> Any:
            return [row async for row in export(self.store.database, noun, None)]

        return self.do(gather())


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
