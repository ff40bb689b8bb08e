"""What operators may do with a case: the transition table, who may, and what the person who pressed reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeGuard, get_args

from alerts.card import Action
from alerts.case import Case, State
from alerts.deeds import last_deed, taken, verb
from alerts.russian import moment
from domain.person import Person

SNOOZE: Final = timedelta(hours=1)

TABLE: Final[Mapping[State, Mapping[Action, State]]] = {
    "new": {"claim": "claimed", "not_complaint": "not_complaint", "snooze": "snoozed", "close": "closed"},
    "claimed": {"claim": "claimed", "not_complaint": "not_complaint", "snooze": "snoozed", "close": "closed"},
    "snoozed": {"claim": "claimed", "not_complaint": "not_complaint", "close": "closed"},
    "not_complaint": {"reopen": "new"},
    "closed": {"reopen": "new"},
}
"""Where an action leads from a state. What is missing is refused and changes nothing.

`claim` of a claimed case is a take-over, for leads. `reopen` forgets the owner: the case is anybody's again.
"""

ANSWERS: Final[Mapping[Action, str]] = {
    "claim": "Вы взяли обращение № {case}",
    "not_complaint": "Обращение № {case} отмечено: не жалоба",
    "snooze": "Обращение № {case} отложено до {until}",
    "close": "Вы закрыли обращение № {case}",
    "reopen": "Обращение № {case} снова в работе",
}

Reason = Literal["unknown_action", "already_so", "illegal", "not_yours", "stranger", "no_case"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a case becomes. `what` is the log's word («взяла»), `answer` what the person who pressed reads."""

    state: State
    owner: str | None
    snoozed_until: datetime | None
    what: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing changes. `answer` says why, in Russian; `reason` names it for logs and figures."""

    answer: str
    reason: Reason


def act(
    case: Case, action: str, person: Person, now: datetime, *, timezone: str = "Europe/Moscow"
) -> Change | Refusal:
    """Apply a press. A lead may take over, snooze and close anybody's case; the others own and unclaimed ones."""
    if not _known(action):
        return Refusal(answer="Эта кнопка мне незнакома, обновите карточку", reason="unknown_action")
    refusal = _already(case, action, person, now, timezone) or _forbidden(case, action, person, now, timezone)
    if refusal:
        return refusal
    state = TABLE[case.state][action]
    until = now + SNOOZE if state == "snoozed" else None
    shown = moment(until, now=now, timezone=timezone) if until else ""
    return Change(
        state=state,
        owner=_owner(case, action, person),
        snoozed_until=until,
        what=verb(action, person),
        answer=ANSWERS[action].format(case=case.id, until=shown),
    )


def _known(action: str) -> TypeGuard[Action]:
    return action in get_args(Action)


def _owner(case: Case, action: Action, person: Person) -> str | None:
    """A claim makes an owner, a reopening frees; whoever ends an unclaimed case answers for it."""
    if action == "claim":
        return person.name
    if action == "reopen":
        return None
    return case.owner if action == "snooze" else case.owner or person.name


def _already(case: Case, action: Action, person: Person, now: datetime, timezone: str) -> Refusal | None:
    """The press asks for what is so already: most often a second press, or a card that lags behind."""
    match action, case.state:
        case "claim", "claimed":
            text = "Уже у вас" if case.owner == person.name else ""
        case "snooze", "snoozed":
            text = "Уже отложено"
            if case.snoozed_until:
                text += f" до {moment(case.snoozed_until, now=now, timezone=timezone)}"
        case ("close", "closed") | ("not_complaint", "not_complaint"):
            text = _ended(case, action, person, now, timezone)
        case "reopen", "new" | "claimed" | "snoozed":
            text = "Обращение и так в работе"
        case _:
            text = ""
    return Refusal(answer=text, reason="already_so") if text else None


def _ended(case: Case, action: Action, person: Person, now: datetime, timezone: str) -> str:
    deed = last_deed(case, action)
    if deed is None:
        return "Уже закрыто" if action == "close" else "Уже отмечено как не жалоба"
    at = moment(deed.at, now=now, timezone=timezone)
    if deed.who == person.name:
        return f"Вы уже {'закрыли' if action == 'close' else 'отметили как не жалобу'} в {at}"
    return f"Уже {deed.what}: {deed.who} в {at}"


def _forbidden(case: Case, action: Action, person: Person, now: datetime, timezone: str) -> Refusal | None:
    if action not in TABLE[case.state]:
        so = "отмечено как не жалоба" if case.state == "not_complaint" else "закрыто"
        return Refusal(answer=f"Обращение {so}. Чтобы продолжить, нажмите «Вернуть»", reason="illegal")
    if action == "reopen" or case.owner in (None, person.name) or person.role == "lead":
        return None
    return Refusal(answer=f"Уже {taken(case, now, timezone)}", reason="not_yours")
