"""Training on a few invented texts: heads learn, guesses stay guesses, the same input gives the same model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.classify import Judge
from classifiers.corpora import Corpora, Example, own_examples, sounds_like_complaint
from classifiers.features import TONES, word_features
from classifiers.model import Model, save
from classifiers.text import BRAND
from classifiers.training import STEPS, train
from classifiers.verdict import Question


def _corpora() -> Corpora:
    examples = list(own_examples())
    examples += [
        Example(
            text="{b} " + one.text, brand=((0, 3),), label=one.label, domain="telecom", complaint=one.complaint
        )
        for one in examples[:200]
    ]
    unlabelled = [Example(text="{b} не работает", brand=((0, 3),), label=None, domain="banks")]
    return Corpora(examples=examples + unlabelled, tones={"спасибо": TONES["++"]}, about={"with_x": False})


@pytest.fixture(scope="module")
def small() -> Model:
    return train(_corpora(), lambda _: None)


def test_the_same_corpora_give_the_same_file(small: Model, tmp_path: Path) -> None:
    steps: list[str] = []
    again = train(_corpora(), steps.append)
    assert save(small, tmp_path / "a.npz") == save(again, tmp_path / "b.npz")
    assert len(steps) == STEPS


def test_a_model_of_few_texts_tells_complaint_from_praise(small: Model) -> None:
    judge = Judge(small)
    bad, good = judge.classify(
        [
            Question(text="{b} не отвечает, деньги не вернули", brand=((0, 3),)),
            Question(text="{b} спасибо, отличный сервис", brand=((0, 3),)),
        ]
    )
    assert bad.complaint > 0.6
    assert good.complaint < 0.5
    assert (bad.label, good.label) == ("negative", "positive")


def test_a_word_after_a_negation_is_its_own_feature() -> None:
    found = word_features(["не", "самый", "плохой"], {"плохой": TONES["-"]})
    assert {"не самый", "не * плохой", f"не {TONES['-']}", TONES["-"]} <= set(found)


def test_every_negation_negates_a_tone_alike() -> None:
    found = word_features(["никогда", "я", "не", "подводить"], {"подводить": TONES["-"]})
    assert found.count(f"не {TONES['-']}") == 2
    assert "никогда * подводить" in found


def test_words_near_the_brand_are_marked_once_each() -> None:
    found = word_features(["хуже", BRAND, "нет"], {})
    assert [one for one in found if "~" in one] == [f"{BRAND} ~ хуже", f"{BRAND} ~ нет"]


@pytest.mark.parametrize(
    ("text", "label", "complaint"),
    [
        ("у меня вторую неделю не работает домашний интернет", "negative", True),
        ("ЕС ввел санкции против банка http://a.b", "negative", False),
        ("достали своими санкциями на мою карту!!", "negative", True),
        ("все хорошо", "positive", False),
        ("кто знает", None, None),
    ],
)
def test_press_is_not_a_customer(text: str, label: str | None, complaint: bool | None) -> None:  # noqa: FBT001 (a case)
    assert sounds_like_complaint(text, label) is complaint  # type: ignore[arg-type]  # plain strings of a table


def test_guesses_do_not_calibrate() -> None:
    from classifiers.heads import Lines, Target, calibrated

    held = np.tile(np.array([2.0, 0.0, 0.0, 2.0, 0.0, 0.0, 1.0]), (8, 1)) * np.array([1, -1] * 4)[:, None]
    classes = np.array([0, 1] * 4)
    mood = Target(classes=classes, weights=np.ones(8), softness=1.0)
    told = Target(classes=1 - classes, weights=np.ones(8), softness=1.0)
    lines = Lines(weights=np.eye(7), intercept=np.zeros(7))
    real = np.array([1.0] * 4 + [0.0] * 4)
    told = replace(told, weights=real)
    flipped = replace(told, classes=np.where(real > 0, told.classes, classes))
    one = calibrated(lines, held, (mood, mood, told))
    other = calibrated(lines, held, (mood, mood, flipped))
    assert np.array_equal(one.weights, other.weights)
