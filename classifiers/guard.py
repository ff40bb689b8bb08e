"""The regression set: what an adapted model must not have unlearned, and what its labels say of it unseen.

The judges are those that would serve: with the second tier where it serves (`classifiers.tiers.serving`).
"""

from collections.abc import Sequence

from classifiers.comparing import LOSS_TOLERANCE, Right
from classifiers.feedback import Adapted, log_loss
from classifiers.regression import regression_set, right_by_set
from classifiers.verdict import Judges


def regression(before: Judges, after: Judges) -> list[Right]:
    """Both judges on the invented hard cases, which no model is trained on, and on the invented examples."""
    known = regression_set()
    questions = [each.question for each in known]
    said = [[verdict.complaint for verdict in judge.classify(questions)] for judge in (before, after)]
    return right_by_set(known, *said)


def right_of_labels(adapted: Adapted) -> Right:
    """The same for the labels: by the old judge, and by changes that had not seen the label."""
    return Right(
        name="отложенные метки",
        count=len(adapted.signs),
        before=int((adapted.signs * adapted.before > 0).sum()),
        after=int((adapted.signs * adapted.held_back > 0).sum()),
    )


def refusal(adapted: Adapted, kept: Sequence[Right]) -> str | None:
    """Why the adapted model must not be used, in Russian; None when it may."""
    reasons = [
        f"{one.name}: верно было {one.before} из {one.count}, стало {one.after}" for one in kept if one.worse
    ]
    old, new = log_loss(adapted.signs, adapted.before), log_loss(adapted.signs, adapted.held_back)
    if new > old + LOSS_TOLERANCE:
        reasons.append(f"отложенные метки: ошибка была {old:.3f}, стала {new:.3f}")
    return "; ".join(reasons) or None
