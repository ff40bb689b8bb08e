"""The encoder's file against BERT's formula: right answers, whatever stands beside a text in its batch."""

import base64
import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.calibration import BRAND_TEMPERATURE, COMPLAINT_STACK, TEXT_TEMPERATURE, calibrated
from classifiers.encoder.checksum import KEY
from classifiers.encoder.graph import BOUND, build, quantised, save_graph
from classifiers.encoder.wording import BEGIN, BRAND_ID, END, MAX_TOKENS, TOKENS, Ids, padded
from classifiers.model import HEADS
from tests.unit.classifiers.tiny_encoder import (
    PIECES,
    SHAPE,
    arrays,
    in_bytes,
    logits,
    rounded,
    token_model,
    tokens,
)

GIVEN = arrays()
KEPT = rounded(GIVEN)
OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = 1
SESSION = onnxruntime.InferenceSession(
    build(GIVEN, SHAPE, {}).SerializeToString(), OPTIONS, providers=["CPUExecutionProvider"]
)

FLIPPED = 0.2
"""What a state costs that falls on the other side of a rounding: seldom, and carried through two layers."""
BYTES = 0.8
"""What keeping states in bytes costs these random weights at most, of logits between -7 and 7."""

some_ids = st.lists(st.integers(min_value=BRAND_ID, max_value=len(PIECES) - 1), max_size=MAX_TOKENS - 2)
unhurried = settings(deadline=None, max_examples=40)


def _text(*middle: int) -> Ids:
    return np.array([BEGIN, *middle, END], dtype=np.int64)


def _answers(*texts: Ids) -> npt.NDArray[np.float32]:
    (found,) = SESSION.run(["logits"], {"ids": padded(texts)})
    answers: npt.NDArray[np.float32] = found
    return answers


TEXTS = {
    "nothing": _text(),
    "a word": _text(8, 9),
    "the brand alone": _text(BRAND_ID),
    "the brand twice": _text(BRAND_ID, 10, 11, BRAND_ID, 12),
    "as long as it gets": _text(*([20, 21, BRAND_ID, 23] * MAX_TOKENS)[: MAX_TOKENS - 2]),
}


def test_the_answers_are_those_of_the_formula_in_whole_numbers() -> None:
    errors = [np.abs(_answers(ids) - logits(KEPT, ids[None], in_bytes)).max() for ids in TEXTS.values()]
    assert np.median(errors) < 1e-4
    assert max(errors) < FLIPPED


def test_a_batch_of_all_lengths_is_answered_by_the_formula_in_whole_numbers() -> None:
    errors = np.abs(_answers(*TEXTS.values()) - logits(KEPT, padded(list(TEXTS.values())), in_bytes)).max(axis=1)
    assert np.median(errors) < 1e-4
    assert max(errors) < FLIPPED


@unhurried
@given(st.lists(some_ids, min_size=1, max_size=4))
def test_any_batch_is_answered_by_the_formula_in_whole_numbers(middles: list[list[int]]) -> None:
    texts = [_text(*middle) for middle in middles]
    assert _answers(*texts) == pytest.approx(logits(KEPT, padded(texts), in_bytes), abs=FLIPPED)


@unhurried
@given(some_ids)
def test_any_text_is_answered_near_the_formula_in_real_numbers(middle: list[int]) -> None:
    ids = _text(*middle)
    assert _answers(ids) == pytest.approx(logits(KEPT, ids[None]), abs=BYTES)


@unhurried
@given(some_ids, some_ids)
def test_what_stands_beside_a_text_does_not_move_its_answer(middle: list[int], beside: list[int]) -> None:
    ids = _text(*middle)
    together = _answers(ids, _text(*beside))
    assert together[0] == pytest.approx(_answers(ids)[0], abs=FLIPPED)


def test_where_the_brand_stands_matters() -> None:
    first, last, none = (_text(BRAND_ID, 10, 11), _text(10, 11, BRAND_ID), _text(10, 11))
    found = [_answers(one)[0] for one in (first, last, none)]
    assert np.abs(found[0] - found[1]).max() > 0.1
    assert np.abs(found[0] - found[2]).max() > 0.1


@pytest.mark.parametrize(
    "name", ["places", "norm.bias", "layers.0.qkv.bias", "layers.1.out.weight", "layers.1.outer.weight"]
)
def test_a_part_of_the_formula_left_out_would_show(name: str) -> None:
    ids = padded(list(TEXTS.values()))
    wrong = logits({**KEPT, name: np.zeros_like(KEPT[name])}, ids)
    assert np.abs(wrong - logits(KEPT, ids)).max(axis=1).min() > FLIPPED


def test_whole_numbers_give_the_weights_back_within_half_a_step() -> None:
    weights = np.random.default_rng(1).normal(size=(30, 20)).astype(np.float32)
    weights[:, 3] = 0
    whole, scale = quantised(weights, axis=0, bound=BOUND)
    assert np.abs(whole).max() == BOUND
    assert (np.abs(whole * scale - weights) <= scale / 2 * 1.0001).all()


def test_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    about = {"seed": "1", "data": "x"}
    one = save_graph(GIVEN, SHAPE, token_model(), tmp_path / "a" / "one.onnx", about)
    other = save_graph(arrays(), SHAPE, token_model(), tmp_path / "other.onnx", dict(reversed(about.items())))
    assert one == other
    assert (tmp_path / "a" / "one.onnx").read_bytes() == (tmp_path / "other.onnx").read_bytes()
    assert one != save_graph(arrays(2), SHAPE, token_model(), tmp_path / "third.onnx", about)
    assert {file.name for file in tmp_path.iterdir()} == {"a", "other.onnx", "third.onnx"}


def test_the_file_is_valid_and_carries_its_tokenizer(tmp_path: Path) -> None:
    path = tmp_path / "encoder.onnx"
    save_graph(GIVEN, SHAPE, token_model(), path, {"seed": "1"})
    model = onnx.load(path)
    onnx.checker.check_model(model)
    about = {one.key: one.value for one in model.metadata_props}
    assert about["seed"] == "1"
    back = SentencePieceProcessor(model_proto=base64.b64decode(about[TOKENS]))
    assert [back.id_to_piece(at) for at in range(back.get_piece_size())] == list(PIECES)
    assert back.encode("не смог!") == tokens().encode("не смог!")


def test_the_file_carries_the_checksum_of_all_the_rest_as_its_last_entry(tmp_path: Path) -> None:
    path = tmp_path / "encoder.onnx"
    told = save_graph(GIVEN, SHAPE, token_model(), path, {"zzz": "1"})
    content = path.read_bytes()
    assert told == hashlib.sha256(content).hexdigest()
    *_, last = onnx.load(path).metadata_props
    assert last.key == KEY
    assert content.endswith(last.value.encode())
    assert hashlib.sha256(content[: -len(last.SerializeToString()) - 2]).hexdigest() == last.value


def test_calibration_folds_temperatures_and_the_complaints_stack_into_the_last_layer() -> None:
    ids = TEXTS["the brand twice"]
    plain = {name: array.astype(np.float64) for name, array in GIVEN.items()}
    before = logits(plain, ids[None])[0]
    after = logits({name: array.astype(np.float64) for name, array in calibrated(GIVEN).items()}, ids[None])[0]
    assert len(after) == len(HEADS)
    assert after[:3] == pytest.approx(before[:3] / BRAND_TEMPERATURE, abs=1e-5)
    assert after[3:6] == pytest.approx(before[3:6] / TEXT_TEMPERATURE, abs=1e-5)
    complaint = (
        COMPLAINT_STACK["own"] * before[6]
        + COMPLAINT_STACK["brand"] * (before[0] - before[1])
        + COMPLAINT_STACK["text"] * (before[3] - before[4])
        + COMPLAINT_STACK["intercept"]
    )
    assert after[6] == pytest.approx(complaint, abs=1e-5)
