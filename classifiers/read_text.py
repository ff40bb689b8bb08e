"""A text as the judge reads it: plain, without what its author did not write, in parts; the parts as one."""

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, Self

import numpy as np

from classifiers.contributions import NOTHING
from classifiers.grounds import named
from classifiers.model import COMPLAINT, HEADS, Floats
from classifiers.parts import Part, lengths_of, moods_of, parts_of, weights_of
from classifiers.plain import Plain, plain
from classifiers.replies import LITTLE, SHORT, details, joins
from classifiers.scorer import Scores
from classifiers.text import BRAND, MAX_CHARACTERS, pieces
from classifiers.unsaid import said_and_links, unmarked, whole
from classifiers.verdict import Question
from domain.span import Span

_MOST: Final = 2 * MAX_CHARACTERS
"""Written characters of which the judged ones are read: half of them may be unseen."""
_BARE: Final = 6
"""Signs and a word that are still one exclamation: «ужас!!!», «👎👎👎»."""
_LONGEST_DETAILS: Final = 160
_MOST_JOINING: Final = 24
"""Pieces, blanks and signs among them, of a reply that only joins in."""
_DIGIT: Final = re.compile(r"\d")
_LINK: Final = frozenset(("link",))
_NO_LINK: Final[frozenset[str]] = frozenset()
_NO_PARENTS: Final[Mapping[int, float]] = {}


class ReadText(NamedTuple):
    """`cut` are the pieces of the `plain` text, `said` those that are judged (None for the others), the brand
    masked; `named` are the brand's places in the plain text, `links` says that there is a link.

    A tuple and no dataclass: one is made of every text.
    """

    plain: Plain
    cut: list[str]
    said: list[str | None]
    named: tuple[Span, ...]
    parts: list[Part]
    stream: str
    links: frozenset[str]
    """The signal that there is a link: it says what kind of text this is, and moves no probability."""

    @classmethod
    def of(cls, question: Question) -> Self:
        reading = plain(whole(unmarked(question.text[:_MOST]), question.brand))
        cut = pieces(reading.text)
        named = reading.read_all(question.brand)
        said, links = said_and_links(cut, named)
        parts = parts_of(cut, named)
        return cls(reading, cut, said, named, parts, question.stream, _LINK if links else _NO_LINK)

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
    def joins(self) -> bool:
        """Whether it says no more than what it answers: «у меня тоже», «+1»."""
        return len(self.plain.text) <= SHORT and len(self.cut) <= _MOST_JOINING and joins(self.said)

    @property
    def _details(self) -> bool:
        text = self.plain.text
        return len(text) <= _LONGEST_DETAILS and _DIGIT.search(text) is not None and details(self.said)

    def settled(self, odds: float, parent: float | None) -> float:
        """The log-odds of a complaint with what the thread tells: `parent` are those of what this answers.

        Who joins in says the same again. A bare exclamation is heard beside the complaint that it answers; where
        it answers none it is at most as likely as not.
        """
        if self.joins:
            return parent if parent is not None and parent > 0 else min(odds, 0.0)
        if odds > LITTLE and self._details:
            return LITTLE
        if odds > 0 and self.bare:
            return (odds + parent) / 2 if parent is not None and parent > 0 else 0.0
        return odds

    def question(self, part: Part) -> Question:
        """A part as a text of its own."""
        start = sum(map(len, self.cut[: part.first]))
        text = "".join(self.cut[part.first : part.last])
        named = self.named if self.branded else ()
        spans = ((begin - start, end - start) for begin, end in named)
        inside = tuple(
            (max(0, begin), min(end, len(text))) for begin, end in spans if begin < len(text) and end > 0
        )
        return Question(text=text, brand=inside, stream=self.stream, within=self.branded and not inside)


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
        parents: Mapping[int, float] = _NO_PARENTS,
    ) -> Self:
        """`logits` are of the parts after the second reading, `scores` those of the first; `added` is by part.

        `parents` are the log-odds of what some of the texts answer, by text.
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
                strongest = lengths_of(texts[at].named).strongest
                weights = weights_of(texts[at].parts, logits[begin:end], strongest)
                whole[at] = weights @ logits[begin:end]
                whole[at, :COMPLAINT] = moods_of(texts[at].parts, weights, logits[begin:end])
                tokens = [kept[start:stop] for start, stop in pairwise(offsets[begin : end + 1])]
                contributions.append(_contributions(texts[at].parts, rows[at], weights, tokens))
                read = [one for one in range(begin, end) if one in added]
                if read:
                    again[at] = float(sum(weights[one - begin] * added[one] for one in read))
        together = cls(whole, contributions, again)
        # Most texts are far from a complaint and answer nobody: of these nothing is asked.
        for at in {*np.flatnonzero(whole[:, COMPLAINT] > LITTLE).tolist(), *parents}:
            odds = float(whole[at, COMPLAINT])
            settled = texts[at].settled(odds, parents.get(at))
            if settled != odds:
                together.move(at, settled)
        return together

    def move(self, at: int, odds: float) -> None:
        """Other log-odds of a complaint, and evidence that still adds up to them."""
        more = odds - float(self.logits[at, COMPLAINT])
        tokens = self.contributions[at]
        moved = sum(tokens) + self.added.get(at, 0.0)
        self.logits[at, COMPLAINT] = odds
        if more < 0 < moved + more:
            self.contributions[at] = [(1 + more / moved) * one for one in tokens]
            if at in self.added:
                self.added[at] *= 1 + more / moved
        elif at in self.added:
            self.added[at] += more
        elif tokens:
            self.contributions[at] = [one + more / len(tokens) for one in tokens]


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
