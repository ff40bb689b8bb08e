"""What people write: the patterns of texts.yaml filled in, each with the truth about it."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

Kind = Literal["complaints", "urgent", "others", "surge"]
SLOT: Final = re.compile(r"\{([а-яё_a-z]+)\}")
STREETS: Final = {"улице Мира": "Улица Мира", "проспекте Победы": "Проспект Победы"}
NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "Ромашка": {"р": "Ромашки", "в": "Ромашку", "п": "Ромашке"},
    "Ромашка Телеком": {"р": "Ромашки Телеком", "в": "Ромашку Телеком", "п": "Ромашке Телеком"},
    "Тулпар": {"р": "Тулпара", "в": "Тулпар", "п": "Тулпаре"},
    "Тулпар Банк": {"р": "Тулпар Банка", "в": "Тулпар Банк", "п": "Тулпар Банке"},
    "Довезун": {"р": "Довезуна", "в": "Довезун", "п": "Довезуне"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """The file as it is written."""

    slots: Mapping[str, Sequence[str]]
    brands: Mapping[str, Mapping[str, Any]]
    elsewhere: Sequence[str]
    again: Mapping[str, Sequence[str]]
    answers: Sequence[str]
    engineers: Mapping[str, Sequence[str]]
    notes: Sequence[str]


def read_patterns() -> Patterns:
    return Patterns(**yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8")))


class Writing:
    """Fills patterns in; the same seed writes the same texts."""

    def __init__(self, patterns: Patterns, chance: random.Random) -> None:
        self.patterns = patterns
        self._chance = chance

    def about(self, brand: str, kind: Kind) -> str:
        """A text about a brand; complaints begin and end as angry people's do."""
        of_brand = self.patterns.brands[brand]
        pattern = self._chance.choice(of_brand[kind])
        if kind in ("complaints", "surge"):
            pattern = "{начало}" + pattern + "{конец}"
        return self.filled(pattern, self._chance.choice(of_brand["names"]))

    def elsewhere(self) -> str:
        """A text that a search finds and that is about nobody's brand."""
        return self.filled(self._chance.choice(self.patterns.elsewhere))

    def one_of(self, patterns: Sequence[str]) -> str:
        return self.filled(self._chance.choice(patterns))

    def filled(self, pattern: str, name: str = "") -> str:
        """Slots may hold slots: «Заявка {номер}» stands in an ending."""
        while SLOT.search(pattern):
            pattern = SLOT.sub(lambda found: self._slot(found[1], name), pattern)
        return pattern[:1].upper() + pattern[1:]

    def _slot(self, slot: str, name: str) -> str:
        chance = self._chance
        base, _, form = slot.partition("_")
        if base == "name":
            return NAMES[name][form] if form else name
        if base in _NUMBERS:
            return str(chance.choice(_NUMBERS[base]) if slot != "час_вечера" else chance.randrange(17, 22))
        word = chance.choice(self.patterns.slots[base])
        if slot.endswith("с_большой"):
            return word[:1].upper() + word[1:]
        return _nominative(word) if form == "им" else word


def _nominative(street: str) -> str:
    return STREETS.get(street, street.removesuffix("ой").removesuffix("ей") + "ая")


_NUMBERS: Final[Mapping[str, Sequence[int]]] = {
    "сумма": [150, 199, 350, 399, 490, 650, 890, 1_200, 2_400, 3_750, 5_000, 12_800],
    "час": [3, 5, 7, 10, 15, 20, 25, 30, 40],
    "номер": range(10_000, 99_999),
}
