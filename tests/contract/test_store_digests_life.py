"""Any order of floods, digests, parked chats, presses and deaths leaves every case in a card or in a digest."""

import asyncio
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import text

from alerts.cards.digest import TURN
from alerts.cases.commands import Claim, Close, Release, Reopen
from alerts.cases.events import NO_DEADLINES
from alerts.ports import ChatState, Delivery, Digest
from domain.mention import Author
from listener.store.stores import open_stores
from tests.contract.store_samples import ANNA, SLACK, SUPPORT, claim_all, complain, later, mention, press, wish

CHATS = (SUPPORT, SLACK)
COMMANDS = (Claim(), Release(), Close(), Reopen(deadlines=NO_DEADLINES))


class Life(RuleBasedStateMachine):
    """A store and the messages that its chats show; a message's reference is never used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = self.runner.run(open_stores("sqlite://"))
        self.cases = self.time = self.refs = self.keys = 0
        self.claimed: list[Any] = []
        self.lists: dict[str, Digest] = {}
        self.cards: set[tuple[int, str]] = set()
        self.wanted: set[tuple[int, str]] = set()

    def teardown(self) -> None:
        try:
            self.drain()
        finally:
            self.runner.run(self.store.close())
            self.runner.close()

    def do(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    @rule(count=st.integers(1, 9), is_late=st.booleans(), is_urgent=st.booleans())
    def flood(self, count: int, is_late: bool, is_urgent: bool) -> None:  # noqa: FBT001  # hypothesis names them
        first = self.cases + 1
        people = [
            mention(number, thread=f"t{number}", author=Author(id=str(number), name="А"))
            for number in range(first, first + count)
        ]
        told = {"is_late": is_late, "is_urgent": is_urgent}
        self.do(complain(self.store, *people, now=later(self.time), chats=CHATS, **told))
        self.cases += count

    @rule(seconds=st.integers(1, 70))
    def time_passes(self, seconds: int) -> None:
        self.time += seconds

    @rule(limit=st.integers(1, 8), folds=st.booleans())
    def claim(self, limit: int, folds: bool) -> None:  # noqa: FBT001  # as above
        self.claimed += self.do(claim_all(self.store, later(self.time), limit, folds=folds))

    @precondition(lambda self: self.claimed)
    @rule(fate=st.sampled_from(["shown", "shown", "retry", "parked", "refused"]))
    def finish(self, fate: str) -> None:
        due, now = self.claimed.pop(0), later(self.time)
        if fate == "shown":
            self.show(due)
        elif fate == "retry":
            self.do(self.store.outbox.retry(due, later(self.time + 5), "502", unknown=False))
        elif fate == "parked":
            state = ChatState(chat=due.chat, state="parked", since=now, until=now, reason="kicked")
            self.do(self.store.outbox.park(due, later(self.time + 5), state, now))
        elif isinstance(due, Digest):
            self.do(self.store.outbox.fail(due, "invalid_blocks", now))

    def show(self, due: Any) -> None:
        self.refs += 1
        ref = getattr(due, "ref", None) or f"m{self.refs}"
        self.do(self.store.outbox.shown(due, ref, later(self.time)))
        if isinstance(due, Digest):
            self.lists[ref] = due
        elif isinstance(due, Delivery):
            self.cards.add((due.case.id, due.chat.messenger))

    @rule(chat=st.sampled_from(CHATS))
    def well(self, chat: Any) -> None:
        self.do(self.store.outbox.well(chat, later(self.time)))

    @rule()
    def restart(self) -> None:
        self.claimed = []
        self.do(self.store.outbox.recover(later(self.time)))

    @precondition(lambda self: self.lists)
    @rule(data=st.data(), command=st.sampled_from(COMMANDS))
    def press_in_a_list(self, data: Any, command: Any) -> None:
        """One of the cases that the message shows; whoever takes it must get its card there."""
        ref = data.draw(st.sampled_from(sorted(self.lists)))
        digest = self.lists[ref]
        case = data.draw(st.sampled_from([case.id for case in digest.listing.cases]))
        self.keys += 1
        pressed = replace(press(f"k{self.keys}", case=case), messenger=digest.chat.messenger, ref=ref)
        made = self.do(
            self.store.presses.obey(pressed, "Анна", lambda _case: wish(command, ANNA), later(self.time))
        )
        if made.applied:
            self.wanted.add((case, digest.chat.messenger))

    @precondition(lambda self: self.lists)
    @rule(data=st.data(), page=st.integers(0, 3))
    def turn(self, data: Any, page: int) -> None:
        ref = data.draw(st.sampled_from(sorted(self.lists)))
        digest = self.lists[ref]
        pressed = replace(press("t", case=digest.id, action=TURN), messenger=digest.chat.messenger, ref=ref)
        turned = self.do(self.store.digests.turn(pressed, page, later(self.time)))
        assert turned == (page < digest.listing.pages)

    @invariant()
    def no_case_is_left_out(self) -> None:
        """Each chat has each case once: due, on its way, shown, or in a list that is not given up."""
        rows = self.rows(
            "SELECT v.state, count(d.id) FROM card_views v"
            " LEFT JOIN digest_cases c ON c.case_id = v.case_id"
            " LEFT JOIN digests d ON d.id = c.digest_id AND d.messenger = v.messenger AND d.state <> 'failed'"
            " WHERE v.messenger <> 'console' GROUP BY v.id"
        )
        assert len(rows) == self.cases * len(CHATS)
        assert all(state in ("due", "sending", "shown") or (state == "digest" and lists) for state, lists in rows)

    def drain(self) -> None:
        """The faults are over: everything becomes shown."""
        self.restart()
        for chat in CHATS:
            self.well(chat)
        for _ in range(200):
            self.time += 30
            due = self.do(claim_all(self.store, later(self.time), 50, folds=True))
            if not due:
                break
            for thing in due:
                self.show(thing)
        left = self.rows("SELECT state, delivered_at FROM card_views WHERE messenger <> 'console'")
        assert all(state in ("shown", "digest") and at is not None for state, at in left)
        assert self.wanted <= self.cards, "what somebody pressed in a list has a card of its own"

    def rows(self, statement: str) -> Any:
        async def read(connection: Any) -> Any:
            return (await connection.execute(text(statement))).all()

        return self.do(self.store.database.read(read))


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
