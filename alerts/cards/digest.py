"""A digest: many waiting cases in one message, the most urgent first, each to be taken by a button of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from alerts.cards.buttons import Button, situation_of
from alerts.cards.card import Card, make_card
from alerts.cards.context import CardContext
from alerts.cards.incident import ANSWER_ALL, TAKE, lines, title
from alerts.cards.incident import status as status_of
from alerts.cards.quoting import in_short
from alerts.cards.wording import MAX_NAME, Wording, status
from alerts.cases.case import Case
from alerts.incidents.incident import Incident
from alerts.russian import NBSP, counted, number, percent, plural

A_PAGE: Final = 10
"""Cases of one page: with their words and addresses they stay below Telegram's 4 096 characters."""
MAX_WORDS: Final = 140
TURN: Final = "page"
"""What a press on «Дальше» asks for; its case is the digest's number, its value the page."""

DigestCause = Literal["flood", "late", "incident"]
"""Why there is a list instead of cards: more came than a chat takes, it came while nobody could be told, or all
of it is one trouble.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a digest: `cases` from the place `first` (from 0) of `total`.

    `free` of all wait for somebody to take them, `late` of these past their deadline. `incident` is what they make
    together.
    """

    why: DigestCause
    cases: tuple[Case, ...]
    first: int
    total: int
    free: int
    late: int
    incident: Incident | None = None

    @property
    def page(self) -> int:
        return self.first // A_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // A_PAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A case in a digest, as plain text. `taken` says who has it or how it ended; then it has no `button`."""

    case: int
    urgent: bool
    title: str
    words: str
    facts: str
    url: str | None = None
    taken: str = ""
    button: Button | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Plain text parts from top to bottom; the notifier marks them up. `turns` are the buttons to other pages,
    `own` are buttons of the list itself, whose `case` is the digest.
    """

    digest: int
    title: str
    hint: str
    items: tuple[Item, ...]
    status: str
    turns: tuple[tuple[str, int], ...] = ()
    repeat: bool = False
    lines: tuple[str, ...] = ()
    own: tuple[Button, ...] = ()


def make_sheet(
    digest: int, listing: Listing, context: CardContext, now: datetime, *, repeat: bool = False
) -> Sheet:
    """The page of the digest as people read it."""
    words = Wording(context=context, now=now)
    incident = listing.incident
    return Sheet(
        digest=digest,
        title=_title(listing) if incident is None else title(incident),
        hint=_hint(listing) if listing.free else "",
        items=tuple(_item(case, words, in_incident=incident is not None) for case in listing.cases),
        status=" · ".join((*_status(listing), *((status_of(incident, words),) if incident is not None else ()))),
        turns=tuple(_turns(listing)),
        repeat=repeat,
        lines=lines(incident, words) if incident is not None else (),
        own=tuple(_own(incident)) if incident is not None else (),
    )


_TAKE: Final = Button(label="Взять происшествие", action=TAKE, style="primary")
_ANSWER: Final = Button(label="Ответить всем", action=ANSWER_ALL)


def _own(incident: Incident) -> Iterator[Button]:
    """An incident that is over may still be answered."""
    if incident.state == "open":
        yield _TAKE
    if incident.unanswered > 1:
        yield _ANSWER


def _hint(listing: Listing) -> str:
    """What joins an incident stands at its end: it is not sorted anew."""
    take = "Нажмите номер, чтобы взять: придёт карточка."
    return take if listing.incident is not None else f"Самые срочные сверху. {take}"


def _title(listing: Listing) -> str:
    """What waits now; the number that came is in the status."""
    came = counted(listing.total, "обращение", "обращения", "обращений")
    if not listing.free:
        return f"Разобрано: {came}"
    free = counted(listing.free, "обращение", "обращения", "обращений")
    wait = plural(listing.free, "Ждёт", "Ждут", "Ждут")
    if listing.why == "late":
        return f"{wait} {free}: накопились, пока не было связи"
    return f"{wait} {free}: карточек слишком много, поэтому списком"


def _status(listing: Listing) -> Iterator[str]:
    if listing.pages > 1:
        yield f"Страница {number(listing.page + 1)} из {number(listing.pages)}"
    taken = listing.total - listing.free
    if taken:
        yield f"разобрано {number(taken)} из {number(listing.total)}"
    if listing.late:
        yield f"срок ответа прошёл у {number(listing.late)}"


def _turns(listing: Listing) -> Iterator[tuple[str, int]]:
    if listing.page > 0:
        yield "‹ Назад", listing.page - 1
    if listing.page + 1 < listing.pages:
        yield "Дальше ›", listing.page + 1


def _item(case: Case, words: Wording, *, in_incident: bool) -> Item:
    """An incident is of one brand, which stands above it: there people are told apart by their names."""
    card = make_card(case, words.context, words.now)
    free = situation_of(case.state) in ("free", "resting") and case.state.owner is None
    return Item(
        case=case.id,
        urgent=card.urgent,
        title=in_short(case.author_name, MAX_NAME) or case.brand_title if in_incident else case.brand_title,
        words=in_short(card.quote, MAX_WORDS),
        facts=" · ".join(filter(None, _facts(case, card, words))) if free else "",
        url=case.latest_complaint.url or None,
        taken="" if free else status(case, words),
        button=Button(label=f"Взять №{NBSP}{case.id}", action="claim") if free else None,
    )


def _facts(case: Case, card: Card, words: Wording) -> Iterator[str]:
    """How urgent it is and why, and whether the answer is late; when it was written where nothing is promised."""
    mentions = [mention for mention in case.mentions if mention.strength == "complaint"]
    likely = percent(max((mention.urgency for mention in mentions), default=0.0))
    dangers = ", ".join(dict.fromkeys(danger for mention in mentions for danger in mention.dangers))
    yield f"срочность {likely}" + (f" ({dangers})" if card.urgent and dangers else "")
    due_at = case.state.deadlines.due_at
    if due_at is None:
        yield f"написано в{NBSP}{words.moment(case.latest_complaint.published_at)}"
    else:
        yield f"{'просрочено с' if due_at <= words.now else 'ответить до'}{NBSP}{words.moment(due_at)}"
