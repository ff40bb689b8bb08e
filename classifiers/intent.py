"""What the author wants, and how long he can wait: rules over marked words and the model's probabilities."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from math import exp
from typing import Final

from classifiers.dangers import NAMELESS
from classifiers.lexicon import STAFF_URGENT, URGENT
from classifiers.lexicon_hits import STAFF
from domain.span import Span
from domain.verdict import Intent, Label

UNHAPPY: Final = 0.5
"""From this probability on a text is read as a customer's trouble."""

_SURE_CUSTOMER: Final = 0.8
URGENT_WEIGHTS: Final = {reason: weight for reason, (weight, _) in URGENT.items()} | {STAFF: STAFF_URGENT}
"""Reason → the log-odds that it adds."""

ADDRESSED: Final = "addressed"
"""The text begins with the brand's mention, as requests and answers to it do: `@romashka`, `[club1|Ромашка]`."""

_ADDRESSED: Final = frozenset((ADDRESSED,))
_NAMELESS: Final = frozenset((NAMELESS,))
_NOBODY: Final[frozenset[str]] = frozenset()

_CALM: Final = -3.0
_TROUBLE: Final = 2.5


def turned_to(cut: Sequence[str], brand: Sequence[Span]) -> frozenset[str]:
    """The signal of whom a text speaks to, by its pieces and the places of the brand in it."""
    if not brand:
        return _NAMELESS
    begins = bool(cut) and len(cut[0]) > 1 and cut[0][0] in "@[" and min(brand)[0] < len(cut[0])
    return _ADDRESSED if begins else _NOBODY


def intent_of(signals: AbstractSet[str], label: Label, complaint: float) -> Intent:
    if complaint >= UNHAPPY:
        return _unhappy(signals, complaint)
    rules: tuple[tuple[Intent, bool], ...] = (
        ("advertisement", _sells(signals)),
        ("news", _reports(signals)),
        ("question", "asks" in signals),
        ("praise", label == "positive" or ("thanks" in signals and label == "neutral")),
        ("troll", label == "negative" and "insults" in signals),
        ("vent", label == "negative"),
    )
    return next((intent for intent, holds in rules if holds), "other")


def urgency_of(reasons: float, complaint: float) -> float:
    """Probability-like: the reasons' log-odds add up, and no reason counts where nobody complains."""
    return 1 / (1 + exp(-(_CALM + (_TROUBLE + reasons) * complaint)))


def _unhappy(signals: AbstractSet[str], complaint: float) -> Intent:
    if complaint < _SURE_CUSTOMER and _reports(signals):
        return "news"
    return "solve" if _wants(signals) else "vent"


def _wants(signals: AbstractSet[str]) -> bool:
    """An author who only sighs asks rhetorical questions too, but neither demands nor turns to anybody."""
    if "demands" in signals or (ADDRESSED in signals and not signals & {"insults", "thanks"}):
        return True
    return bool(signals & {"asks", "wonders"}) and bool(signals & {"turns to people", NAMELESS})


def _sells(signals: AbstractSet[str]) -> bool:
    return "sells" in signals and "first person" not in signals and "asks" not in signals


def _reports(signals: AbstractSet[str]) -> bool:
    if signals & {"first person", "asks", "demands", "wonders"}:
        return False
    return "reports" in signals or {"quotes", "link"} <= signals
