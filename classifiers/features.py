"""What the model counts in a text: the definition that training uses and serving must equal.

Words: lemmas, pairs of neighbours, a word up to three places after a negation («не самый плохой»), the lexicons'
tone of each word, that tone after a negation, and lemmas near the brand. A tone is negated alike by «не», «нет» or
«никогда»: each alone is too rare to learn from. Characters: `char_wb` n-grams of each form, as scikit-learn cuts
them: never across a space, so that one token's share never depends on its neighbours.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from classifiers.text import BRAND

CHAR_NGRAMS: Final = (2, 5)
NOT: Final = "не"
NEGATIONS: Final = frozenset(
    {NOT, "ни", "нет", "без", "никак", "нельзя", "никогда", "ничто", "ничего", "нету", "никакой"}
)
NEGATION_REACH: Final = 3
BRAND_REACH: Final = 3

PAIR_SIGNS: Final = (" ", " * ", " ~ ")
"""Between the two words of a pair: neighbours, further on after a negation, near the brand."""

TONES: Final = {"--": "\ue011", "-": "\ue012", "+": "\ue013", "++": "\ue014"}
"""The tone classes of the lexicons, as one-character pseudo-words."""


def word_features(lemmas: Sequence[str], tones: Mapping[str, str]) -> list[str]:
    """Every word feature of a text, repeated as often as it occurs."""
    found = list(lemmas)
    for index, lemma in enumerate(lemmas):
        tone = tones.get(lemma)
        if tone:
            found.append(tone)
        if index + 1 < len(lemmas):
            found.append(f"{lemma} {lemmas[index + 1]}")
        if lemma in NEGATIONS:
            found += _negated(lemmas, index, tones)
        if lemma == BRAND:
            found += _near(lemmas, index)
    return found


def char_features(form: str) -> list[str]:
    """The `char_wb` n-grams of one form, in scikit-learn's way: a short word counts once, not once a length."""
    padded = f" {form} "
    grams = []
    for size in range(CHAR_NGRAMS[0], CHAR_NGRAMS[1] + 1):
        grams += [padded[start : start + size] for start in range(max(1, len(padded) - size + 1))]
        if len(padded) <= size:
            break
    return grams


def _negated(lemmas: Sequence[str], index: int, tones: Mapping[str, str]) -> list[str]:
    found = []
    for place in range(index + 1, min(index + 1 + NEGATION_REACH, len(lemmas))):
        tone = tones.get(lemmas[place])
        if tone:
            found.append(f"{NOT} {tone}")
        if place > index + 1:
            found.append(f"{lemmas[index]} * {lemmas[place]}")
    return found


def _near(lemmas: Sequence[str], index: int) -> list[str]:
    places = range(max(0, index - BRAND_REACH), min(len(lemmas), index + BRAND_REACH + 1))
    return [f"{BRAND} ~ {lemmas[place]}" for place in places if place != index]
