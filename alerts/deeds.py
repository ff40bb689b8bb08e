"""The words of a case's log: how a deed is written down, and found again among the others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from alerts.case import Case, Deed
from alerts.russian import did, moment
from domain.person import Person

VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "claim": ("взял", ""),
    "close": ("закрыл", ""),
    "not_complaint": ("отметил", " как не жалобу"),
    "reopen": ("вернул", " в работу"),
    "snooze": ("отложил", ""),
}
"""Each action's verb without its gender's ending, and what follows it."""


def verb(action: str, person: Person) -> str:
    """The log's word for an action, in the person's gender: «взяла», «отметил как не жалобу»."""
    stem, rest = VERBS[action]
    return did(stem, person.gender) + rest


def last_deed(case: Case, action: str, who: str | None = None) -> Deed | None:
    """The latest `action` in the case's log (by `who`, when given): the log keeps words, not actions."""
    stem = VERBS[action][0]
    for deed in reversed(case.done):
        if deed.what.startswith(stem) and who in (None, deed.who):
            return deed
    return None


def taken(case: Case, now: datetime, timezone: str) -> str:
    """Who has the case and since when: «взяла Анна Иванова в 14:05»."""
    deed = last_deed(case, "claim", case.owner)
    if deed is None:
        return f"у сотрудника {case.owner}"
    return f"{deed.what} {deed.who} в {moment(deed.at, now=now, timezone=timezone)}"
