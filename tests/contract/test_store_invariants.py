"""Any order of hearing, judging, telling, dying, pressing and ticking keeps what must never break.

Each mention is stored once (I1), each case is shown in every chat or will be (I2), a cursor is never ahead of what
is stored (I4), every case is the fold of its events, and nobody is told anything twice.
"""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alerts.cases.commands import (
    Claim,
    Close,
    MoveTo,
    Mute,
    NotComplaint,
    Note,
    Release,
    Reopen,
    Snooze,
    TransferTo,
    Unmute,
)
from alerts.cases.state import fold
from alerts.ports import Notice
from domain.mention import Author, Deletion
from listener.ports import Batch
from listener.store.cases import load
from listener.store.export import export
from listener.store.stores import open_stores
from tests.contract.store_samples import (
    ANNA,
    OLEG,
    SLACK,
    SOURCE,
    SUPPORT,
    claim_all,
    complaint,
    do,
    later,
    mention,
    praise,
    promise,
)
from tests.contract.test_store_assigning import assigning, receiver

CHATS = (SUPPORT, SLACK)
COMMANDS = (
    lambda _time: Claim(),
    lambda _time: Release(),
    lambda _time: TransferTo(person="oleg", name="Олег Смирнов"),
    lambda time: MoveTo(receiver="money", deadlines=promise(time + 90)),
    lambda time: Snooze(until=later(time + 30), past_deadline=True),
    lambda _time: Note(text="перезвонить"),
    lambda time: Mute(until=later(time + 45)),
    lambda time: Mute(until=later(time + 45), topic="связь"),
    lambda _time: Unmute(),
    lambda _time: Close(),
    lambda _time: NotComplaint(),
    lambda time: Reopen(deadlines=promise(time + 60)),
)


class Life(RuleBasedStateMachine):
    """A store beside the plainest model of what it must remember."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = self.runner.run(open_stores("sqlite://"))
        self.texts, self.heard, self.time = {}, 0, 0
        self.judged, self.claimed, self.revisions, self.pressed = [], [], {}, {}
        self.on_screen, self.said = {}, []

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
        self.do(
            self.store.mentions.keep(
                SOURCE, Batch(mentions=tuple(batch), cursor=str(self.heard)), later(self.time)
            )
        )
        self.texts |= {one.id: one.text for one in batch}

    @rule(limit=st.integers(1, 8), unhappy=st.booleans())
    def judge(self, limit: Any, unhappy: Any) -> Any:
        stored = self.do(self.store.mentions.undecided(limit, later(self.time)))
        self.judged = [
            complaint(one, *CHATS, deadlines=promise(self.time + 60)) if unhappy else praise(one) for one in stored
        ]

    @rule()
    def record(self) -> Any:
        """Twice in a row with the same judgements is what a crash after the commit looks like."""
        self.do(self.store.decisions.record(self.judged, later(self.time)))

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: Any) -> Any:
        self.claimed += self.do(claim_all(self.store, later(self.time), limit))

    @precondition(lambda self: self.claimed)
    @rule(fate=st.sampled_from(["shown", "retry", "dies"]))
    def finish(self, fate: Any) -> Any:
        due = self.claimed.pop(0)
        if fate == "shown":
            self.see(due)
            self.do(self.store.outbox.shown(due, f"r{due.id}", later(self.time)))
        elif fate == "retry":
            self.do(self.store.outbox.retry(due, later(self.time + 5), "502", unknown=True))

    def see(self, due: Any) -> None:
        if isinstance(due, Notice):
            # A lease that ran out gives a notice to another worker; what is said for certain is said once.
            self.said.append((due.id, due.unknown))
            return
        seen = due.case.id, due.chat.messenger
        self.on_screen[seen] = max(due.case.revision, self.on_screen.get(seen, 0))

    @rule()
    def restart(self) -> Any:
        self.judged, self.claimed = [], []
        self.do(self.store.outbox.recover(later(self.time)))

    @rule(
        key=st.integers(0, 8),
        case=st.integers(1, 4),
        person=st.sampled_from([ANNA, OLEG]),
        command=st.sampled_from(COMMANDS),
    )
    def press(self, key: Any, case: Any, person: Any, command: Any) -> Any:
        wanted = command(self.time)
        outcome = self.do(do(self.store, wanted, case=case, person=person, now=later(self.time), key=f"k{key}"))
        assert self.pressed.setdefault(key, outcome) == outcome

    @rule()
    def tick(self) -> Any:
        self.do(self.store.timers.tick(later(self.time)))
        # Nothing that was due then is left: the same moment rings once.
        assert self.do(self.store.timers.tick(later(self.time))).changed == 0

    @rule(load=st.integers(1, 2))
    def assign(self, load: Any) -> Any:
        """A case that was handed on has a receiver, whose people are given it."""
        self.do(self.store.assignments.assign(assigning(receiver(name="money", load=load)), later(self.time)))

    @rule(number=st.integers(0, 12))
    def delete(self, number: Any) -> Any:
        gone = Deletion(network=mention(number).network, id=mention(number).id, at=later(self.time))
        self.do(self.store.mentions.keep("other", Batch(deleted=(gone,)), later(self.time)))

    @invariant()
    def every_case_is_the_fold_of_its_events(self) -> Any:
        numbers = [row["id"] for row in self.rows("cases")]
        for case in self.do(self.store.database.read(lambda c: load(c, numbers))).values():
            assert fold(case.events) == case.state
            assert [event.number for event in case.events] == list(range(1, case.revision + 1))

    @invariant()
    def nothing_is_said_twice_for_certain(self) -> Any:
        certain = [number for number, unknown in self.said if not unknown]
        assert len(certain) == len(set(certain))

    @invariant()
    def each_mention_is_stored_once_with_its_last_text(self) -> Any:
        kept = self.rows("mentions")
        assert {row["id"]: row["text"] for row in kept} == self.texts
        assert len(kept) == len(self.texts)

    @invariant()
    def the_cursor_is_that_of_the_last_batch(self) -> Any:
        assert self.do(self.store.mentions.cursor(SOURCE)) == (str(self.heard) if self.heard else None)

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
