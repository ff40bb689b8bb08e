"""A card: the case as operators see it, in Russian, before a messenger gives it its markup."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from alerts.cards import talk
from alerts.cards.buttons import Button, rows
from alerts.cards.context import CardContext
from alerts.cards.home import home
from alerts.cards.outgoing import answer_lines
from alerts.cards.past import earlier_words, neighbours_line, tone_line
from alerts.cards.quoting import in_short, phrases, quote
from alerts.cards.reaching import ability_line
from alerts.cards.wording import MAX_NAME, Wording, deadline, log_lines, status, went_on
from alerts.cases.case import Case, CaseMention, complains
from alerts.cases.events import Deleter, MentionDeleted, Noted
from alerts.russian import INTENT_TITLES, NBSP, counted, number, percent
from alerts.suppression import URGENT_AT
from domain.mention import Quote
from domain.span import Span

MAX_QUOTE: Final = 1_500
"""Characters of the customer's text on a card; Telegram takes 4 096 for the whole message."""
MAX_PARENT: Final = 200
MAX_NOTE: Final = 200
SHORT: Final = 100
SHORT_TEXT: Final = 200
"""Characters of a text that is taken in at a glance: to quote from it again would say nothing."""
MOST_BOLD: Final = 0.5
"""The share of the quote above which bold words no longer stand out."""
MOST_LINES: Final = 3

LIKELY: Final = (
    (0.9, "Почти наверняка жалоба"),
    (0.75, "Скорее всего жалоба"),
    (0.5, "Похоже на жалобу"),
    (0.0, "Возможно, жалоба"),
)

_DELETED: Final[Mapping[Deleter | None, str]] = {
    "author": "Автор удалил запись",
    "brand": "Сообщество удалило запись",
    "other": "Запись удалил не автор",
    None: "Запись удалена",
}
_DELETED_SHORTLY: Final[Mapping[Deleter | None, str]] = {
    "author": "удалено автором",
    "brand": "удалено сообществом",
    "other": "удалено не автором",
    None: "удалено",
}

Tone = Literal["plain", "strong", "faint", "italic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of plain text. `tone` says how loud it is, `sign` is an emoji to stand before it."""

    text: str
    tone: Tone = "plain"
    sign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Plain text parts from top to bottom; the notifier escapes and marks them up, and knows none by name.

    `quote` is the customer's text, cut; `evidence_spans` and `brand_spans` are spans of the quote that stand out.
    `status` comes last, right above the buttons. `repeat` marks a card that may have been shown before
    («возможный повтор»).
    """

    case: int
    revision: int
    urgent: bool
    title: str
    above: tuple[Line, ...] = ()
    quote: str
    evidence_spans: tuple[Span, ...] = ()
    brand_spans: tuple[Span, ...] = ()
    below: tuple[Line, ...] = ()
    status: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    repeat: bool = False


def make_card(case: Case, context: CardContext, now: datetime, *, repeat: bool = False) -> Card:
    """The card of a case that has at least one mention."""
    words = Wording(context=context, now=now)
    latest = case.latest_complaint
    evidence_phrases = phrases(latest.text, latest.evidence_spans, brand_spans=latest.brand_spans)
    quoted, (evidence, brand) = quote(latest.text, (evidence_phrases, latest.brand_spans), MAX_QUOTE)
    return Card(
        case=case.id,
        revision=case.revision,
        urgent=is_urgent(case),
        title=_title(case, words),
        above=tuple(line for line in _above(case, words) if line.text),
        quote=quoted or ("(без своих слов)" if _quoted(latest) else "(без текста)"),
        evidence_spans=evidence if complains(latest) and _stands_out(evidence, quoted) else (),
        brand_spans=brand,
        below=tuple(line for line in _below(case, evidence_phrases, words) if line.text),
        status=status(case, words),
        buttons=rows(case, context, now),
        repeat=repeat,
    )


def make_former_card(case: Case, event: int, link: str | None, context: CardContext, now: datetime) -> Card:
    """What an earlier card becomes when another has followed it for this event: whose case it is, and the way on.

    `link` is the address of the card that followed.
    """
    card, words = make_card(case, context, now), Wording(context=context, now=now)
    ways = ((Button(label="К новой карточке", url=link),),) if link else ()
    return replace(card, urgent=False, below=(), status=went_on(case, event, words), buttons=ways)


def _above(case: Case, words: Wording) -> Iterator[Line]:
    """Who wrote, in answer to what, and whether the words are still there."""
    yield Line(text=_author(case, words), sign="👤")
    yield Line(text=_parent(case), tone="faint", sign="↪️")
    yield Line(text=_changed(case, words), tone="strong", sign="✏️")


def _beside(mention: CaseMention) -> Iterator[str]:
    """What the author shows again, and what hangs on the text."""
    yield _quoted(mention)
    yield from (
        f"Приложено «{in_short(words, SHORT)}»" for words in mention.attached[:MOST_LINES] if words.strip()
    )


def _below(case: Case, evidence_phrases: Sequence[Span], words: Wording) -> Iterator[Line]:
    """Why it is here, what else is known, what was done, and until when to answer."""
    yield from (Line(text=text, tone="faint", sign="📎") for text in _beside(case.latest_complaint))
    yield _urgency(case)
    yield Line(text=_reason(case.latest_complaint, evidence_phrases), sign="💡")
    yield Line(text=" · ".join(_facts(case, words)), tone="faint")
    yield from (Line(text=text, sign="💬") for text in _answers(case, words))
    yield from (Line(text=text, tone="faint", sign="🕓") for text in _past(case, words))
    yield Line(text=neighbours_line(case), tone="faint", sign="👥")
    yield from _talk(case, words)
    yield Line(text=talk.engineers_line(case, words), sign="🔧")
    yield from (Line(text=text, sign="📝") for text in _notes(case, words))
    yield from (Line(text=text, tone="italic") for text in log_lines(case, words))
    yield Line(text=ability_line(case, words.context, words.now), tone="faint", sign="✍️")
    yield Line(text=deadline(case, words), tone="strong", sign="⏰")


def _talk(case: Case, words: Wording) -> Iterator[Line]:
    """What both sides said, as it was said: one reads a talk from above to below."""
    theirs = [(at, Line(text=text, sign="📩")) for at, text in talk.card_lines(case, words)]
    ours = [(at, Line(text=text, sign="✉️")) for at, text in answer_lines(case, words)]
    yield from (line for _, line in sorted((*theirs, *ours), key=lambda said: said[0]))


def is_urgent(case: Case) -> bool:
    """Whether its card is: one of its complaints cannot wait."""
    return any(map(_is_urgent, case.mentions))


def _is_urgent(mention: CaseMention) -> bool:
    return complains(mention) and mention.urgency >= URGENT_AT


def _stands_out(spans: Sequence[Span], quoted: str) -> bool:
    return sum(end - start for start, end in spans) <= MOST_BOLD * len(quoted)


def _title(case: Case, words: Wording) -> str:
    latest = case.latest_complaint
    what = "Вопрос" if latest.intent == "question" else "Жалоба" if complains(latest) else "Обращение"
    network = words.context.networks.get(case.network)
    place = network.places.get(latest.kind) if network else None
    place = place or f"сообщение, {network.title if network else case.network}"
    return f"{what} № {case.id}: {case.brand_title}, {place}"


def _author(case: Case, words: Wording) -> str:
    """Who it is, how many read him, where he lives, and how far his clock is from the operators'."""
    return ", ".join(filter(None, (_who(case), home(case.city, words.context.timezone, words.now))))


def _who(case: Case) -> str:
    name = in_short(case.author_name, MAX_NAME) or "Без имени"
    if case.author_handle:
        name += f" (@{in_short(case.author_handle, MAX_NAME)})"
    if case.followers is None:
        return name
    return f"{name}, {counted(case.followers, 'подписчик', 'подписчика', 'подписчиков')}"


def _parent(case: Case) -> str:
    """The words that the author answers: alone, «Какое к утру?» says nothing.

    Whoever goes on under his own words answers what these answered; they stand on the card themselves.
    """
    own = {mention.id for mention in case.mentions}
    parent = case.latest_complaint.parent
    if parent is not None and parent.id in own:
        others = (mention.parent for mention in reversed(case.mentions) if mention.parent)
        parent = next((other for other in others if other.id not in own), None)
    return f"В ответ на{NBSP}{words}" if (words := _words_of(parent)) else ""


def _quoted(mention: CaseMention) -> str:
    return f"Цитирует {words}" if (words := _words_of(mention.quoted)) else ""


def _words_of(other: Quote | None) -> str:
    if other is None or not other.text.strip():
        return ""
    author = in_short(other.author, MAX_NAME)
    return f"«{in_short(other.text, MAX_PARENT)}»" + (f" ({author})" if author else "")


def _changed(case: Case, words: Wording) -> str:
    mention = case.latest_complaint
    if mention.deleted_at is not None:
        return f"{_DELETED[_deleter(case, mention)]} в{NBSP}{words.moment(mention.deleted_at)}"
    if mention.edited_at is None:
        return ""
    calm = "" if complains(mention) else ": жалобы больше нет"
    return f"Автор изменил запись в{NBSP}{words.moment(mention.edited_at)}{calm}"


def _deleter(case: Case, mention: CaseMention) -> Deleter | None:
    """Who took the mention away last; None where nobody told, or the history at hand begins later."""
    facts = (event.fact for event in reversed(case.events))
    return next(
        (fact.by for fact in facts if isinstance(fact, MentionDeleted) and fact.mention == mention.row), None
    )


def _urgency(case: Case) -> Line:
    """Why it is urgent; of what is not, what it touches all the same."""
    urgent = [mention for mention in case.mentions if _is_urgent(mention)]
    mentions = urgent or [mention for mention in case.mentions if complains(mention)]
    dangers = ", ".join(dict.fromkeys(danger for mention in mentions for danger in mention.dangers))
    if urgent:
        likely = percent(max(mention.urgency for mention in urgent))
        return Line(text=f"Срочно: {dangers}" if dangers else f"Срочно ({likely})", tone="strong", sign="🔥")
    return Line(text=f"Внимание: {dangers}" if dangers else "", tone="strong")


def _reason(mention: CaseMention, evidence_phrases: Sequence[Span]) -> str:
    """Of a long text the phrases that say why, of a short one what they amount to."""
    if not complains(mention):
        return ""
    likely = next(text for floor, text in LIKELY if mention.complaint >= floor)
    quoted = [f"«{in_short(mention.text[start:end], SHORT)}»" for start, end in evidence_phrases]
    why = quoted if quoted and len(mention.text) > SHORT_TEXT else mention.reasons[:MOST_LINES]
    return f"{likely} ({percent(mention.complaint)})" + (f": {', '.join(why)}" if why else "")


def _facts(case: Case, words: Wording) -> tuple[str, ...]:
    latest, more = case.latest_complaint, len(case.mentions) - 1
    there = [mention for mention in case.mentions if mention.deleted_at is None]
    topics = list(dict.fromkeys(topic for mention in reversed(there) for topic in mention.topics))[:5]
    reach = max((mention.reach for mention in case.mentions if mention.reach is not None), default=None)
    facts = (
        f"{'Тема' if len(topics) == 1 else 'Темы'}: {', '.join(topics)}" if topics else "",
        f"Автор {INTENT_TITLES[latest.intent]}" if latest.intent in ("question", "solve", "troll") else "",
        f"Могут прочитать: {number(reach)}" if reach is not None else "",
        f"Написано в{NBSP}{words.moment(latest.published_at)}",
        f"Ещё {counted(more, 'сообщение', 'сообщения', 'сообщений')} в этом обращении" if more else "",
    )
    return tuple(filter(None, facts))


def _answers(case: Case, words: Wording) -> tuple[str, ...]:
    """What else the author said there, oldest first: «договор 4451», «спасибо, починили»."""
    answers = [mention for mention in _others(case) if mention.strength == "remark"]
    return tuple(
        f"Автор написал в{NBSP}{words.moment(mention.published_at)}: {_shortly(case, mention, words)}"
        for mention in answers[-MOST_LINES:]
    )


def _past(case: Case, words: Wording) -> tuple[str, ...]:
    """The author's other complaints: in this case, newest first, and in earlier ones."""
    here = [mention for mention in _others(case) if mention.strength == "complaint"]
    lines = [
        f"{words.moment(mention.published_at)}: {_shortly(case, mention, words)}" for mention in reversed(here)
    ]
    before = [
        f"Обращение № {earlier.case} от {words.day(earlier.opened_at)}, {earlier_words(earlier, SHORT)}"
        for earlier in case.earlier
    ]
    return (*lines[:MOST_LINES], *before[:MOST_LINES], *filter(None, (tone_line(case),)))


def _others(case: Case) -> list[CaseMention]:
    latest = case.latest_complaint
    return [mention for mention in case.mentions if mention.row != latest.row]


def _shortly(case: Case, mention: CaseMention, words: Wording) -> str:
    """What is gone from the network is not shown again; what was changed says so."""
    if mention.deleted_at is not None:
        return _DELETED_SHORTLY[_deleter(case, mention)]
    edited = f" (изменено в{NBSP}{words.moment(mention.edited_at)})" if mention.edited_at else ""
    return f"«{in_short(mention.text, SHORT)}»{edited}"


def _notes(case: Case, words: Wording) -> tuple[str, ...]:
    notes = [
        f"Заметка, {words.who(event.actor)} в{NBSP}{words.moment(event.at)}: {in_short(event.fact.text, MAX_NOTE)}"
        for event in case.events
        if isinstance(event.fact, Noted)
    ]
    return tuple(notes[-MOST_LINES:])
