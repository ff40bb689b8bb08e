"""A brand's own labels: few move the threshold, many the words, the same ones always alike."""

from itertools import islice, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.special import logit

from classifiers.classify import Judge
from classifiers.corpora import own_examples
from classifiers.feedback import (
    FEW,
    MANY,
    SPREAD,
    FeedbackError,
    Label,
    Seen,
    Way,
    adapt,
    fit,
    log_loss,
    moved,
    way_of,
)
from classifiers.guard import refusal, regression, right_of_labels
from classifiers.model import COMPLAINT, Model, load, save
from classifiers.space import reference_logits
from classifiers.tiers import behind, serving
from classifiers.verdict import Judges, Question
from tests.unit.classifiers.tiny_encoder import written

SIGNS = st.lists(st.sampled_from((1.0, -1.0)), min_size=FEW, max_size=FEW)


@pytest.fixture(scope="module")
def committed() -> Model:
    return load()


def bouquets() -> list[Label]:
    """Invented, of a florist: calm complaints of a kind that no training text has, and talk that is none."""
    when = ("вчера", "утром", "к празднику", "маме", "на юбилей", "в субботу", "коллеге", "ко дню учителя")
    what = ("пионы", "розы", "тюльпаны", "хризантемы", "эустомы")
    wilted = ("поникли к вечеру", "осыпались назавтра", "стояли полдня", "пришли с бурыми листьями")
    fresh = ("стоят вторую неделю", "пахнут на весь дом", "поставила у окна", "выбрала по каталогу")
    return [
        Label(text=f"Ромашка, {one}, {flowers} {how}", complaint=complaint, words=((0, 7),), brand="romashka")
        for complaint, ways in ((True, wilted), (False, fresh))
        for one, flowers, how in product(when, what, ways)
    ]


def only_shift(signs: list[float], log_odds: list[float] | float = 0.0) -> Seen:
    before = np.broadcast_to(np.array(log_odds), (len(signs),))
    return Seen(matrix=sparse.csr_matrix((len(signs), 0)), before=before, signs=np.array(signs))


def taps(yes: int, no: int) -> list[Label]:
    """Labels that the model is sure of, against which the given counts stand."""
    some = bouquets()
    half = len(some) // 2
    return some[:yes] + some[half : half + no]


@pytest.mark.parametrize(
    ("yes", "no", "way"),
    [(10, 10, "shift"), (1, 19, "shift"), (150, 150, "weights"), (281, 19, "shift"), (20, 280, "weights")],
)
def test_how_much_may_change_depends_on_how_many_labels_there_are(yes: int, no: int, way: Way) -> None:
    assert way_of([True] * yes + [False] * no) == way


@pytest.mark.parametrize(
    ("yes", "no", "said"), [(10, 9, "хотя бы 20"), (0, 0, "меток 0"), (20, 0, "жалобы"), (0, 400, "не жалобы")]
)
def test_too_few_labels_or_one_kind_alone_are_refused_in_russian(yes: int, no: int, said: str) -> None:
    with pytest.raises(FeedbackError, match=said):
        way_of([True] * yes + [False] * no)


@settings(deadline=None, max_examples=30)
@given(SIGNS)
def test_the_shift_goes_where_the_labels_stand_but_not_all_the_way(signs: list[float]) -> None:
    shift = fit(only_shift(signs)).shift
    yes = signs.count(1.0)
    assert np.sign(np.round(shift, 5)) == np.sign(2 * yes - len(signs))
    if 0 < yes < len(signs):
        assert abs(shift) <= abs(np.log(yes / (len(signs) - yes))) + 1e-6


@settings(deadline=None, max_examples=30)
@given(SIGNS, st.lists(st.floats(-6, 6), min_size=FEW, max_size=FEW))
def test_the_shift_balances_what_is_said_with_what_is_true(signs: list[float], log_odds: list[float]) -> None:
    seen = only_shift(signs, log_odds)
    shift = fit(seen).shift
    said = 1 / (1 + np.exp(-(seen.before + shift)))
    # The slope of the formula is nothing at its lowest point: complaints - said = shift / σ².
    assert float((seen.signs > 0).sum() - said.sum()) == pytest.approx(shift / SPREAD**2, abs=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.05, 0.95), SIGNS)
def test_a_threshold_goes_the_other_way_than_the_shift(threshold: float, signs: list[float]) -> None:
    seen = only_shift(signs)
    shift, to = fit(seen).shift, moved(threshold, seen.signs, seen.before)
    assert np.log(to / (1 - to)) == pytest.approx(np.log(threshold / (1 - threshold)) - shift, abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000))
def test_a_change_never_fits_the_labels_worse_than_none(seed: int) -> None:
    chance = np.random.default_rng(seed)
    matrix = sparse.random(40, 30, density=0.2, random_state=seed, format="csr")
    seen = Seen(matrix=matrix, before=chance.normal(size=40), signs=chance.choice((-1.0, 1.0), 40))
    change = fit(seen)
    after = seen.before + change.shift + matrix @ change.weights
    assert log_loss(seen.signs, after) <= log_loss(seen.signs, seen.before) + 1e-9


def test_twenty_taps_move_every_complaint_alike_and_a_little(committed: Model) -> None:
    adapted = adapt(committed, Judge(committed), taps(3, 17))
    assert adapted.way == "shift"
    assert -1.0 < adapted.shift < -0.1
    texts = [("Ромашка, где мой заказ", ((0, 7),)), ("спасибо!", ())]
    before, after = reference_logits(committed, texts), reference_logits(adapted.model, texts)
    after[:, COMPLAINT] -= adapted.shift
    assert after == pytest.approx(before, abs=1e-9)


def test_hundreds_of_labels_of_a_new_kind_lift_its_recall_and_harm_nothing_else(
    committed: Model, tmp_path: Path
) -> None:
    labels = [one for one in bouquets() if "эустомы" not in one.text]
    labels += [
        Label(text=one.text.replace("Ромашка", "ромашка"), complaint=one.complaint, words=one.words)
        for one in labels
    ]
    unseen = [one for one in bouquets() if "эустомы" in one.text]
    judge = Judge(committed)
    adapted = adapt(committed, judge, labels)
    save(adapted.model, tmp_path / "judge.npz")
    after = Judge.load(tmp_path / "judge.npz")
    assert (len(labels) >= MANY, adapted.way) == (True, "weights")
    assert recall(judge, unseen) < 0.6
    assert recall(after, unseen) > 0.9
    kept = [*regression(judge, after), right_of_labels(adapted)]
    assert refusal(adapted, kept) is None
    assert kept[-1].after > kept[-1].before


def recall(judge: Judge, labels: list[Label]) -> float:
    complaints = [one for one in labels if one.complaint]
    verdicts = judge.classify([Question(text=one.text, brand=one.words) for one in complaints])
    return sum(verdict.complaint >= 0.5 for verdict in verdicts) / len(complaints)


def test_the_same_labels_give_the_same_file_and_the_moods_stay(committed: Model, tmp_path: Path) -> None:
    labels = bouquets()
    files = [tmp_path / "a.npz", tmp_path / "b.npz"]
    sums = [save(adapt(committed, Judge(committed), labels).model, file) for file in files]
    assert sums[0] == sums[1]
    again = load(files[0])
    assert again.about["labels"]["from"] == committed.version
    assert again.words.weights[:, :COMPLAINT] == pytest.approx(committed.words.weights[:, :COMPLAINT])


def said(judge: Judges, labels: list[Label]) -> list[float]:
    """Log-odds of a complaint."""
    verdicts = judge.classify([Question(text=one.text, brand=one.words) for one in labels])
    return [float(logit(one.complaint)) for one in verdicts]


def test_with_a_second_tier_the_labels_and_the_guard_hear_what_the_daemon_says(
    committed: Model, tmp_path: Path
) -> None:
    labels = taps(3, 17)
    encoder = written(tmp_path / "encoder.onnx")
    judges = serving(second=True, encoder=encoder)
    adapted = adapt(committed, judges(committed), labels)
    save(adapted.model, tmp_path / "judge.npz")
    own = load(tmp_path / "judge.npz")
    daemon = [Judge(model, cascade=behind(model, encoder)) for model in (committed, own)]
    assert adapted.before == pytest.approx(said(daemon[0], labels), abs=1e-6)
    assert adapted.before != pytest.approx(said(Judge(committed), labels), abs=0.1)
    assert said(daemon[1], labels) == pytest.approx(adapted.before + adapted.shift, abs=1e-6)
    assert regression(judges(committed), judges(own)) == regression(*daemon)
    assert regression(*daemon) != regression(Judge(committed), Judge(own))


def test_labels_the_wrong_way_round_are_refused_with_what_got_worse(committed: Model) -> None:
    judge = Judge(committed)
    labels = [
        Label(text=one.text, words=one.brand, complaint=not one.complaint)
        for one in islice(own_examples(), MANY + 100)
    ]
    adapted = adapt(committed, judge, labels)
    reason = refusal(adapted, regression(judge, Judge(adapted.model)))
    assert reason is not None
    assert "трудные случаи: верно было" in reason
