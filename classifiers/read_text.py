"""A text as the judge reads it: plain, without what its author did not write, in parts; the parts as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, Self

import numpy as np

from classifiers.contributions import NOTHING
from classifiers.grounds import named
from classifiers.model import COMPLAINT, HEADS, Floats
from classifiers.parts import Part, parts_of, weights_of
from classifiers.plain import Plain, plain
from classifiers.scorer import Scores
from classifiers.text import BRAND, is_link, pieces
from classifiers.unsaid import spoken
from classifiers.verdict import Question
from domain.span import Span

_BARE: Final = 6
"""Signs and a word that are still one exclamation: «ужас!!!», «👎👎👎»."""
_LINK: Final = frozenset(("link",))
_NO_LINK: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """`cut` are the pieces of the `plain` text, `said` those that are judged (None for the others), the brand
    masked; `named` are the brand's places in the plain text.
    """

    plain: Plain
    cut: list[str]
    said: list[str | None]
    named: tuple[Span, ...]
    parts: list[Part]
    stream: str

    @classmethod
    def of(cls, question: Question) -> Self:
        reading = plain(question.text)
        cut = pieces(reading.text)
        named = reading.read_all(question.brand)
        said = spoken(cut, named)
        parts = parts_of(cut, named)
        return cls(plain=reading, cut=cut, said=said, named=named, parts=parts, stream=question.stream)

    @property
    def branded(self) -> bool:
        """Whether the author himself names the brand: an answer's address alone makes a text without one."""
        return BRAND in self.said

    @property
    def bare(self) -> bool:
        """Whether it is one word or a sign that names no brand and no cause: «не», «ужас», 👎."""
        said = [piece for piece in self.said if piece is not None and not piece.isspace()]
        words = sum(piece[0].isalnum() for piece in said)
        return words <= 1 and len(said) <= _BARE and not self.branded and not named(self.plain.text)

    @property
    def links(self) -> frozenset[str]:
        """The signal that there is a link: it says what kind of text this is, and moves no probability."""
        return _LINK if any(map(is_link, self.cut)) else _NO_LINK

    def question(self, part: Part) -> Question:
        """A part as a text of its own."""
        start = sum(map(len, self.cut[: part.first]))
        text = "".join(self.cut[part.first : part.last])
        spans = ((begin - start, end - start) for begin, end in self.named)
        inside = tuple(
            (max(0, begin), min(end, len(text))) for begin, end in spans if begin < len(text) and end > 0
        )
        return Question(text=text, brand=inside, stream=self.stream)


class Together(NamedTuple):
    """The parts of each text as one: its scores, what each judged token added to its complaint, and what the
    second reading did.
    """

    logits: Floats
    contributions: list[list[float]]
    added: dict[int, float]

    @classmethod
    def of(
        cls,
        texts: Sequence[ReadText],
        rows: Sequence[Sequence[int]],
        logits: Floats,
        scores: Scores,
        added: Mapping[int, float],
    ) -> Self:
        """`logits` are of the parts after the second reading, `scores` those of the first; `added` is by part.

        What a bare text complains of only its thread can tell, so its odds are at most even.
        """
        firsts = list(accumulate((len(text.parts) for text in texts), initial=0))
        whole = np.zeros((len(texts), len(HEADS)))
        contributions: list[list[float]] = []
        again: dict[int, float] = {}
        for at, (begin, end) in enumerate(pairwise(firsts)):
            weights = weights_of(texts[at].parts, logits[begin:end])
            whole[at] = weights @ logits[begin:end]
            tokens = [
                scores.contributions[scores.offsets[one] : scores.offsets[one + 1]] for one in range(begin, end)
            ]
            contributions.append(_contributions(texts[at].parts, rows[at], weights, tokens))
            read = [one for one in range(begin, end) if one in added]
            if read:
                again[at] = float(sum(weights[one - begin] * added[one] for one in read))
            if whole[at, COMPLAINT] > 0 and texts[at].bare:
                moved = sum(contributions[at]) + again.get(at, 0.0)
                softer = 1 - whole[at, COMPLAINT] / moved
                whole[at, COMPLAINT] = 0.0
                contributions[at] = [softer * one for one in contributions[at]]
                again |= {at: softer * again[at]} if at in again else {}
        return cls(whole, contributions, again)


def _contributions(
    parts: Sequence[Part], rows: Sequence[int], weights: Floats, tokens: Sequence[Floats]
) -> list[float]:
    """What each judged token of a text added: in each part that it stands in, by the part's weight."""
    if len(parts) == 1:
        return list(tokens[0].tolist())
    judged = np.array(rows) != NOTHING
    places = np.cumsum(judged) - judged
    found = np.zeros(int(judged.sum()))
    for part, weight, added in zip(parts, weights, tokens, strict=True):
        start = int(places[part.first])
        found[start : start + len(added)] += weight * added
    return list(found.tolist())
