"""The card of an incident: how many, how fast, where, whose; and the word that it is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

from alerts.cards.card import Card, Line
from alerts.cards.context import CardContext
from alerts.cards.masking import masked
from alerts.cards.note import Note
from alerts.cards.quoting import in_short
from alerts.cards.wording import Wording
from alerts.cases.telling import NoticeKind
from alerts.incidents.history import Began, Drafted, Ended, Grew, Happened, Taken
from alerts.incidents.incident import Incident, Place, TakeRefused
from alerts.russian import NBSP, counted, decimal, did, lasted, number, plural
from domain.person import Person

TAKE: Final = "incident"
"""What a press on «Взять происшествие» asks for; its case is the digest's number."""
ANSWER_ALL: Final = "answer_all"
"""The same of «Ответить всем»."""
MOST_EVENTS: Final = 6
"""Of the history: in one line that a phone shows whole."""
BLOCKS: Final = "▁▂▃▄▅▆▇█"
MOST_PAGES: Final = 4
MAX_WORDS: Final = 80
NO_INCIDENT: Final = "Этого происшествия больше нет"


def sparkline(counts: Sequence[int]) -> str:
    """The counts as a row of bars; the highest is full, and what is more than none is seen."""
    most = max(counts, default=0)
    if not most:
        return BLOCKS[0] * len(counts)
    steps = len(BLOCKS) - 1
    return "".join(BLOCKS[-(-count * steps // most)] for count in counts)


def title(incident: Incident) -> str:
    what = about(incident)
    return f"Происшествие{NBSP}{incident.id}: {incident.brand_title}" + (f", {what}" if what else "")


def about(incident: Incident) -> str:
    match incident.group.kind:
        case "topic":
            return f"«{incident.group.what}»"
        case "words":
            return f"одни и те же слова: «{in_short(masked(incident.words), MAX_WORDS)}»"
        case _:
            return ""


def lines(incident: Incident, words: Wording) -> tuple[str, ...]:
    """Below the title: the counter, the picture, the places, what happened to it."""
    parts = (_counter(incident, words), _picture(incident, words), _places(incident, words))
    return tuple(filter(None, (*parts, history(incident, words))))


def history(incident: Incident, words: Wording) -> str:
    """«14:02 началось: 12 жалоб · 14:05 взяла Анна Иванова · 14:20 уже 64»; the latest where it was much."""
    told = [text for event in incident.events if (text := _told(event, words))]
    hidden = len(told) - MOST_EVENTS
    # How it began is never left out.
    shown = [told[0], f"… ещё {number(hidden)} …", *told[hidden + 1 :]] if hidden > 0 else told
    return " · ".join(shown)


def _told(event: Happened, words: Wording) -> str:
    match event.fact:
        case Began(total=total):
            came = f": {counted(total, 'жалоба', 'жалобы', 'жалоб')}" if total else ""
            what = f"началось{came}"
        case Grew(total=total):
            what = f"уже {number(total)}"
        case Taken(is_dated=is_dated):
            took = f"{_did('взял', event, words)} {words.name(event.person, event.name)}"
            if not is_dated:
                return took
            what = took
        case Drafted():
            what = f"{words.name(event.person, event.name)} {_did('написал', event, words)} ответ для всех"
        case Ended():
            what = "закончилось"
        case _:
            assert_never(event.fact)
    return f"{words.moment(event.at)} {what}"


def _did(stem: str, event: Happened, words: Wording) -> str:
    person = words.context.person(event.person)
    return did(stem, person.gender if person else None)


def status(incident: Incident, words: Wording) -> str:
    """Whose it is, or since when it is over."""
    if incident.over_at is not None:
        return over(incident, words)
    if incident.owner is None:
        return "происшествие никто не взял"
    person = words.context.person(incident.owner)
    return f"{did('взял', person.gender if person else None)} {words.name(incident.owner)}"


def over(incident: Incident, words: Wording) -> str:
    at = incident.calm_at or incident.over_at
    return f"обычный уровень с{NBSP}{words.moment(at)}" if at is not None else ""


def note_of(kind: NoticeKind, incident: Incident, context: CardContext, now: datetime) -> Note:
    """A word about an incident."""
    if kind == "incident_over":
        return over_note(incident, context, now)
    return going_on_note(kind, incident, context, now)


def going_on_note(kind: NoticeKind, incident: Incident, context: CardContext, now: datetime) -> Note:
    """It began or has grown; said where no list shows that, and so with all that would stand above one."""
    words = Wording(context=context, now=now)
    first = title(incident) if kind == "incident_began" else f"{title(incident)}. Растёт"
    return Note(text="\n".join((first, *lines(incident, words))))


def over_note(incident: Incident, context: CardContext, now: datetime) -> Note:
    """Said when it is over: to whoever took it, else to all."""
    words = Wording(context=context, now=now)
    owner = context.answering(incident.owner, now)
    came = counted(incident.total, "обращение", "обращения", "обращений")
    left = (
        f" Ещё {plural(incident.waiting, 'ждёт', 'ждут', 'ждут')}: {number(incident.waiting)}."
        if incident.waiting
        else ""
    )
    return Note(
        text=f"{title(incident)} — {over(incident, words)}. Всего {came}.{left}",
        to=(owner,) if owner is not None else (),
    )


def word_card(note: Note, incident: Incident, context: CardContext, now: datetime) -> Card:
    """The word as a card without a case and without buttons, for a messenger that shows nothing but cards."""
    first, *more = note.text.splitlines()
    return Card(
        case=0,
        revision=0,
        urgent=False,
        title=first,
        quote="",
        below=tuple(Line(text=line) for line in more),
        status=status(incident, Wording(context=context, now=now)),
    )


def taken(incident: int, person: Person) -> str:
    return f"Происшествие{NBSP}{incident} теперь ваше, {person.name.split()[0]}"


def not_taken(reason: TakeRefused, owner: str | None, context: CardContext) -> str:
    match reason:
        case "already_yours":
            return "Происшествие уже ваше"
        case "over":
            return "Происшествие закончилось"
        case "anothers":
            person = context.person(owner)
            if person is None:
                return "Происшествие уже взяли"
            return f"Происшествие уже {did('взял', person.gender)} {person.name}"


def _counter(incident: Incident, words: Wording) -> str:
    came = counted(incident.total, "жалоба", "жалобы", "жалоб")
    return f"{came} с{NBSP}{words.moment(incident.since)}, обычно {_usual(incident.usual)}"


def _usual(per_hour: float) -> str:
    """So that a person can think it: by the hour, the day, or the week."""
    for hours, noun in ((1, "час"), (24, "день"), (168, "неделю")):
        if per_hour * hours >= 1 or hours == 168:
            rate = per_hour * hours
            shown = decimal(rate, 1) if rate < 3 and round(rate, 1) != round(rate) else number(round(rate))
            return f"{shown} в{NBSP}{noun}"
    return ""


def _picture(incident: Incident, words: Wording) -> str:
    if len(incident.counts) < 2:
        return ""
    ends = incident.since + incident.step * len(incident.counts)
    last = min(ends, words.now) if incident.over_at is None else ends
    since, until = words.moment(incident.since), words.moment(last)
    return f"{sparkline(incident.counts)} с{NBSP}{since} до{NBSP}{until}, по {lasted(incident.step)}"


def _places(incident: Incident, words: Wording) -> str:
    parts = []
    for place in incident.places:
        if place.page is not None:
            continue
        pages = [page for page in incident.places if page.network == place.network and page.page is not None]
        beside = ", ".join(_named(page) for page in pages[:MOST_PAGES])
        network = words.context.networks.get(place.network)
        named = f"{network.title if network else place.network} {number(place.count)}"
        parts.append(f"{named} ({beside})" if beside else named)
    return "; ".join(parts)


def _named(place: Place) -> str:
    return f"{(place.page or '').partition(':')[2] or place.page} {number(place.count)}"
