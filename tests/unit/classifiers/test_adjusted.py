"""The second tier follows what the first one learned from labels, by just as much."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from classifiers.adjusted import Adjusted
from classifiers.model import COMPLAINT, HEADS, Floats, load
from classifiers.space import reference_logits
from classifiers.verdict import Question


class Constant:
    """A second tier that thinks the same of everything."""

    version = "constant-1"

    def logits(self, questions: Sequence[Question]) -> Floats:
        return np.tile(np.arange(len(HEADS), dtype=np.float64), (len(questions), 1))


def test_only_the_complaint_is_moved_and_by_what_the_first_tier_has_changed() -> None:
    trained = load()
    words, intercept = trained.words.weights.copy(), trained.intercept.copy()
    words[:, COMPLAINT] *= 1.5
    intercept[COMPLAINT] -= 0.4
    adapted = replace(trained, words=replace(trained.words, weights=words), intercept=intercept)
    texts = [("Ромашка, третий день без связи", ((0, 7),)), ("спасибо", ()), ("", ())]
    found = Adjusted(Constant(), trained, adapted).logits(
        [Question(text=text, brand=brand) for text, brand in texts]
    )
    change = (reference_logits(adapted, texts) - reference_logits(trained, texts))[:, COMPLAINT]
    assert found[:, COMPLAINT] == pytest.approx(COMPLAINT + change, abs=1e-9)
    assert found[:, :COMPLAINT] == pytest.approx(np.tile(np.arange(COMPLAINT, dtype=np.float64), (3, 1)))
