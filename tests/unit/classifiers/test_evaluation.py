"""The judge's figures by domain: right ones, each within its interval, of anything that judges."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from classifiers.classify import Judge
from classifiers.corpora import Corpora, brand_example, marked_place, own_examples
from classifiers.evaluation import Budget, Figures, answers, development_split, measure, measure_hard
from classifiers.examples import Domain, Example
from classifiers.tiers import open_judge
from classifiers.verdict import Question
from domain.verdict import LABELS, Label, Sentiment, Verdict


class Parrot:
    """Says what stands in the text: label and complaint's probability."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return [self._verdict(question.text) for question in questions]

    def _verdict(self, text: str) -> Verdict:
        label, complaint = text.split()[:2]
        known: Label = "negative" if label == "negative" else "positive" if label == "positive" else "neutral"
        sentiment = Sentiment(**{"negative": 0.1, "neutral": 0.1, "positive": 0.1, label: 0.8})
        return Verdict(
            sentiment=sentiment,
            label=known,
            complaint=float(complaint),
            intent="other",
            topics=(),
            urgency=0.0,
            evidence=(),
            model="parrot",
        )


def test_anything_that_judges_can_be_measured() -> None:
    examples = [
        _example("negative 0.9 a", "negative", complaint=True),
        _example("negative 0.8 b", "neutral", complaint=False),
        _example("neutral 0.7 c", "neutral", complaint=True),
        _example("positive 0.1 d", "positive", complaint=False),
    ]
    (figures,) = measure(Parrot(), examples, Budget(cards=1, mentions=2))
    assert figures.mood
    assert figures.complaint
    assert [one.count for one in figures.mood.classes] == [1, 2, 1]
    assert values(figures, "negative") == pytest.approx([0.5, 1, 2 / 3])
    assert values(figures, "neutral") == pytest.approx([1, 0.5, 2 / 3])
    assert figures.mood.contest
    assert figures.mood.contest.value == pytest.approx((2 / 3 + 1) / 2)
    assert figures.mood.macro_f1.value == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert figures.mood.error.value == pytest.approx(0.05)
    assert figures.complaint.average_precision.value == pytest.approx((1 + 2 / 3) / 2)
    assert (figures.complaint.budget_precision.value, figures.complaint.budget_recall.value) == (0.5, 0.5)
    assert (figures.complaint.count, figures.complaint.complaints, figures.complaint.level) == (4, 2, 0.8)


def test_the_moods_calibration_is_that_of_the_label_though_another_class_be_likelier() -> None:
    class Leaning(Parrot):
        def classify(self, questions: Sequence[Question]) -> list[Verdict]:
            doubtful = Sentiment(negative=0.4, neutral=0.6, positive=0.0)
            return [replace(one, sentiment=doubtful, label="negative") for one in super().classify(questions)]

    examples = [_example(f"negative 0.5 {at}", "negative", complaint=None) for at in range(5)]
    (figures,) = measure(Leaning(), examples)
    assert figures.mood
    assert figures.mood.error.value == pytest.approx(1 - 0.4)


def test_a_class_that_nobody_labelled_has_no_figures_and_no_part_in_the_mean() -> None:
    examples = [
        _example("negative 0.9 a", "negative", complaint=None),
        _example("positive 0.9 b", "negative", complaint=None),
        _example("neutral 0.1 c", "neutral", complaint=None),
    ]
    (figures,) = measure(Parrot(), examples)
    assert figures.mood
    assert [one.count for one in figures.mood.classes] == [2, 1, 0]
    assert values(figures, "positive") is None
    assert figures.mood.macro_f1.value == pytest.approx((2 / 3 + 1) / 2)
    assert figures.mood.contest is None


def test_a_class_that_is_never_guessed_counts_as_nought() -> None:
    examples = [
        _example("negative 0.9 a", "negative", complaint=None),
        _example("negative 0.9 b", "positive", complaint=None),
    ]
    (figures,) = measure(Parrot(), examples)
    assert figures.mood
    assert values(figures, "positive") == [0, 0, 0]
    assert values(figures, "neutral") is None
    assert figures.mood.contest
    assert figures.mood.contest.value == figures.mood.macro_f1.value == pytest.approx((2 / 3 + 0) / 2)


def test_every_class_is_judged_by_the_labels_of_its_own_domain() -> None:
    examples = [
        _example("negative 0.9 a", "negative", complaint=None, domain="banks"),
        _example("positive 0.9 b", "positive", complaint=None, domain="banks"),
        _example("neutral 0.1 c", "neutral", complaint=None, domain="telecom"),
    ]
    banks, telecom = measure(Parrot(), examples)
    assert banks.mood
    assert telecom.mood
    assert banks.mood.contest == banks.mood.macro_f1 == (1.0, 1.0, 1.0)
    assert telecom.mood.contest is None
    assert telecom.mood.macro_f1.value == 1
    assert [one.count for one in telecom.mood.classes] == [0, 1, 0]


def test_a_draw_without_a_class_says_nothing_of_it_nor_of_the_means() -> None:
    right = [_example(f"neutral 0.1 {at}", "neutral", complaint=None) for at in range(9)]
    rare = [
        _example("negative 0.9", "negative", complaint=None),
        _example("positive 0.9", "positive", complaint=None),
    ]
    (figures,) = measure(Parrot(), right + rare)
    assert figures.mood
    for one in figures.mood.classes:
        assert one.shares == ((1, 1, 1), (1, 1, 1), (1, 1, 1))
    assert figures.mood.macro_f1 == figures.mood.contest == (1, 1, 1)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=30))
def test_any_labels_have_the_figures_of_scikit_learn_for_the_classes_that_occur(
    said: list[tuple[Label, Label]],
) -> None:
    examples = [_example(f"{guess} 0.5 {at}", label, complaint=None) for at, (label, guess) in enumerate(said)]
    (figures,) = measure(Parrot(), examples)
    there = [one for one in LABELS if any(label == one for label, _ in said)]
    expected = precision_recall_fscore_support(*zip(*said, strict=True), labels=there, zero_division=0.0)
    assert figures.mood
    assert [one.label for one in figures.mood.classes if one.shares] == there
    for label, *three in zip(there, *expected[:3], strict=True):
        assert values(figures, label) == pytest.approx(three)
    assert figures.mood.macro_f1.value == pytest.approx(expected[2].mean())
    assert (figures.mood.contest is None) == (not {"negative", "positive"} <= set(there))
    for one in (figures.mood.macro_f1, figures.mood.error, figures.mood.contest):
        assert one is None or 0 <= one.low <= one.high <= 1


def test_figures_lie_within_their_intervals() -> None:
    examples = [
        _example(f"{'neutral' if at % 2 else 'negative'} {at / 80} {at}", "negative", complaint=at % 3 == 0)
        for at in range(80)
    ]
    (figures,) = measure(Parrot(), examples)
    assert figures.mood
    assert figures.complaint
    known = figures.complaint
    whole = (known.average_precision, known.at_recall, known.budget_precision, known.budget_recall)
    (negative, *_) = figures.mood.classes
    assert negative.shares
    assert figures.mood.contest is None
    for one in (figures.mood.macro_f1, negative.shares[1], *whole):
        assert one.low <= one.value <= one.high
        assert one.high > one.low


def test_a_domain_has_the_figures_that_its_labels_allow() -> None:
    examples = [
        _example("neutral 0.1 a", "neutral", complaint=None, domain="general"),
        _example("neutral 0.9 b", None, complaint=True, domain="banks"),
        _example("neutral 0.9 c", "neutral", complaint=False, domain="telecom"),
    ]
    figures = measure(Parrot(), examples)
    assert [(one.domain, _parts(one)) for one in figures] == [
        ("banks", (False, True)),
        ("general", (True, False)),
        ("telecom", (True, False)),
    ]


def test_brands_of_one_post_are_one_post() -> None:
    text = "neutral 0.1 мегафон, мтс и теле2"
    examples = [brand_example(text, brand, "neutral", "telecom") for brand in ("megafon", "mts", "tele2")]
    (one,) = answers(Parrot(), [*examples, _example("neutral 0.1 мтс", "neutral", complaint=None)])
    assert one.groups.tolist() == [0, 0, 0, 1]


def test_figures_of_a_perfect_answer_are_whole() -> None:
    judge = Judge.load()
    texts = ["отвратительно, ненавижу {b}", "спасибо, обожаю {b}, лучший", "{b} открыл офис в Самаре"]
    labels = [verdict.label for verdict in judge.classify([_question(text) for text in texts])]
    examples = [
        Example(text=text, brand=marked_place(text), label=label, domain="own", complaint=label == "negative")
        for text, label in zip(texts, labels, strict=True)
    ]
    figures = measure(judge, examples)[0]
    assert figures.mood
    assert figures.complaint
    assert figures.mood.contest
    whole = (figures.mood.contest, figures.mood.macro_f1, figures.complaint.average_precision)
    assert labels == ["negative", "positive", "neutral"]
    assert [one.value for one in whole] == [1.0, 1.0, 1.0]


def test_the_development_split_keeps_its_test_texts_out_of_training() -> None:
    twin = Example(text="одинаковый", brand=(), label="neutral", domain="telecom")
    held = Example(text="одинаковый", brand=(), label="neutral", domain="telecom", test=True)
    other = Example(text="другой", brand=(), label="neutral", domain="banks")
    kept, tests = development_split(Corpora(examples=[twin, held, other], tones={}, about={}))
    assert kept.examples == [other]
    assert tests == [held]


def test_the_hard_cases_are_mostly_right_and_no_case_is_trained_on() -> None:
    figures = measure_hard(open_judge())
    right, count = sum(one.right for one in figures), sum(one.count for one in figures)
    assert count >= 90
    assert right / count >= 0.85
    assert not [one.kind for one in figures if one.right / one.count < 0.7]
    trained = {one.text for one in own_examples()}
    assert not [text for one in figures for text in one.wrong if text in trained]


def _example(text: str, label: Label | None, *, complaint: bool | None, domain: Domain = "telecom") -> Example:
    return Example(text=text, brand=(), label=label, domain=domain, complaint=complaint)


def values(figures: Figures, label: Label) -> list[float] | None:
    """Precision, recall and F1 of a class."""
    assert figures.mood
    shares = next(one.shares for one in figures.mood.classes if one.label == label)
    return [one.value for one in shares] if shares else None


def _parts(figures: Figures) -> tuple[bool, bool]:
    return figures.mood is not None, figures.complaint is not None


def _question(text: str) -> Question:
    return Question(text=text, brand=marked_place(text))
