"""Verdicts with an installation's correction, and a candidate in its shadow that scores the same texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from classifiers.correction import Correction, features, log_odds, probability
from classifiers.threshold import Calibration
from classifiers.verdict import Question
from domain.verdict import Shadow, Verdict

HOPELESS: Final = 0.02
"""Below it no correction is asked: most texts are there, and none would be shown."""


@dataclass(slots=True)
class InForce:
    """What taps have taught: one for a whole process, whichever rules it has. A verdict names every model that
    gave it.

    `calibrations`, by brand, are of the probabilities that `active` gives. All are replaced whole, from any
    thread.
    """

    active: Correction | None = None
    candidate: Correction | None = None
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)

    def applied(self, question: Question, verdict: Verdict) -> Verdict:
        """The judge's verdict as it counts now."""
        active, candidate = self.active, self.candidate
        if (active is None and candidate is None) or verdict.complaint < HOPELESS:
            return verdict
        return corrected(question, verdict, active, candidate)


def corrected(
    question: Question, verdict: Verdict, active: Correction | None, candidate: Correction | None = None
) -> Verdict:
    """The judge's verdict with what the active correction adds, and what the candidate would say instead.

    A correction of another judge's verdicts adds nothing.
    """
    judge = base_of(verdict)
    active = active if active is not None and active.base == judge else None
    candidate = candidate if candidate is not None and candidate.base == judge else None
    if active is None and candidate is None:
        return verdict
    found = features(question, verdict)
    shadow = None
    if candidate is not None:
        shadow = Shadow(candidate.version, probability(candidate.log_odds(verdict, found)))
    if active is None:
        return replace(verdict, shadow=shadow)
    odds = active.log_odds(verdict, found)
    return replace(
        verdict,
        complaint=probability(odds),
        added=odds - log_odds(verdict.complaint),
        model=f"{verdict.model}+{active.version}",
        shadow=shadow,
    )


def base_of(verdict: Verdict) -> str:
    """The judge's own version: what stands before any other tier's or correction's."""
    return verdict.model.partition("+")[0]
