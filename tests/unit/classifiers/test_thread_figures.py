"""The figures of short replies: each asked by itself, then with what it answers."""

from collections.abc import Sequence
from pathlib import Path

from classifiers.thread_figures import ThreadFigures, measure_threads
from classifiers.tiers import open_judge
from classifiers.verdict import Question
from domain.verdict import Sentiment, Verdict


class Echo:
    """It hears a complaint where the parent has an exclamation mark; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        self.asked += questions
        return [
            Verdict(
                sentiment=Sentiment(negative=0.5, neutral=0.3, positive=0.2),
                label="negative",
                complaint=0.9 if question.parent and "!" in question.parent.text else 0.1,
                intent="vent",
                topics=(),
                urgency=0.1,
                evidence=(),
                model="echo",
            )
            for question in questions
        ]


def test_replies_over_the_threshold_are_counted_without_and_with_their_parents(tmp_path: Path) -> None:
    file = tmp_path / "threads.tsv"
    file.write_text("yes\t+1\tНет связи, {b}!\nyes\tтоже\tнет связи\nno\tок\tУра!\n", encoding="utf-8")
    judge = Echo()
    assert measure_threads(judge, file) == (
        ThreadFigures(complaints=2, others=1, found=0, in_vain=0),
        ThreadFigures(complaints=2, others=1, found=1, in_vain=1),
    )
    assert judge.asked[3] == Question(text="+1", parent=Question(text="Нет связи, {b}!", brand=((11, 14),)))


def test_the_judge_hears_most_of_the_invented_replies_by_their_threads_alone() -> None:
    alone, answering = measure_threads(open_judge(second=False))
    assert (alone.found, alone.in_vain) == (0, 0)
    assert answering.found >= 0.75 * answering.complaints
    assert answering.in_vain <= 2
