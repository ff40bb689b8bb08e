"""A batch in halves: what fails as a whole is tried in smaller parts, until what breaks it stands alone."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Halves(Generic[Item]):
    """Iterates over the parts that are to be tried, in order, the whole batch first. An empty batch has none."""

    def __init__(self, batch: Sequence[Item]) -> None:
        self._parts: list[Sequence[Item]] = [batch] if batch else []

    def __iter__(self) -> Iterator[Sequence[Item]]:
        while self._parts:
            yield self._parts.pop()

    def again(self, part: Sequence[Item]) -> None:
        """Give the part again as it is."""
        self._parts.append(part)

    def split(self, part: Sequence[Item]) -> bool:
        """Give the part again as its halves; False when it is a single item, which breaks by itself."""
        if len(part) == 1:
            return False
        middle = len(part) // 2
        self._parts += [part[middle:], part[:middle]]
        return True
