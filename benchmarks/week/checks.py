"""What must hold at every step of the week; a broken one names the seed and the moment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, select, text

from alerts.outreach.outbound import Outbound
from alerts.ports import Answer, Press
from alerts.sla import Sla, deadlines
from benchmarks.week.chats import Message
from benchmarks.week.scenario import MOSCOW
from listener.store.cases import load_closely
from listener.store.tables import card_views, case_events, case_mentions, cases, verdicts

if TYPE_CHECKING:
    from benchmarks.week.world import World

FORGOTTEN: Final = timedelta(hours=24)
"""Of working time, in which nobody has touched a case that waits for us."""
OWNS: Final = frozenset({"claimed", "assigned", "transferred"})
STUCK: Final = timedelta(hours=2)
"""Longer than Slack is dead, and than any flood keeps a card waiting."""
MAKE_A_CASE: Final = ("candidate", "danger")


class BrokenError(AssertionError):
    """An invariant does not hold."""


@dataclass
class Checks:
    """Looks at the chats after every step, at the store's history every minute, at everything each hour."""

    world: "World"
    twice: int = 0
    possible_repeats: int = 0
    owners: dict[int, str | None] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    receivers: dict[int, str] = field(default_factory=dict)
    most_given: Counter[str] = field(default_factory=Counter)
    """The most open cases that somebody had when he was given another."""
    forgotten: dict[int, datetime] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    """What whoever pressed has read."""
    steps: int = 0
    _numbers: Counter[int] = field(default_factory=Counter)
    _fresh: list[Message] = field(default_factory=list)
    _since: datetime | None = None

    def broken(self, what: str) -> BrokenError:
        now = self.world.clock.now().astimezone(MOSCOW)
        return BrokenError(f"seed {self.world.scenario.seed}, {now:%a %d.%m %H:%M:%S}: {what}")

    def said(self, message: Message) -> None:
        self._fresh.append(message)

    def screens(self) -> None:
        """Nothing stands twice in a chat but what nobody could know the end of."""
        self.steps += 1
        for message in self._fresh:
            messenger = self.world.messengers[message.chat.messenger]
            times = messenger.keys[f"{message.chat.chat} {message.key}"]
            if times > 1:
                if message.key not in messenger.doubtful:
                    self.twice += 1
                    raise self.broken(f"{message.key} stands {times} times in {message.chat.chat}")
                self.possible_repeats += 1
        self._fresh.clear()

    def answered(self, press: Press, answer: Answer) -> None:
        self.answers[answer.text or (answer.prompt.question if answer.prompt else "")] += 1
        if answer.reason is not None:
            self.refusals[answer.reason] += 1
        if answer.reason == "not_stored":
            raise self.broken(f"a press was not stored: {press}")

    async def follow(self) -> None:
        """No case has two owners, nobody is given more than his load."""
        await self._follow()
        if self.world.clock.now().minute == 0:
            await self._look_for_lost()
            await self._look_for_forgotten()

    async def at_the_end(self) -> None:
        await self.follow()
        await self._look_for_lost()
        await self._look_for_forgotten()
        for network, outreach in self.world.outreaches.items():
            if outreach.twice:
                raise self.broken(f"{network}: customers were answered twice: {outreach.twice[:5]}")

    async def _follow(self) -> None:
        """The owners by the events alone, beside what the projection says."""
        since, now = self._since or self.world.scenario.begins, self.world.clock.now()
        rows = await self._rows(
            select(case_events)
            .where(case_events.c.at >= since - timedelta(minutes=1))
            .order_by(case_events.c.at, case_events.c.case_id, case_events.c.number)
        )
        self._since = now
        for _, at_once in groupby(rows, key=lambda row: row.at):
            fresh = [row for row in at_once if row.number > self._numbers[row.case_id]]
            for row in fresh:
                self._comes_next(row)
                self._apply(row)
            # Of one moment the store does not tell what came first: whoever was given a case has room after it.
            for row in fresh:
                if row.kind == "assigned":
                    self._had_room(row.case_id, str(row.payload.get("to")))
        touched = {row.case_id for row in rows}
        found = await self._rows(
            select(cases.c.id, cases.c.owner, cases.c.stage).where(cases.c.id.in_(sorted(touched)))
        )
        for row in found:
            if (row.stage == "closed") != (row.id in self.closed):
                raise self.broken(f"case {row.id} is {row.stage}, by its events that is not so")
            if row.owner != self.owners.get(row.id):
                raise self.broken(f"case {row.id} is {row.owner}'s, by its events {self.owners.get(row.id)}'s")

    def _comes_next(self, row: Any) -> None:
        if row.number != self._numbers[row.case_id] + 1:
            raise self.broken(f"case {row.case_id} goes from event {self._numbers[row.case_id]} to {row.number}")
        self._numbers[row.case_id] = row.number

    def _apply(self, row: Any) -> None:
        case, owner = row.case_id, self.owners.get(row.case_id)
        payload = row.payload if isinstance(row.payload, dict) else {}
        match row.kind:
            case "claimed" | "assigned":
                new = row.actor_id if row.kind == "claimed" else str(payload.get("to"))
                if owner is not None and owner != new and not self._is_taken_over(row, owner):
                    raise self.broken(f"case {case} of {owner} was {row.kind} for {new}: two owners")
                self.owners[case] = new
            case "transferred":
                self.owners[case] = str(payload.get("to"))
            case "released" | "moved" | "returned":
                self.owners[case] = None
            case "closed" | "not_complaint":
                self.closed.add(case)
                self.owners[case] = owner or row.actor_id  # who ends what is nobody's answers for it
            case "reopened":
                self.closed.discard(case)
                self.owners[case] = payload.get("owner")

    def _is_taken_over(self, row: Any, owner: str) -> bool:
        """A lead may take another's case, and the event says whose it was."""
        leads = {person.id for person in self.world.config.people if person.role == "lead"}
        return row.actor_id in leads and row.payload.get("taken_from") == owner

    def _had_room(self, case: int, person: str) -> None:
        open_now = sum(owner == person and number not in self.closed for number, owner in self.owners.items())
        self.most_given[person] = max(self.most_given[person], open_now)
        load = next(each.load for each in self.world.config.people if each.id == person)
        if load is not None and open_now > load:
            raise self.broken(f"{person} was given case {case} and has {open_now} open ones of at most {load}")
        if self.world.operators[person].is_away():
            raise self.broken(f"{person} is away and was given case {case}")

    async def _look_for_lost(self) -> None:
        """Every complaint judged so is in a case, and the case is seen, on its way, or held with a reason."""
        homeless = await self._rows(
            select(verdicts.c.mention_id)
            .where(verdicts.c.outcome.in_(MAKE_A_CASE))
            .where(~exists().where(case_mentions.c.mention_id == verdicts.c.mention_id))
            .limit(5)
        )
        if homeless:
            raise self.broken(f"complaints without a case: {[row.mention_id for row in homeless]}")
        withheld = select(case_events.c.case_id).where(case_events.c.kind == "card_withheld")
        # What stands on a list's later page is a press away.
        waiting = text(
            "SELECT case_id FROM card_views WHERE ref IS NULL AND state IN ('due', 'sending') OR state = 'digest'"
        )
        shown = set(self.world.screens.shown_at)
        every = {row.id for row in await self._rows(select(cases.c.id))}
        reasons = {row.case_id for row in await self._rows(withheld)}
        on_the_way = {row.case_id for row in await self._rows(waiting)}
        stuck = select(card_views.c.case_id).where(
            card_views.c.ref.is_(None),
            card_views.c.state.in_(("due", "sending")),
            card_views.c.due_at < self.world.clock.now() - STUCK,
        )
        if late := await self._rows(stuck):
            raise self.broken(f"cards that wait for hours in their queue: {[row.case_id for row in late][:5]}")
        lost = every - shown - reasons - on_the_way
        if lost:
            raise self.broken(f"cases that nobody was shown, for no reason: {sorted(lost)[:5]}")

    async def _look_for_forgotten(self) -> None:
        """No case that waits for us has lain untouched for a day of working time."""
        now, routing = self.world.clock.now(), self.world.rules.decider.routing
        found = await self._rows(
            select(cases.c.id, cases.c.receiver, cases.c.opened_at)
            .where(cases.c.stage != "closed", cases.c.waiting_for == "us", cases.c.snoozed_until.is_(None))
            .where(exists().where(text("card_views.case_id = cases.id")).select_from(text("card_views")))
        )
        touched = {
            row.case_id: row.at
            for row in await self._rows(
                select(case_events.c.case_id, case_events.c.at)
                .where(case_events.c.actor == "person", case_events.c.case_id.in_([each.id for each in found]))
                .order_by(case_events.c.at)
            )
        }
        terms = Sla(warn=FORGOTTEN, due=FORGOTTEN, breach=FORGOTTEN)
        for row in found:
            receiver = next((each for each in routing.receivers if each.name == row.receiver), None)
            since = touched.get(row.id, row.opened_at)
            forgotten_at = deadlines(terms, routing.hours_of(receiver), since)[0]
            if forgotten_at is not None and forgotten_at <= now:
                self.forgotten.setdefault(row.id, since)

    async def outbounds(self, case: int) -> list[Outbound]:
        """What was said to the customer last."""
        now = self.world.clock.now()
        found = await self.world.stores.database.read(lambda c: load_closely(c, case, now))
        return list(found.contact.outbounds[-1:]) if found is not None else []

    async def _rows(self, statement: Any) -> Sequence[Any]:
        async def read(connection: Any) -> Sequence[Any]:
            return list(await connection.execute(statement))

        return await self.world.stores.database.read(read)
