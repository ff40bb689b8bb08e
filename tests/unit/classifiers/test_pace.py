"""The pace of the second tier: all twice while there is time, each brand's likeliest complaints in a flood."""

import math

import numpy as np
import pytest

from classifiers.cascade import Cascade
from classifiers.classify import Judge
from classifiers.model import HEADS, Floats, load
from classifiers.pace import Pace, affordable
from classifiers.verdict import Question


class Calm:
    """A second tier that finds nothing; it counts what it was asked."""

    version = "calm"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def logits(self, questions: list[Question]) -> Floats:
        self.asked += [one.text for one in questions]
        return np.zeros((len(questions), len(HEADS)))


def test_all_is_read_twice_while_there_is_time() -> None:
    pace = Pace()
    assert pace.chosen(["a", "b", "a"], np.array([-9.0, 0.0, 3.0])) == [0, 1, 2]
    assert pace.share == 1
    assert pace.floors == {"a": -math.inf, "b": -math.inf}


def test_what_cannot_be_read_is_never_chosen() -> None:
    assert Pace().chosen(["a", "a"], np.array([math.nan, -5.0])) == [1]


def test_in_a_flood_each_brand_keeps_its_likeliest_complaints() -> None:
    pace = Pace(patience=1.0)
    pace.waiting = 1_800
    scores = np.concatenate((np.linspace(-8, -4, 100), np.linspace(-1, 4, 100)))
    rows = pace.chosen(["quiet"] * 100 + ["loud"] * 100, scores)
    assert len(rows) == pytest.approx(200 / 2_000 / 0.01, abs=4)
    assert sum(row < 100 for row in rows) == sum(row >= 100 for row in rows), (
        "a calm brand is not starved by a loud one"
    )
    assert min(scores[[row for row in rows if row >= 100]]) >= pace.floors["loud"] > 3
    assert pace.share == len(rows) / 200


def test_one_batch_never_takes_longer_than_the_patience() -> None:
    pace = Pace(patience=0.05)
    pace.took(1_000, 10.0)
    assert len(pace.chosen(["a"] * 50, np.zeros(50))) == int(0.05 / pace.seconds)


@pytest.mark.parametrize(("texts", "share"), [(0, 1.0), (10, 1.0), (100, 1.0), (200, 0.5), (1_000, 0.1)])
def test_the_share_is_what_the_time_affords(texts: int, share: float) -> None:
    assert affordable(texts, 0.01, 1.0) == pytest.approx(share)


def test_the_time_a_text_takes_is_learned() -> None:
    pace = Pace()
    for _ in range(200):
        pace.took(10, 0.5)
    assert pace.seconds == pytest.approx(0.05, rel=0.01)


def test_the_judge_reads_by_the_pace_and_says_who_read() -> None:
    second, pace = Calm(), Pace()
    judge = Judge(load(), cascade=Cascade(second=second, pace=pace))
    calm = Question(text="завтра вторник", stream="romashka")
    assert judge.classify([calm])[0].read_twice, "in quiet traffic the second tier reads what nobody suspects"
    pace.waiting = 100_000
    flood = [Question(text=f"завтра вторник {word}", stream="romashka") for word in ("да", "нет", "и всё")]
    assert sum(verdict.read_twice for verdict in judge.classify(flood)) <= 1
