"""When a candidate takes over: named reasons, and an interval that must lie above nothing."""

from dataclasses import replace

import numpy as np
import pytest

from classifiers.comparing import LEAST_FRESH, Fresh, Right, compare
from classifiers.correction import probability

KEPT = Right(name="трудные случаи", count=93, before=85, after=84)
LOST = Right(name="трудные случаи", count=93, before=85, after=80)


def fresh(count: int, active: tuple[float, float], candidate: tuple[float, float]) -> list[Fresh]:
    """As many of each kind; probabilities of a complaint and of none."""
    return [
        Fresh(complaint=complaint, weight=1.0, active=active[row] + number / 500, candidate=candidate[row])
        for number in range(count)
        for row, complaint in enumerate((True, False))
    ]


def mixed(count: int) -> list[Fresh]:
    """What is in force puts every third of a kind on the wrong side; the candidate none."""
    return [
        replace(one, active=1 - one.active if number % 6 < 2 else one.active)
        for number, one in enumerate(fresh(count, (0.6, 0.3), (0.9, 0.2)))
    ]


@pytest.mark.parametrize(
    ("labels", "regression", "why"),
    [
        pytest.param(mixed(40), [KEPT], "better", id="surely better"),
        pytest.param(fresh(40, (0.6, 0.5), (0.6, 0.5)), [KEPT], "not_surely_better", id="nothing gained"),
        pytest.param(fresh(40, (0.7, 0.3), (0.5, 0.5)), [KEPT], "worse_probabilities", id="worse"),
        pytest.param(fresh(40, (0.6, 0.5), (0.9, 0.2)), [KEPT, LOST], "worse_on_regression", id="unlearned"),
        pytest.param(fresh(14, (0.6, 0.5), (0.9, 0.2)), [KEPT], "few_labels", id="too few"),
        pytest.param([], [KEPT], "few_labels", id="none"),
        pytest.param(
            [one for one in fresh(40, (0.6, 0.5), (0.9, 0.2)) if one.complaint],
            [KEPT],
            "few_labels",
            id="of one kind",
        ),
    ],
)
def test_a_comparison_has_a_named_reason(labels: list[Fresh], regression: list[Right], why: str) -> None:
    found = compare(labels, regression)
    assert (found.why, found.promotes, found.labels) == (why, why == "better", len(labels))


def test_a_gain_has_an_interval_around_it_and_says_how_pairs_are_ordered() -> None:
    found = compare(mixed(LEAST_FRESH), [])
    assert found.gain is not None
    assert found.gain.low < found.gain.value < found.gain.high
    assert found.ordered is not None
    assert found.ordered[0] < 0.9
    assert found.ordered[1] == 1.0


def test_it_says_how_much_of_what_the_candidate_adds_the_labels_bear_out() -> None:
    random = np.random.default_rng(1)
    odds, added = random.normal(0, 1, 2_000), random.normal(0, 1, 2_000)

    def labelled(true: float) -> list[Fresh]:
        complains = random.random(2_000) < 1 / (1 + np.exp(-(odds + true * added)))
        said = zip(complains, map(probability, odds), map(probability, odds + added), strict=True)
        return [Fresh(complaint=bool(one), weight=1.0, active=a, candidate=b) for one, a, b in said]

    for true in (0.0, 0.5, 1.0):
        found = compare(labelled(true), [])
        assert found.told is not None
        assert found.told.low - 0.05 < true < found.told.high + 0.05
        assert found.promotes == (true > 0)


def test_what_means_nothing_is_hardly_ever_borne_out() -> None:
    random = np.random.default_rng(1)
    promoted = 0
    for _ in range(40):
        labels = [
            Fresh(
                complaint=bool(random.random() < 0.3),
                weight=1.0,
                active=float(random.uniform(0.3, 0.9)),
                candidate=float(random.uniform(0.3, 0.9)),
            )
            for _ in range(60)
        ]
        promoted += compare(labels, []).why == "better"
    assert promoted <= 4


def test_a_half_sure_label_counts_half() -> None:
    sure = fresh(20, (0.6, 0.5), (0.9, 0.2))
    against = [Fresh(complaint=True, weight=weight, active=0.9, candidate=0.1) for weight in (0.1, 1.0)]
    light, heavy = (compare([*sure, *[one] * 20], []) for one in against)
    assert light.gain is not None
    assert heavy.gain is not None
    assert light.gain.value > heavy.gain.value


def test_probabilities_that_are_worth_less_are_refused_whatever_their_order() -> None:
    found = compare([replace(one, candidate=one.candidate / 50) for one in mixed(60)], [])
    assert found.gain is not None
    assert found.gain.low > 0
    assert found.why == "worse_probabilities"


def test_what_moves_all_texts_alike_gains_nothing() -> None:
    found = compare([replace(one, candidate=one.active / 2) for one in mixed(60)], [])
    assert found.gain is not None
    assert found.gain.value == pytest.approx(0, abs=1e-3)
