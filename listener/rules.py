"""The rules in force: what the config decides, replaced as a whole when it is read anew."""

from dataclasses import dataclass

from alerts.cards.context import CardContext
from listener.decision import Decider


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what is decided, and with what cards are worded and presses understood."""

    decider: Decider
    context: CardContext
