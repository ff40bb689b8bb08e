"""The people who sit in the simulated messengers: two whom the demo's config knows, and a stranger."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody the page can act as."""

    name: str
    telegram: int
    slack: str


OPERATORS: Final = (
    Operator(name="Анна Иванова", telegram=111, slack="U01"),
    Operator(name="Олег Смирнов", telegram=222, slack="U02"),
    Operator(name="Посторонний", telegram=999, slack="U99"),
)
