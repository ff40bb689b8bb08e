"""The regression set that ships: texts of which the answer is known, and which no model may unlearn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.comparing import Right
from classifiers.corpora import marked_place, own_examples
from classifiers.corrected import corrected
from classifiers.correction import Correction
from classifiers.evaluation import HARD_CASES
from classifiers.verdict import Question
from domain.verdict import Verdict

_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A text of a set, whose `name` is Russian, and whether it is a complaint."""

    name: str
    question: Question
    complaint: bool


def regression_set() -> list[Known]:
    """The invented hard cases, which no model is trained on, and the invented examples."""
    lines = HARD_CASES.read_text(encoding="utf-8").splitlines()
    hard = [
        Known(
            name="трудные случаи", question=Question(text=text, brand=marked_place(text)), complaint=yes == "yes"
        )
        for _, yes, text in (line.split("\t") for line in lines)
    ]
    invented = [
        Known(
            name="придуманные примеры",
            question=Question(text=one.text, brand=one.brand),
            complaint=bool(one.complaint),
        )
        for one in own_examples()
    ]
    return hard + invented


def rights(
    known: Sequence[Known], alone: Sequence[Verdict], before: Correction | None, after: Correction
) -> list[Right]:
    """Each set by both corrections of what the judge `alone` says of its texts."""
    said = [
        [
            corrected(each.question, verdict, correction).complaint
            for each, verdict in zip(known, alone, strict=True)
        ]
        for correction in (before, after)
    ]
    return right_by_set(known, *said)


def right_by_set(known: Sequence[Known], before: Sequence[float], after: Sequence[float]) -> list[Right]:
    """Each set by two judges' probabilities of a complaint, one a text."""
    return [
        Right(name=name, count=count, before=_right(name, known, before), after=_right(name, known, after))
        for name, count in Counter(each.name for each in known).items()
    ]


def _right(name: str, known: Sequence[Known], said: Sequence[float]) -> int:
    return sum(
        (complaint >= _HALF) == each.complaint
        for each, complaint in zip(known, said, strict=True)
        if each.name == name
    )
