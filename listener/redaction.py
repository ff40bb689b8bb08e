"""Words from outside made fit to be shown: no secret, no second line, no sign that steers a terminal."""

import re
from collections.abc import Iterable
from typing import Final

STARS: Final = "***"
_SHORTEST: Final = 6
"""A shorter secret would put stars over prose."""
# Everything that ends a line for somebody, moves a cursor, or changes the direction of what follows.
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class Redactor:
    """Puts stars over every known secret, whatever brought it into the text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # Longest first, so that a token inside another token's text leaves no tail.
        known = {str(secret) for secret in secrets if len(secret) >= _SHORTEST}
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, STARS)
        return text


def one_line(text: str) -> str:
    """The text with a blank for each run of signs that are no text."""
    return _CONTROLS.sub(" ", text)


def continued(text: str) -> str:
    """Several lines as one log entry: each after the first is marked, so that none looks like another entry."""
    return "\n  | ".join(one_line(line) for line in text.split("\n"))
