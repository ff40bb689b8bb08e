"""An encoder small enough to be worked out by hand: random weights, forty pieces, and BERT's formula in numpy."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import erf
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.graph import BOUND, Arrays, quantised, save_graph
from classifiers.encoder.source import Shape
from classifiers.encoder.vocabulary import unigram
from classifiers.encoder.wording import BRAND_ID, MAX_TOKENS, PAD, SPECIAL, Ids
from classifiers.model import HEADS

Reals = npt.NDArray[np.float64]
Product = Callable[[Reals, Reals], Reals]
"""`states @ weights`, exactly or as whole numbers."""

SHAPE = Shape(hidden=32, layers=2, heads=4, inner=64, positions=MAX_TOKENS + 4, epsilon=1e-12)
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
PIECES = (*SPECIAL, "▁", "▁не", "ет", "!", *LETTERS)


@cache
def tokens() -> SentencePieceProcessor:
    return SentencePieceProcessor(model_proto=token_model())


def token_model() -> bytes:
    """Pairs of letters are likelier than the letters alone, so that they are what comes out."""
    scores = [0.0] * len(SPECIAL) + [-3.0 if len(piece) > 1 else -4.0 for piece in PIECES[len(SPECIAL) :]]
    return unigram(PIECES, scores, special=len(SPECIAL))


def arrays(seed: int = 1) -> Arrays:
    """Those of `classifiers.encoder.network.Network`, large enough that every part of the formula shows."""
    random = np.random.default_rng(seed)

    def some(*size: int, spread: float = 0.3, around: float = 0.0) -> npt.NDArray[np.float32]:
        return random.normal(around, spread, size).astype(np.float32)

    def linear(name: str, outputs: int, inputs: int) -> dict[str, npt.NDArray[np.float32]]:
        return {f"{name}.weight": some(outputs, inputs), f"{name}.bias": some(outputs)}

    def norm(name: str) -> dict[str, npt.NDArray[np.float32]]:
        return {f"{name}.weight": some(SHAPE.hidden, around=1.0), f"{name}.bias": some(SHAPE.hidden)}

    made = {
        "words.weight": some(len(PIECES), SHAPE.hidden, spread=1.0),
        "places": some(SHAPE.positions, SHAPE.hidden),
        **norm("norm"),
        **linear("answers", len(HEADS), 2 * SHAPE.hidden),
    }
    for layer in range(SHAPE.layers):
        name = f"layers.{layer}"
        made |= {**linear(f"{name}.qkv", 3 * SHAPE.hidden, SHAPE.hidden), **norm(f"{name}.out_norm")}
        made |= {**linear(f"{name}.out", SHAPE.hidden, SHAPE.hidden), **norm(f"{name}.outer_norm")}
        made |= linear(f"{name}.inner", SHAPE.inner, SHAPE.hidden)
        made |= linear(f"{name}.outer", SHAPE.hidden, SHAPE.inner)
    return made


def written(path: Path, seed: int = 1) -> Path:
    """The file that `listener teach` would write of these arrays."""
    save_graph(arrays(seed), SHAPE, token_model(), path, {"seed": str(seed)})
    return path


def rounded(given: Arrays) -> dict[str, Reals]:
    """The arrays as the file keeps them: whole numbers times their scale."""
    kept = {name: array.astype(np.float64) for name, array in given.items()}
    for name, array in given.items():
        if name.startswith("layers.") and array.ndim == 2:
            whole, scale = quantised(array.T, axis=0, bound=BOUND)
            kept[name] = (whole.astype(np.float64) * scale).T
    whole, scale = quantised(given["words.weight"], axis=1, bound=127)
    return {**kept, "words.weight": whole.astype(np.float64) * scale}


def logits(given: dict[str, Reals], ids: Ids, product: Product = np.matmul) -> Reals:
    """Answers to (texts, length) ids (Devlin et al. 2018; Vaswani et al. 2017, sections 3.1 to 3.3)."""
    real = ids != PAD
    states = given["words.weight"][ids] + given["places"][: ids.shape[1]]
    states = _normed(given, "norm", states)
    for layer in range(SHAPE.layers):
        states = _layer(given, f"layers.{layer}", states, real, product)
    pooled = []
    for row, text in zip(states, ids, strict=True):
        brand = row[text == BRAND_ID] if BRAND_ID in text else row[:1]
        pooled.append(np.concatenate((row[text != PAD].mean(axis=0), brand.mean(axis=0))))
    answers: Reals = np.stack(pooled) @ given["answers.weight"].T + given["answers.bias"]
    return answers


def in_bytes(states: Reals, weights: Reals) -> Reals:
    """The states of each token as whole numbers of -127…127, by a step of its own."""
    step = np.abs(states).max(axis=2, keepdims=True) / 127
    product: Reals = step * np.rint(states / step) @ weights
    return product


def _layer(
    given: dict[str, Reals], name: str, states: Reals, real: npt.NDArray[np.bool_], product: Product
) -> Reals:
    def linear(part: str, inputs: Reals) -> Reals:
        made: Reals = product(inputs, given[f"{name}.{part}.weight"].T) + given[f"{name}.{part}.bias"]
        return made

    query, key, value = np.split(linear("qkv", states), 3, axis=2)
    size = SHAPE.hidden // SHAPE.heads
    seen = np.zeros_like(states)
    for head in range(SHAPE.heads):
        own = slice(head * size, (head + 1) * size)
        odds = np.exp(query[..., own] @ key[..., own].transpose(0, 2, 1) / np.sqrt(size)) * real[:, None, :]
        seen[..., own] = odds / odds.sum(axis=2, keepdims=True) @ value[..., own]
    states = _normed(given, f"{name}.out_norm", states + linear("out", seen))
    inner = linear("inner", states)
    inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
    return _normed(given, f"{name}.outer_norm", states + linear("outer", inner))


def _normed(given: dict[str, Reals], name: str, states: Reals) -> Reals:
    apart = states - states.mean(axis=2, keepdims=True)
    even = apart / np.sqrt((apart**2).mean(axis=2, keepdims=True) + SHAPE.epsilon)
    made: Reals = even * given[f"{name}.weight"] + given[f"{name}.bias"]
    return made
