"""The morning's hand-over: what waits for a receiver's people when they come, so that nothing is forgotten."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from alerts.cards.context import CardContext
from alerts.cards.note import Note
from alerts.cards.wording import Wording
from alerts.routing import Receiver
from alerts.russian import NBSP, counted, number

NO_COUNTS: Final[Mapping[str, int]] = MappingProxyType({})
MOST_CASES: Final = 10
"""Named in each group; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case that waits for us, in short. `owner` is a Person.id, `opened_at` when it began."""

    id: int
    brand_title: str
    owner: str | None
    opened_at: datetime
    due_at: datetime | None


def hand_over(
    receiver: Receiver,
    cases: Sequence[OpenCase],
    context: CardContext,
    now: datetime,
    *,
    withheld: Mapping[str, int] = NO_COUNTS,
) -> Note | None:
    """What waits, the longest overdue first; None where nothing does. Customers stay unnamed: a group reads it.

    It calls the receiver's owner, and those who took a case and let its time run out. `withheld` is how many cases
    of the last day are shown nowhere, by the reason.
    """
    if not cases and not withheld:
        return None
    words = Wording(context=context, now=now)
    late = sorted((case for case in cases if _is_late(case, now)), key=lambda case: (case.due_at or now, case.id))
    free = sorted(
        (case for case in cases if case not in late and case.owner is None), key=lambda case: case.opened_at
    )
    taken = [case for case in cases if case not in late and case.owner is not None]
    lines = [
        f"Доброе утро! {_waiting(len(cases))}",
        _line(
            "Просрочены",
            late,
            lambda case: f"{_whose(case, words)}, обещали до {words.moment(case.due_at or now)}",
        ),
        _line("Никто не взял", free, lambda case: f"{case.brand_title}, с{NBSP}{words.moment(case.opened_at)}"),
        _line("В работе", taken, lambda case: _whose(case, words)),
        _withheld(withheld),
    ]
    called = (receiver.owner, *(case.owner for case in late))
    people = {person.id: person for number in called if (person := context.answering(number, now)) is not None}
    return Note(text="\n".join(filter(None, lines)), to=tuple(people.values()))


def _waiting(count: int) -> str:
    if not count:
        return "Ответа никто не ждёт."
    return f"Ждут ответа {counted(count, 'обращение', 'обращения', 'обращений')}."


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


def _whose(case: OpenCase, words: Wording) -> str:
    return words.name(case.owner) if case.owner else "никто не взял"


def _line(title: str, cases: Sequence[OpenCase], each: Callable[[OpenCase], str]) -> str:
    if not cases:
        return ""
    shown = [f"№{NBSP}{case.id} ({each(case)})" for case in cases[:MOST_CASES]]
    hidden = len(cases) - len(shown)
    return f"{title}: {', '.join(shown)}" + (f" и ещё {hidden}" if hidden else "")
