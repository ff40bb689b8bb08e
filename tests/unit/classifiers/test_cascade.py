"""The cascade: who is read again, what the two tiers say together, and that the evidence still adds up."""

import math
import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.cascade import LEAN, MAX_READ, SECOND_SHARE, UNNAMED, Cascade
from classifiers.classify import LEANING, SURE, Judge
from classifiers.lexicon import Markers
from classifiers.model import BRAND_HEADS, COMPLAINT, HEADS, TEXT_HEADS, Floats, Model, load
from classifiers.pace import Pace
from classifiers.space import reference_logits
from classifiers.verdict import Question
from domain.verdict import LABELS, Verdict
from tests.unit.classifiers.noting import Noting

ALL = (-math.inf, math.inf)
NAMED = ((0, 7),)
QUESTIONS = [
    Question(text="Ромашка, третий день нет интернета, верните деньги", brand=NAMED),
    Question(text="Ромашка, спасибо, всё отлично", brand=NAMED),
    Question(text="Ромашка открыла офис, в поддержке молчат", brand=NAMED),
    Question(text="не знаю, что и думать"),
    Question(text="спасибо вам!"),
    Question(text="ужас, опять не работает"),
    Question(text="да\ud83d 🙂 http://a.b"),
]


class Digest(Noting):
    """A second tier that thinks something else of every text, always the same; notes what it was asked."""

    version = "digest-1"

    @staticmethod
    def of(question: Question) -> list[float]:
        seeds = (f"{question.text} {question.brand} {head}".encode("utf-8", "replace") for head in HEADS)
        return [zlib.crc32(seed) / 2**32 * 8 - 4 for seed in seeds]


@pytest.fixture(scope="module")
def model() -> Model:
    return load()


@pytest.fixture(scope="module")
def alone(model: Model) -> Judge:
    return Judge(model)


@pytest.fixture(scope="module")
def reading_all(model: Model) -> Judge:
    return Judge(model, cascade=Cascade(second=Digest()))


class Likeliest(Pace):
    """Lets so many be read again, the likeliest complaints."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def chosen(self, streams: Sequence[str], complaints: Floats) -> list[int]:
        return sorted(np.argsort(-complaints)[: self._most].tolist())


def _first(model: Model, questions: Sequence[Question]) -> Floats:
    return reference_logits(model, [(one.text, one.brand) for one in questions])


def _unless_sure(likeliest: str, verdict: Verdict) -> str:
    """Who surely complains is not content."""
    return "negative" if verdict.complaint >= SURE and likeliest == "positive" else likeliest


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


@pytest.mark.parametrize("share", [SECOND_SHARE, 0.0, 0.25, 1.0])
def test_the_two_tiers_count_by_their_shares_in_every_head(share: float) -> None:
    second = Digest()
    first = np.arange(len(QUESTIONS) * len(HEADS), dtype=np.float64).reshape(-1, len(HEADS)) / 10 - 2
    kept = first.copy()
    together, added = Cascade(second=second, pace=Likeliest(3), share=share).reread(QUESTIONS, first)
    rows = list(range(len(QUESTIONS)))[-3:]
    assert second.asked == [QUESTIONS[at] for at in rows]
    for at, question in enumerate(QUESTIONS):
        other = kept[at]
        if at in rows:
            other = share * np.array(Digest.of(question)) + (1 - share) * kept[at]
            other[COMPLAINT] += LEAN if question.brand else LEAN + UNNAMED
        assert together[at] == pytest.approx(other)
    assert added == pytest.approx({at: together[at, COMPLAINT] - kept[at, COMPLAINT] for at in rows})
    assert np.array_equal(first, kept)


def test_what_the_second_tier_cannot_read_whole_keeps_its_first_scores_and_takes_nobodys_place() -> None:
    texts = ("", " \n", "а" * (MAX_READ + 1), "а" * MAX_READ, "не работает")
    questions = [Question(text=text) for text in texts]
    second = Digest()
    first = np.zeros((len(questions), len(HEADS)))
    together, added = Cascade(second=second).reread(questions, first)
    assert second.asked == questions[3:]
    assert sorted(added) == [3, 4]
    assert not together[:3].any(), "nor do they gain what texts without a name do"


def test_when_nothing_can_be_read_nobody_is_asked() -> None:
    second = Digest()
    first = np.full((2, len(HEADS)), -9.0)
    together, added = Cascade(second=second).reread([Question(text=""), Question(text=" ")], first)
    assert together is first
    assert (added, second.asked) == ({}, [])


def test_the_evidence_adds_up_to_the_log_odds_of_both_tiers(reading_all: Judge, model: Model) -> None:
    first = _first(model, QUESTIONS)[:, COMPLAINT]
    for at, verdict in enumerate(reading_all.classify(QUESTIONS)):
        second = Digest.of(QUESTIONS[at])[COMPLAINT]
        together = SECOND_SHARE * second + (1 - SECOND_SHARE) * first[at]
        together += LEAN if QUESTIONS[at].brand else LEAN + UNNAMED
        assert verdict.read_twice
        assert _log_odds(verdict.complaint) == pytest.approx(together, abs=1e-6)
        assert reading_all.intercept + sum(one.weight for one in verdict.evidence) == pytest.approx(
            together, abs=1e-6
        )


def test_a_second_reading_stands_first_in_the_evidence_and_leaves_the_words_as_they_were(
    reading_all: Judge, alone: Judge
) -> None:
    for question, twice, once in zip(
        QUESTIONS, reading_all.classify(QUESTIONS), alone.classify(QUESTIONS), strict=True
    ):
        assert twice.evidence[0][:2] == (0, len(question.text))
        assert tuple(twice.words) == tuple(twice.evidence)[1:] == tuple(once.evidence) == tuple(once.words)
        assert not once.read_twice


def test_the_mood_is_that_of_both_tiers_by_whether_a_brand_is_given(reading_all: Judge, model: Model) -> None:
    first = _first(model, QUESTIONS)
    for at, verdict in enumerate(reading_all.classify(QUESTIONS)):
        together = SECOND_SHARE * np.array(Digest.of(QUESTIONS[at])) + (1 - SECOND_SHARE) * first[at]
        odds = np.exp(together[BRAND_HEADS if QUESTIONS[at].brand else TEXT_HEADS])
        mood = verdict.sentiment
        assert [mood.negative, mood.neutral, mood.positive] == pytest.approx(
            (odds / odds.sum()).tolist(), abs=1e-6
        )
        leaning = LEANING if QUESTIONS[at].brand else 0.0
        likeliest = LABELS[int((odds * np.exp([leaning, 0.0, leaning])).argmax())]
        assert verdict.label == _unless_sure(likeliest, verdict)


def test_the_second_tier_alone_does_not_lean_to_an_opinion(model: Model) -> None:
    judge = Judge(model, cascade=Cascade(second=Digest(), share=1.0))
    for question, verdict in zip(QUESTIONS, judge.classify(QUESTIONS), strict=True):
        odds = np.array(Digest.of(question))[BRAND_HEADS if question.brand else TEXT_HEADS]
        assert verdict.label == _unless_sure(LABELS[int(odds.argmax())], verdict)


def test_a_text_that_is_not_read_again_keeps_its_first_verdict(model: Model, alone: Judge) -> None:
    second = Digest()
    once = alone.classify(QUESTIONS)
    both = Judge(model, cascade=Cascade(second=second, pace=Likeliest(3))).classify(QUESTIONS)
    assert [one.read_twice for one in both].count(True) == 3 == len(second.asked)
    for before, after in zip(once, both, strict=True):
        assert after.read_twice or after == before


def test_the_model_says_who_has_read(model: Model, alone: Judge) -> None:
    odds = [one.complaint for one in alone.classify(QUESTIONS[:2])]
    judge = Judge(model, cascade=Cascade(second=Digest(), pace=Likeliest(1)))
    verdicts = judge.classify(QUESTIONS[:2])
    twice, once = verdicts if odds[0] > odds[1] else verdicts[::-1]
    assert twice.model == f"{model.version}+digest-1"
    assert once.model == model.version


def test_topics_and_what_is_urgent_come_from_the_words_alone(model: Model) -> None:
    markers = Markers(topics={"сеть": ("интернет",)}, urgent=("суд",))
    question = Question(text="Ромашка, интернета нет, подам в суд", brand=NAMED)
    (once,) = Judge(model, markers).classify([question])
    (twice,) = Judge(model, markers, Cascade(second=Digest())).classify([question])
    assert "сеть" in once.topics
    assert once.topics == twice.topics
    assert twice.read_twice


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.characters(exclude_categories=()), max_size=200), start=st.integers(0, 30))
def test_any_text_read_twice_gets_a_sound_verdict(reading_all: Judge, text: str, start: int) -> None:
    (verdict,) = reading_all.classify([Question(text=text, brand=((start, start + 5),))])
    mood = verdict.sentiment
    assert mood.negative + mood.neutral + mood.positive == pytest.approx(1)
    assert 0 <= verdict.complaint <= 1
    assert 0 <= verdict.urgency <= 1
    assert _in_order(verdict)


def _in_order(verdict: Verdict) -> bool:
    starts = [one.start for one in verdict.evidence]
    return starts == sorted(starts)
