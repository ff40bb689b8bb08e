"""What a verdict says, in words for people: the mood, and the words of the text that speak for a complaint."""

from collections.abc import Iterable
from typing import Final

from alerts.notifiers.highlights import clean
from domain.verdict import Label

MOODS: Final[dict[Label, str]] = {
    "negative": "недовольство",
    "neutral": "нейтрально",
    "positive": "одобрение",
}
MOST_WORDS: Final = 5
_EMOJI: Final = 0x2600
"""Where Unicode's pictures begin."""


def telling(text: str, spans: Iterable[tuple[int, int, float]]) -> tuple[str, str]:
    """The strongest words (start, end, weight) for and against a complaint, each as «…», «…» or nothing."""
    shown = clean(text)
    words = ((shown[start:end].lower(), weight) for start, end, weight in spans if weight)
    strongest = sorted(words, key=lambda told: -abs(told[1]))
    told = list(dict.fromkeys((word, weight > 0) for word, weight in strongest if _says(word)))[:MOST_WORDS]
    return _listed(word for word, for_it in told if for_it), _listed(word for word, for_it in told if not for_it)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"«{word}»" for word in words)


def _says(word: str) -> bool:
    """A word or an emoji, not a lone sign of punctuation."""
    return any(letter.isalnum() or ord(letter) >= _EMOJI for letter in word)
