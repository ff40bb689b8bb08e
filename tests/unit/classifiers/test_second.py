"""The second opinion: its file or a clear refusal, the same answers from every thread, no text that stops it."""

import base64
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from classifiers.encoder.checksum import checksum, with_checksum
from classifiers.encoder.wording import TOKENS, encode, wording
from classifiers.listed import ENCODER
from classifiers.model import HEADS, ModelError
from classifiers.second import SecondOpinion
from classifiers.verdict import Question
from tests.unit.classifiers.tiny_encoder import arrays, logits, rounded, tokens, written

NAMED = ((0, 7),)
QUESTIONS = [
    Question(text="Ромашка не отвечает", brand=NAMED),
    Question(text="ромашка не отвечает"),
    Question(text=""),
    Question(text="да " * 400),
    *(Question(text="щи " * at, brand=((0, 2),)) for at in range(20)),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("second") / "encoder.onnx")


@pytest.fixture(scope="module")
def second(path: Path) -> SecondOpinion:
    return SecondOpinion.load(path)


def test_every_question_gets_its_own_answer_in_order(second: SecondOpinion) -> None:
    kept = rounded(arrays())
    found = second.logits(QUESTIONS)
    assert found.shape == (len(QUESTIONS), len(HEADS))
    for question, answers in zip(QUESTIONS, found, strict=True):
        (ids,) = encode(tokens(), [wording(question.text, question.brand)])
        assert answers == pytest.approx(logits(kept, ids[None])[0], abs=0.8)
        assert answers == pytest.approx(second.logits([question])[0], abs=1e-4)


def test_no_questions_are_no_answers(second: SecondOpinion) -> None:
    assert second.logits([]).shape == (0, len(HEADS))


def test_the_brand_named_and_not_named_are_two_questions(second: SecondOpinion) -> None:
    named, plain = second.logits(QUESTIONS[:2])
    assert np.abs(named - plain).max() > 0.1


def test_threads_get_the_same_answers(second: SecondOpinion) -> None:
    alone = second.logits(QUESTIONS)
    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(second.logits, [QUESTIONS] * 40))
    assert all(np.array_equal(one, alone) for one in found)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=()), max_size=300), st.integers(0, 50), st.integers(0, 20))
def test_any_text_is_answered(second: SecondOpinion, text: str, start: int, length: int) -> None:
    found = second.logits([Question(text=text, brand=((start, start + length),))])
    assert np.isfinite(found).all()


def test_the_version_is_that_of_the_bytes(path: Path, second: SecondOpinion, tmp_path: Path) -> None:
    assert re.fullmatch(r"encoder-[0-9a-f]{12}", second.version)
    assert SecondOpinion.load(path).version == second.version
    assert SecondOpinion.load(written(tmp_path / "other.onnx", seed=2)).version != second.version


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx: не читается \(No such file"):
        SecondOpinion.load(tmp_path / "none.onnx")


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_a_file_cut_short_is_refused_with_what_to_do(path: Path, tmp_path: Path, share: float) -> None:
    whole = path.read_bytes()
    short = tmp_path / "short.onnx"
    short.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match=r"short\.onnx: повреждён или это не он.*listener teach"):
        SecondOpinion.load(short)


SEAL = 76
"""Bytes of the entry with the checksum."""
SIGN = 12
"""Those by which it is known; where they are damaged, and nothing else is, the rest is whole."""


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(min_value=1, max_value=255))
def test_a_single_changed_byte_anywhere_is_refused_with_what_to_do(
    path: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, change: int
) -> None:
    content = bytearray(path.read_bytes())
    seal = len(content) - SEAL
    at = data.draw(st.integers(0, seal - 1) | st.integers(seal + SIGN, len(content) - 1))
    content[at] ^= change
    damaged = tmp_path_factory.mktemp("damaged") / "encoder.onnx"
    damaged.write_bytes(content)
    with pytest.raises(ModelError, match=r"encoder\.onnx: повреждён, .*обучите: listener teach"):
        SecondOpinion.load(damaged)


def test_a_file_with_its_checksum_says_nothing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        SecondOpinion.load(path)
    assert not caplog.records


def test_a_file_without_a_checksum_is_loaded_and_called_unchecked(
    path: Path, second: SecondOpinion, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = tmp_path / "plain.onnx"
    plain.write_bytes(path.read_bytes()[:-SEAL])
    with caplog.at_level(logging.INFO):
        found = SecondOpinion.load(plain)
    assert [one.getMessage() for one in caplog.records] == [f"{plain} carries no checksum: unchecked"]
    assert np.array_equal(found.logits(QUESTIONS), second.logits(QUESTIONS))
    assert found.version != second.version


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 judge.npz", b"<html>404</html>" * 100])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "foreign.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"foreign\.onnx: повреждён или это не он"):
        SecondOpinion.load(file)


@pytest.mark.parametrize("about", [{}, {TOKENS: base64.b64encode(b"x" * 99).decode()}])
def test_a_network_without_a_tokenizer_is_refused(tmp_path: Path, about: dict[str, str]) -> None:
    file = tmp_path / "network.onnx"
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("ids", "logits")]
    graph = helper.make_graph([helper.make_node("Identity", ["ids"], ["logits"])], "one", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, about)
    onnx.save(model, file)
    with pytest.raises(ModelError, match=r"network\.onnx: повреждён или это не он"):
        SecondOpinion.load(file)


def test_a_folder_is_no_encoder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="не читается"):
        SecondOpinion.load(tmp_path)


def test_the_checksum_of_the_committed_encoder_costs_next_to_nothing() -> None:
    content = ENCODER.read_bytes()
    if checksum(content).fits is None:
        content = with_checksum(content)
    damaged = bytearray(content)
    damaged[len(content) // 2] ^= 1
    begun = time.thread_time()
    fits = [checksum(one).fits for one in (content, bytes(damaged))]
    assert (time.thread_time() - begun) / len(fits) < 0.2
    assert fits == [True, False]


@given(st.binary(max_size=200))
def test_any_bytes_that_were_sealed_fit_and_others_carry_no_checksum(content: bytes) -> None:
    assert checksum(with_checksum(content)).fits
    assert checksum(content).fits is None
    assert len(with_checksum(content)) == len(content) + SEAL


def test_the_committed_encoder_tells_complaint_from_praise() -> None:
    second = SecondOpinion.load(ENCODER)
    texts = ["Ромашка, третий день нет интернета, верните деньги", "Ромашка, спасибо, отличный сервис"]
    bad, good = second.logits([Question(text=text, brand=NAMED) for text in texts])
    assert bad[HEADS.index("complaint")] > 0.5
    assert good[HEADS.index("complaint")] < -1.5
    assert bad[:3].argmax() == 0
    assert good[:3].argmax() == 2
