"""Shifts: what a person who goes home does with his open cases, all at once or one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.cards import shift
from alerts.cards.asking import KEEP, asker_of
from alerts.cards.shift import Next
from alerts.cards.wording import Wording
from alerts.cases.case import Case
from alerts.cases.events import Idle
from alerts.ports import Answer, Press
from alerts.routing import Receiver
from alerts.routing.assigning import team
from alerts.sla import next_opening
from domain.person import Person
from listener.decision import Decider
from listener.rules import Rules
from listener.store.shifts import HandOver, ShiftStore


async def end_shift(press: Press, person: Person, rules: Rules, store: ShiftStore, now: datetime) -> Answer:
    """A press under the word that a shift is over. It is about the cases of who presses alone, whoever else reads
    the word; delivered again it finds nothing left to hand over. Raises StoreError.
    """
    cases = await store.open_cases((person.id, *person.former_ids))
    if press.action == shift.KEPT:
        return Answer(text=shift.kept_words(len(cases)))
    if press.value is None:
        return _asks(press, cases, person, rules, now) if cases else Answer(text=shift.NONE_OPEN)
    all_at_once = press.action == shift.ALL
    meant = cases if all_at_once else [case for case in cases if case.id == press.case]
    to = shift.chosen(press.value, who_follows(person, meant or cases, rules.decider, now))
    if press.value == KEEP:
        said = shift.NOTHING_GIVEN if all_at_once else shift.NOT_GIVEN
    elif to is None and press.value != shift.FREE:
        return Answer(text=shift.GONE, alert=True, reason="unknown_person")
    else:
        said = await _given(meant, person, to, rules, store, now)
    left = [] if all_at_once else [case for case in cases if case.id > press.case]
    return replace(_asks(press, left, person, rules, now), text=said) if left else Answer(text=said)


def _asks(press: Press, cases: Sequence[Case], person: Person, rules: Rules, now: datetime) -> Answer:
    words, meant = Wording(context=rules.context, now=now), cases if press.action == shift.ALL else cases[:1]
    following = who_follows(person, meant, rules.decider, now)
    if press.action == shift.EACH:
        return Answer(text="", prompt=shift.whom_each(cases[0], following, words))
    apart = any(not _may_have(each.person, case, rules.decider) for each in following for case in cases)
    return Answer(text="", prompt=shift.whom_all(cases, following, words, apart=apart))


async def _given(
    cases: Sequence[Case], person: Person, to: Person | None, rules: Rules, store: ShiftStore, now: datetime
) -> str:
    """What the chosen one is not given, for he does not belong to its receiver, goes to that receiver's queue."""
    his = [case.id for case in cases if to is None or _may_have(to, case, rules.decider)]
    others = [case.id for case in cases if case.id not in his]
    given = await store.hand_over(his, _how(person, to, rules, now), now)
    queued = await store.hand_over(others, _how(person, None, rules, now), now) if others else ()
    return shift.given_words(given, to, queued)


def _may_have(person: Person, case: Case, decider: Decider) -> bool:
    team_of_it = _team(decider.routing.receiver(case.state.receiver), decider)
    return any(person.id == other.id for other in team_of_it)


def _how(person: Person, to: Person | None, rules: Rules, now: datetime) -> HandOver:
    decider = rules.decider

    def idle(receiver: str | None, who: Person) -> Idle:
        return decider.idle(now, decider.routing.receiver(receiver), who)

    return HandOver(asker=asker_of(person), to=to, elsewhere=rules.elsewhere, idle=idle)


def who_follows(person: Person, cases: Sequence[Case], decider: Decider, now: datetime) -> Sequence[Next]:
    """Who is given such cases and is not away: those who work now, in the config's order, then who comes next."""
    routing = decider.routing
    receivers = [routing.receiver(name) for name in dict.fromkeys(case.state.receiver for case in cases)]
    found: dict[str, Next] = {}
    for each in _following(person, receivers, decider, now):
        known = found.get(each.person.id)
        if known is None or _comes(each, now) < _comes(known, now):
            found[each.person.id] = each
    return sorted(found.values(), key=lambda each: _comes(each, now))


def _following(
    person: Person, receivers: Sequence[Receiver | None], decider: Decider, now: datetime
) -> Iterator[Next]:
    for receiver in receivers:
        for other in _team(receiver, decider):
            hours = decider.routing.hours_at_work(other, receiver)
            comes_at = now if hours is None else next_opening(hours, now)
            if other.id != person.id and comes_at is not None and not other.is_absent(decider.day(comes_at)):
                yield Next(person=other, comes_at=comes_at if comes_at > now else None)


def _team(receiver: Receiver | None, decider: Decider) -> Sequence[Person]:
    if receiver is not None:
        return team(receiver, decider.people)
    return [person for person in decider.people if person.role == "operator"]


def _comes(each: Next, now: datetime) -> datetime:
    return each.comes_at or now
