"""One measured figure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`ratio` is this figure over that of `against` in the same run; None where nothing is held against it."""

    name: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None
