"""Groups: which cases of a brand may be one incident, those about a topic or those that say the same words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

GroupKind = Literal["all", "topic", "no_topic", "words"]

ALL: Final = "*"
"""All cases of the brand: no incident by themselves, but by them is known when its customers write."""
NO_TOPIC: Final = ""
_WORDS: Final = "="


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Group:
    """`what` is a topic, NO_TOPIC, ALL, or «=12»: the words of case 12."""

    brand: str
    what: str

    @property
    def kind(self) -> GroupKind:
        if self.what == ALL:
            return "all"
        if self.what == NO_TOPIC:
            return "no_topic"
        return "words" if self.words_of is not None else "topic"

    @property
    def words_of(self) -> int | None:
        """The first case with these words."""
        number = self.what.removeprefix(_WORDS)
        return int(number) if number != self.what and number.isdecimal() else None


def topics_of(brand: str, topics: Sequence[str]) -> tuple[Group, ...]:
    """The groups of a case by what it is about."""
    return tuple(Group(brand=brand, what=topic) for topic in dict.fromkeys(topics) or (NO_TOPIC,))


def words_of(brand: str, case: int) -> Group:
    """The group of those who say what was said in this case first."""
    return Group(brand=brand, what=f"{_WORDS}{case}")
