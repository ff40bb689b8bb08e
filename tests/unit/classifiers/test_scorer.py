"""Serving equals scikit-learn: the same vocabulary and weights, two ways to the same number."""

from collections.abc import Sequence
from itertools import islice, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifiers.contributions import CACHED_TOKENS
from classifiers.features import char_features
from classifiers.model import COMPLAINT, HEADS, Model, load
from classifiers.read_text import ReadText
from classifiers.scorer import Scorer
from classifiers.space import reference_logits
from classifiers.text import pieces
from classifiers.unsaid import unmarked, whole
from classifiers.verdict import Question
from domain.span import Span

WORDS = st.sampled_from(
    [
        "не",
        "самый",
        "плохой",
        "Ромашка",
        "ужасно",
        "круто",
        "без",
        "связи",
        "http://a.b",
        "!!!",
        "uzhasno",
        "😡",
        "нет",
        "никогда",
        "ничего",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join))
SPANS = st.tuples(st.integers(0, 60), st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))
ASKED = st.lists(st.tuples(TEXTS, st.lists(SPANS, max_size=2)), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def model() -> Model:
    return load()


@pytest.fixture(scope="module")
def scorer(model: Model) -> Scorer:
    return Scorer(model)


@settings(deadline=None, max_examples=60)
@given(ASKED)
@example([("__0__", []), ("**не** связи vk.com/a ", [(9, 14)])])
def test_scores_equal_those_of_scikit_learn(
    model: Model, scorer: Scorer, asked: list[tuple[str, Sequence[Span]]]
) -> None:
    # Emphasis and bare links are read so where a text is judged alone: training has its texts as they are.
    read = [(whole(unmarked(text), spans), spans) for text, spans in asked]
    assert np.allclose(_logits(scorer, asked), reference_logits(model, read), rtol=0, atol=1e-9)


def test_a_text_scores_the_same_alone_and_in_a_batch(scorer: Scorer) -> None:
    asked: list[tuple[str, Sequence[Span]]] = [
        ("Ромашка не работает", ((0, 7),)),
        ("", ()),
        ("не", ()),
        ("самый плохой", ()),
    ]
    together = _logits(scorer, asked)
    alone = np.vstack([_logits(scorer, [one]) for one in asked])
    assert np.allclose(together, alone, rtol=0, atol=1e-12)
    assert together.shape == (4, len(HEADS))


def test_shares_and_intercept_sum_to_the_logit(model: Model, scorer: Scorer) -> None:
    (found,) = scorer.contributions.rows([pieces("Ужасно, не самый плохой сервис!!! 😡")])
    rows = [row for row in found if row >= 0]
    scores = scorer.score([rows], COMPLAINT)
    assert scores.contributions.sum() + model.intercept[COMPLAINT] == pytest.approx(
        scores.logits[0, COMPLAINT], abs=1e-9
    )


def test_forgetting_changes_no_score(model: Model) -> None:
    scorer = Scorer(model)
    before = _logits(scorer, [("нет связи третий день", ())])
    scorer.contributions.forget()
    assert scorer.contributions.lemmas == []
    assert np.array_equal(_logits(scorer, [("нет связи третий день", ())]), before)


def test_a_form_has_one_row_however_it_is_spelled(model: Model) -> None:
    contributions = Scorer(model).contributions
    first, second = contributions.rows([["Связь", " ", "связь", "СВЯЯЯЯЗЬ"], ["cвязь", "связи"]])
    assert first == [first[0], -1, first[0], first[0]]
    assert second[0] == first[0] != second[1]
    assert contributions.forms == ["связь", "связи"]


def test_what_is_known_twice_is_held_once(model: Model) -> None:
    contributions = Scorer(model).contributions
    said = "хрымзик, снова"[:7]  # no word of the dictionary's
    contributions.rows([[said]])
    assert contributions.forms[0] is contributions.lemmas[0] is said


def test_the_last_batch_before_all_is_forgotten_doubles_no_table(model: Model) -> None:
    contributions = Scorer(model).contributions
    words = ("".join(letters) for letters in product("бвгджзклмн", repeat=5))
    contributions.rows([list(islice(words, CACHED_TOKENS))])
    assert not contributions.full
    contributions.rows([list(islice(words, 2_000))])
    assert contributions.full
    assert len(contributions.table) < 1.3 * CACHED_TOKENS
    contributions.forget()
    (found,) = contributions.rows([["связь"]])
    assert found == [0]


def test_links_people_and_numbers_are_not_remembered_one_by_one(model: Model) -> None:
    contributions = Scorer(model).contributions
    contributions.rows([[f"http://t.co/{number}", f"@user{number}", str(number)] for number in range(100)])
    assert len(contributions.forms) == 3
    assert not contributions.full
    before = contributions.rows([["http://t.co/1", "@user1", "1"]])
    assert before == contributions.rows([["http://t.co/other", "@other", "77"]]) == [[0, 1, 2]]


@pytest.mark.parametrize("form", ["я", "да", "связь", "работает", "😡"])
def test_n_grams_are_cut_as_scikit_learn_cuts_them(form: str) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    assert char_features(form) == CountVectorizer(analyzer="char_wb", ngram_range=(2, 5)).build_analyzer()(form)


def _logits(scorer: Scorer, asked: Sequence[tuple[str, Sequence[Span]]]) -> np.ndarray:
    said = [ReadText.of(Question(text=text, brand=tuple(brand))).said for text, brand in asked]
    rows = [[row for row in found if row >= 0] for found in scorer.contributions.rows(said)]
    return scorer.score(rows, COMPLAINT).logits
