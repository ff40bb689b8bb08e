"""Folds into the encoder's last layer what the development split taught: temperatures, the complaint's stack."""

from typing import Final

import numpy as np

from classifiers.encoder.graph import Arrays
from classifiers.model import BRAND_HEADS, COMPLAINT, HEADS, TEXT_HEADS

# Found on the student of the development split, taught by July-August 2014 and five sixths of the readings.
# It was asked about December 2013-January 2014, the other sixth, a part of RuSentiTweet and of the comments.
BRAND_TEMPERATURE: Final = 1.35
TEXT_TEMPERATURE: Final = 1.23
COMPLAINT_STACK: Final = {"own": 0.67, "brand": -0.27, "text": 0.27, "intercept": -0.47}
"""Weights of the complaint's own answer, and of negative over neutral in attitude and mood, in log-odds.

An attitude without a mood is bad press, a mood is a person: average precision rises by one to two points. More
weight helps the tweets of 2013 and harms those of 2015, whose complaints were read themselves.
"""


def calibrated(arrays: Arrays) -> Arrays:
    """The arrays with a last layer whose softmax and sigmoid are probabilities; all linear, so it folds in."""
    fold = np.zeros((len(HEADS), len(HEADS)), dtype=np.float32)
    fold[BRAND_HEADS, BRAND_HEADS] = np.eye(3) / BRAND_TEMPERATURE
    fold[TEXT_HEADS, TEXT_HEADS] = np.eye(3) / TEXT_TEMPERATURE
    fold[COMPLAINT, COMPLAINT] = COMPLAINT_STACK["own"]
    for heads, name in ((BRAND_HEADS, "brand"), (TEXT_HEADS, "text")):
        fold[COMPLAINT, heads] = np.array([1, -1, 0]) * COMPLAINT_STACK[name]
    bias = fold @ arrays["answers.bias"]
    bias[COMPLAINT] += COMPLAINT_STACK["intercept"]
    return {**arrays, "answers.weight": fold @ arrays["answers.weight"], "answers.bias": bias}
