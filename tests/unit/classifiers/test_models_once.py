"""What the tests of a worker share of the models (tests/models.py) is what stands in the files."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from classifiers.classify import Judge
from classifiers.model import COMMITTED, load
from classifiers.verdict import Question


def test_it_is_the_files_own_and_nobody_can_write_into_it(tmp_path: Path) -> None:
    kept, read = load(), load(shutil.copy(COMMITTED, tmp_path / "judge.npz"))
    assert (kept.version, kept.tones, kept.about) == (read.version, read.tones, read.about)
    for ours, theirs in ((kept.words, read.words), (kept.chars, read.chars)):
        assert ours.names == theirs.names
        assert np.array_equal(ours.weights, theirs.weights)
        assert np.array_equal(ours.idf, theirs.idf)
        with pytest.raises(ValueError, match="read-only"):
            ours.weights[0] = 0
    assert load().words is kept.words


def test_a_judge_of_it_judges_as_one_of_the_file(tmp_path: Path) -> None:
    read = Judge.load(shutil.copy(COMMITTED, tmp_path / "judge.npz"))
    asked = [Question(text=text) for text in ("Третий день нет интернета, верните деньги", "спасибо мастеру")]
    assert Judge.load().classify(asked) == read.classify(asked)


def test_who_changes_his_own_model_changes_nobody_elses() -> None:
    load().about["with_x"] = "mine"
    load().tones["слово"] = "tone"
    assert load().about.get("with_x") != "mine"
    assert "слово" not in load().tones
