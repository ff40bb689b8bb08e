"""What a newcomer says of the brand, and what is proposed from it: an id, names with their forms, companions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from domain.brand import Brand, Watch
from listener.brands.forms import IN_LATIN, IN_OTHER_LAYOUT, inflected, spelled
from listener.brands.letters import ROMAN_SCHEMES, words_of
from listener.config.finding import is_ordinary
from listener.config.latin import latin_id
from listener.config.types import seconds
from listener.environment import Reader
from listener.networks.network import Network
from listener.networks.registry import NETWORKS

DAY_MINUTES: Final = 24 * 60
YAML_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What YAML would not read as a word."""
CASES: Final = 5
SHOWN: Final = 8
COMPANIONS: Final = ("заказ", "поддержка", "приложение", "доставка", "магазин", "сайт", "оператор", "деньги")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """`pages` by network. `chats` is where cards go, an address as routes.yaml has it by messenger; without any
    they go to the console.
    """

    name: str
    pages: Mapping[str, str] = field(default_factory=dict)
    chats: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None

    @property
    def id(self) -> str:
        short = latin_id(self.name)
        return short if short[:1].isalpha() and short not in YAML_WORDS else f"brand-{short}".strip("-")

    @property
    def ordinary(self) -> bool:
        """Whether the name is a word that people use without meaning the brand."""
        words = words_of(self.name)
        return len(words) == 1 and is_ordinary(words[0])

    def brand(self) -> Brand:
        """As it will be listened for, to count its searches."""
        return Brand(id=self.id, title=self.name, names=(self.name,), watch={name: Watch() for name in NETWORKS})


def forms(name: str) -> Sequence[str]:
    """What is found by itself, for a person to see: some cases, the name in Latin letters, without gaps."""
    words = words_of(name)
    if len(words) == 1:
        ways = spelled(words[0], inflected(words[0]))
        cases = sorted((way for way, how in ways.items() if not how), key=lambda way: (len(way), way))
        other = sorted(way for way, how in ways.items() if how in (IN_LATIN, IN_OTHER_LAYOUT))
        return tuple(dict.fromkeys([*cases[:CASES], *sorted(other, key=len)]))[:SHOWN]
    latin = " ".join(word.translate(ROMAN_SCHEMES[0]) for word in words)
    return tuple(dict.fromkeys(["".join(words), "-".join(words), latin]))


def every(network: Network[Any], brand: Brand) -> str:
    """How often to search so that the network's daily quota lasts the day."""
    default = next((key.default for key in network.watch if key.means == "every"), "60s")
    quota = network.searches_per_day(network.options(Reader({})))
    if quota is None:
        return str(default)
    minutes = ceil(DAY_MINUTES * max(1, len(network.queries(brand))) / quota)
    return str(default) if minutes * 60 <= seconds(str(default)).total_seconds() else f"{minutes}m"
