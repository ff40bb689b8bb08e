"""Which clock a customer lives by, as far as his profile names a place."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Final

_LIST: Final = "cities.txt"
_BETWEEN: Final = re.compile(r"[,;/|()•·]|\s[-–—]\s")


def timezone_of(place: str | None) -> str | None:
    """The IANA time zone of a profile's city («Владивосток», "Vladivostok, Russia"); None where it names none that
    is listed, or several that lie in different zones.
    """
    if not place:
        return None
    found = {_ZONES[part] for part in map(_folded, _BETWEEN.split(place)) if part in _ZONES}
    return found.pop() if len(found) == 1 else None


def named() -> Iterator[tuple[str, str]]:
    """Each listed time zone with a place in it, as cities.txt has them."""
    for line in files(__package__).joinpath(_LIST).read_text(encoding="utf-8").splitlines():
        zone, _, names = line.partition(": ")
        if names and not line.startswith("#"):
            yield from ((zone, name.strip()) for name in names.split(","))


def _folded(name: str) -> str:
    plain = name.casefold().replace("ё", "е").strip()
    return plain.removeprefix("г.").removeprefix("город ").strip()


_ZONES: Final[Mapping[str, str]] = {_folded(name): zone for zone, name in named()}
"""Read with the module: a file is nothing to wait for while a card is drawn."""
