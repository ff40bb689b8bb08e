"""The model file: the same bytes for the same model, no code in it, clear words when it is no good."""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from classifiers.listed import ENCODER, MAX_BYTES, listed, unlisted
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


def test_the_shipped_files_are_those_that_the_card_lists() -> None:
    for path in (COMMITTED, ENCODER):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in listed()


def test_a_shipped_file_that_the_card_does_not_list_is_refused_in_words(tmp_path: Path) -> None:
    shipped, own = tmp_path / "judge.npz", tmp_path / "own.npz"
    assert "карточке" in (unlisted(shipped, shipped, "0" * 64) or "")
    assert unlisted(own, shipped, "0" * 64) is None, "anybody may judge by a model of his own"
    assert unlisted(shipped, shipped, min(listed())) is None


def test_turned_weights_in_place_of_the_shipped_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = tmp_path / "judge.npz"
    save(_model(), turned)
    monkeypatch.setattr("classifiers.model.COMMITTED", turned)
    with pytest.raises(ModelError, match="не та модель"):
        load(turned)


@pytest.mark.parametrize("shape", [(10**15,), (2**62, 2**62), (-1,)])
def test_a_huge_shape_is_refused_in_words(tmp_path: Path, shape: tuple[int, ...]) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(tmp_path / "m.npz", "w") as archive:
        archive.writestr("header.npy", header.getvalue())
    with pytest.raises(ModelError, match="это не модель"):
        load(tmp_path / "m.npz")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge, bomb = tmp_path / "huge.npz", tmp_path / "bomb.npz"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("header.npy", "w") as member:
        for _ in range(300):
            member.write(b"0" * 1_000_000)
    for path in (huge, bomb):
        with pytest.raises(ModelError, match="это не модель"):
            load(path)
