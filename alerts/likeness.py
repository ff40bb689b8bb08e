"""Likeness of texts: which complaints are the same words again, told by a signature that is kept with each case.

The signature is the text reduced to its words; two signatures are compared by rapidfuzz's normalised Indel
similarity (rapidfuzz.github.io, `fuzz.ratio`). So that none is compared with all, each has a few keys, and only
those that share one are looked at: pairs of neighbours among its longest words, the prefix filter of similarity
joins (Chaudhuri, Ganti, Kaushik 2006, «A Primitive Operator for Similarity Joins in Data Cleaning») with a word's
length in place of its rarity.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz

LONGEST: Final = 600
"""Characters of a signature: what is the same so far is the same."""
FEWEST: Final = 4
"""Words below which two texts are alike because there is little to say («не работает интернет»)."""
REPOST_AT: Final = 90.0
"""From which similarity, of 100, an author says his own words again."""
ALIKE_AT: Final = 85.0
"""The same of two authors: whoever copies a text puts in a name, or a word of his own."""
LONG_WORDS: Final = 4
"""Words from which keys are made: three pairs at most, of which a word more or less leaves one."""
KEPT: Final = 2_048
"""Texts whose signatures are remembered: each is asked for more than once while its batch is written."""

_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|(?:\brt\s+)?(?<!\w)@\w+|\[(?:id|club)\d+\|", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")


@lru_cache(maxsize=KEPT)
def signature_of(text: str) -> str:
    """The words of the text in one spelling, without addresses, signs and emoji; empty where it has none."""
    plain = unicodedata.normalize("NFC", _ADDRESS.sub(" ", text)).casefold().replace("ё", "е")
    return " ".join(_WORD.findall(plain))[:LONGEST]


def is_repost(now: str, before: str) -> bool:
    """Whether an author's signature says what an earlier one of his did.

    Other figures are another order, bill or day: another trouble.
    """
    if min(_count(now), _count(before)) < FEWEST or _figures(now) != _figures(before):
        return False
    return fuzz.ratio(now, before, score_cutoff=REPOST_AT) > 0


def is_alike(one: str, another: str) -> bool:
    """Whether the signatures are one text in two mouths, whatever figures stand in it."""
    if min(_count(one), _count(another)) < FEWEST:
        return False
    return fuzz.ratio(one, another, score_cutoff=ALIKE_AT) > 0


@lru_cache(maxsize=KEPT)
def keys_of(signature: str) -> tuple[str, ...]:
    """What alike signatures have in common at least once; none for a text too short to be called alike."""
    if _count(signature) < FEWEST:
        return ()
    words = {word for word in signature.split() if not word.isdecimal()}
    longest = sorted(words, key=lambda word: (-len(word), word))[:LONG_WORDS]
    return tuple(f"{word} {other}" for word, other in pairwise(longest))


def _count(signature: str) -> int:
    return sum(not word.isdecimal() for word in signature.split())


def _figures(signature: str) -> list[str]:
    return [word for word in signature.split() if word.isdecimal()]
