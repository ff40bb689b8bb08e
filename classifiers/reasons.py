"""Why the judge thinks so, made when somebody looks: most texts are no complaint and nobody asks about them."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import overload

from classifiers.shares import NOTHING
from classifiers.verdict import Evidence


class Reasons(Sequence[Evidence]):
    """The evidence of one text, in order; equal to a sequence of the same evidence.

    Making it eagerly was a third of the judge's time. It keeps nothing of the scorer, whose caches are forgotten.
    """

    __slots__ = ("_made", "_pieces", "_rows", "_weights")

    def __init__(self, pieces: Sequence[str], rows: Sequence[int], weights: Sequence[float]) -> None:
        """`rows` has -1 for a piece that is not judged; `weights` are those of the others."""
        self._pieces, self._rows, self._weights = pieces, rows, weights
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
            ends = accumulate(map(len, self._pieces))
            places = [
                (end - len(piece), end)
                for piece, row, end in zip(self._pieces, self._rows, ends, strict=True)
                if row != NOTHING
            ]
            self._made = tuple(
                Evidence(start, end, weight) for (start, end), weight in zip(places, self._weights, strict=True)
            )
        return self._made
