"""Plots: written, not empty, the same each time, for any domains."""

import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from classifiers import plots
from classifiers.evaluation import BUDGET, Answers
from classifiers.figures import Ranking
from classifiers.shares import wilson


def test_both_plots_are_written_and_show_something(tmp_path: Path) -> None:
    judged = [_answers("банки", 40), _answers("магазины / доставка", 120)]
    written = plots.draw(judged, tmp_path / "new" / "folder", BUDGET, "read-")
    assert [file.name for file in written] == ["read-precision-recall.png", "read-reliability.png"]
    for file in written:
        image = imread(file)
        assert min(image.shape[:2]) > 300
        assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 50


def test_the_same_answers_give_the_same_file(tmp_path: Path) -> None:
    judged = [_answers("telecom", 30)]
    first, second = (plots.draw(judged, tmp_path / name, BUDGET) for name in "ab")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_without_a_known_complaint_only_the_calibration_is_drawn(tmp_path: Path) -> None:
    (written,) = plots.draw([_answers("general", 30, told=False)], tmp_path, BUDGET)
    assert written.name == "reliability.png"


def test_the_curve_is_the_precision_where_a_recall_is_first_reached() -> None:
    ranking = Ranking.of(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.6]))
    (curve,) = plots.precision_curve(ranking.found(np.ones((1, 4))))
    assert curve[0] == curve[100] == 1
    assert curve[101] == curve[200] == pytest.approx(2 / 3)


def test_a_share_of_few_texts_has_a_wide_interval_even_if_all_are_alike() -> None:
    low, high = wilson(np.array([1.0, 0.5]), np.array([4.0, 100.0]))
    assert low == pytest.approx([0.5101, 0.4038], abs=1e-3)
    assert high == pytest.approx([1.0, 0.5962], abs=1e-3)


def test_without_matplotlib_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(plots.PlotsError, match="pip install matplotlib"):
        plots.draw([_answers("telecom", 30)], tmp_path, BUDGET)


def _answers(domain: str, count: int, *, told: bool = True) -> Answers:
    random = np.random.default_rng(count)
    said = random.random(count)
    complaints = (random.random(count) < said).astype(np.int64)
    return Answers(
        domain=domain,
        labels=random.integers(0, 3, count),
        guesses=random.integers(0, 3, count),
        confidence=random.uniform(0.34, 1.0, count),
        complaints=complaints if told else np.full(count, -1),
        said=said,
        weights=random.uniform(0.1, 3.0, count),
        groups=np.arange(count),
    )
