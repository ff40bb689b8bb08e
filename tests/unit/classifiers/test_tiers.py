"""The judge opens with its second tier where that can be had; where it cannot, the first judges and says why."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.adjusted import Adjusted
from classifiers.cascade import LEAN
from classifiers.classify import Judge
from classifiers.lexicon import Markers
from classifiers.listed import ENCODER
from classifiers.model import COMMITTED, COMPLAINT, HEADS, ModelError, load, save
from classifiers.pace import Pace
from classifiers.tiers import alone, behind, missing, open_judge, serving
from classifiers.verdict import Question
from tests.unit.classifiers.tiny_encoder import written

COMPLAINT_TEXT = Question(text="Ромашка, третий день нет интернета, верните деньги", brand=((0, 7),))
CALM_TEXT = Question(text="Ромашка, спасибо", brand=((0, 7),))


def test_nothing_is_missing_here() -> None:
    assert missing() is None


def test_a_missing_file_is_named_in_russian(tmp_path: Path) -> None:
    assert missing(tmp_path / "encoder.onnx") == "нет файла encoder.onnx"
    assert missing(tmp_path) == f"нет файла {tmp_path.name}"


@pytest.mark.parametrize("library", ["onnxruntime", "sentencepiece"])
def test_without_a_library_the_first_tier_judges_alone_and_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    assert missing() == f"не установлено: {library} (pip install 'otklik[second]')"
    assert open_judge().classify([COMPLAINT_TEXT]) == Judge.load().classify([COMPLAINT_TEXT])


def test_without_both_libraries_both_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("onnxruntime", "sentencepiece"):
        monkeypatch.setitem(sys.modules, library, None)
    assert missing() == "не установлено: onnxruntime, sentencepiece (pip install 'otklik[second]')"


def test_every_text_is_read_by_both_tiers() -> None:
    complaint, calm = open_judge().classify([COMPLAINT_TEXT, CALM_TEXT])
    assert complaint.model.startswith(f"{load().version}+encoder-")
    assert complaint.read_twice
    assert calm.read_twice
    assert complaint.complaint > 0.6 > calm.complaint


def test_who_wants_no_second_opinion_gets_none() -> None:
    (verdict,) = open_judge(second=False).classify([COMPLAINT_TEXT])
    assert verdict == Judge.load().classify([COMPLAINT_TEXT])[0]


def test_the_pace_and_the_markers_reach_the_judge() -> None:
    pace = Pace()
    pace.waiting = 1_000_000
    judge = open_judge(markers=Markers(topics={"сеть": ("интернета",)}), pace=pace)
    verdicts = judge.classify([COMPLAINT_TEXT, CALM_TEXT, CALM_TEXT])
    assert [one.read_twice for one in verdicts] == [True, False, False]
    assert "сеть" in verdicts[0].topics


def test_a_damaged_second_tier_is_an_error_and_no_reason_to_go_on_without(tmp_path: Path) -> None:
    damaged = tmp_path / "encoder.onnx"
    damaged.write_bytes(ENCODER.read_bytes()[:1_000])
    with pytest.raises(ModelError, match=r"encoder\.onnx: повреждён"):
        behind(load(), damaged)


def test_a_missing_model_is_an_error_before_the_second_tier_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.npz"):
        open_judge(tmp_path / "none.npz")


def test_behind_a_model_adapted_to_own_labels_the_second_tier_follows(tmp_path: Path) -> None:
    trained = load()
    intercept = trained.intercept.copy()
    intercept[COMPLAINT] -= 0.7
    adapted = replace(trained, intercept=intercept, about={**trained.about, "labels": {"from": trained.version}})
    save(adapted, tmp_path / "own.npz")
    encoder = written(tmp_path / "encoder.onnx")
    followed = behind(load(tmp_path / "own.npz"), encoder).second
    plain = behind(trained, encoder).second
    assert isinstance(followed, Adjusted)
    change = followed.logits([COMPLAINT_TEXT, CALM_TEXT]) - plain.logits([COMPLAINT_TEXT, CALM_TEXT])
    assert change[:, COMPLAINT] == pytest.approx([-0.7, -0.7], abs=1e-6)
    assert change[:, :COMPLAINT] == pytest.approx(0)


def test_judges_that_are_compared_say_what_the_serving_ones_say(tmp_path: Path) -> None:
    trained = load()
    intercept = trained.intercept.copy()
    intercept[COMPLAINT] += 0.4
    adapted = replace(trained, intercept=intercept, about={**trained.about, "labels": {"from": trained.version}})
    encoder = written(tmp_path / "encoder.onnx")
    judges = serving(second=True, encoder=encoder)
    for model in (trained, adapted):
        verdicts = judges(model).classify([COMPLAINT_TEXT, CALM_TEXT])
        assert verdicts == Judge(model, cascade=behind(model, encoder)).classify([COMPLAINT_TEXT, CALM_TEXT])
        assert verdicts[0].read_twice


@pytest.mark.parametrize("second", [True, False])
def test_judges_that_are_compared_are_the_first_tier_where_the_second_is_absent_or_not_wanted(
    tmp_path: Path, *, second: bool
) -> None:
    encoder = tmp_path / "none.onnx" if second else ENCODER
    (verdict,) = serving(second=second, encoder=encoder)(load()).classify([COMPLAINT_TEXT])
    assert verdict == Judge.load().classify([COMPLAINT_TEXT])[0]


def test_behind_a_model_adapted_from_another_one_the_second_tier_stays_as_it_is(tmp_path: Path) -> None:
    trained = load()
    adapted = replace(trained, about={**trained.about, "labels": {"from": "judge-of-last-year"}})
    assert not isinstance(behind(adapted, written(tmp_path / "encoder.onnx")).second, Adjusted)


def test_measured_alone_the_second_tier_has_the_whole_say(tmp_path: Path) -> None:
    cascade = alone(written(tmp_path / "encoder.onnx"))
    judge = Judge(load(COMMITTED), cascade=cascade)
    odds = cascade.second.logits([COMPLAINT_TEXT, CALM_TEXT])[:, HEADS.index("complaint")]
    for verdict, odd in zip(judge.classify([COMPLAINT_TEXT, CALM_TEXT]), odds, strict=True):
        assert verdict.read_twice
        assert judge.intercept + sum(one.weight for one in verdict.evidence) == pytest.approx(odd + LEAN, abs=1e-6)
