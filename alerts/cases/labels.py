"""What people's taps say of the texts that woke them: labels for the judge, folded out of a case's events.

One label a round: from the mention that opened or reopened the case to the tap that ended it. The rows of one
talker are not independent, so what joined meanwhile gets none. A tap that is taken back takes its label back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from alerts.cases.events import (
    Claimed,
    Closed,
    Event,
    Imported,
    MarkedNotComplaint,
    MentionEdited,
    MentionJoined,
    Opened,
    Outcome,
    Released,
    Reopened,
    ReplySent,
)

Ground = Literal["claimed", "answered"] | Outcome
"""What was tapped: a card that was only taken, a word to the customer, or how the case ended."""

SURE: Final = 1.0
TAKEN: Final = 0.5
"""Weight of a card that somebody took and has not ended: worth a look, and no more is known."""
SAYS_NOTHING: Final[frozenset[Outcome]] = frozenset({"not_ours", "spam"})
"""What reads like a complaint and is none of ours would teach that complaints are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapLabel:
    """`mention` is the store's number, None for the first one of a case whose beginning no event tells.

    `by` is a Person.id, None where nobody wrote down who it was. `cause` is what the closing named.
    """

    mention: int | None
    complaint: bool
    weight: float
    ground: Ground
    by: str | None
    at: datetime
    cause: str | None = None


@dataclass(slots=True)
class _Round:
    """A case between two endings. `answered` outlives an ending that is taken back: the words were said."""

    mention: int | None = None
    about_a_mention: bool = True
    label: TapLabel | None = None
    answered: TapLabel | None = None
    done: list[TapLabel] = field(default_factory=list)

    def tap(self, event: Event, ground: Ground, cause: str | None = None) -> TapLabel | None:
        if not self.about_a_mention:
            return None
        return TapLabel(
            mention=self.mention,
            complaint=ground != "not_complaint",
            weight=TAKEN if ground == "claimed" else SURE,
            ground=ground,
            by=event.fact.by if isinstance(event.fact, ReplySent) else event.actor.id,
            at=event.at,
            cause=cause,
        )

    def begin(self, mention: int | None) -> None:
        """None: words that are no mention brought the case back, and what is tapped now says nothing of one."""
        if self.label is not None:
            self.done.append(self.label)
        self.mention, self.about_a_mention = mention, mention is not None
        self.label = self.answered = None


def labels_of(events: Iterable[Event]) -> tuple[TapLabel, ...]:
    """The labels of one case, whose `events` are in order, oldest first."""
    now = _Round()
    stirred: int | None = None
    for event in events:
        match event.fact:
            case Opened(mention=mention):
                now.mention = mention
            case MentionJoined(mention=mention) | MentionEdited(mention=mention):
                stirred = mention
                if isinstance(event.fact, MentionEdited) and mention == now.mention:
                    now.label = now.answered = None  # what was tapped on is not there any more
                continue
            case Reopened() if event.actor.kind != "person":
                now.begin(stirred)
            case _:
                _tapped(now, event)
        stirred = None
    return tuple([*now.done, now.label] if now.label is not None else now.done)


def _tapped(now: _Round, event: Event) -> None:
    """What a person's own doing says; the program's and the clock's says nothing."""
    match event.fact:
        case Imported() as fact:
            stands = _imported(now, event, fact)
            # The tap itself tells who it was, where it was kept and says the same.
            agrees = now.label and stands and now.label.complaint == stands.complaint
            now.label = now.label if agrees else stands
        case ReplySent(by=str()):
            now.label = now.answered = now.tap(event, "answered")
        case _ if event.actor.kind != "person":
            return
        case Claimed():
            now.label = now.label or now.tap(event, "claimed")
        case Released() | Reopened():
            now.label = now.answered
        case Closed(outcome=outcome, cause=cause):
            now.label = None if outcome in SAYS_NOTHING else now.tap(event, outcome, cause=cause)
        case MarkedNotComplaint():
            now.label = now.tap(event, "not_complaint")
        case _:
            return


def _imported(now: _Round, event: Event, fact: Imported) -> TapLabel | None:
    """What is known of a case from before events were kept: its end, or that it had an owner."""
    if fact.stage != "closed":
        return now.tap(event, "claimed") if fact.owner is not None else None
    outcome = fact.outcome or "handled"
    return None if outcome in SAYS_NOTHING else now.tap(event, outcome)
