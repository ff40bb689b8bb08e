"""The model file: the same bytes for the same model, no code in it, clear words when it is no good."""

from pathlib import Path

import numpy as np
import pytest

from classifiers.model import COMMITTED, HEADS, Block, Model, ModelError, load, save


def _model() -> Model:
    block = Block(
        names=("не", "не работать", "связь"),
        idf=np.array([1.5, 2.0, 3.25]),
        weights=np.linspace(-2, 2, 3 * len(HEADS)).reshape(3, len(HEADS)),
    )
    intercept = np.arange(float(len(HEADS)))
    return Model(version="x", words=block, chars=block, intercept=intercept, tones={"связь": "+"}, about={"a": 1})


def test_a_model_comes_back_as_it_was_within_a_127th(tmp_path: Path) -> None:
    save(_model(), tmp_path / "m.npz")
    read = load(tmp_path / "m.npz")
    assert read.words.names == _model().words.names
    assert read.tones == {"связь": "+"}
    assert np.allclose(read.words.weights, _model().words.weights, atol=2 * 3.25 / 127)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    assert save(_model(), tmp_path / "a.npz") == save(_model(), tmp_path / "b.npz")
    assert load(tmp_path / "a.npz").version == load(tmp_path / "b.npz").version


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"not a zip at all"])
def test_a_damaged_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ModelError, match="listener train"):
        load(tmp_path / "m.npz")


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="listener train"):
        load(tmp_path / "none.npz")


def test_a_pickled_member_is_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", header=np.array([{"format": 1}], dtype=object))
    with pytest.raises(ModelError):
        load(tmp_path / "m.npz")


def test_the_committed_model_is_small() -> None:
    assert COMMITTED.stat().st_size < 4_000_000
