"""What is read of texts: the brands that each names, and the judge's verdict for each of them.

It needs no store, no clock and no network's code, so that it may be done in a process of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from classifiers.pace import Pace
from classifiers.verdict import Judges, Question
from domain.brand import Match
from domain.verdict import Verdict
from listener.halves import Halves

OWN_PAGE: Final = "на своей странице"
FROM_ANY: Final[Mapping[str, float]] = {}


class Matches(Protocol):
    """Whoever finds brands in a text."""

    def match(self, text: str) -> list[Match]: ...


class Asked(NamedTuple):
    """A text, and the brands (ids) that it speaks of where it names none: it stands on their own page.

    Nothing is read of empty `words` without `hosts`. `parent` is what a short text answers, empty for others.
    """

    words: str
    hosts: tuple[str, ...] = ()
    parent: str = ""


Reading = list[tuple[Match, Verdict]]
"""What was read of one text, brand by brand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Of each text what was read of it; nothing of those that break the judge, whose `faults` are by place."""

    readings: list[Reading]
    faults: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """How the judge of another process went about a batch, as `classifiers.pace.Pace` has it."""

    seconds: float
    share: float
    floors: dict[str, float]

    @classmethod
    def of(cls, pace: Pace) -> "Paced":
        return cls(seconds=pace.seconds, share=pace.share, floors=pace.floors)

    def told(self, pace: Pace) -> None:
        """Let this process's own pace say the same."""
        pace.seconds, pace.share, pace.floors = self.seconds, self.share, self.floors


class ReadsApart(Protocol):
    """Reads in a process of its own."""

    async def read(self, asked: Sequence[Asked], levels: Mapping[str, float], pace: Pace) -> Readings:
        """As `read_apart`; `pace.waiting` is how many texts wait behind these, the rest of it is set.

        Raises DiedError where the process dies of it, or of something else, EndedError once it is put away.
        """

    async def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        """What the judge says of other texts than mentions. Raises as `read` does."""

    async def close(self) -> None:
        """Answer what was asked, and end."""


class DiedError(Exception):
    """The process that read died; the next batch begins another one."""


class EndedError(Exception):
    """The process was put away: whoever still asks it goes by rules that are not in force any more."""


def matched(asked: Asked, matcher: Matches) -> list[Match]:
    """The brands that the text names; where it names none, those on whose own page it was said."""
    if not asked.words and not asked.hosts:
        return []
    return matcher.match(asked.words) or [Match(brand=host, words=(), reason=OWN_PAGE) for host in asked.hosts]


def read_all(
    asked: Sequence[Asked], matcher: Matches, judge: Judges, levels: Mapping[str, float] = FROM_ANY
) -> list[Reading]:
    """Read a micro-batch: one call to the model for all its (text, brand) pairs. `levels` are the probabilities
    (by brand id) from which evidence is wanted.
    """
    pairs = [(place, match) for place, text in enumerate(asked) for match in matched(text, matcher)]
    verdicts = judge.classify(
        [
            Question(
                text=asked[place].words,
                brand=match.words,
                stream=match.brand,
                parent=_parent(asked[place].parent, match.brand, matcher),
                evidence_from=levels.get(match.brand, 0.0),
            )
            for place, match in pairs
        ]
    )
    readings: list[Reading] = [[] for _ in asked]
    for (place, match), verdict in zip(pairs, verdicts, strict=True):
        readings[place].append((match, verdict))
    return readings


def _parent(text: str, brand: str, matcher: Matches) -> Question | None:
    """What was answered as a question about the same brand."""
    if not text:
        return None
    words = next((match.words for match in matcher.match(text) if match.brand == brand), ())
    return Question(text=text, brand=words, stream=brand)


def read_apart(
    asked: Sequence[Asked], matcher: Matches, judge: Judges, levels: Mapping[str, float] = FROM_ANY
) -> Readings:
    """Read by halves until the texts that break the judge stand alone; `levels` as in `read_all`."""
    readings: list[Reading] = [[] for _ in asked]
    faults: dict[int, str] = {}
    halves = Halves(range(len(asked)))
    for part in halves:
        try:
            found = read_all([asked[place] for place in part], matcher, judge, levels)
        except Exception as fault:  # noqa: BLE001  # whatever a text did to the judge, the others must not wait for it
            if not halves.split(part):
                faults[part[0]] = in_short(fault)
        else:
            for place, reading in zip(part, found, strict=True):
                readings[place] = reading
    return Readings(readings=readings, faults=faults)


def in_short(fault: Exception) -> str:
    """A fault in the length that is kept."""
    return f"{type(fault).__name__}: {fault}"[:500]
