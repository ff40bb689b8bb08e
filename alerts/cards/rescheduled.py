"""The word to a receiver whose hours or terms were changed: which of its cases are to be answered when now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from alerts.cards.context import CardContext
from alerts.cards.note import Note
from alerts.cards.wording import Wording
from alerts.russian import NBSP, counted

MOST: Final = 30
"""Named by their number; the others are counted, and say it themselves on their cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A case that is to be answered at another time than before; None: never by the clock."""

    case: int
    due_at: datetime | None


def rescheduled_note(moved: Sequence[Moved], context: CardContext, now: datetime) -> Note | None:
    """«Изменились сроки 7 обращений: № 12 (до 18:30), …»; None where none has."""
    if not moved:
        return None
    words = Wording(context=context, now=now)
    shown = [f"№{NBSP}{each.case} ({_when(each, words)})" for each in sorted(moved, key=_order)[:MOST]]
    hidden = len(moved) - len(shown)
    count = counted(len(moved), "обращения", "обращений", "обращений")
    more = f" и ещё {hidden}" if hidden else ""
    text = f"Часы работы или сроки изменили, и изменились сроки {count}: {', '.join(shown)}{more}."
    return Note(text=text)


def _order(each: Moved) -> tuple[bool, datetime, int]:
    return each.due_at is None, each.due_at or datetime.max.replace(tzinfo=UTC), each.case


def _when(each: Moved, words: Wording) -> str:
    return f"до {words.moment(each.due_at)}" if each.due_at else "без срока"
