"""What taps add to the judge's log-odds: learned, kept, read back, and used beside a candidate in the shadow."""

import json
from dataclasses import replace

import pytest

from classifiers.corrected import InForce, corrected
from classifiers.correction import (
    LEAST,
    Correction,
    CorrectionError,
    features,
    from_row,
    learn,
    log_odds,
    stems_of,
    to_row,
)
from classifiers.verdict import Question
from tests.unit.classifiers.corrections import BAD, GOOD, JUDGE, lessons, question, verdict


@pytest.fixture
def learned() -> Correction:
    return learn(lessons(), JUDGE, {"trained_at": "2026-11-29"})


def test_what_was_tapped_orders_texts_that_the_judge_could_not_tell_apart(learned: Correction) -> None:
    bad, good = (corrected(question(text), verdict(), learned).complaint for text in (BAD, GOOD))
    assert good < 0.4
    assert bad > 0.6


def test_the_same_taps_make_the_same_version_and_others_another(learned: Correction) -> None:
    assert learn(lessons(), JUDGE, {"trained_at": "2026-11-29"}).version == learned.version
    assert learn(lessons(41), JUDGE, {"trained_at": "2026-11-29"}).version != learned.version


def test_labels_that_are_half_sure_move_less() -> None:
    half = learn([replace(one, weight=0.5) for one in lessons()], JUDGE)
    sure = learn(lessons(), JUDGE)
    assert half.log_odds(verdict(), features(question(BAD), verdict())) - log_odds(0.6) > 0
    assert half.log_odds(verdict(), features(question(BAD), verdict())) < sure.log_odds(
        verdict(), features(question(BAD), verdict())
    )


@pytest.mark.parametrize("judged", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("complaints", [20, 40, 150])
def test_on_the_whole_taps_raise_nothing_for_they_are_about_cards_alone(judged: float, complaints: int) -> None:
    alike = lessons(150)
    told = [one for one in alike if one.complaint][:complaints] + [one for one in alike if not one.complaint][:40]
    told = [replace(one, verdict=replace(one.verdict, complaint=judged)) for one in told]
    correction = learn(told, JUDGE)
    moved = [correction.log_odds(one.verdict, features(one.question, one.verdict)) for one in told]
    assert sum(moved) / len(moved) <= log_odds(judged) + 1e-3


@pytest.mark.parametrize(
    ("count", "reason"), [(LEAST // 2 - 1, f"меток {LEAST - 2}, а нужно хотя бы {LEAST}"), (0, "меток 0")]
)
def test_a_few_taps_teach_nothing_and_it_says_how_many_are_wanted(count: int, reason: str) -> None:
    with pytest.raises(CorrectionError, match=reason):
        learn(lessons(count), JUDGE)


def test_taps_of_one_kind_teach_nothing() -> None:
    alike = [one for one in lessons(70) if one.complaint]
    with pytest.raises(CorrectionError, match="жалоб 70, не жалоб 0"):
        learn(alike, JUDGE)


def test_what_is_stored_is_read_back_as_it_was(learned: Correction) -> None:
    row = json.loads(json.dumps(to_row(learned)))
    assert from_row(row, learned.version) == learned


@pytest.mark.parametrize(
    "damage",
    [
        {"format": 2},
        {"weights": {"shift": float("nan")}},
        {"weights": {"shift": 5.0}},
        {"weights": None},
        {"base": "judge-another"},
    ],
)
def test_what_is_damaged_or_was_turned_is_refused(learned: Correction, damage: dict[str, object]) -> None:
    with pytest.raises(CorrectionError, match=learned.version):
        from_row(to_row(learned) | damage, learned.version)


def test_a_row_without_its_parts_is_refused() -> None:
    with pytest.raises(CorrectionError):
        from_row({"format": 1}, "taps-x")


def test_the_brands_name_is_no_word_of_the_text() -> None:
    named = Question(text="Дентист поставил пломбу", brand=((0, 7),))
    assert "stem:денти" not in features(named, verdict())
    assert "stem:пломб" in features(named, verdict())


def test_forms_of_a_word_have_one_stem() -> None:
    assert len(stems_of("доставка доставку Доставили")) == 1


def test_a_verdict_names_the_correction_that_gave_it_and_says_what_it_added(learned: Correction) -> None:
    said = InForce(active=learned).applied(question(BAD), verdict(0.6))
    assert said.model == f"{JUDGE}+{learned.version}"
    assert said.added == pytest.approx(log_odds(said.complaint) - log_odds(0.6), abs=1e-6)
    assert said.shadow is None


def test_a_candidate_speaks_of_the_same_texts_and_decides_nothing(learned: Correction) -> None:
    said = InForce(candidate=learned).applied(question(BAD), verdict(0.6))
    assert (said.complaint, said.model) == (0.6, JUDGE)
    assert said.shadow is not None
    assert said.shadow.model == learned.version
    assert said.shadow.complaint == corrected(question(BAD), verdict(), learned).complaint
    assert InForce().applied(question(BAD), verdict(0.6)).shadow is None


def test_a_correction_of_another_judge_adds_nothing(learned: Correction) -> None:
    other = verdict(model="judge-ffffffffffff+encoder-1")
    assert corrected(question(BAD), other, learned, learned) == other


def test_a_text_that_is_nowhere_near_a_complaint_is_not_looked_at(learned: Correction) -> None:
    said = InForce(active=learned, candidate=learned).applied(question(BAD), verdict(0.01))
    assert said == verdict(0.01)


def test_a_second_reading_whose_evidence_was_not_kept_says_nothing() -> None:
    assert features(question(BAD), replace(verdict(), read_twice=True))["second reading"] == 0
