"""The regression set: what an adapted model must not have unlearned, and what its labels say of it unseen.

The judges are those that would serve: with the second tier where it serves (`classifiers.tiers.serving`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers.corpora import own_examples
from classifiers.evaluation import measure_hard
from classifiers.feedback import Adapted, log_loss
from classifiers.verdict import Judges, Question

TOLERANCE: Final = 0.05
"""So great a part of a set's texts may go over to the wrong side of a half: four of the 93 hard cases."""
LOSS_TOLERANCE: Final = 0.02
"""Held-back labels may cost so much more log loss (in nats; a coin has 0.693): twenty of them vary by chance."""

_HALF: Final = 0.5

Case = tuple[Question, bool]
"""A text and whether it is a complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many texts of a set are on the right side of a half before and after; `name` is Russian."""

    name: str
    count: int
    before: int
    after: int

    @property
    def worse(self) -> bool:
        return self.before - self.after > TOLERANCE * self.count


def regression(before: Judges, after: Judges) -> list[Kept]:
    """Both judges on the invented hard cases, which no model is trained on, and on the invented examples."""
    hard = [measure_hard(judge) for judge in (before, after)]
    own = list(_invented())
    return [
        Kept(
            name="трудные случаи",
            count=sum(one.count for one in hard[0]),
            before=sum(one.right for one in hard[0]),
            after=sum(one.right for one in hard[1]),
        ),
        Kept(name="придуманные примеры", count=len(own), before=_right(before, own), after=_right(after, own)),
    ]


def right_of_labels(adapted: Adapted) -> Kept:
    """The same for the labels: by the old judge, and by changes that had not seen the label."""
    return Kept(
        name="отложенные метки",
        count=len(adapted.signs),
        before=int((adapted.signs * adapted.before > 0).sum()),
        after=int((adapted.signs * adapted.held_back > 0).sum()),
    )


def refusal(adapted: Adapted, kept: Sequence[Kept]) -> str | None:
    """Why the adapted model must not be used, in Russian; None when it may."""
    reasons = [
        f"{one.name}: верно было {one.before} из {one.count}, стало {one.after}" for one in kept if one.worse
    ]
    old, new = log_loss(adapted.signs, adapted.before), log_loss(adapted.signs, adapted.held_back)
    if new > old + LOSS_TOLERANCE:
        reasons.append(f"отложенные метки: ошибка была {old:.3f}, стала {new:.3f}")
    return "; ".join(reasons) or None


def _right(judge: Judges, cases: Sequence[Case]) -> int:
    verdicts = judge.classify([question for question, _ in cases])
    said = np.array([verdict.complaint for verdict in verdicts])
    true = np.array([complaint for _, complaint in cases])
    return int(((said >= _HALF) == true).sum())


def _invented() -> Iterator[Case]:
    for one in own_examples():
        yield Question(text=one.text, brand=one.brand), bool(one.complaint)
