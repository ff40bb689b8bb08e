"""A comment of one word or sign: what it complains of only its thread can tell."""

import math

import pytest

from classifiers.classify import Judge
from classifiers.read_text import ReadText
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Question


@pytest.fixture(scope="module", params=[False, True], ids=["one tier", "both tiers"])
def judge(request: pytest.FixtureRequest) -> Judge:
    if request.param and missing() is not None:
        pytest.skip("needs the second tier")
    return open_judge(second=request.param)


@pytest.mark.parametrize(
    "text", ["не", "👎", "🤡", "ужас", "Ужас!!!", "🤬🤬🤬", "[id1|Анна], ужас", "[club1|Ромашка], 👎"]
)
def test_alone_it_makes_no_card_and_its_evidence_still_adds_up(judge: Judge, text: str) -> None:
    (verdict,) = judge.classify([Question(text=text)])
    assert verdict.complaint <= 0.5
    logit = judge.intercept + sum(one.weight for one in verdict.evidence)
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(verdict.complaint)


@pytest.mark.parametrize("text", ["Ромашка ужас", "Ромашка 👎"])
def test_with_the_brand_it_is_judged_as_any_text(text: str) -> None:
    assert not ReadText.of(Question(text=text, brand=((0, 7),))).bare
    assert ReadText.of(Question(text=text[8:])).bare


@pytest.mark.parametrize("text", ["обманщики", "хамы", "хамло!!!", "очередь", "ждём", "опять двадцать пять"])
def test_a_word_that_names_a_cause_or_a_sentence_is_no_bare_one(text: str) -> None:
    assert ReadText.of(Question(text=text)).bare == (text == "ждём")
