"""Why the judge thinks so, made when somebody looks: most texts are no complaint and nobody asks about them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, chain, compress
from typing import Final, overload

from classifiers.contributions import NOTHING
from classifiers.plain import Plain
from domain.verdict import Evidence

_EVIDENCE: Final[Callable[[Iterable[float]], Evidence]] = partial(tuple.__new__, Evidence)
"""`Evidence._make` without its frame of Python: a text has a dozen of them, and the daemon stores them all."""


class Reasons(Sequence[Evidence]):
    """The evidence of one text, in order; equal to a sequence of the same evidence.

    Making it for every text was a third of the judge's time. It keeps nothing of the scorer, whose caches are
    forgotten now and then.
    """

    __slots__ = ("_made", "_pieces", "_plain", "_rows", "_weights")

    def __init__(
        self, pieces: Sequence[str], rows: Sequence[int], weights: Sequence[float], plain: Plain | None = None
    ) -> None:
        """`rows` has -1 for a piece that is not judged; `weights` are those of the others. Spans lead back to what
        was written where the pieces are of a `plain` reading.
        """
        self._pieces, self._rows, self._weights, self._plain = pieces, rows, weights, plain
        self._made: tuple[Evidence, ...] | None = None

    @overload
    def __getitem__(self, place: int) -> Evidence: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Evidence, ...]: ...
    def __getitem__(self, place: int | slice) -> Evidence | tuple[Evidence, ...]:
        return self._all()[place]

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._weights)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> tuple[Evidence, ...]:
        if self._made is None:
            ends = list(accumulate(map(len, self._pieces)))
            judged = [row != NOTHING for row in self._rows]
            starts: Iterable[int] = compress(chain((0,), ends), judged)
            stops: Iterable[int] = compress(ends, judged)
            if self._plain is not None and not self._plain.as_written:
                starts, stops = (
                    zip(*map(self._plain.written, starts, stops), strict=True) if any(judged) else ((), ())
                )
            self._made = tuple(map(_EVIDENCE, zip(starts, stops, self._weights, strict=True)))
        return self._made
