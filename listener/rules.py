"""The rules in force: what the config decides, replaced as a whole when it is read anew."""

from dataclasses import dataclass, field

from alerts.cards.context import CardContext
from classifiers.pace import Pace
from listener.decision import Decider


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what is decided, and with what cards are worded and presses understood.

    `pace` is the judge's: whoever hands it batches says there how much waits behind them.
    """

    decider: Decider
    context: CardContext
    pace: Pace = field(default_factory=Pace)
