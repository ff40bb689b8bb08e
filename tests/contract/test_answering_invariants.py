"""No order of presses, ticks, kills and answers of the network says a word unconfirmed, twice, or past the guard.

The network forgives nothing: what is sent to it twice stands there twice, and it may fall silent before or after.
The guard is checked by a plain model of its own: who was told what when, and when he had last written.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alerts.cases.commands import Claim, Close, ForbidWriting, Release, Reopen
from alerts.cases.events import ReplyCancelled, ReplyConfirmed, ReplySent
from alerts.cases.state import fold
from alerts.outreach.outbound import Outbound
from alerts.outreach.policy import Approve, Policy
from domain.mention import Author
from listener.loops.answer import FRESH
from listener.store.cases import load
from listener.store.stores import open_stores
from tests.contract.answering import Desk, number_of
from tests.contract.store_samples import ANNA, OLEG, complain, do, mention, remark
from tests.outreach import Fault, Killed

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = timedelta(days=1)
FAULTS = (
    None,
    None,
    Fault(outcome="refused", reason="gone"),
    Fault(outcome="later", reason="unreachable", retry_after=timedelta(hours=1)),
    Fault(outcome="unknown", reason="unreachable", done=True),
    Fault(outcome="unknown", reason="unreachable"),
    Fault(killed=True, done=True),
    Fault(killed=True),
)
PLACES = ((1, "a"), (1, "b"), (2, "a"))
"""Author and thread of the three cases: one author has two of them."""
VERBS = ("ok", "edit", "drop", "hand", "yes", "no", "again-honest", "went-honest", "stop-honest")
SPOKEN = ("reply", "invite", "message")


@dataclass(frozen=True)
class Told:
    """A word that reached a customer."""

    outbound: Outbound
    at: datetime
    wrote_at: datetime


class Talk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = self.run(open_stores("sqlite://"))
        self.desk = Desk(stores=self.store, policy=Policy(approve=Approve(topics=("суд",))))
        self.written: dict[int, datetime] = {}
        self.unwanted: dict[int, datetime] = {}
        self.told: list[Told] = []
        self.heard = 0
        for author, thread in PLACES:
            self.write(author, thread, angry=True)

    def teardown(self) -> Any:
        self.run(self.store.close())
        self.runner.close()

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def write(self, author: int, thread: str, *, angry: bool) -> None:
        now = self.desk.now()
        self.heard += 1
        one = mention(
            self.heard,
            author=Author(id=str(author), name="Анна Ли"),
            thread=thread,
            published_at=now,
            kind="comment",
            # The same words again would join the case that the author opened with them.
            text=f"Ромашка, {1 + PLACES.index((author, thread))} дня без связи" if angry else "вот и я",
        )
        self.run((complain if angry else remark)(self.store, one, now=now))
        for case, place in enumerate(PLACES, start=1):
            if place == (author, thread):
                self.written[case] = now

    @initialize(fault=st.sampled_from(FAULTS), case=st.integers(1, 3))
    def somebody_is_answered(self, fault: Any, case: Any) -> Any:
        """Every play begins with a word that goes out, or nearly."""
        self.says(case, ANNA, "write_reply", fault)

    @rule(minutes=st.sampled_from([1, 20, 59, 90, 360, 60 * 24, 60 * 24, 60 * 24 * 29]))
    def time_passes(self, minutes: Any) -> Any:
        self.desk.clock.turn(minutes=minutes)

    @rule(place=st.sampled_from(PLACES), angry=st.booleans())
    def customer_writes(self, place: Any, angry: Any) -> Any:
        self.write(*place, angry=angry)

    @rule(
        case=st.integers(1, 3),
        person=st.sampled_from([ANNA, OLEG]),
        action=st.sampled_from(["write_reply", "write_private"]),
    )
    def drafts(self, case: Any, person: Any, action: Any) -> Any:
        self.run(self.desk.press(action, "Уже разбираемся", case=case, person=person))

    @precondition(lambda self: self.outbounds())
    @rule(number=st.integers(0, 20), verb=st.sampled_from(VERBS), person=st.sampled_from([ANNA, OLEG]))
    def presses_a_preview(self, number: Any, verb: Any, person: Any) -> Any:
        outbounds = self.outbounds()
        chosen = outbounds[number % len(outbounds)]
        verb, _, honest = verb.partition("-")
        if honest:
            # A person who says what became of it has looked: only the truth is said.
            there = chosen.id in self.desk.outreach.numbers()
            if (verb == "went") != there:
                return
        self.run(self.desk.press("send", f"{verb}-{chosen.id}", case=chosen.case, person=person))

    @precondition(lambda self: self.outbounds())
    @rule(number=st.integers(0, 20), person=st.sampled_from([ANNA, OLEG]), back=st.booleans())
    def mends(self, number: Any, person: Any, back: Any) -> Any:
        outbounds = self.outbounds()
        chosen = outbounds[number % len(outbounds)]
        if back:
            self.run(self.desk.press("mend", f"back-{chosen.id}", case=chosen.case, person=person))
        else:
            self.run(self.desk.press(f"fix.{chosen.id}", "Иначе", case=chosen.case, person=person))

    @rule(
        case=st.integers(1, 3),
        person=st.sampled_from([ANNA, OLEG]),
        command=st.sampled_from([Claim(), Release(), Close(), Reopen()]),
    )
    def works(self, case: Any, person: Any, command: Any) -> Any:
        self.heard += 1
        self.run(do(self.store, command, case=case, person=person, now=self.desk.now(), key=f"w{self.heard}"))

    @rule(case=st.integers(1, 3), seldom=st.integers(0, 3))
    def is_to_be_left_alone(self, case: Any, seldom: Any) -> Any:
        if seldom:
            return
        self.heard += 1
        self.run(do(self.store, ForbidWriting(), case=case, now=self.desk.now(), key=f"f{self.heard}"))
        self.unwanted[PLACES[case - 1][0]] = self.desk.now()

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=3), blind=st.integers(0, 3))
    def network_is_moody(self, faults: Any, blind: Any) -> Any:
        self.desk.outreach.faults.extend(faults)
        self.desk.outreach.blind = blind

    @rule(
        case=st.integers(1, 3),
        person=st.sampled_from([ANNA, OLEG]),
        action=st.sampled_from(["write_reply", "write_private"]),
        fault=st.sampled_from(FAULTS),
        hours=st.sampled_from([0, 0, 8]),
    )
    def speaks(self, case: Any, person: Any, action: Any, fault: Any, hours: Any) -> Any:
        if hours:
            # Who had asked is answered some hours later: only the night can hold that back.
            self.desk.reach.addressed = True
            self.desk.clock.turn(hours=hours)
        self.says(case, person, action, fault)

    def says(self, case: int, person: Any, action: str, fault: Fault | None) -> None:
        """The whole way at once, or as far as it leads: else chance would hardly ever come to its end."""
        shown = self.run(self.desk.press(action, "Уже разбираемся", case=case, person=person))
        if shown.prompt is None or not shown.prompt.options:
            return
        self.run(self.desk.press("send", f"ok-{number_of(shown.prompt)}", case=case, person=person))
        self.desk.outreach.faults.append(fault)
        self.answers()

    @rule()
    def answers(self) -> Any:
        before = len(self.desk.outreach.sent)
        try:
            self.run(self.desk.answer())
        except Killed:
            self.run(self.desk.restart())
        self.told += [
            Told(outbound=sent, at=self.desk.now(), wrote_at=self.written[sent.case])
            for sent in self.desk.outreach.sent[before:]
        ]

    @rule(addressed=st.booleans())
    def brand_is_named(self, addressed: Any) -> Any:
        self.desk.reach.addressed = addressed

    def outbounds(self) -> list[Outbound]:
        return [each for case in self.cases() for each in case.contact.outbounds]

    def cases(self) -> list[Any]:
        found = self.run(self.store.database.read(lambda c: load(c, [1, 2, 3])))
        return [found[number] for number in sorted(found)]

    @invariant()
    def every_promise_holds(self) -> Any:
        """All of them over one look at the cases: the store is read after every step."""
        cases = self.cases()
        self.nothing_is_said_twice()
        self.nothing_is_said_that_no_person_let_out(cases)
        self.what_was_said_is_on_the_card_or_is_looked_for(cases)
        self.nobody_is_gone_up_to_twice()
        self.nobody_is_woken()
        for case in cases:
            assert fold(case.events) == case.state

    def nothing_is_said_twice(self) -> None:
        assert all(times == 1 for times in Counter(self.desk.outreach.numbers()).values())

    def nothing_is_said_that_no_person_let_out(self, cases: Any) -> None:
        let_out = {
            event.fact.outbound
            for case in cases
            for event in case.events
            if isinstance(event.fact, ReplyConfirmed) and event.actor.kind == "person"
        }
        assert set(self.desk.outreach.numbers()) <= let_out

    def what_was_said_is_on_the_card_or_is_looked_for(self, cases: Any) -> None:
        facts = [event.fact for case in cases for event in case.events]
        shown = {fact.outbound for fact in facts if isinstance(fact, ReplySent) and not fact.by_hand}
        stopped = {fact.outbound for fact in facts if isinstance(fact, ReplyCancelled)}
        outbounds = [each for case in cases for each in case.contact.outbounds]
        open_ones = {each.id for each in outbounds if each.state in ("confirmed", "sending", "unknown")}
        assert {told.outbound.id for told in self.spoken()} <= shown | open_ones | stopped

    def nobody_is_gone_up_to_twice(self) -> None:
        """By the day on which a person let it out: the queue may take an hour."""
        times: dict[str, list[datetime]] = {}
        for told in self.spoken():
            confirmed_at = told.outbound.confirmed_at
            assert confirmed_at is not None
            if told.outbound.unsolicited:
                times.setdefault(told.outbound.target.author, []).append(confirmed_at)
        for of_author in times.values():
            ordered = sorted(of_author)
            assert all(after - before >= 30 * DAY for before, after in pairwise(ordered)), ordered

    def nobody_is_woken(self) -> None:
        for told in self.spoken():
            confirmed_at = told.outbound.confirmed_at
            assert confirmed_at is not None
            at = confirmed_at if told.at - confirmed_at <= FRESH else told.at
            hour = at.astimezone(MOSCOW).hour
            # What he has written since makes nobody sleep less well.
            assert 9 <= hour < 22 or at - told.wrote_at <= timedelta(hours=1), told

    def spoken(self) -> list[Told]:
        return [told for told in self.told if told.outbound.kind in SPOKEN]


TestTalk = Talk.TestCase
TestTalk.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
