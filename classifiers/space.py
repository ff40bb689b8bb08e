"""Turns texts into scikit-learn's matrices: the vocabulary, its idf, and the reference the serving must equal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from classifiers.features import char_features, word_features
from classifiers.model import HEADS, Block, Floats, Model
from classifiers.morphology import Morphology
from classifiers.unsaid import tokens
from domain.span import Span

MIN_WORD_TEXTS: Final = 2
MIN_CHAR_TEXTS: Final = 3
"""A feature of fewer texts than this is not kept."""

_SMALLEST: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A text as the model reads it."""

    forms: tuple[str, ...]
    words: tuple[str, ...]


def read(text: str, brand: Sequence[Span], morphology: Morphology, tones: Mapping[str, str]) -> Read:
    forms = tuple(morphology.russian(token.form) for token in tokens(text, brand))
    lemmas = [morphology.lemma(form) for form in forms]
    return Read(forms=forms, words=tuple(word_features(lemmas, tones)))


class Space:
    """The vocabulary; `matrix` gives a row a text, word features first."""

    def __init__(self, words: Sequence[str], chars: Sequence[str], word_idf: Floats, char_idf: Floats) -> None:
        self.words, self.chars = tuple(words), tuple(chars)
        self.word_idf, self.char_idf = word_idf, char_idf
        self._words = CountVectorizer(analyzer=_as_it_is, vocabulary={name: i for i, name in enumerate(words)})
        self._chars = CountVectorizer(analyzer=char_features, vocabulary={name: i for i, name in enumerate(chars)})

    @classmethod
    def of(cls, texts: Sequence[Read]) -> "Space":
        """Learn the vocabulary and the idf of texts."""
        words = _counted(
            CountVectorizer(analyzer=_as_it_is, min_df=MIN_WORD_TEXTS), [text.words for text in texts]
        )
        known = set(words)
        # A pair whose word is unknown alone cannot be looked up while serving (a lone surrogate cannot be kept).
        kept = [name for name in words if _storable(name) and {name.split(" ")[0], name.split(" ")[-1]} <= known]
        forms = [" ".join(text.forms) for text in texts]
        chars = _counted(CountVectorizer(analyzer=_chars_of_text, min_df=MIN_CHAR_TEXTS), forms)
        grams = [name for name in chars if _storable(name)]
        return cls(
            kept, grams, _idf([words[one] for one in kept], texts), _idf([chars[one] for one in grams], texts)
        )

    def matrix(self, texts: Sequence[Read]) -> Any:
        """Sparse, float64. N-grams are cut once a distinct form: a text's counts are the sum over its tokens."""
        numbers: dict[str, int] = {}
        flat = [numbers.setdefault(form, len(numbers)) for text in texts for form in text.forms]
        ends = np.concatenate(([0], np.cumsum([len(text.forms) for text in texts], dtype=np.int64)))
        forms = sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(texts), max(1, len(numbers))))
        chars = forms @ self._chars.transform(list(numbers) or [""])
        words = self._words.transform([text.words for text in texts])
        return sparse.hstack((_weighted(words, self.word_idf), _weighted(chars, self.char_idf))).tocsr()


def reference_logits(model: Model, texts: Sequence[tuple[str, Sequence[Span]]]) -> Floats:
    """Scores as scikit-learn's vectorisers and one matrix product give them; what serving is tested against."""
    morphology = Morphology()
    space = Space(model.words.names, model.chars.names, model.words.idf, model.chars.idf)
    rows = space.matrix([read(text, brand, morphology, model.tones) for text, brand in texts])
    weights = np.vstack([block.weights / block.idf[:, None] for block in (model.words, model.chars)])
    logits: Floats = rows @ weights + model.intercept
    return logits


def blocks(space: Space, weights: Floats) -> tuple[Block, Block]:
    """The model's two blocks from weights of (features, heads) in the space's order."""
    if weights.shape != (len(space.words) + len(space.chars), len(HEADS)):
        raise ValueError(f"weights of {weights.shape} do not fit the vocabulary")
    cut = len(space.words)
    return (
        Block(names=space.words, idf=space.word_idf, weights=weights[:cut] * space.word_idf[:, None]),
        Block(names=space.chars, idf=space.char_idf, weights=weights[cut:] * space.char_idf[:, None]),
    )


def _weighted(counts: Any, idf: Floats) -> Any:
    """TF-IDF, each row divided by the root of its mass (see `classifiers.model.Model`)."""
    mass = np.maximum(counts @ idf**2, _SMALLEST)
    return sparse.diags(1 / np.sqrt(mass)) @ counts.astype(np.float64) @ sparse.diags(idf)


def _counted(vectorizer: CountVectorizer, texts: Sequence[Any]) -> dict[str, int]:
    """Feature → number of texts that have it, in alphabetical order."""
    counts = vectorizer.fit_transform(texts)
    texts_with: npt.NDArray[np.int64] = np.bincount(counts.indices, minlength=counts.shape[1])
    return dict(zip(vectorizer.get_feature_names_out(), texts_with.tolist(), strict=True))


def _idf(texts_with: Sequence[int], texts: Sequence[Read]) -> Floats:
    # Rounded as the model file keeps it, so that what is trained is what is served.
    idf = np.log((1 + len(texts)) / (1 + np.array(texts_with, dtype=np.float64))) + 1
    return idf.astype(np.float32).astype(np.float64)


def _storable(name: str) -> bool:
    return name.isprintable() or all(not "\ud800" <= letter <= "\udfff" and letter != "\n" for letter in name)


def _as_it_is(words: Sequence[str]) -> Sequence[str]:
    return words


def _chars_of_text(text: str) -> list[str]:
    return [gram for form in text.split(" ") for gram in char_features(form)]
