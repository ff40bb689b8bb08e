"""A text as the judge reads it: plain, without what its author did not write, in parts; the parts as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, Self

import numpy as np

from classifiers.contributions import NOTHING
from classifiers.grounds import named
from classifiers.model import COMPLAINT, HEADS, Floats
from classifiers.parts import Part, moods_of, parts_of, weights_of
from classifiers.plain import Plain, plain
from classifiers.scorer import Scores
from classifiers.text import BRAND, MAX_CHARACTERS, pieces
from classifiers.unsaid import links_in, spoken
from classifiers.verdict import Question
from domain.span import Span

_MOST: Final = 2 * MAX_CHARACTERS
"""Written characters of which the judged ones are read: half of them may be unseen."""
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
        reading = plain(question.text[:_MOST])
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
        return _LINK if links_in(self.cut, self.plain.text) else _NO_LINK

    def question(self, part: Part) -> Question:
        """A part as a text of its own."""
        start = sum(map(len, self.cut[: part.first]))
        text = "".join(self.cut[part.first : part.last])
        named = self.named if self.branded else ()
        spans = ((begin - start, end - start) for begin, end in named)
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
        kept, offsets = scores.contributions.tolist(), scores.offsets.tolist()
        if len(scores.logits) == len(texts):  # each is its own one part
            whole = logits.copy()
            contributions = [kept[start:stop] for start, stop in pairwise(offsets)]
            again = dict(added)
        else:
            whole = np.zeros((len(texts), len(HEADS)))
            contributions, again = [], {}
            firsts = accumulate((len(text.parts) for text in texts), initial=0)
            for at, (begin, end) in enumerate(pairwise(firsts)):
                weights = weights_of(texts[at].parts, logits[begin:end])
                whole[at] = weights @ logits[begin:end]
                whole[at, :COMPLAINT] = moods_of(texts[at].parts, weights, logits[begin:end])
                tokens = [kept[start:stop] for start, stop in pairwise(offsets[begin : end + 1])]
                contributions.append(_contributions(texts[at].parts, rows[at], weights, tokens))
                read = [one for one in range(begin, end) if one in added]
                if read:
                    again[at] = float(sum(weights[one - begin] * added[one] for one in read))
        together = cls(whole, contributions, again)
        for at in np.flatnonzero(whole[:, COMPLAINT] > 0).tolist():
            if texts[at].bare:
                together.soften(at)
        return together

    def soften(self, at: int) -> None:
        """Even odds for a text that says too little, its evidence and all."""
        moved = sum(self.contributions[at]) + self.added.get(at, 0.0)
        softer = 1 - float(self.logits[at, COMPLAINT]) / moved
        self.logits[at, COMPLAINT] = 0.0
        self.contributions[at] = [softer * one for one in self.contributions[at]]
        if at in self.added:
            self.added[at] *= softer


def _contributions(
    parts: Sequence[Part], rows: Sequence[int], weights: Floats, tokens: Sequence[list[float]]
) -> list[float]:
    """What each judged token of a text added: in each part that it stands in, by the part's weight."""
    if len(parts) == 1:
        return tokens[0]
    judged = np.array(rows) != NOTHING
    places = np.cumsum(judged) - judged
    found = np.zeros(int(judged.sum()))
    for part, weight, added in zip(parts, weights, tokens, strict=True):
        start = int(places[part.first])
        found[start : start + len(added)] += weight * np.array(added)
    return list(found.tolist())
