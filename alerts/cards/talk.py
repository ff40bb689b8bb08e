"""How colleagues read of a private talk with the customer, and of what the engineers are asked meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.cards.buttons import Button
from alerts.cards.outgoing import words_elsewhere
from alerts.cards.quoting import cut, in_short
from alerts.cards.wording import Wording, owner_words
from alerts.cases.case import Case, CaseMessage
from alerts.cases.events import (
    AnsweredElsewhere,
    CustomerWrote,
    EngineersAnswered,
    EngineersAsked,
    Event,
    MentionEdited,
    MentionJoined,
    MessageChanged,
)
from alerts.cases.telling import NoticeKind
from alerts.outreach.hints import asks_not_to_write, says_all_is_well
from alerts.russian import NBSP, counted, said

MAX_QUOTE: Final = 2_000
"""Characters of what the customer wrote in one note: in a talk each word counts."""
MAX_SHORT: Final = 200
MOST_LINES: Final = 3
MOST_HANDED: Final = 10
"""Messages of a talk that whoever gets it reads at once."""
MOST_ATTACHED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerable:
    """A note that may be answered: `action` is what an answer becomes, `label` its button where a messenger has no
    answers, `hint` says so where it has.
    """

    action: str
    label: str
    hint: str


TO_CUSTOMER: Final = Answerable(
    action="write_private", label="Ответить клиенту", hint="Ответьте на это сообщение — покажу, что уйдёт клиенту."
)
TO_OPERATOR: Final = Answerable(
    action="engineers_answer",
    label="Ответить оператору",
    hint="Ответьте на это сообщение: ответ увидит оператор, клиент — нет.",
)
ANSWERABLE: Final[dict[NoticeKind, Answerable]] = {
    "handed": TO_CUSTOMER,
    "wrote": TO_CUSTOMER,
    "rewrote": TO_CUSTOMER,
    "engineers_asked": TO_OPERATOR,
}
WELL: Final = Button(label="Закрыть: решено", action="resolved")
LEAVE: Final = Button(label="Больше не писать", action="do_not_write")


def wrote(case: Case, event: Event | None, words: Wording) -> str:
    texts = _messages(case, event)
    what = counted(len(texts), "сообщение", "сообщения", "сообщений") if len(texts) > 1 else ""
    return f"Клиент пишет в личные сообщения{f' ({what})' if what else ''}, {_of(case, words)}" + (
        ":" if texts else "."
    )


def rewrote(case: Case, event: Event | None, words: Wording) -> str:
    texts = _messages(case, event)
    return f"Клиент изменил своё сообщение, {_of(case, words)}" + (":" if texts else ".")


def elsewhere(case: Case, event: Event | None, words: Wording) -> str:
    fact = event.fact if event else None
    if not isinstance(fact, AnsweredElsewhere):
        return f"Клиенту ответили не через Отклик, {_number(case)}."
    where = "в личных сообщениях" if fact.message is not None else "на странице"
    at = f" в{NBSP}{words.moment(fact.said_at)}"
    return f"Клиенту ответили {where} не через Отклик{at}, {_number(case)}" + (
        ":" if words_elsewhere(case, fact).strip() else "."
    )


def quoted(case: Case, event: Event | None) -> str:
    """What the customer wrote, as it reads now: this message, and those that came before the note was said; or
    what he was answered past us.
    """
    if event is not None and isinstance(event.fact, AnsweredElsewhere):
        return cut(words_elsewhere(case, event.fact).strip(), MAX_QUOTE)
    return cut("\n".join(line for message in _messages(case, event) for line in _lines(message)), MAX_QUOTE)


def handed(case: Case) -> str:
    return f"Теперь переписка у вас, {_number(case)}." + (" Последнее в ней:" if case.messages else "")


def whole_talk(case: Case) -> str:
    """Its end, both sides."""
    lines = [
        f"{'Клиент' if message.incoming else 'Мы'}: {'; '.join(_lines(message))}"
        for message in case.messages[-MOST_HANDED:]
    ]
    return cut("\n".join(lines), MAX_QUOTE)


def came_back(case: Case) -> str:
    return f"Автор пишет снова, {_number(case)} опять у вас. Нужен другой человек — нажмите «Передать»."


def asked(case: Case, event: Event | None, words: Wording) -> str:
    """To the engineers: the question first; whose words it is about stands below."""
    fact = event.fact if event else None
    question = f": {said(fact.question)}" if isinstance(fact, EngineersAsked) else "."
    until = (
        f" Ответить до {words.moment(fact.due_at)}." if isinstance(fact, EngineersAsked) and fact.due_at else ""
    )
    who = words.doer("спросил", event.actor) if event else "Спросили"
    return f"{who} инженеров, {_of(case, words)}{question}{until}"


def answered(case: Case, event: Event | None, words: Wording) -> str:
    fact = event.fact if event else None
    text = f": {said(fact.text)}" if isinstance(fact, EngineersAnswered) else "."
    who = words.who(event.actor) if event else "инженеры"
    return f"Ответ инженеров ({who}), {_of(case, words)}{text} Клиент этого не видит."


def late(case: Case, words: Wording) -> str:
    question = next(
        (event.fact.question for event in reversed(case.events) if isinstance(event.fact, EngineersAsked)), ""
    )
    about = f" Вопрос: {said(in_short(question, MAX_SHORT))}" if question else ""
    return f"Инженеры не ответили в срок, {_of(case, words)}.{about}"


def unreachable(case: Case, words: Wording) -> str:
    owner = words.context.person(case.state.owner)
    who = owner.name if owner else "Коллега"
    return (
        f"{who}, бот не может написать вам лично. Откройте его и нажмите «Старт»:"
        " там сообщения клиентов видны целиком, здесь личные данные скрыты. Клиенту отвечайте на его слова выше."
    )


def vanished(case: Case) -> str:
    """To the leads: what is deleted without a word is remembered by who wrote it, and by those who saw it."""
    return (
        f"Со страницы бренда удалили запись автора, {_number(case)}, и это сделал не Отклик."
        " Удалить вопрос — не ответить: узнайте, кто это сделал, и напишите автору."
    )


def note_buttons(case: Case, event: Event | None) -> tuple[Button, ...]:
    """What the customer's words suggest, of several messages the last; a person presses, or does not."""
    texts = list(_said(case, event))
    found = []
    if texts and case.state.is_open and says_all_is_well(texts[-1]):
        found.append(WELL)
    if any(map(asks_not_to_write, texts)) and not _is_noted(case, event):
        found.append(LEAVE)
    return tuple(found)


def _is_noted(case: Case, event: Event | None) -> bool:
    """A wish that was noted may have been lifted by his turning to us since: said again it is a new one."""
    noted = case.contact.unwanted_at
    return noted is not None and (event is None or event.at <= noted)


def card_lines(case: Case, words: Wording) -> Iterator[tuple[datetime, str]]:
    """The latest of what the customer wrote in private, and when; oldest first."""
    incoming = [message for message in case.messages if message.incoming]
    for message in incoming[-MOST_LINES:]:
        text = "; ".join(_lines(message))
        line = f"В личных сообщениях в{NBSP}{words.moment(message.at)}: {in_short(text, MAX_SHORT)}"
        yield message.at, line


def engineers_line(case: Case, words: Wording) -> str:
    """What the engineers were asked, and what they said to it."""
    for event in reversed(case.events):
        if isinstance(event.fact, EngineersAnswered):
            return f"Инженеры в{NBSP}{words.moment(event.at)}: {in_short(event.fact.text, MAX_SHORT)}"
        if isinstance(event.fact, EngineersAsked):
            until = f", ждём до {words.moment(event.fact.due_at)}" if event.fact.due_at else ""
            return f"У инженеров{until}: {in_short(event.fact.question, MAX_SHORT)}"
    return ""


def _number(case: Case) -> str:
    return f"обращение №{NBSP}{case.id}"


def _of(case: Case, words: Wording) -> str:
    owned = owner_words(case, words)
    return _number(case) + ("" if owned or not case.state.is_open else ", его никто не взял")


def _messages(case: Case, event: Event | None) -> Sequence[CaseMessage]:
    """A change is about one message; a new one also about those that follow until the note is made."""
    fact = event.fact if event else None
    by_row = {message.row: message for message in case.messages}
    if isinstance(fact, MessageChanged):
        rows = [fact.message]
    elif isinstance(fact, CustomerWrote):
        rows = [
            later.fact.message
            for later in case.events
            if isinstance(later.fact, CustomerWrote) and event is not None and later.number >= event.number
        ]
    else:
        rows = []
    return [by_row[row] for row in rows if row in by_row]


def _lines(message: CaseMessage) -> Iterator[str]:
    """His words and what hangs on them, in one message."""
    if message.deleted_at is not None:
        yield "(сообщение удалено)"
        return
    if message.text.strip():
        yield message.text.strip() + (" (изменено)" if message.edited_at else "")
    yield from (f"📎 {words}" for words in message.attached[:MOST_ATTACHED])
    if not message.text.strip() and not message.attached:
        yield "(без текста)"


def _said(case: Case, event: Event | None) -> Iterator[str]:
    """All words that the event is about, public or private, without those that are gone."""
    fact = event.fact if event else None
    if isinstance(fact, MentionJoined | MentionEdited):
        rows = [mention for mention in case.mentions if mention.row == fact.mention]
        yield from (mention.text for mention in rows if mention.deleted_at is None)
    yield from (message.text for message in _messages(case, event) if message.deleted_at is None)
