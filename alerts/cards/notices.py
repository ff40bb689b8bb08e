"""Notices: what is said under a card, of one case or of several at once, and who is called by name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.cards import talk
from alerts.cards.context import CardContext
from alerts.cards.kinds import KINDS, refused_words
from alerts.cards.note import Note
from alerts.cards.outgoing import HELD
from alerts.cards.quoting import in_short
from alerts.cards.wording import Wording, late_words, name_then, owner_words, status, went_on
from alerts.cases.case import Case
from alerts.cases.events import (
    BELLS,
    NO_DEADLINES,
    Actor,
    ApprovalAsked,
    Assigned,
    Event,
    IdleWarned,
    MentionDeleted,
    MentionEdited,
    MentionJoined,
    Moved,
    ReplyRefused,
    ReplySent,
    ReplyUnknown,
    Returned,
    Transferred,
)
from alerts.cases.telling import Addressee, NoticeDraft, NoticeKind
from alerts.russian import NBSP, capital, counted, lasted
from domain.person import Person

MAX_QUOTE: Final = 600
MINUTE: Final = timedelta(minutes=1)
"""What is less is not counted in minutes."""
HOUR: Final = timedelta(hours=1)
"""What is farther off is said as a time of day."""
MOST_CASES: Final = 20
"""Of a digest; the others are counted, and need not be at hand."""

_SAID_BY_CUSTOMER: Final[frozenset[NoticeKind]] = frozenset({"wrote", "rewrote", "remark"})
"""What may have told us something to do."""
LOUD: Final[frozenset[NoticeKind]] = frozenset(
    {"due", "breach", "complaint", "approval", "refused", "unknown", "forgotten", "on_call"}
)
"""What nobody may overlook, also where threads are folded."""
_SAYS_YOU: Final[frozenset[NoticeKind]] = frozenset({"assigned", "transferred", "taken", "idle_warned"})
"""What is said to one person and to nobody in his place."""
_CALLS_FOR_WORK: Final[frozenset[NoticeKind]] = frozenset(
    {"warn", "due", "breach", "woke", "idle_warned", "forgotten", "on_call"}
)
"""Nobody is called for these once the case has ended."""
_OF_PROMISE: Final[frozenset[NoticeKind]] = frozenset(BELLS)
"""Nor for these once it was answered: a word that several share may be said minutes after they rang."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """Everything that the words of one case's notice may look at."""

    draft: NoticeDraft
    case: Case
    words: Wording

    @property
    def number(self) -> str:
        return _number(self.case)

    @property
    def event(self) -> Event | None:
        """What the notice is about; None where the history at hand begins later."""
        return next((event for event in self.case.events if event.number == self.draft.event), None)

    @property
    def state(self) -> str:
        """Where the case stands by now: what the notice calls for may have been done."""
        return status(self.case, self.words)


def make_note(
    draft: NoticeDraft,
    cases: Sequence[Case],
    receiver: str,
    context: CardContext,
    now: datetime,
    *,
    others: int = 0,
    repeat: bool = False,
) -> Note:
    """The note to say. Several `cases`, the latest first, and `others` that are only counted make a digest;
    `draft` stands for all of them.
    """
    words = Wording(context=context, now=now)
    to = _unique(person for case in cases for person in addressees(draft, case, receiver, words))
    loud = draft.kind in LOUD
    if len(cases) + others > 1:
        return Note(text=_digest(draft.kind, cases, words, others), to=to, loud=loud, repeat=repeat)
    notice = _Notice(draft=draft, case=cases[0], words=words)
    return Note(
        text=_TEXTS[draft.kind](notice),
        to=to,
        quote=_quote(notice),
        loud=loud,
        repeat=repeat,
        case=cases[0].id,
        answerable=talk.ANSWERABLE.get(draft.kind),
        buttons=talk.note_buttons(cases[0], notice.event) if draft.kind in _SAID_BY_CUSTOMER else (),
    )


def addressees(draft: NoticeDraft, case: Case, receiver: str, words: Wording) -> tuple[Person, ...]:
    """Who is called: those of the draft who can still be found, each once. Nobody: the words go to all.

    In a private chat nobody has to be called by name. Who is away is not called: whoever stands in is.
    """
    context = words.context
    if draft.where == "owner" or (draft.kind in _CALLS_FOR_WORK and _is_past(draft.kind, case)):
        return ()
    who = context.receivers.get(receiver)
    found: Mapping[Addressee, tuple[str | None, ...]] = {
        "owner": (case.state.owner,),
        "former_owner": (draft.former_owner or silent_owner(case),),
        "receiver": (who.owner,) if who else (),
        "backup": (who.backup,) if who else (),
        "leads": tuple(lead.id for lead in context.leads),
        "sender": (draft.sender,),
        "on_call": (who.on_call,) if who else (),
    }
    called = (number for addressee in draft.to for number in found[addressee])
    if draft.kind in _SAYS_YOU:
        return _unique(filter(None, map(context.person, called)))
    return _unique(person for number in called if (person := context.answering(number, words.now)) is not None)


def _unique(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple({person.id: person for person in people}.values())


def _number(case: Case) -> str:
    return f"№{NBSP}{case.id}"


def _complaint(notice: _Notice) -> str:
    return f"Автор снова пожаловался, обращение {notice.number}" + (":" if _quote(notice) else ".")


def _remark(notice: _Notice) -> str:
    return f"Автор пишет, обращение {notice.number}" + (":" if _quote(notice) else ".")


def _woke(notice: _Notice) -> str:
    return f"Отложенное обращение {notice.number} снова ждёт ответа.{_promised(notice)} {notice.state}."


def _transferred(notice: _Notice) -> str:
    """To the one who has it now; where it went on meanwhile, the words name whom it was given."""
    event = notice.event
    if event is None or not isinstance(event.fact, Transferred):
        return f"Обращение {notice.number} передано. {notice.state}."
    who = notice.words.doer("передал", event.actor)
    if event.fact.to == notice.case.state.owner and notice.words.context.person(event.fact.to):
        return f"{who} вам обращение {notice.number}.{_promised(notice)}"
    return (
        f"{who} обращение {notice.number}, теперь отвечает {notice.words.name(event.fact.to, event.fact.to_name)}."
    )


def _assigned(notice: _Notice) -> str:
    """To the one who got it; where it went on meanwhile, the words name whose it is."""
    event = notice.event
    to = event.fact.to if event is not None and isinstance(event.fact, Assigned) else notice.draft.sender
    if to is None or to != notice.case.state.owner:
        return f"Обращение {notice.number} распределено. {notice.state}."
    return f"Обращение {notice.number} досталось вам.{_promised(notice)}"


def _moved(notice: _Notice) -> str:
    event = notice.event
    if event is None or not isinstance(event.fact, Moved):
        return f"Обращение {notice.number} теперь у вас. {notice.state}."
    left = f" из «{event.fact.left}»" if event.fact.left else ""
    return f"{notice.words.doer('передал', event.actor)} вам обращение {notice.number}{left}.{_promised(notice)}"


def _taken(notice: _Notice) -> str:
    event = notice.event
    if event is None:
        return f"Обращение {notice.number} теперь не у вас. {notice.state}."
    taken = f"{notice.words.doer('забрал', event.actor)} себе обращение {notice.number}"
    return f"{taken}, {_former(notice)} отвечать больше не нужно."


def _former(notice: _Notice) -> str:
    """Who has left the config is not called, so he cannot be spoken to."""
    return "вам" if notice.words.context.person(notice.draft.former_owner) else "прежнему сотруднику"


def _warn(notice: _Notice) -> str:
    due_at = notice.case.state.deadlines.due_at
    if due_at is None or due_at <= notice.words.now or not notice.case.state.is_open:
        return _due(notice)
    left = due_at - notice.words.now
    shown = "меньше минуты" if left < MINUTE else lasted(left)
    due = notice.words.moment(due_at)
    return f"Осталось {shown}: на обращение {notice.number} надо ответить до {due}. {notice.state}."


def _due(notice: _Notice) -> str:
    due_at = notice.case.state.deadlines.due_at
    if due_at is None or not notice.case.state.is_open:
        return f"Срок ответа по обращению {notice.number} прошёл. {notice.state}."
    late = late_words(due_at, notice.words)
    due = notice.words.moment(due_at)
    return f"{late}: ответ по обращению {notice.number} ждали до {due}. {notice.state}."


def _idle_warned(notice: _Notice) -> str:
    """To the one who has it, while he may still keep it."""
    event, state = notice.event, notice.case.state
    fact = event.fact if event else None
    if not isinstance(fact, IdleWarned) or state.owner is None or state.idle.return_at != fact.return_at:
        return f"По обращению {notice.number} пока ничего не сделано. {notice.state}."
    left = fact.return_at - notice.words.now
    when = (
        f"через{NBSP}{lasted(left)}" if MINUTE <= left <= HOUR else f"в{NBSP}{notice.words.moment(fact.return_at)}"
    )
    return (
        f"Обращение {notice.number} у вас, но по нему пока ничего не сделано: {when} оно вернётся в очередь."
        " Чтобы оно осталось у вас, ответьте, отложите или напишите заметку."
    )


def _returned(notice: _Notice) -> str:
    """Whoever lost it is spoken of by name: the whole chat reads it, and somebody has to take the case."""
    former = silent_owner(notice.case)
    if former is None:
        return f"Обращение {notice.number} вернулось в очередь. {notice.state}."
    whose = notice.words.name(former, name_then(notice.case, former))
    free = "Его может взять каждый" if notice.case.state.owner is None else notice.state
    did = notice.words.did("сделал", Actor(kind="person", id=former))
    return f"Обращение {notice.number} вернулось в очередь: {whose} ничего с ним не {did}. {capital(free)}."


def silent_owner(case: Case) -> str | None:
    """Who lost the case last because he did nothing with it (Person.id)."""
    facts = (event.fact for event in reversed(case.events))
    return next((fact.owner for fact in facts if isinstance(fact, Returned)), None)


def _forgotten(notice: _Notice) -> str:
    return f"Обращение {notice.number} забыто: ждёт больше суток, и никто ничего не сделал. {notice.state}."


def _on_call(notice: _Notice) -> str:
    urgent = ", ".join(dict.fromkeys(danger for mention in notice.case.mentions for danger in mention.dangers))
    why = f" ({urgent})" if urgent else ""
    return f"Срочное обращение {notice.number}{why}, а сейчас никто не работает: нужен дежурный. {notice.state}."


def _approval(notice: _Notice) -> str:
    fact = notice.event.fact if notice.event else None
    if notice.event is None or not isinstance(fact, ApprovalAsked):
        return f"Ответ по обращению {notice.number} ждёт слова старшего: нажмите «Проверить ответ» на карточке."
    who, why = notice.words.doer("просил", notice.event.actor), HELD.get(fact.reason, "так решили правила")
    return (
        f"{who} проверить {KINDS[fact.kind].noun}, обращение {notice.number}: {why}."
        " Нажмите «Проверить ответ» на карточке."
    )


def _cancelled(notice: _Notice) -> str:
    event = notice.event
    who = notice.words.doer("отменил", event.actor) if event else "Коллеги отменили"
    return f"{who} отправку, обращение {notice.number}. {notice.state}."


def _refused(notice: _Notice) -> str:
    fact = notice.event.fact if notice.event else None
    if not isinstance(fact, ReplyRefused):
        return f"Автор не получил ответа, обращение {notice.number}. {notice.state}."
    failed, why = capital(KINDS[fact.kind].failed), refused_words(fact.reason)
    return f"{failed}, обращение {notice.number}: {why}."


def _unknown(notice: _Notice) -> str:
    fact = notice.event.fact if notice.event else None
    noun = KINDS[fact.kind].noun if isinstance(fact, ReplyUnknown) else "ответ"
    return (
        f"Не знаем, дошло ли до автора: {noun}, обращение {notice.number}. Посмотрите на странице"
        " и нажмите «Проверить ответ» на карточке."
    )


def _gone(notice: _Notice) -> str:
    return f"Вашего ответа больше нет на странице, обращение {notice.number}. Удалили его не вы. {notice.state}."


def _similar(notice: _Notice) -> str:
    fact = notice.event.fact if notice.event else None
    numbers = fact.similar if isinstance(fact, ReplySent) else ()
    if not numbers:
        return f"Автор получил ответ, обращение {notice.number}."
    count = counted(len(numbers), "обращению", "обращениям", "обращениям")
    shown = ", ".join(f"№{NBSP}{other}" for other in numbers[:MOST_CASES])
    return (
        f"Тот же ответ ещё {count} о том же? На карточке {shown} нажмите «Ответить» и выберите"
        f" «Как в {notice.number}»: каждый ответ вы подтвердите отдельно."
    )


def _promised(notice: _Notice) -> str:
    due_at = notice.case.state.deadlines.due_at
    if due_at is None or not notice.case.state.is_open:
        return ""
    if due_at <= notice.words.now:
        return f" {late_words(due_at, notice.words)}."
    return f" Ответить до {notice.words.moment(due_at)}."


def _digest(kind: NoticeKind, cases: Sequence[Case], words: Wording, others: int) -> str:
    """«Просрочено 7 обращений: № 5 (на 12 мин), № 6 (на 3 мин)…»."""
    title, each = _DIGESTS[kind]
    count = counted(len(cases) + others, "обращение", "обращения", "обращений")
    shown = [
        _number(case) + (f" ({more})" if (more := _is_past(kind, case) or each(case, words)) else "")
        for case in cases[:MOST_CASES]
    ]
    hidden = len(cases) + others - len(shown)
    return title.format(count=count) + ": " + ", ".join(shown) + (f" и ещё {hidden}." if hidden else ".")


def _is_past(kind: NoticeKind, case: Case) -> str:
    """Why the case needs nothing of what was to be said any more; empty where it does."""
    if not case.state.is_open:
        return "уже закрыто"
    return "уже не ждёт ответа" if kind in _OF_PROMISE and case.state.deadlines == NO_DEADLINES else ""


def _moved_on(notice: _Notice) -> str:
    return f"Обращение {notice.number}. {went_on(notice.case, notice.draft.event, notice.words)}."


def _late(case: Case, words: Wording) -> str:
    due_at = case.state.deadlines.due_at
    return f"на {lasted(words.now - due_at)}" if due_at is not None and words.now - due_at >= MINUTE else ""


def _until(case: Case, words: Wording) -> str:
    due_at = case.state.deadlines.due_at
    return f"до {words.moment(due_at)}" if due_at is not None else ""


def _whose(case: Case, words: Wording) -> str:
    return owner_words(case, words) or "никто не взял"


def _returns(case: Case, words: Wording) -> str:
    return_at = case.state.idle.return_at
    return f"{owner_words(case, words)}, в{NBSP}{words.moment(return_at)}" if return_at else _whose(case, words)


def _whose_was(case: Case, words: Wording) -> str:
    former = silent_owner(case)
    return f"было у: {words.name(former, name_then(case, former))}" if former else ""


def _quote(notice: _Notice) -> str:
    """The words that the notice is about, as they read now."""
    if notice.draft.kind == "unreachable":
        return ""  # about a colleague: the customer's words stand in a note of their own
    if notice.draft.kind == "handed":
        return talk.whole_talk(notice.case)
    if notice.draft.kind == "engineers_asked":
        return in_short(notice.case.latest_complaint.text, MAX_QUOTE)
    fact = notice.event.fact if notice.event else None
    if isinstance(fact, MentionDeleted):
        gone = [mention.text for mention in notice.case.mentions if mention.row == fact.mention]
        return in_short(gone[0], MAX_QUOTE) if gone else ""
    if not isinstance(fact, MentionJoined | MentionEdited):
        return talk.quoted(notice.case, notice.event)
    texts = [mention for mention in notice.case.mentions if mention.row == fact.mention]
    return in_short(texts[0].text, MAX_QUOTE) if texts and texts[0].deleted_at is None else ""


_TEXTS: Final[Mapping[NoticeKind, Callable[[_Notice], str]]] = {
    "approval": _approval,
    "assigned": _assigned,
    "breach": _due,
    "came_back": lambda notice: talk.came_back(notice.case),
    "cancelled": _cancelled,
    "complaint": _complaint,
    "due": _due,
    "elsewhere": lambda notice: talk.elsewhere(notice.case, notice.event, notice.words),
    "engineers_answered": lambda notice: talk.answered(notice.case, notice.event, notice.words),
    "engineers_asked": lambda notice: talk.asked(notice.case, notice.event, notice.words),
    "engineers_late": lambda notice: talk.late(notice.case, notice.words),
    "forgotten": _forgotten,
    "gone": _gone,
    "handed": lambda notice: talk.handed(notice.case),
    "idle_warned": _idle_warned,
    "moved": _moved,
    "moved_on": _moved_on,
    # It is spoken of with its incident (alerts.cards.incident), of which no case knows.
    "incident_began": lambda _notice: "Началось происшествие.",
    "incident_grew": lambda _notice: "Происшествие растёт.",
    "incident_over": lambda _notice: "Происшествие закончилось.",
    "on_call": _on_call,
    "refused": _refused,
    "remark": _remark,
    "returned": _returned,
    "rewrote": lambda notice: talk.rewrote(notice.case, notice.event, notice.words),
    "similar": _similar,
    "taken": _taken,
    "transferred": _transferred,
    "unknown": _unknown,
    "unreachable": lambda notice: talk.unreachable(notice.case, notice.words),
    "vanished": lambda notice: talk.vanished(notice.case),
    "warn": _warn,
    "woke": _woke,
    "wrote": lambda notice: talk.wrote(notice.case, notice.event, notice.words),
}
_DIGESTS: Final[Mapping[NoticeKind, tuple[str, Callable[[Case, Wording], str]]]] = {
    "approval": ("Ответы ждут слова старшего — {count}", _whose),
    "assigned": ("Вам досталось {count}", _until),
    "breach": ("Просрочено {count}", _late),
    "came_back": ("Авторы пишут снова — {count}", _whose),
    "cancelled": ("Ответы не отправлены — {count}", _whose),
    "complaint": ("Авторы снова пожаловались — {count}", _whose),
    "due": ("Просрочено {count}", _late),
    "elsewhere": ("Клиентам ответили не через Отклик — {count}", _whose),
    "engineers_answered": ("Ответили инженеры — {count}", _whose),
    "engineers_asked": ("Вопросы инженерам — {count}", _whose),
    "engineers_late": ("Инженеры не ответили в срок — {count}", _whose),
    "forgotten": ("Забыты, ждут больше суток — {count}", _whose),
    "gone": ("Ответов больше нет на странице — {count}", _whose),
    "handed": ("Теперь переписка у вас — {count}", _whose),
    "idle_warned": ("По вашим обращениям ничего не сделано, скоро вернутся в очередь — {count}", _returns),
    "incident_began": ("Начались происшествия — {count}", _whose),
    "incident_grew": ("Происшествия растут — {count}", _whose),
    "incident_over": ("Происшествия закончились — {count}", _whose),
    "moved": ("Вам передано {count}", _whose),
    "moved_on": ("Снова открыто {count}", _whose),
    "on_call": ("Срочные вне рабочих часов — {count}", _whose),
    "refused": ("Ответы не ушли — {count}", _whose),
    "remark": ("Авторы пишут — {count}", _whose),
    "returned": ("Вернулись в очередь — {count}", _whose_was),
    "rewrote": ("Клиенты изменили сообщения — {count}", _whose),
    "similar": ("Авторы получили ответ — {count}", _whose),
    "taken": ("Сменился ответственный — {count}", _whose),
    "transferred": ("Вам передано {count}", _until),
    "unknown": ("Не знаем, дошли ли ответы — {count}", _whose),
    "unreachable": ("Бот не может написать ответственным — {count}", _whose),
    "vanished": ("Записи авторов удалены со страницы — {count}", _whose),
    "warn": ("Скоро выйдет срок ответа — {count}", _until),
    "woke": ("Отложенные снова ждут ответа — {count}", _until),
    "wrote": ("Клиенты пишут в личные сообщения — {count}", _whose),
}
