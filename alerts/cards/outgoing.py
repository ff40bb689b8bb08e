"""How colleagues read of what is said to a customer: why it was held back, what he got, whether it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from alerts.cards.home import MAX_CITY, local_clock
from alerts.cards.kinds import KINDS
from alerts.cards.quoting import in_short
from alerts.cards.wording import Wording
from alerts.cases.case import Case
from alerts.cases.events import (
    AnsweredElsewhere,
    Event,
    ReplyEdited,
    ReplyGone,
    ReplySent,
    ReplyTakenBack,
)
from alerts.outreach.delicacy import HeldBack
from alerts.russian import NBSP

MAX_TEXT: Final = 200
MOST_ANSWERS: Final = 3


HELD: Final[Mapping[str, str]] = {
    "approached_before": "этому автору недавно уже писали, а он не просил",
    "approve": "такие ответы проверяет второй человек",
    "do_not_contact": "автор просил ему не писать",
    "night": "ночь по вашим часам (где живёт автор, не известно), а писал он больше часа назад",
    "stop_topic": "тема, о которой пишут только со словом старшего",
}
"""Why the guard keeps a word back, by `outreach.delicacy.Held`."""


def held_words(held: HeldBack, words: Wording, city: str | None) -> str:
    """Whether it cannot go out, or needs a second; until when, and what would help. `city` is the author's."""
    why = HELD.get(held.reason, "так решили правила")
    if held.reason == "night" and (clock := local_clock(city, words.now)):
        where = in_short(city or "", MAX_CITY)
        why = f"там, где живёт автор ({where}), сейчас {clock}, а писал он больше часа назад"
    if held.remedy in ("lead", "colleague"):
        topic = f" ({held.topic})" if held.topic else ""
        return f"нужна проверка: {why}{topic}"
    until = f". Можно будет с {words.moment(held.until)}" if held.until else ""
    return f"отправить нельзя: {why}{until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """An answer that the customer got, as its later events left it."""

    event: Event
    sent: ReplySent
    fate: str = ""


def answer_lines(case: Case, words: Wording) -> tuple[tuple[datetime, str], ...]:
    """What was said to the customer and when: who, the words, where they stand, what became of them since."""
    answers = [*_ours(case, words), *_elsewhere(case, words)]
    return tuple(sorted(answers, key=lambda said: said[0])[-MOST_ANSWERS:])


def words_elsewhere(case: Case, fact: AnsweredElsewhere) -> str:
    """What somebody said past us, as it reads now."""
    if fact.message is None:
        return fact.text
    return next((message.text for message in case.messages if message.row == fact.message), "")


def _elsewhere(case: Case, words: Wording) -> Iterator[tuple[datetime, str]]:
    """Nobody of the network's own pages is known by name: they show the brand alone."""
    for event in case.events:
        if isinstance(fact := event.fact, AnsweredElsewhere):
            title = "Ответили" if fact.message is None else "В личных сообщениях ответили"
            text = in_short(words_elsewhere(case, fact), MAX_TEXT)
            said = f": «{text}»" if text else ""
            url = f" {fact.url}" if fact.url else ""
            yield fact.said_at, f"{title} не через Отклик в{NBSP}{words.moment(fact.said_at)}{said}{url}"


def _ours(case: Case, words: Wording) -> Iterator[tuple[datetime, str]]:
    answers: dict[int, _Answer] = {}
    for event in case.events:
        match event.fact:
            case ReplySent() as sent:
                answers[sent.outbound] = _Answer(event=event, sent=sent)
            case ReplyEdited(outbound=number, text=text) if number in answers:
                edited = replace(answers[number].sent, text=text)
                fate = f"исправлен в{NBSP}{words.moment(event.at)}"
                answers[number] = replace(answers[number], sent=edited, fate=fate)
            case ReplyTakenBack(outbound=number) if number in answers:
                fate = f"удалён нами в{NBSP}{words.moment(event.at)}"
                answers[number] = replace(answers[number], fate=fate)
            case ReplyGone(outbound=number) if number in answers:
                fate = f"в{NBSP}{words.moment(event.at)} на странице его уже не было"
                answers[number] = replace(answers[number], fate=fate)
            case _:
                pass
    yield from ((answer.event.at, _answer(answer, words)) for answer in answers.values())


def _answer(answer: _Answer, words: Wording) -> str:
    sent = answer.sent
    who = words.name(sent.by) if sent.by else words.who(answer.event.actor)
    by_hand = ", вручную" if sent.by_hand else ""
    title = KINDS[sent.kind].noun.capitalize()
    said = f": «{in_short(sent.text, MAX_TEXT)}»" if sent.text else ""
    fate = f" ({answer.fate})" if answer.fate else ""
    url = f" {sent.url}" if sent.url else ""
    return f"{title}, {who} в{NBSP}{words.moment(answer.event.at)}{by_hand}{said}{fate}{url}"
