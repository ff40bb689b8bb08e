"""What the person who pressed a button reads: what was done, or why not and which button would work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from alerts.cards.context import CardContext
from alerts.cards.kinds import KINDS
from alerts.cards.outgoing import held_words
from alerts.cards.quoting import in_short
from alerts.cards.wording import MAX_NAME, Wording, last_end, muted_words, owner_words
from alerts.cases.case import Case
from alerts.cases.commands import (
    AnswerAsEngineer,
    Approve,
    AskApproval,
    AskEngineers,
    Cancel,
    Claim,
    Close,
    Confirm,
    ConfirmTold,
    ForbidWriting,
    HoldBack,
    MoveTo,
    Mute,
    NotComplaint,
    Note,
    PersonsCommand,
    Release,
    Reopen,
    Report,
    Snooze,
    TransferTo,
    Unmute,
)
from alerts.cases.events import ReplyEdited, ReplyGone, ReplyRefused, ReplySent, ReplyTakenBack, ReplyUnknown
from alerts.cases.transitions import LONGEST_NOTE, Reason, Refusal
from alerts.outreach.delicacy import HeldBack
from alerts.russian import NBSP, capital, number
from domain.person import Person

MAX_ANSWER: Final = 200
"""Characters of Telegram's toast."""
UNKNOWN_BUTTON: Final = "Эта кнопка мне незнакома, обновите карточку"
UNKNOWN_PERSON: Final = "Этого человека больше нет в people.yaml. Нажмите «Передать» ещё раз"
NOT_CLOSED: Final = "Хорошо, обращение не закрыто"
NOT_SNOOZED: Final = "Хорошо, обращение не отложено"
NOT_TRANSFERRED: Final = "Хорошо, обращение не передано"
UNKNOWN_RECEIVER: Final = "Такого получателя больше нет в routes.yaml. Нажмите «Передать» ещё раз"
NOBODY_ELSE: Final = "Передать некому: в people.yaml больше никого нет"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    case: Case
    command: PersonsCommand
    person: Person | None
    words: Wording


def refusal_words(
    refusal: Refusal,
    case: Case,
    command: PersonsCommand,
    context: CardContext,
    now: datetime,
    *,
    person: Person | None = None,
) -> str:
    """Why nothing changed, and the button that would work. `person` is who pressed: he is spoken to as «вы»."""
    refused = _Refused(case=case, command=command, person=person, words=Wording(context=context, now=now))
    return in_short(_REFUSALS[refusal.reason](refused), MAX_ANSWER)


def done_words(
    command: PersonsCommand, case: Case, context: CardContext, now: datetime, *, person: Person | None = None
) -> str:
    """What the command has done to the case; `case` is as it stood before or stands after, it is only named."""
    words, shown = Wording(context=context, now=now), f"обращение №{NBSP}{case.id}"
    match command:
        case TransferTo() | MoveTo():
            text = _transferred(command, shown, words, person)
        case Snooze(until=until):
            text = f"{shown} отложено до {words.moment(until)}"
        case Confirm(kind=kind) | AskApproval(kind=kind) | Approve(kind=kind) | Cancel(kind=kind):
            text = _ANSWERED[type(command)].format(what=KINDS[kind].noun, case=shown)
        case Mute(until=until, topic=topic):
            muted = muted_words(topic)
            text = f"{muted} заглушили до {words.moment(until)}, срочное всё равно придёт"
        case Unmute(topic=topic):
            text = f"{muted_words(topic)} снова показываем"
        case HoldBack(reason=reason, until=until):
            text = held_words(HeldBack(reason=reason, remedy="wait", until=until), words, case.city)
        case Report(fact=fact):
            text = _REPORTED[type(fact)].format(case=shown)
        case _:
            text = _DONE[type(command)].format(case=shown)
    return in_short(capital(text), MAX_ANSWER)


def _transferred(command: TransferTo | MoveTo, case: str, words: Wording, person: Person | None) -> str:
    if isinstance(command, MoveTo):
        return f"{case} теперь у «{in_short(command.receiver, MAX_NAME)}»"
    if person is not None and command.person == person.id:
        return f"{case} теперь ваше"
    return f"{case} теперь ведёт {words.name(command.person, command.name)}"


def _is(person: Person | None, number: str | None) -> bool:
    return person is not None and number in (person.id, *person.former_ids)


def _is_anothers(refused: _Refused) -> bool:
    """Whether only a lead or another person may do more than write a note."""
    person, owner = refused.person, refused.case.state.owner
    return owner is not None and person is not None and person.role != "lead" and not _is(person, owner)


def _owned(refused: _Refused) -> str:
    """«уже взяла Анна Иванова в 14:05», with names as long as an answer has room for."""
    return capital(f"уже {in_short(owner_words(refused.case, refused.words), 110)}")


def _already_yours(refused: _Refused) -> str:
    return f"Обращение №{NBSP}{refused.case.id} уже у вас. Ответили автору — нажмите «Закрыть»"


def _already_theirs(refused: _Refused) -> str:
    if _is(refused.person, refused.case.state.owner):
        return _already_yours(refused)
    return f"{_owned(refused)}. Дополнить можно кнопкой «Заметка»"


def _already_there(refused: _Refused) -> str:
    return f"Обращение и так у «{in_short(refused.case.state.receiver or '', MAX_NAME)}»"


def _already_open(refused: _Refused) -> str:
    if refused.case.state.owner is None:
        return "Обращение и так в работе, его никто не взял: нажмите «Взять»"
    return (
        f"Обращение и так в работе, {owner_words(refused.case, refused.words)}. Дополнить можно кнопкой «Заметка»"
    )


def _already_snoozed(refused: _Refused) -> str:
    until = refused.case.state.snoozed_until
    shown = f" до {refused.words.moment(until)}" if until else ""
    if _is_anothers(refused):
        return f"Уже отложено{shown}, {owner_words(refused.case, refused.words)}. Вам доступна «Заметка»"
    return f"Уже отложено{shown}. Чтобы заняться им раньше, нажмите «Взять»"


def _ended(refused: _Refused) -> str:
    """Who ended it and how; «Вернуть» is the way on."""
    event, words = last_end(refused.case), refused.words
    is_closed = refused.case.state.outcome != "not_complaint"
    if event is None:
        how = "закрыто" if is_closed else "отмечено: не жалоба"
        return f"Обращение уже {how}. Чтобы продолжить, нажмите «Вернуть»"
    stem, what = ("закрыл", "обращение") if is_closed else ("отметил", "«не жалоба»")
    if _is(refused.person, event.actor.id):
        who = f"Вы уже {stem}и"
    else:
        who = f"{in_short(words.who(event.actor), 60)} уже {words.did(stem, event.actor)}"
    return f"{who} {what} в{NBSP}{words.moment(event.at)}. Чтобы продолжить, нажмите «Вернуть»"


def _nobodys(_refused: _Refused) -> str:
    return "Обращение и так ничьё. Чтобы заняться им, нажмите «Взять»"


def _not_yours(refused: _Refused) -> str:
    """Another lead may take it away, named where there is one alone; without any its owner may give it."""
    context = refused.words.context
    owner = context.person(refused.case.state.owner)
    leads = [lead for lead in context.leads if lead != owner]
    lead = in_short(leads[0].name, 40) if len(leads) == 1 else "старший"
    way = f"передать может {in_short(owner.name, 40)}" if owner and not leads else f"забрать может {lead}"
    return f"{_owned(refused)}. Вам доступна «Заметка»; {way} кнопкой «Передать»"


def _past_deadline(refused: _Refused) -> str:
    due_at = refused.case.state.deadlines.due_at
    due = f" {refused.words.moment(due_at)}" if due_at else ""
    until = f", чем {refused.words.moment(refused.command.until)}" if isinstance(refused.command, Snooze) else ""
    return f"Срок ответа{due} наступит раньше{until}. Нажмите «Отложить» ещё раз и подтвердите"


def _no_time(refused: _Refused) -> str:
    button = "Заглушить" if isinstance(refused.command, Mute) else "Отложить"
    return f"Это время уже прошло. Нажмите «{button}» ещё раз"


def _no_text(refused: _Refused) -> str:
    if button := _ASKS_FOR_TEXT.get(type(refused.command)):
        return f"Пустой текст никому не отправлен. Нажмите «{button}» ещё раз и напишите хотя бы слово"
    return "Пустая «Заметка» не записана, напишите хотя бы слово"


def _long_text(refused: _Refused) -> str:
    button = _ASKS_FOR_TEXT.get(type(refused.command))
    what = f"Текст для «{button}» слишком длинный" if button else "Длинная «Заметка» не записана"
    return f"{what}, напишите не больше {number(LONGEST_NOTE)} знаков"


def _own_words(_refused: _Refused) -> str:
    return "Свой ответ подтверждает другой человек: на карточке у него кнопка «Проверить ответ»"


def _leads_only(refused: _Refused) -> str:
    leads = refused.words.context.leads
    lead = in_short(leads[0].name, 40) if len(leads) == 1 else "старший"
    return f"Этот ответ подтверждает {lead}: кнопка «Проверить ответ» на карточке"


def _topic_by_leads(refused: _Refused) -> str:
    leads = refused.words.context.leads
    lead = in_short(leads[0].name, 40) if len(leads) == 1 else "старший"
    return f"Тема касается всех, заглушить её может {lead}. Автора — и вы, той же кнопкой «Заглушить»"


def _not_in_private(_refused: _Refused) -> str:
    return "Сначала договоритесь с автором в личных сообщениях: нажмите «В личку»"


def _not_allowed(_refused: _Refused) -> str:
    return "Это делают не кнопкой. Вам доступна «Заметка»"


_DONE: Final[Mapping[type[PersonsCommand], str]] = {
    AnswerAsEngineer: "ответ передан оператору, {case}",
    AskEngineers: "вопрос отправлен инженерам, {case}",
    Claim: "вы взяли {case}",
    Close: "вы закрыли {case}",
    ConfirmTold: "записано: автор знает, что запись уберут. Нажмите «Убрать запись» ещё раз, {case}",
    ForbidWriting: "записано: автору больше не пишем, {case}",
    NotComplaint: "{case} отмечено: не жалоба",
    Note: "заметка записана, коллеги увидят её на карточке",
    Release: "{case} снова ничьё",
    Reopen: "{case} снова в работе, его ещё никто не взял",
}
_ANSWERED: Final[Mapping[type[PersonsCommand], str]] = {
    Approve: "отправляю с вашего разрешения: {what}, {case}",
    AskApproval: "ждёт слова старшего: {what}, {case}",
    Cancel: "не отправлено: {what}, {case}",
    Confirm: "отправляю: {what}, {case}",
}
_REPORTED: Final[Mapping[type[Any], str]] = {
    ReplyEdited: "записано: ответ исправлен, {case}",
    ReplyGone: "записано: ответа больше нет, {case}",
    ReplyRefused: "записано: не ушло, {case}",
    ReplySent: "записано: автор получил ответ, {case}",
    ReplyTakenBack: "записано: ответ удалён, {case}",
    ReplyUnknown: "записано: неизвестно, ушло ли, {case}",
}
_ASKS_FOR_TEXT: Final[Mapping[type[Any], str]] = {
    AnswerAsEngineer: "Ответить оператору",
    AskEngineers: "Инженерам",
}
_REFUSALS: Final[Mapping[Reason, Callable[[_Refused], str]]] = {
    "already_closed": _ended,
    "already_not_complaint": _ended,
    "already_open": _already_open,
    "already_snoozed": _already_snoozed,
    "already_theirs": _already_theirs,
    "already_there": _already_there,
    "already_yours": _already_yours,
    "ended": _ended,
    "leads_only": _leads_only,
    "long_text": _long_text,
    "no_text": _no_text,
    "no_time": _no_time,
    "nobodys": _nobodys,
    "not_allowed": _not_allowed,
    "not_in_private": _not_in_private,
    "not_yours": _not_yours,
    "own_words": _own_words,
    "past_deadline": _past_deadline,
    "topic_by_leads": _topic_by_leads,
}
