"""Adapts a trained model to a brand's own labels: the threshold to some twenty, the complaint head to hundreds.

Only the log-odds of a complaint change: `z + b + d·x`, where `z` is what the judge says of a text now, `x` the
model's own features of it, `b` a shift and `d` a change of weights. The likeliest `b` and `d` given the labels are
taken, each with a normal prior around nothing, so that few labels move little:

    minimise  Σ log(1 + exp(-s (z + b + d·x))) + b² / (2 σ²) + |d|² / (2 C),  s = +1 for a complaint, -1 for none

`b` alone is recalibration in the large (Cox 1958, Biometrika 45; Steyerberg 2019, Clinical Prediction Models,
ch. 20): Platt's scaling (1999) with the slope held at one, which twenty labels cannot tell. With `d` it is a prior
centred on the old weights (Chelba and Acero 2004, "Adaptation of Maximum Entropy Capitalizer: Little Data Can Help
a Lot").

Labels come from cards, so only from texts above the threshold. What is learned is how likely a complaint is given
its text, and choosing texts by what they say does not bias that; but of other texts the labels say nothing, and
there the regression set (`classifiers.guard`) has to speak.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, logit
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

from classifiers.model import COMPLAINT, Block, Floats, Model
from classifiers.morphology import Morphology
from classifiers.space import Read, Space, read
from classifiers.verdict import Judges, Question
from domain.span import Span

Ints = npt.NDArray[np.int64]
Way = Literal["shift", "weights"]

FEW: Final = 20
"""Labels from which the threshold may move."""
MANY: Final = 300
"""Labels from which the weights may change, if at least FEW are of either kind."""
SPREAD: Final = 0.3
"""σ in log-odds: twenty taps go some third of the way to what they alone would say, hundreds nearly all of it."""
SOFTNESS: Final = 1.0
"""C. Three, as in training, learns more from faultless labels and unlearns more from a quarter of wrong ones."""
PARTS: Final = 5
"""Labels are held back in so many parts, one after the other."""

_SUREST: Final = 1e-9
"""A probability is not believed to be nearer to zero or one: its log-odds would be without end."""


class FeedbackError(ValueError):
    """The labels cannot teach; the message says why, in Russian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text and whether its author complains about the brand named at `words`; `brand` is the brand's id."""

    text: str
    complaint: bool
    words: tuple[Span, ...] = ()
    brand: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """`before` and `held_back` are log-odds of the labels: as judged so far, and by changes that had not seen one.

    `signs` are +1 for a complaint and -1 for none.
    """

    model: Model
    way: Way
    shift: float
    signs: Floats
    before: Floats
    held_back: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Labels as numbers: `matrix` is (labels, features), `before` the log-odds so far, `signs` as in Adapted."""

    matrix: Any
    before: Floats
    signs: Floats

    def within(self, rows: npt.NDArray[np.bool_]) -> "Seen":
        return Seen(matrix=self.matrix[np.flatnonzero(rows)], before=self.before[rows], signs=self.signs[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`shift` is for every text, `weights` one for each column of the matrix."""

    shift: float
    weights: Floats


def adapt(model: Model, judge: Judges, labels: Sequence[Label]) -> Adapted:
    """The model with its complaint head adapted to labels, from what `judge`, which uses it, says of them now.

    The same labels give the same model. Raises FeedbackError.
    """
    way = way_of([one.complaint for one in labels])
    space = Space(model.words.names, model.chars.names, model.words.idf, model.chars.idf)
    morphology = Morphology()
    texts = [read(one.text, one.words, morphology, model.tones) for one in labels]
    matrix = space.matrix(texts)
    seen = Seen(
        matrix=matrix if way == "weights" else matrix[:, :0],
        before=_log_odds(judge, labels),
        signs=np.array([1.0 if one.complaint else -1.0 for one in labels]),
    )
    with threadpool_limits(1):  # how many cores add up a sum must not show in the file
        change = fit(seen)
        held = held_back(seen, np.array([_part(text) for text in texts]))
    return Adapted(
        model=_changed(model, change, _about(model, seen, way, change.shift)),
        way=way,
        shift=change.shift,
        signs=seen.signs,
        before=seen.before,
        held_back=held,
    )


def way_of(complaints: Sequence[bool]) -> Way:
    """What so many labels may change. Raises FeedbackError when they may change nothing."""
    count, yes = len(complaints), sum(complaints)
    if count < FEW:
        raise FeedbackError(f"меток {count}, а нужно хотя бы {FEW}: по меньшему числу судить рано")
    if yes in (0, count):
        kind = "жалобы" if yes else "не жалобы"
        raise FeedbackError(f"все {count} меток — {kind}; нужны и жалобы, и не жалобы")
    return "weights" if count >= MANY and min(yes, count - yes) >= FEW else "shift"


def fit(seen: Seen) -> Change:
    """The likeliest change, by the module's formula."""
    columns = np.unique(seen.matrix.indices)  # nothing pulls the others away from zero
    matrix = seen.matrix[:, columns]

    def loss(point: Floats) -> tuple[float, Floats]:
        shift, weights = point[0], point[1:]
        margins = seen.signs * (seen.before + shift + matrix @ weights)
        pull = -seen.signs * expit(-margins)
        value = np.logaddexp(0, -margins).sum() + shift**2 / (2 * SPREAD**2) + weights @ weights / (2 * SOFTNESS)
        slope = np.concatenate(([pull.sum() + shift / SPREAD**2], matrix.T @ pull + weights / SOFTNESS))
        return float(value), slope

    options = {"maxiter": 1000, "ftol": 1e-12, "gtol": 1e-7}
    found = minimize(loss, np.zeros(1 + len(columns)), jac=True, method="L-BFGS-B", options=options).x
    weights = np.zeros(seen.matrix.shape[1])
    weights[columns] = found[1:]
    return Change(shift=float(found[0]), weights=weights)


def held_back(seen: Seen, parts: Ints) -> Floats:
    """Log-odds of every label by a change that has not seen its part."""
    log_odds = seen.before.copy()
    for part in np.unique(parts):
        away = parts == part
        change = fit(seen.within(~away))
        log_odds[away] += change.shift + seen.matrix[np.flatnonzero(away)] @ change.weights
    return log_odds


def log_loss(signs: Floats, log_odds: Floats) -> float:
    """Mean of -log of the probability given to what is true; 0.693 for a coin."""
    return float(np.logaddexp(0, -signs * log_odds).mean())


def moved(threshold: float, signs: Floats, log_odds: Floats) -> float:
    """Where a threshold on the probability goes if these labels alone move it: the shift, the other way round."""
    seen = Seen(matrix=sparse.csr_matrix((len(signs), 0)), before=log_odds, signs=signs)
    return float(expit(logit(threshold) - fit(seen).shift))


def _log_odds(judge: Judges, labels: Sequence[Label]) -> Floats:
    verdicts = judge.classify([Question(text=one.text, brand=one.words) for one in labels])
    said = np.array([verdict.complaint for verdict in verdicts])
    log_odds: Floats = logit(np.clip(said, _SUREST, 1 - _SUREST))
    return log_odds


def _part(text: Read) -> int:
    """The same for a text and its copies, which would make the held-back figures too good."""
    words = [form for form in text.forms if len(form) > 3][:6]
    return zlib.crc32(" ".join(words).encode("utf-8", "replace")) % PARTS


def _about(model: Model, seen: Seen, way: Way, shift: float) -> dict[str, Any]:
    yes = int((seen.signs > 0).sum())
    labels = {
        "from": model.version,
        "complaints": yes,
        "others": len(seen.signs) - yes,
        "way": way,
        "shift": shift,
    }
    return {**model.about, "labels": labels}


def _changed(model: Model, change: Change, about: dict[str, Any]) -> Model:
    intercept = model.intercept.copy()
    intercept[COMPLAINT] += change.shift
    if not change.weights.size:
        return replace(model, intercept=intercept, about=about)
    words, chars = np.split(change.weights, [len(model.words.names)])
    return replace(
        model,
        words=_block(model.words, words),
        chars=_block(model.chars, chars),
        intercept=intercept,
        about=about,
    )


def _block(block: Block, added: Floats) -> Block:
    weights = block.weights.copy()
    weights[:, COMPLAINT] += added * block.idf  # a block's weights hold the idf that the matrix has too
    return replace(block, weights=weights)
