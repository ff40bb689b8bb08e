"""The judge loop's decision on stored mentions: brands found, texts judged, candidates routed. No IO."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from alerts.candidate import Candidate
from alerts.routing import Routing, decide
from alerts.sla import deadlines, hold_until
from alerts.suppression import URGENT_AT
from classifiers.verdict import Judges, Question
from domain.brand import Brand, Match
from domain.mention import Mention
from listener.judged import Judgement, Opinion, Stored, Told
from listener.triage import Declined, on_own_page, triage

OWN_PAGE: Final = "на своей странице"


class Matches(Protocol):
    def match(self, text: str) -> list[Match]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Everything a judgement depends on, replaced as a whole when the config is read anew.

    `urgent_at` is the urgency from which a card is not held back by night hours.
    """

    matcher: Matches
    judge: Judges
    brands: dict[str, Brand]
    routing: Routing
    urgent_at: float = URGENT_AT

    def judge_all(self, stored: Sequence[Stored], now: datetime) -> list[Judgement]:
        """Judge a micro-batch: one call to the model for all its (mention, brand) pairs."""
        matches = [(one, match) for one in stored for match in self._brands_of(one.mention)]
        verdicts = self.judge.classify(
            [Question(text=one.mention.text, brand=match.words) for one, match in matches]
        )
        opinions: dict[int, list[Opinion]] = {one.row: [] for one in stored}
        told: dict[int, list[Told]] = {one.row: [] for one in stored}
        for (one, match), verdict in zip(matches, verdicts, strict=True):
            outcome = triage(one.mention, match, verdict, self.brands[match.brand])
            reason = outcome.reason if isinstance(outcome, Declined) else "candidate"
            opinions[one.row].append(Opinion(match=match, verdict=verdict, outcome=reason))
            if isinstance(outcome, Candidate):
                told[one.row].append(self.tell(outcome, now))
        return [
            Judgement(stored=one, opinions=tuple(opinions[one.row]), told=tuple(told[one.row])) for one in stored
        ]

    def _brands_of(self, mention: Mention) -> list[Match]:
        """The brands that the text names; where it names none, those on whose own page it was said."""
        named = self.matcher.match(mention.text)
        if named or mention.place is None:
            return named
        hosts = (brand for brand in self.brands.values() if on_own_page(mention, brand))
        return [Match(brand=brand.id, words=(), reason=OWN_PAGE) for brand in hosts]

    def tell(self, candidate: Candidate, now: datetime) -> Told:
        """Who must see the candidate's card, from when on, and by when he must be answered."""
        routing = self.routing
        warn_at, due_at, breach_at = (
            deadlines(routing.sla, routing.hours, now) if routing.sla else (None, None, None)
        )
        chats = {
            chat: receiver.name for receiver in decide(candidate, routing).receivers for chat in receiver.chats
        }
        return Told(
            candidate=candidate,
            chats=tuple((name, chat) for chat, name in chats.items()),
            warn_at=warn_at,
            due_at=due_at,
            breach_at=breach_at,
            not_before=(
                hold_until(routing.hours, urgent=candidate.urgency >= self.urgent_at, now=now)
                if routing.hours
                else None
            ),
        )


def judge_apart(
    judge_all: Callable[[Sequence[Stored], datetime], list[Judgement]], stored: Sequence[Stored], now: datetime
) -> tuple[list[Judgement], list[tuple[Stored, str]]]:
    """Judge by halves until the mentions that break the judge stand alone; returns judgements and culprits."""
    try:
        return judge_all(stored, now), []
    except Exception as fault:  # noqa: BLE001  # whatever a text did to the judge, the others must not wait for it
        if len(stored) == 1:
            return [], [(stored[0], f"{type(fault).__name__}: {fault}"[:500])]
    middle = len(stored) // 2
    left, left_bad = judge_apart(judge_all, stored[:middle], now)
    right, right_bad = judge_apart(judge_all, stored[middle:], now)
    return left + right, left_bad + right_bad
