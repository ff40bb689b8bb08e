"""What the author wants, and how long he can wait: rules over marked words and the model's probabilities."""

from collections.abc import Set as AbstractSet
from math import exp
from typing import Final

from classifiers.lexicon import STAFF_URGENT, URGENT
from classifiers.marks import STAFF
from classifiers.verdict import Intent, Label

UNHAPPY: Final = 0.5
"""From this probability on a text is read as a customer's trouble."""

_SURE_CUSTOMER: Final = 0.8
URGENT_WEIGHTS: Final = {reason: weight for reason, (weight, _) in URGENT.items()} | {STAFF: STAFF_URGENT}
"""Reason → the log-odds that it adds."""

_CALM: Final = -3.0
_TROUBLE: Final = 2.5


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
    return "solve" if signals & {"demands", "asks"} else "vent"


def _sells(signals: AbstractSet[str]) -> bool:
    return "sells" in signals and "first person" not in signals and "asks" not in signals


def _reports(signals: AbstractSet[str]) -> bool:
    if signals & {"first person", "asks", "demands"}:
        return False
    return "reports" in signals or {"quotes", "link"} <= signals
