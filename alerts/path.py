"""A path: how a candidate went through the tree of routes, as values that are stored; its words are made later."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One part of a route's `when` (by its `key`), and what the candidate had of it.

    A list's part has what was `found` of the list, a floor's part the `value` and the `floor`.
    """

    key: str
    found: tuple[str, ...] = ()
    value: float | None = None
    floor: float | None = None

    @property
    def holds(self) -> bool:
        return bool(self.found) if self.floor is None else (self.value or 0) >= self.floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A route that was entered: its `place` counts from 1 on each level, (2, 1) is the first below the second."""

    place: tuple[int, ...]
    held: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The routes that were entered, from the root down, and the `receivers` at the end.

    No steps: none of the root's routes held (`others` says whether there were any).
    """

    receivers: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    others: bool = False
