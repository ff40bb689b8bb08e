"""A verdict: what the judge thinks of one text, and the words that made it think so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Label = Literal["negative", "neutral", "positive"]
Intent = Literal["vent", "solve", "question", "praise", "troll", "advertisement", "news", "other"]

LABELS: Final[tuple[Label, ...]] = ("negative", "neutral", "positive")


class Evidence(NamedTuple):
    """Characters `start:end` of the text moved the complaint's score (log-odds) by `weight`.

    A tuple and no dataclass: a text has a dozen of them, and making them was half of the judge's time.
    """

    start: int
    end: int
    weight: float


class Shadow(NamedTuple):
    """What a candidate model would have said: its version and the probability of a complaint."""

    model: str
    complaint: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """Probabilities that add up to one: the attitude towards the brand, or of the text where none is given."""

    negative: float
    neutral: float
    positive: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`complaint` and `urgency` are probabilities; `evidence` is sorted by position; `model` is a version.

    `label` is the likeliest class, but where a brand is given an opinion goes before none unless that is clearly
    likelier (`classifiers.classify.LEANING`). Where `read_twice`, the first piece of evidence is the whole text:
    what the second reading added.

    `dangers` are what cannot wait whatever `complaint` says, the gravest first: `classifiers.dangers.KINDS`, then
    the words that the staff call urgent, as they wrote them.

    `added` is what the installation's own taps have added to the complaint's log-odds, beside the evidence;
    `shadow` is what a candidate would have said, which decides nothing.
    """

    sentiment: Sentiment
    label: Label
    complaint: float
    intent: Intent
    topics: tuple[str, ...]
    urgency: float
    evidence: Sequence[Evidence]
    model: str
    read_twice: bool = False
    dangers: tuple[str, ...] = ()
    added: float = 0.0
    shadow: Shadow | None = None

    @property
    def words(self) -> Sequence[Evidence]:
        """The evidence of words alone."""
        return self.evidence[1:] if self.read_twice else self.evidence
