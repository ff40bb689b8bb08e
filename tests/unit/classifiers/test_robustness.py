"""How robust the judge is: each change is measured, and the shipped judge hardly moves."""

import pytest

from classifiers.robustness import CHANGES, measure_robustness
from classifiers.tiers import open_judge
from classifiers.verdict import Question
from domain.verdict import Sentiment, Verdict

ASKED = [
    Question(text="третий день Ромашка без связи", brand=((12, 19),)),
    Question(text="почему списали деньги?"),
    Question(text="спасибо, ёлка красивая"),
]


class LengthJudge:
    """Complains with the length of the text."""

    def classify(self, questions: list[Question]) -> list[Verdict]:
        return [
            Verdict(
                sentiment=Sentiment(negative=0.2, neutral=0.6, positive=0.2),
                label="neutral",
                complaint=min(1.0, len(one.text) / 100),
                intent="other",
                topics=(),
                urgency=0.1,
                evidence=(),
                model="length",
            )
            for one in questions
        ]


def test_a_judge_that_moves_is_caught_moving() -> None:
    moved = {one.what: one for one in measure_robustness(LengthJudge(), ASKED)}
    assert moved["ответ человеку"].largest == pytest.approx(0.17)
    assert moved["ответ человеку"].mean == pytest.approx(0.17)
    assert moved["повторено до 1 200 знаков"].crossed == 3
    assert moved["бренд Ozon"].count == 3


@pytest.mark.parametrize("what", CHANGES)
def test_the_brands_places_follow_the_change(what: str) -> None:
    changed = CHANGES[what](ASKED[0])
    named = {changed.text[start:end].replace("\u200b", "") for start, end in changed.brand}
    assert named == ({what.removeprefix("бренд ")} if what.startswith("бренд") else {"Ромашка"})


def test_a_text_stands_in_the_middle_of_calm_sentences_of_the_wanted_length() -> None:
    changed = CHANGES["среди спокойных слов, 600 знаков"](ASKED[1])
    assert 600 <= len(changed.text) < 700
    place = changed.text.index(ASKED[1].text)
    assert 200 < place < 400
    assert changed.text.count(ASKED[1].text) == 1


def test_the_shipped_judge_moves_by_no_mark_up_sign_or_brand() -> None:
    for one in measure_robustness(open_judge(second=False), ASKED):
        assert one.largest <= 0.05 or one.what.startswith(("повторено", "среди")), one
