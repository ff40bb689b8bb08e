"""The words at the ends of a day: what waits when people come, what they leave, so that nothing is forgotten."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Final

from alerts.cards.context import CardContext
from alerts.cards.note import Note
from alerts.cards.shift import BUTTONS
from alerts.cards.wording import Wording
from alerts.cases.state import FORGOTTEN
from alerts.routing import Receiver
from alerts.russian import NBSP, counted, lasted, number, plural
from alerts.sla import next_opening
from domain.person import Person

NO_COUNTS: Final[Mapping[str, int]] = MappingProxyType({})
MOST_CASES: Final = 10
"""Named in each group; the others are counted."""
MOST_FORGOTTEN: Final = 150
"""Each that waits for more than a day is named: a message has room for so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case that waits for us, in short. `owner` is a Person.id, `opened_at` when it began, `waits_since` since
    when the customer waits, where that is not the same.
    """

    id: int
    brand_title: str
    owner: str | None
    opened_at: datetime
    due_at: datetime | None
    waits_since: datetime | None = None

    @property
    def since(self) -> datetime:
        return self.waits_since or self.opened_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Somebody (Person.id) took a case and did nothing with it: he lost it `at` that time, or is still silent
    (`at` is when he will lose it, `lost` False).
    """

    person: str
    case: int
    at: datetime
    lost: bool = True


def hand_over(
    receiver: Receiver,
    cases: Sequence[OpenCase],
    context: CardContext,
    now: datetime,
    *,
    withheld: Mapping[str, int] = NO_COUNTS,
    silent: Sequence[Silent] = (),
) -> Note | None:
    """What waits in the morning, the longest overdue first; None where nothing does. Customers stay unnamed: a
    group reads it.

    It calls the receiver's owner, and those who took a case and let its time run out. `withheld` is how many cases
    of the last day are shown nowhere, by the reason; `silent` who has lost a case since then.
    """
    if not cases and not withheld and not silent:
        return None
    words = Wording(context=context, now=now)
    lines = (
        f"Доброе утро! {_waiting(len(cases))}",
        *_groups(cases, words),
        silent_words(silent, words),
        _withheld(withheld),
    )
    return Note(text="\n".join(filter(None, lines)), to=_called(receiver, cases, words))


def remainder(
    receiver: Receiver,
    cases: Sequence[OpenCase],
    context: CardContext,
    now: datetime,
    *,
    silent: Sequence[Silent] = (),
) -> Note | None:
    """What is left in the evening, whose it is, and who is called to what is urgent until work begins again; None
    where nothing is left. Who has some of it may hand it over there.
    """
    if not cases and not silent:
        return None
    words = Wording(context=context, now=now)
    left = f"осталось {counted(len(cases), 'обращение', 'обращения', 'обращений')} без ответа" if cases else ""
    lines = (
        f"Конец дня: {left or 'ответа никто не ждёт'}.",
        *_groups(cases, words),
        silent_words(silent, words),
        _on_call(receiver, words),
    )
    given = any(case.owner is not None for case in cases)
    text = "\n".join(filter(None, lines))
    return Note(text=text, to=_called(receiver, cases, words), buttons=BUTTONS if given else ())


def shift_over(person: Person, cases: Sequence[OpenCase], context: CardContext, now: datetime) -> Note | None:
    """To a person whose shift is over, and to who works on: his open cases; None where he has none."""
    if not cases:
        return None
    words = Wording(context=context, now=now)
    left = counted(len(cases), "открытое обращение", "открытых обращения", "открытых обращений")
    late = _late(cases, now)
    others = "Остальные" if late else "Это"
    lines = (
        f"{words.name(person.id)}, смена закончилась, за вами {left}.",
        _line("Просрочены", late, lambda case: _promised(case, words)),
        _line(others, [case for case in cases if not _is_late(case, now)], lambda case: _until(case, words)),
        "Кому передать? Что не передали, остаётся за вами.",
    )
    return Note(text="\n".join(filter(None, lines)), to=(person,), buttons=BUTTONS)


def silent_words(silent: Sequence[Silent], words: Wording) -> str:
    """«Взяли и ничего не сделали за сутки: Анна Иванова — № 5, № 9; Борис Ли — № 7»."""
    by_person = groupby(sorted(silent, key=lambda each: (each.person, each.at)), key=lambda each: each.person)
    parts = [f"{words.name(person)} — {_numbers(each.case for each in theirs)}" for person, theirs in by_person]
    return f"Взяли и ничего не сделали за сутки: {'; '.join(parts)}" if parts else ""


def _groups(cases: Sequence[OpenCase], words: Wording) -> Iterator[str]:
    now = words.now
    late = _late(cases, now)
    free = sorted((case for case in cases if case not in late and case.owner is None), key=lambda case: case.since)
    taken = [case for case in cases if case not in late and case.owner is not None]
    yield _forgotten(cases, words)
    yield _line("Просрочены", late, lambda case: f"{_whose(case, words)}, {_promised(case, words)}")
    yield _line("Никто не взял", free, lambda case: f"{case.brand_title}, с{NBSP}{words.moment(case.since)}")
    yield _line("В работе", taken, lambda case: _whose(case, words))


def _forgotten(cases: Sequence[OpenCase], words: Wording) -> str:
    """Every one of them: what is only counted is forgotten again."""
    waiting = sorted((case for case in cases if words.now - case.since >= FORGOTTEN), key=lambda case: case.since)
    return _line("Ждут больше суток", waiting, lambda case: lasted(words.now - case.since), most=MOST_FORGOTTEN)


def _late(cases: Sequence[OpenCase], now: datetime) -> list[OpenCase]:
    return sorted((case for case in cases if _is_late(case, now)), key=lambda case: (case.due_at or now, case.id))


def _called(receiver: Receiver, cases: Sequence[OpenCase], words: Wording) -> tuple[Person, ...]:
    context, now = words.context, words.now
    called = (receiver.owner, *(case.owner for case in _late(cases, now)))
    forgotten = any(now - case.since >= FORGOTTEN for case in cases)
    leads = (lead.id for lead in context.leads) if forgotten else ()
    found = (context.answering(person, now) for person in (*called, *leads))
    return tuple({person.id: person for person in found if person is not None}.values())


def _on_call(receiver: Receiver, words: Wording) -> str:
    """«Срочные до 09:00 30 ноября — к Олегу»: the one who is there, not the one who is named."""
    context, now = words.context, words.now
    person = context.answering(receiver.on_call, now)
    hours = receiver.hours or context.hours
    if person is None or hours is None or hours.night == "hold":
        return ""
    opening = next_opening(hours, now)
    until = f" до {words.moment(opening)}" if opening else ""
    return f"На связи{until}, если срочно: {words.name(person.id)}"


def _waiting(count: int) -> str:
    if not count:
        return "Ответа никто не ждёт."
    wait = plural(count, "Ждёт", "Ждут", "Ждут")
    return f"{wait} ответа {counted(count, 'обращение', 'обращения', 'обращений')}."


def _withheld(counts: Mapping[str, int]) -> str:
    """«За сутки без карточки осталось обращений: 12 (дневной предел — 9, заглушены — 3)»."""
    if not counts:
        return ""
    limit = counts.get("daily_limit", 0)
    total, muted = sum(counts.values()), sum(counts.values()) - limit
    parts = (f"дневной предел — {number(limit)}" if limit else "", f"заглушены — {number(muted)}" if muted else "")
    return f"За сутки без карточки осталось обращений: {number(total)} ({', '.join(filter(None, parts))})"


def _is_late(case: OpenCase, now: datetime) -> bool:
    return case.due_at is not None and case.due_at <= now


def _promised(case: OpenCase, words: Wording) -> str:
    return f"обещали до {words.moment(case.due_at or words.now)}"


def _until(case: OpenCase, words: Wording) -> str:
    return f"ответить до {words.moment(case.due_at)}" if case.due_at else case.brand_title


def _whose(case: OpenCase, words: Wording) -> str:
    return words.name(case.owner) if case.owner else "никто не взял"


def _numbers(cases: Iterable[int]) -> str:
    return ", ".join(f"№{NBSP}{case}" for case in dict.fromkeys(cases))


def _line(
    title: str, cases: Sequence[OpenCase], each: Callable[[OpenCase], str], *, most: int = MOST_CASES
) -> str:
    if not cases:
        return ""
    shown = [f"№{NBSP}{case.id} ({each(case)})" for case in cases[:most]]
    hidden = len(cases) - len(shown)
    return f"{title}: {', '.join(shown)}" + (f" и ещё {hidden}" if hidden else "")
