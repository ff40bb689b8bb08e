"""Training on a few invented texts: heads learn, people calibrate, the same input gives the same model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from classifiers.classify import Judge
from classifiers.corpora import Corpora, own_examples, sounds_like_complaint
from classifiers.examples import Example
from classifiers.features import TONES, word_features
from classifiers.heads import Lines, Target, calibrated, fit, log_count_ratios
from classifiers.model import Model, save
from classifiers.taught import Taught
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


def test_rows_that_a_target_does_not_name_calibrate_nothing() -> None:
    held = np.tile(np.array([2.0, 0.0, 0.0, 2.0, 0.0, 0.0, 1.0]), (8, 1)) * np.array([1, -1] * 4)[:, None]
    lines = Lines(weights=np.eye(7), intercept=np.zeros(7))
    people = _target(range(4), [0, 1, 0, 1])
    told = _target(range(4), [1, 0, 1, 0])
    one = calibrated(lines, held, (people, people, told))
    held[4:] = -held[4:] * 3
    other = calibrated(lines, held, (people, people, told))
    assert np.array_equal(one.weights, other.weights)
    more = calibrated(lines, held, (people + _target([5], [0]), people, told))
    assert not np.array_equal(one.weights, more.weights)


def test_a_target_keeps_what_stands_within_its_rows_in_step() -> None:
    whole = _target([3, 1, 3], [0, 1, 2], [0.5, 1.0, 0.25])
    kept = whole.within(np.array([True, True, False, False]))
    assert (kept.rows.tolist(), kept.classes.tolist(), kept.weights.tolist()) == ([1], [1], [1.0])
    both = whole + kept
    assert both.rows.tolist() == [3, 1, 3, 1]
    assert both.classes.tolist() == [0, 1, 2, 1]
    assert both.weights.tolist() == [0.5, 1.0, 0.25, 1.0]


def test_what_a_row_is_in_shares_it_is_fitted_to() -> None:
    """One row stands once a class; without words to tell them apart, the shares come out as probabilities."""
    matrix = np.ones((1, 1))
    target = _target([0, 0, 0], [0, 1, 2], [0.7, 0.2, 0.1], c=1e6)
    odds = np.exp(fit(matrix, target)(matrix))[0]
    assert odds / odds.sum() == pytest.approx([0.7, 0.2, 0.1], abs=0.005)


def test_log_count_ratios_are_those_of_the_paper() -> None:
    """Three features; two texts inside the class, one of them for a half, and one outside it."""
    rows = csr_matrix(np.array([[1.0, 0.0, 2.0], [2.0, 0.0, 0.0], [0.0, 3.0, 1.0]]))
    found = log_count_ratios(rows, np.array([1.0, 0.5, 0.0]), np.array([0.0, 0.0, 1.0]))
    inside, outside = np.array([2.01, 0.01, 2.01]), np.array([0.01, 3.01, 1.01])
    assert found == pytest.approx(np.log(inside / 4.03) - np.log(outside / 4.03))
    assert found.tolist() == pytest.approx([5.30331, -5.70711, 0.68818], abs=1e-5)


def test_a_share_of_ratios_mixes_two_regressions_into_one_line() -> None:
    """The second is scikit-learn's over the scaled columns; its weights times the ratios are those of columns."""
    matrix = csr_matrix(np.array([[1.0, 0.2, 0.0], [0.9, 0.0, 0.4], [0.1, 0.0, 1.0], [0.0, 0.5, 0.8]] * 3))
    target = _target(range(12), [1, 1, 0, 0] * 3, [1.0, 0.5, 1.0, 2.0] * 3)
    plain, mixed, alone = (fit(matrix, replace(target, ratios=share)) for share in (0.0, 0.25, 1.0))
    belongs, weights = target.classes == 1, target.weights
    ratios = log_count_ratios(matrix, weights * belongs, weights * ~belongs)
    scaled = LogisticRegression(C=1.0, max_iter=300, tol=1e-6).fit(matrix.toarray() * ratios, belongs, weights)
    assert alone(matrix)[:, 0] == pytest.approx(scaled.decision_function(matrix.toarray() * ratios), abs=1e-3)
    assert mixed(matrix) == pytest.approx(0.75 * plain(matrix) + 0.25 * alone(matrix))
    assert not np.allclose(plain(matrix), alone(matrix))


def test_of_three_classes_each_has_ratios_of_its_own() -> None:
    matrix = csr_matrix(np.repeat(np.eye(3), 4, axis=0))
    target = _target(range(12), np.repeat([0, 1, 2], 4).tolist())
    found = fit(matrix, replace(target, ratios=1.0))(matrix)
    assert found.shape == (12, 3)
    assert found.argmax(axis=1).tolist() == target.classes.tolist()


def test_a_target_keeps_its_share_of_ratios() -> None:
    target = replace(_target([0, 1], [0, 1]), ratios=0.3)
    assert target.within(np.array([True, False])).ratios == (target + _target([2], [1])).ratios == 0.3


def test_the_second_tiers_answers_teach_words_that_nobody_labelled(small: Model) -> None:
    known = _corpora()
    texts = [f"{{b}} {word} {at}" for at in range(40) for word in ("глюкавит", "цветёт")]
    sure: Mapping[str, Taught] = {"глюкавит": (0.95, 0.05, 0.0, 0.97), "цветёт": (0.0, 0.05, 0.95, 0.01)}
    asked = [
        Example(text=text, brand=((0, 3),), label=None, domain="telecom", taught=sure[text.split()[1]])
        for text in texts
    ]
    taught = train(replace(known, examples=[*known.examples, *asked]), lambda _: None)
    questions = [Question(text=f"{{b}} {word}", brand=((0, 3),)) for word in sure]
    before_bad, before_good = Judge(small).classify(questions)
    bad, good = Judge(taught).classify(questions)
    assert bad.complaint > before_bad.complaint + 0.1
    assert good.complaint < before_good.complaint
    assert bad.sentiment.negative > before_bad.sentiment.negative
    assert good.sentiment.positive > before_good.sentiment.positive


def test_what_people_said_of_a_text_is_not_asked_of_the_second_tier(small: Model, tmp_path: Path) -> None:
    known = _corpora()
    wrong: Taught = (0.0, 0.0, 1.0, 0.0)
    examples = [
        replace(one, taught=wrong) if one.label is not None and one.complaint is not None else one
        for one in known.examples
    ]
    again = train(replace(known, examples=examples), lambda _: None)
    assert save(again, tmp_path / "again.npz") == save(small, tmp_path / "small.npz")


def _target(
    rows: Iterable[int], classes: Sequence[int], weights: Sequence[float] | None = None, c: float = 1.0
) -> Target:
    return Target(
        rows=np.array(list(rows)),
        classes=np.array(classes),
        weights=np.array(weights or [1.0] * len(classes)),
        c=c,
    )
