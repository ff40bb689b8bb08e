"""How a case is spoken of, from its events: who did what, where it stands, until when to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Final

from alerts.cards.context import CardContext
from alerts.cards.kinds import KINDS, refused_words
from alerts.cards.quoting import in_short
from alerts.cases.case import Case, Standing
from alerts.cases.events import (
    Actor,
    ApprovalAsked,
    Assigned,
    CardWithheld,
    Cause,
    Claimed,
    Closed,
    CustomerWrote,
    EngineersAnswered,
    EngineersAsked,
    EngineersLate,
    Event,
    Fact,
    Forgotten,
    HeldBack,
    IdleWarned,
    MarkedNotComplaint,
    MentionEdited,
    MentionJoined,
    Moved,
    Muted,
    Outcome,
    Rang,
    Released,
    Removed,
    Reopened,
    ReplyCancelled,
    ReplyRefused,
    ReplyUnknown,
    Rescheduled,
    Restored,
    Returned,
    Snoozed,
    ToldOfRemoval,
    Transferred,
    Unmuted,
    Woke,
    WritingForbidden,
)
from alerts.russian import NBSP, capital, counted, day, did, lasted, moment

MOST_EVENTS: Final = 6
MAX_NAME: Final = 80
MAX_PERSON: Final = 50
"""Of a colleague's name, which may stand on a dozen lines."""

STANDINGS: Final[dict[Standing, str]] = {
    "new": "ещё открыто",
    "claimed": "в работе",
    "replied": "клиенту ответили",
    "invited": "клиента позвали в личные сообщения",
    "in_dm": "разговор в личных сообщениях",
    "snoozed": "отложено",
    "not_complaint": "не жалоба",
    "closed": "закрыто",
}
ENDINGS: Final[Mapping[Outcome, str]] = {
    "resolved": "Решено",
    "no_answer": "Клиент не отвечает",
    "declined": "Клиент отказался",
    "not_ours": "Не наш вопрос",
    "spam": "Спам",
}
"""How a case may end, in the order in which it is offered."""
CAUSES: Final[Mapping[Cause, str]] = {
    "own_error": "Наша ошибка",
    "product": "Товар или услуга",
    "delivery": "Доставка",
    "customer": "Ошибка клиента",
    "other": "Другое",
}
_ENDED: Final[Mapping[Outcome, str]] = {
    "handled": "Закрыто",
    "resolved": "Решено",
    "no_answer": "Закрыто, клиент не отвечает",
    "declined": "Закрыто, клиент отказался",
    "not_ours": "Закрыто, не наш вопрос",
    "spam": "Закрыто, спам",
    "not_complaint": "Не жалоба",
}
_NO_PERSONS: Final = {"clock": "Отклик", "customer": "автор", "program": "Отклик"}
_ENDS: Final = (Closed, MarkedNotComplaint)
_SAID_BY_STATUS: Final = (Claimed, Assigned, Transferred, Released, Returned, Moved, *_ENDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Names, verbs and times of one drawing. `timezone` of the context holds for every clock time."""

    context: CardContext
    now: datetime

    def moment(self, at: datetime) -> str:
        return moment(at, now=self.now, timezone=self.context.timezone)

    def day(self, at: datetime) -> str:
        return day(at, timezone=self.context.timezone)

    def name(self, number: str | None, then: str | None = None) -> str:
        """The person's name now; `then` is the name of that time, for who has left since."""
        person = self.context.person(number)
        return in_short((person.name if person else None) or then or number or "сотрудник", MAX_PERSON)

    def who(self, actor: Actor) -> str:
        return _NO_PERSONS.get(actor.kind) or self.name(actor.id, actor.name)

    def did(self, stem: str, actor: Actor) -> str:
        """The verb in the person's gender: «взял», «взяла», and «взял(а)» of who has left."""
        person = self.context.person(actor.id)
        gender = "m" if actor.kind in _NO_PERSONS else person.gender if person else None
        return did(stem, gender)

    def doer(self, stem: str, actor: Actor) -> str:
        """«Анна Иванова взяла»."""
        return f"{self.who(actor)} {self.did(stem, actor)}"

    def done_at(self, stem: str, event: Event, rest: str = "") -> str:
        """«взяла Анна Иванова в 14:05», «забрала себе Анна Иванова в 14:05»."""
        return f"{self.did(stem, event.actor)}{rest} {self.who(event.actor)} в{NBSP}{self.moment(event.at)}"


def log_lines(case: Case, words: Wording) -> tuple[str, ...]:
    """What people and the clock did, oldest first, the latest alone where it was much.

    What the customer wrote stands elsewhere on the card; here it only says why the case came back.
    """
    worded = [(event, _log_words(event.fact, event, words)) for event in case.events]
    lines = [(event, f"{words.moment(event.at)} {text}") for event, text in worded if text]
    if len(lines) == 1 and isinstance(lines[0][0].fact, _SAID_BY_STATUS):
        return ()  # the status has just said who did it and when
    shown = tuple(line for _, line in lines[-MOST_EVENTS:])
    hidden = len(lines) - len(shown)
    return (f"… и ещё {counted(hidden, 'действие', 'действия', 'действий')} раньше", *shown) if hidden else shown


def status(case: Case, words: Wording) -> str:
    """Where the case stands, in one line."""
    state = case.state
    if not state.is_open:
        return _ended(case, words)
    owned = owner_words(case, words)
    if state.snoozed_until is not None:
        return f"Отложено до {words.moment(state.snoozed_until)}" + (f", {owned}" if owned else "")
    return capital(owned or _nobodys(case.events, words))


def owner_words(case: Case, words: Wording) -> str:
    """Who has the case and since when: «взяла Анна Иванова в 14:05»; empty where nobody has it."""
    owner = case.state.owner
    if owner is None:
        return ""
    event = _given(case)
    match event.fact if event else None:
        case Claimed() if event:
            return words.done_at("взял", event)
        case Assigned(to=to, to_name=name) if event:
            return f"отвечает {words.name(to, name)}, распределено в{NBSP}{words.moment(event.at)}"
        case Transferred(to=to, to_name=name) if event:
            if to == event.actor.id:
                return words.done_at("забрал", event, " себе")
            return f"отвечает {words.name(to, name)}, {words.done_at('передал', event)}"
        case _:
            return f"отвечает {words.name(owner, name_then(case, owner))}"


def went_on(case: Case, number: int, words: Wording) -> str:
    """«Снова открыто в 14:05, продолжение ниже»: what made a card follow another, here or elsewhere."""
    event = next((event for event in case.events if event.number == number), None)
    if event is None:
        return "Продолжение ниже"
    if isinstance(event.fact, Moved):
        return moved_words(event, event.fact, words)
    what = "Снова открыто" if isinstance(event.fact, Reopened) else "Автор написал снова"
    return f"{what} в{NBSP}{words.moment(event.at)}, продолжение ниже"


def moved_words(event: Event, fact: Moved, words: Wording) -> str:
    """«Анна Иванова передала в «money» в 14:05»."""
    to, at = in_short(fact.to, MAX_PERSON), words.moment(event.at)
    return f"{words.doer('передал', event.actor)} в «{to}» в{NBSP}{at}"


def deadline(case: Case, words: Wording) -> str:
    """Empty for an ended case and where nothing was promised.

    It names a time, and counts nothing: a card stands as it was drawn, and the bells that ring are what draws it.
    """
    due_at = case.state.deadlines.due_at
    if due_at is None or not case.state.is_open:
        return ""
    due = words.moment(due_at)
    return f"Ответить до {due}" if words.now < due_at else f"Просрочено: обещали ответить до {due}"


def late_words(due_at: datetime, words: Wording) -> str:
    """«Просрочено на 12 мин», for what is said now; in the first minute only that it is late."""
    late = words.now - due_at
    return "Срок вышел" if late < timedelta(minutes=1) else f"Просрочено на {lasted(late)}"


def muted_words(topic: str | None) -> str:
    """«автора», «тему „связь“»."""
    return "автора" if topic is None else f"тему «{topic}»"


def withheld_words(fact: CardWithheld, words: Wording) -> str:
    """Why nobody was sent a card: «карточку не отправили: автора заглушили до 00:00»."""
    until = f" до {words.moment(fact.until)}" if fact.until else ""
    known = {
        "author_muted": f"автора заглушили{until}",
        "daily_limit": "у бренда кончились карточки на день",
        "topic_muted": f"тему заглушили{until}",
    }
    return f"карточку не отправили: {known.get(fact.reason, fact.reason)}"


def last_end(case: Case) -> Event | None:
    """How the case ended last."""
    return next((event for event in reversed(case.events) if isinstance(event.fact, _ENDS)), None)


def cause_title(cause: str) -> str:
    """«наша ошибка»; a cause that only a later version knows by its own name."""
    known: Mapping[str, str] = {str(name): title for name, title in CAUSES.items()}
    return in_short(known.get(cause, cause), MAX_NAME).lower()


def name_then(case: Case, number: str) -> str | None:
    """The name under which the case's history knows a person."""
    for event in reversed(case.events):
        if event.actor.id == number and event.actor.name:
            return event.actor.name
        if isinstance(event.fact, Transferred | Assigned) and event.fact.to == number:
            return event.fact.to_name
    return None


def _given(case: Case) -> Event | None:
    """The event that made the present owner."""
    return next((event for event in reversed(case.events) if _gives_to(event) == case.state.owner), None)


def _gives_to(event: Event) -> str | None:
    match event.fact:
        case Claimed():
            return event.actor.id
        case Transferred(to=to) | Assigned(to=to):
            return to
        case Reopened(owner=owner):
            return owner
        case _:
            return None


def _ended(case: Case, words: Wording) -> str:
    title = _ENDED[case.state.outcome or "handled"]
    event, owner = last_end(case), case.state.owner
    cause = f" ({cause_title(case.state.cause)})" if case.state.cause else ""
    if event is not None:
        return f"{title}{cause} — {words.who(event.actor)}, {words.moment(event.at)}"
    return f"{title}{cause}" + (f" — {words.name(owner, name_then(case, owner))}" if owner else "")


def _nobodys(events: Sequence[Event], words: Wording) -> str:
    """Why it is nobody's: the author came back, or somebody gave it back."""
    for position in range(len(events) - 1, -1, -1):
        event = events[position]
        match event.fact:
            case MentionJoined(strength="complaint"):
                return "автор написал снова, никто не взял"
            case Reopened() if event.actor.kind == "customer":
                return f"{_came_back(events, position)}, никто не взял"
            case Released():
                return f"{words.done_at('отдал', event)}, никто не взял"
            case Returned():
                return f"вернулось в очередь в{NBSP}{words.moment(event.at)}, никто не взял"
            case Moved(to=to):
                return f"{words.done_at('передал', event, f' в «{in_short(to, MAX_PERSON)}»')}, никто не взял"
            case Reopened():
                break
            case _:
                pass
    return "никто не взял"


def _came_back(events: Sequence[Event], position: int) -> str:
    edited = position > 0 and isinstance(events[position - 1].fact, MentionEdited)
    return "автор изменил запись, это жалоба" if edited else "автор написал снова"


@singledispatch
def _log_words(_fact: Fact, _event: Event, _words: Wording) -> str:
    """The log's words for a kind that is registered below; the log is silent of the others."""
    return ""


@_log_words.register
def _(fact: Claimed, event: Event, words: Wording) -> str:
    if fact.taken_from is None:
        return words.doer("взял", event.actor)
    return f"{words.doer('забрал', event.actor)} себе, до этого — {words.name(fact.taken_from)}"


@_log_words.register
def _(_fact: Released, event: Event, words: Wording) -> str:
    return f"{words.doer('отдал', event.actor)}, обращение ничьё"


@_log_words.register
def _(fact: Transferred, event: Event, words: Wording) -> str:
    if fact.to == event.actor.id:
        return f"{words.doer('забрал', event.actor)} себе"
    return f"{words.doer('передал', event.actor)}, отвечает {words.name(fact.to, fact.to_name)}"


@_log_words.register
def _(fact: Assigned, _event: Event, words: Wording) -> str:
    return f"распределено, отвечает {words.name(fact.to, fact.to_name)}"


@_log_words.register
def _(_fact: IdleWarned, _event: Event, _words: Wording) -> str:
    return "пока ничего не сделано, скоро вернётся в очередь"


@_log_words.register
def _(fact: Returned, _event: Event, words: Wording) -> str:
    return f"вернулось в очередь: {words.name(fact.owner)} ничего не {words.did('сделал', _person(fact.owner))}"


@_log_words.register
def _(fact: Rescheduled, _event: Event, words: Wording) -> str:
    due_at = fact.deadlines.due_at
    return "изменились часы работы или сроки" + (f", ответить до {words.moment(due_at)}" if due_at else "")


@_log_words.register
def _(_fact: Forgotten, _event: Event, _words: Wording) -> str:
    return "ждёт сутки, никто ничего не сделал"


def _person(number: str) -> Actor:
    return Actor(kind="person", id=number)


@_log_words.register
def _(fact: Moved, event: Event, words: Wording) -> str:
    return f"{words.doer('передал', event.actor)} в «{in_short(fact.to, MAX_PERSON)}»"


@_log_words.register
def _(fact: Snoozed, event: Event, words: Wording) -> str:
    return f"{words.doer('отложил', event.actor)} до {words.moment(fact.until)}"


@_log_words.register
def _(_fact: Woke, event: Event, _words: Wording) -> str:
    return "автор написал, больше не отложено" if event.actor.kind == "customer" else "отложенное снова в работе"


@_log_words.register
def _(_fact: HeldBack, event: Event, words: Wording) -> str:
    return f"{words.doer('хотел', event.actor)} написать автору, но правила не позволили"


@_log_words.register
def _(_fact: ApprovalAsked, event: Event, words: Wording) -> str:
    return f"{words.doer('просил', event.actor)} проверить ответ"


@_log_words.register
def _(_fact: ReplyCancelled, event: Event, words: Wording) -> str:
    return f"{words.doer('отменил', event.actor)} отправку"


@_log_words.register
def _(fact: ReplyRefused, _event: Event, _words: Wording) -> str:
    return f"{KINDS[fact.kind].failed}: {refused_words(fact.reason)}"


@_log_words.register
def _(_fact: ReplyUnknown, _event: Event, _words: Wording) -> str:
    return "неизвестно, дошло ли до автора"


@_log_words.register
def _(_fact: CustomerWrote, _event: Event, _words: Wording) -> str:
    return ""  # his words stand above, with their time


@_log_words.register
def _(_fact: WritingForbidden, event: Event, words: Wording) -> str:
    return f"{words.doer('записал', event.actor)}: автор просил ему не писать"


@_log_words.register
def _(fact: Muted, event: Event, words: Wording) -> str:
    return f"{words.doer('заглушил', event.actor)} {muted_words(fact.topic)} до {words.moment(fact.until)}"


@_log_words.register
def _(fact: Unmuted, event: Event, words: Wording) -> str:
    return f"{words.doer('вернул', event.actor)} карточки: {muted_words(fact.topic)} снова показываем"


@_log_words.register
def _(fact: CardWithheld, _event: Event, words: Wording) -> str:
    return withheld_words(fact, words)


@_log_words.register
def _(_fact: EngineersAsked, event: Event, words: Wording) -> str:
    return f"{words.doer('спросил', event.actor)} инженеров"


@_log_words.register
def _(_fact: EngineersAnswered, event: Event, words: Wording) -> str:
    return f"{words.doer('ответил', event.actor)} за инженеров"


@_log_words.register
def _(_fact: EngineersLate, _event: Event, _words: Wording) -> str:
    return "инженеры не ответили в срок"


@_log_words.register
def _(_fact: ToldOfRemoval, event: Event, words: Wording) -> str:
    return f"{words.doer('подтвердил', event.actor)}: автор знает, что запись уберут"


@_log_words.register
def _(fact: Removed, _event: Event, words: Wording) -> str:
    return f"запись автора убрана со страницы{_for_whom(fact.by, words)}"


@_log_words.register
def _(fact: Restored, _event: Event, words: Wording) -> str:
    return f"запись автора возвращена на страницу{_for_whom(fact.by, words)}"


@_log_words.register
def _(fact: Rang, _event: Event, _words: Wording) -> str:
    """That an answer was soon due is no news once it is past."""
    return {"warn": "", "due": "срок ответа прошёл", "breach": "обещанный срок сорван"}[fact.bell]


@_log_words.register
def _(_fact: Closed, event: Event, words: Wording) -> str:
    return words.doer("закрыл", event.actor)


@_log_words.register
def _(_fact: MarkedNotComplaint, event: Event, words: Wording) -> str:
    return f"{words.doer('отметил', event.actor)}: не жалоба"


@_log_words.register
def _(fact: Reopened, event: Event, words: Wording) -> str:
    if event.actor.kind == "person":
        return f"{words.doer('вернул', event.actor)} в работу"
    if fact.owner is not None:
        return f"снова открыто: автор вернулся, отвечает {words.name(fact.owner)}"
    return "снова открыто: автор недоволен"


def _for_whom(by: str | None, words: Wording) -> str:
    person = words.context.person(by)
    asked = did("попросил", person.gender if person else None)
    return f", {asked} {words.name(by)}" if by else ""
