"""A second tier that remembers: the same answers, and no text read twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifiers.model import HEADS
from classifiers.remembered import Remembered
from classifiers.verdict import Question
from tests.unit.classifiers.noting import Noting

some_questions = st.lists(
    st.builds(Question, text=st.sampled_from("абвг\ud83d"), brand=st.sampled_from([(), ((0, 1),)])), max_size=12
)


class Counted(Noting):
    """Answers by text and brand, and notes what it was asked."""

    version = "counted-1"

    @staticmethod
    def of(question: Question) -> list[float]:
        return [ord(question.text) + len(question.brand) + head for head in range(len(HEADS))]


@given(st.lists(some_questions, max_size=4))
def test_whatever_is_asked_the_answers_are_the_same_and_each_question_is_read_once(
    calls: list[list[Question]],
) -> None:
    counted = Counted()
    remembered = Remembered(counted)
    for questions in calls:
        assert np.array_equal(remembered.logits(questions), Counted().logits(questions))
    assert len(counted.asked) == len(set(counted.asked))
    assert set(counted.asked) == {one for questions in calls for one in questions}


def test_it_goes_by_the_version_of_the_one_that_reads() -> None:
    assert Remembered(Counted()).version == "counted-1"
