"""What is asked of the judge and who may judge; a verdict as the command line prints it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.span import Span
from domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text to judge; `brand` are the character spans in which the brand is named (masked from the judge).

    `stream` is the brand's id, for whoever keeps count of its texts: no verdict depends on it. `parent` is what
    the text answers, asked of where it says too little by itself (`classifiers.replies`). `within` is whether it
    is a part without the brand's name of a text that names it elsewhere. Evidence is wanted from the probability
    `evidence_from` on, and of dangers.
    """

    text: str
    brand: tuple[Span, ...] = ()
    stream: str = ""
    parent: "Question | None" = None
    within: bool = False
    evidence_from: float = 0.0

    def wants_evidence(self, complaint: float, dangers: Sequence[str]) -> bool:
        """Whether such a verdict may make a case: others' evidence, half of what they hold, nobody looks at."""
        return complaint >= self.evidence_from or bool(dangers)


class Judges(Protocol):
    """Whoever judges: one tier, both, or another one in a test."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]: ...


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """The verdict as `listener classify` prints it, without the id."""
    return {
        "sentiment": {
            "negative": round(verdict.sentiment.negative, 4),
            "neutral": round(verdict.sentiment.neutral, 4),
            "positive": round(verdict.sentiment.positive, 4),
        },
        "label": verdict.label,
        "complaint": round(verdict.complaint, 4),
        "intent": verdict.intent,
        "topics": list(verdict.topics),
        "urgency": round(verdict.urgency, 4),
        "dangers": list(verdict.dangers),
        "evidence": [
            {"start": one.start, "end": one.end, "weight": round(one.weight, 4)} for one in verdict.evidence
        ],
        "model": verdict.model,
    }
