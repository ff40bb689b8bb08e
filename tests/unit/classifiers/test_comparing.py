"""When a candidate takes over: named reasons, and an interval that must lie above nothing."""

import pytest

from classifiers.comparing import LEAST_FRESH, Fresh, Right, compare

KEPT = Right(name="трудные случаи", count=93, before=85, after=84)
LOST = Right(name="трудные случаи", count=93, before=85, after=80)


def fresh(count: int, active: tuple[float, float], candidate: tuple[float, float]) -> list[Fresh]:
    """As many of each kind; probabilities of a complaint and of none."""
    return [
        Fresh(complaint=complaint, weight=1.0, active=active[row] + number / 500, candidate=candidate[row])
        for number in range(count)
        for row, complaint in enumerate((True, False))
    ]


@pytest.mark.parametrize(
    ("labels", "regression", "why"),
    [
        pytest.param(fresh(40, (0.6, 0.5), (0.9, 0.2)), [KEPT], "better", id="surely better"),
        pytest.param(fresh(40, (0.6, 0.5), (0.6, 0.5)), [KEPT], "not_surely_better", id="nothing gained"),
        pytest.param(fresh(40, (0.9, 0.2), (0.6, 0.5)), [KEPT], "not_surely_better", id="worse"),
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
    found = compare(fresh(LEAST_FRESH, (0.5, 0.5), (0.8, 0.3)), [])
    assert found.gain is not None
    assert found.gain.low < found.gain.value < found.gain.high
    assert found.ordered == (0.5, 1.0)


def test_a_half_sure_label_counts_half() -> None:
    sure = fresh(20, (0.6, 0.5), (0.9, 0.2))
    against = [Fresh(complaint=True, weight=weight, active=0.9, candidate=0.1) for weight in (0.1, 1.0)]
    light, heavy = (compare([*sure, *[one] * 20], []) for one in against)
    assert light.gain is not None
    assert heavy.gain is not None
    assert light.gain.value > heavy.gain.value
