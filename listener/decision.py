"""The decision on what was heard: match → classify → decide → route; one for the daemon, explain and replay."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from alerts.candidate import Candidate
from alerts.cases.commands import Withhold
from alerts.cases.events import NO_DEADLINES, NO_IDLE, Deadlines, Idle
from alerts.cases.transitions import WARNED_BEFORE
from alerts.routing import Receiver, Routing, decide
from alerts.routing.shifts import is_off, is_open
from alerts.sla import deadlines, hold_until, reached
from alerts.suppression import URGENT_AT
from classifiers.corrected import InForce
from classifiers.grounds import reasons
from classifiers.replies import SHORT
from classifiers.verdict import Judges, Question
from domain.brand import Brand, Match
from domain.mention import Mention
from domain.person import Person
from domain.span import Span
from domain.verdict import Evidence, Intent, Verdict
from listener.decided import MAKE_A_CASE, BrandVerdict, Decided, Routed, Stored
from listener.halves import Halves
from listener.networks.accounts import is_ignored, is_own_account, on_own_page, who_deleted
from listener.networks.registry import network_title
from listener.reader import Asked, Matches, Reading, in_short, matched, read_all

Reason = Literal[
    "candidate",
    "danger",
    "own account",
    "ignored author",
    "advertisement",
    "praise",
    "news",
    "below threshold",
]
"""`candidate` and `danger` make a case (MAKE_A_CASE); the others say why there is none."""

SELDOM: Final[dict[Intent, Reason]] = {"advertisement": "advertisement", "news": "news", "praise": "praise"}
"""Intents of texts that are seldom a customer's complaint."""
SURE_AT: Final = 0.9
"""The complaint probability that outweighs such an intent: «Спасибо, третий день без связи» must not be lost."""


LATE: Final = timedelta(hours=1)
"""What was written so long before it was heard is not live any more: an outage lies between."""
LONGEST_AGO: Final = timedelta(days=7)
"""From where on it does not matter how long ago something was written."""


NOTHING_ASKED: Final = Asked("")
Item = TypeVar("Item")


class Read(NamedTuple):
    """What the routes ask of a text: its language, and which of their words stand in it."""

    language: str = ""
    spoken: tuple[str, ...] = ()


def outcome_of(mention: Mention, verdict: Verdict, brand: Brand) -> Reason:
    """Whether one mention of one brand is an unhappy customer, and the named reason."""
    if is_own_account(mention, (brand,)):
        return "own account"
    if is_ignored(mention, brand):
        return "ignored author"
    seldom = SELDOM.get(verdict.intent)
    if seldom and verdict.complaint < max(SURE_AT, brand.complaint_at):
        # «Перепутали анализы, спасибо огромное» reads like praise; the press tells of others' dangers every day.
        return "danger" if verdict.dangers and seldom == "praise" else seldom
    if verdict.complaint >= brand.complaint_at:
        return "candidate"
    return "danger" if verdict.dangers else "below threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Everything a decision depends on, replaced as a whole when the config is read anew.

    `urgent_at` is the urgency from which a card is not held back by night hours. `staff` are the ids (Person.id)
    of those who may work, earlier ones too. `read` is asked of a text what the routes want to know. `corrections`
    are what taps have taught.
    """

    matcher: Matches
    judge: Judges
    brands: dict[str, Brand]
    routing: Routing
    urgent_at: float = URGENT_AT
    staff: frozenset[str] = frozenset()
    read: Callable[[str], Read] = lambda _text: Read()
    corrections: InForce = field(default_factory=InForce)

    @property
    def people(self) -> tuple[Person, ...]:
        """Those of the staff whose days off and hours are known."""
        return self.routing.people

    def decide_all(self, stored: Sequence[Stored], now: datetime) -> list[Decided]:
        """Decide on a micro-batch: one call to the model for all its (mention, brand) pairs.

        Own mentions and deleted ones are not judged; what they mean for a case is the store's business.
        """
        return self.decide(stored, read_all(self.asked(stored), self.matcher, self.judge), now)

    def asked(self, stored: Sequence[Stored]) -> list[Asked]:
        """What is to be read of each."""
        return [NOTHING_ASKED if kept.is_own or kept.is_deleted else self._asked(kept.mention) for kept in stored]

    def decide(self, stored: Sequence[Stored], readings: Sequence[Reading], now: datetime) -> list[Decided]:
        """Decide on mentions by what was read of them."""
        return [
            self._decided(kept, tuple(self.weigh(kept.mention, match, verdict) for match, verdict in reading), now)
            for kept, reading in zip(stored, readings, strict=True)
        ]

    def levels(self) -> dict[str, float]:
        """From which probability each brand (by id) may have a case; where taps correct the judge, from any."""
        if self.corrections.active is not None:
            return dict.fromkeys(self.brands, 0.0)
        return {brand.id: brand.complaint_at for brand in self.brands.values()}

    def matches(self, mention: Mention) -> list[Match]:
        """The brands that the text names; where it names none, those on whose own page it was said."""
        return matched(self._asked(mention), self.matcher)

    def _asked(self, mention: Mention) -> Asked:
        words = mention.words
        parent = mention.parent.text if mention.parent is not None and len(words) <= SHORT else ""
        if mention.place is None:
            return Asked(words, parent=parent)
        hosts = (brand.id for brand in self.brands.values() if on_own_page(mention, brand))
        return Asked(words, tuple(hosts), parent)

    def weigh(self, mention: Mention, match: Match, verdict: Verdict) -> BrandVerdict:
        """What the verdict on the mention, as taps correct it, means for the matched brand."""
        question = Question(text=mention.words, brand=match.words, stream=match.brand)
        verdict = self.corrections.applied(question, verdict)
        outcome = outcome_of(mention, verdict, self.brands[match.brand])
        why = reasons(verdict, mention.words) if outcome in MAKE_A_CASE else ()
        return BrandVerdict(match=match, verdict=verdict, outcome=outcome, reasons=why)

    def route(self, candidate: Candidate, now: datetime) -> Routed:
        """Who must see the candidate's card, from when on, and by when he must be answered.

        The first receiver answers for the case: the promise is by its hours and its terms.
        """
        is_urgent = candidate.urgency >= self.urgent_at
        said_at = min(now, max(candidate.said_at or candidate.published_at, now - LONGEST_AGO))
        decision = decide(candidate, self.routing, now)
        home = decision.receivers[0] if decision.receivers else None
        held = self._held(decision.receivers, now, is_urgent=is_urgent)
        chats = {chat: receiver.name for receiver in decision.receivers for chat in receiver.chats}
        return Routed(
            candidate=candidate,
            chats=tuple((name, chat) for chat, name in chats.items()),
            deadlines=self.promise(said_at, home),
            promises=self.promises(said_at),
            not_before=min(held.values()) if held and len(held) == len(decision.receivers) else None,
            held=held,
            is_urgent=is_urgent,
            on_shift=self.on_shift(now, home),
            is_late=now - said_at > LATE,
            path=decision.path,
            calls=frozenset(self._calling(decision.receivers, held, now)) if is_urgent else frozenset(),
        )

    def _calling(
        self, receivers: Sequence[Receiver], held: Mapping[str, datetime], now: datetime
    ) -> Iterator[str]:
        """Those whose person on call is to be called: they are told now, and nobody works there."""
        for receiver in receivers:
            if receiver.on_call and receiver.name not in held and not is_open(receiver, self.routing, now):
                yield receiver.name

    def _held(self, receivers: Sequence[Receiver], now: datetime, *, is_urgent: bool) -> dict[str, datetime]:
        """Until when each of the receivers is not woken; those that are told at once are not in it."""
        held = {}
        for receiver in receivers:
            hours = self.routing.hours_of(receiver)
            until = hold_until(hours, urgent=is_urgent, now=now) if hours else None
            if until is not None:
                held[receiver.name] = until
        return held

    def on_shift(self, now: datetime, receiver: Receiver | None = None) -> frozenset[str]:
        """Who works now: everybody who is neither away nor out of his own hours, while the receiver's (else those
        of all) last.
        """
        if not is_open(receiver, self.routing, now):
            return frozenset()
        away = (person for person in self.people if is_off(person, self.routing, now))
        return self.staff - {number for person in away for number in (person.id, *person.former_ids)}

    def day(self, now: datetime) -> date:
        """Which day it is where the operators work."""
        return now.astimezone(ZoneInfo(self.routing.timezone)).date()

    def promise(self, now: datetime, receiver: Receiver | None = None) -> Deadlines:
        """By when somebody who wrote now must be answered: by the receiver's terms, or by those of all."""
        sla = self.routing.sla_of(receiver)
        if sla is None:
            return NO_DEADLINES
        warn_at, due_at, breach_at = deadlines(sla, self.routing.hours_of(receiver), now)
        return Deadlines(warn_at=warn_at, due_at=due_at, breach_at=breach_at)

    def idle(self, now: datetime, receiver: Receiver | None, person: Person) -> Idle:
        """How long the person who gets a case now may do nothing with it, in working time: his own if any."""
        after = self.routing.return_after_of(receiver)
        if after is None:
            return NO_IDLE
        warn_after = after - min(WARNED_BEFORE, after / 2)
        warn_at, return_at = reached((warn_after, after), self.routing.hours_at_work(person, receiver), now)
        return Idle(warn_at=warn_at, return_at=return_at)

    def promises(self, now: datetime) -> dict[str, Deadlines]:
        """The same by receiver; nobody's where all have the same terms and hours."""
        receivers = self.routing.receivers
        if all(receiver.sla is None and receiver.hours is None for receiver in receivers):
            return {}
        terms = {each.name: (self.routing.sla_of(each), self.routing.hours_of(each)) for each in receivers}
        # Counting working hours costs more than all else here.
        alike = {terms[each.name]: each for each in receivers}
        promised = {term: self.promise(now, each) for term, each in alike.items()}
        return {name: promised[term] for name, term in terms.items()}

    def candidate(self, mention: Mention, brand_verdict: BrandVerdict) -> Candidate:
        """The mention as routing sees it."""
        brand, verdict = self.brands[brand_verdict.match.brand], brand_verdict.verdict
        language, spoken = self.read(mention.words)
        return Candidate(
            brand=brand.id,
            brand_title=brand.title,
            network=mention.network,
            kind=mention.kind,
            mention=mention.id,
            url=mention.url,
            author_id=mention.author.id,
            author_name=mention.author.name,
            author_handle=mention.author.handle,
            followers=mention.author.followers,
            text=mention.words,
            published_at=mention.published_at,
            thread=mention.thread or mention.id,
            reach=mention.reach,
            complaint=verdict.complaint,
            intent=verdict.intent,
            topics=verdict.topics,
            urgency=verdict.urgency,
            evidence_spans=speaking_spans(verdict.words),
            brand_spans=brand_verdict.match.words,
            dangers=verdict.dangers,
            network_title=network_title(mention.network),
            said_at=mention.edited_at,
            language=language,
            spoken=spoken,
        )

    def _decided(self, stored: Stored, verdicts: tuple[BrandVerdict, ...], now: datetime) -> Decided:
        routed = tuple(
            self.route(self.candidate(stored.mention, brand_verdict), now)
            for brand_verdict in verdicts
            if brand_verdict.outcome in MAKE_A_CASE
        )
        deleted_by = (
            who_deleted(stored.mention, stored.deleter, self.brands.values()) if stored.is_deleted else None
        )
        return Decided(
            stored=stored,
            verdicts=verdicts,
            routed=routed,
            deleted_by=deleted_by,
            answers_for=self._answers_for(stored),
        )

    def _answers_for(self, stored: Stored) -> frozenset[str]:
        if not stored.is_own or stored.is_deleted:
            return frozenset()
        return frozenset(brand.id for brand in self.brands.values() if is_own_account(stored.mention, (brand,)))


def speaking_spans(evidence: Sequence[Evidence]) -> tuple[Span, ...]:
    """The spans that speak for a complaint, strongest first."""
    speaking = sorted((piece for piece in evidence if piece.weight > 0), key=lambda piece: -piece.weight)
    return tuple((piece.start, piece.end) for piece in speaking)


def decide_apart(
    decide_all: Callable[[Sequence[Item], datetime], list[Decided]], items: Sequence[Item], now: datetime
) -> tuple[list[Decided], list[tuple[Item, str]]]:
    """Decide by halves until the mentions that break the judge stand alone; returns decisions and culprits."""
    decided: list[Decided] = []
    culprits: list[tuple[Item, str]] = []
    halves = Halves(items)
    for part in halves:
        try:
            decided += decide_all(part, now)
        except Exception as fault:  # noqa: BLE001  # whatever a text did to the judge, the others must not wait for it
            if not halves.split(part):
                culprits.append((part[0], in_short(fault)))
    return decided, culprits


def without_chats(routed: Routed, withheld: Withhold) -> Routed:
    """A candidate whose case is kept and told to nobody, for this reason."""
    return replace(routed, chats=(), calls=frozenset(), withheld=withheld)
