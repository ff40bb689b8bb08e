"""How much what it answers tells of a short reply: invented threads, judged without parents and with them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classifiers.corpora import marked_place
from classifiers.robustness import CARD_AT
from classifiers.verdict import Judges, Question

THREADS: Final = Path(__file__).parent / "models" / "threads.tsv"
"""`yes` or `no` for a complaint, the reply, what it answers; `{b}` stands for the brand. Never taught."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadFigures:
    """Replies over the usual threshold: `found` of those that complain, `in_vain` of the others."""

    complaints: int
    others: int
    found: int
    in_vain: int


def measure_threads(judge: Judges, path: Path = THREADS) -> tuple[ThreadFigures, ThreadFigures]:
    """Of the replies by themselves, and of the same with what they answer."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    truths = [complains == "yes" for complains, _, _ in rows]
    alone = [Question(text=reply) for _, reply, _ in rows]
    answering = [
        Question(text=reply, parent=Question(text=parent, brand=marked_place(parent))) for _, reply, parent in rows
    ]
    return _figures(judge, alone, truths), _figures(judge, answering, truths)


def _figures(judge: Judges, questions: list[Question], truths: list[bool]) -> ThreadFigures:
    shown = [verdict.complaint >= CARD_AT for verdict in judge.classify(questions)]
    return ThreadFigures(
        complaints=sum(truths),
        others=len(truths) - sum(truths),
        found=sum(card and true for card, true in zip(shown, truths, strict=True)),
        in_vain=sum(card and not true for card, true in zip(shown, truths, strict=True)),
    )
