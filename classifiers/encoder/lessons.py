"""What the encoder is taught: texts as ids, and for each the answers that are known, soft or sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.wording import Ids, encode, wording
from classifiers.examples import Example
from classifiers.model import BRAND_HEADS, COMPLAINT, TEXT_HEADS
from domain.verdict import LABELS

Floats = npt.NDArray[np.float32]

TASKS: Final = 3
"""Attitude to the brand, mood of the text, complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """`moods` is (texts, 2, 3): shares of the classes for attitude and mood; `complaints` (texts,) a share of one;
    `weights` (texts, TASKS), 0 where nothing is known.
    """

    ids: Sequence[Ids]
    moods: Floats
    complaints: Floats
    weights: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, rows: Sequence[int]) -> "Lessons":
        at = list(rows)
        ids = [self.ids[one] for one in at]
        return Lessons(ids=ids, moods=self.moods[at], complaints=self.complaints[at], weights=self.weights[at])

    def __add__(self, other: "Lessons") -> "Lessons":
        return Lessons(
            ids=[*self.ids, *other.ids],
            moods=np.concatenate((self.moods, other.moods)),
            complaints=np.concatenate((self.complaints, other.complaints)),
            weights=np.concatenate((self.weights, other.weights)),
        )


def lessons(
    examples: Sequence[Example], shares: dict[str, tuple[float, float, float]], tokens: SentencePieceProcessor
) -> Lessons:
    """`shares`: how much each domain's examples count in each task."""
    moods = np.zeros((len(examples), 2, len(LABELS)), dtype=np.float32)
    complaints = np.zeros(len(examples), dtype=np.float32)
    weights = np.zeros((len(examples), TASKS), dtype=np.float32)
    for at, one in enumerate(examples):
        brand, text, complaint = shares[one.domain]
        if one.label:
            moods[at, :, LABELS.index(one.label)] = 1.0
            weights[at, :2] = brand, text
        if one.complaint is not None:
            complaints[at], weights[at, 2] = float(one.complaint), complaint
    ids = encode(tokens, [wording(one.text, one.brand) for one in examples])
    return Lessons(ids=ids, moods=moods, complaints=complaints, weights=weights)


def answered(ids: Sequence[Ids], answers: Floats, weights: Floats) -> Lessons:
    """What teachers said: `answers` is (texts, heads), shares of attitudes and moods, probability of a complaint.

    `weights` is (texts, TASKS).
    """
    moods = np.stack((answers[:, BRAND_HEADS], answers[:, TEXT_HEADS]), axis=1)
    return Lessons(ids=ids, moods=moods, complaints=answers[:, COMPLAINT], weights=weights)


def shares(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Softmax of each row."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: npt.NDArray[np.floating] = odds / odds.sum(axis=1, keepdims=True)
    return found
