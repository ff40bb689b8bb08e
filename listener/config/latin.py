"""A short name in Latin letters for a Russian one: «Анна Иванова» is anna-ivanova."""

import re
from typing import Final

from listener.brands.letters import ROMAN_SCHEMES, words_of

LONGEST_ID: Final = 32
_NO_ID: Final = re.compile(r"[^a-z0-9-]")


def latin_id(name: str) -> str:
    """At most 32 of a-z, 0-9 and hyphens; empty for a name without such letters."""
    spelled = "-".join(words_of(name)).translate(ROMAN_SCHEMES[0])
    return _NO_ID.sub("", spelled)[:LONGEST_ID].strip("-")
