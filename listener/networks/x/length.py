"""How long X counts a text to be: twitter-text's weighted length.

The numbers are those of its configuration v3 (github.com/twitter/twitter-text, config/src/v3.json): 280 units; a
character of the ranges below is one unit, any other two; an address counts as 23 whatever its length, an emoji as
two whatever it is made of; the text is taken in Unicode's composed form.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 280
ADDRESS: Final = 23
LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Latin, Cyrillic, Greek and their neighbours; spaces, dashes, quotes."""
_HEAVY: Final = 2
ADDRESS_PATTERN: Final = re.compile(
    r"(?<![@\w.])(?:https?://[^\s<>«»\"]+|(?:[a-zа-яё0-9-]+\.)+(?:com|net|org|info|me|io|co|cc|ru|su|рф|by|kz|app|pro|site|shop|store|online)"
    r"(?![\w.-])(?:/[^\s<>«»\"]*)?)",
    re.IGNORECASE,
)
"""With a scheme, or bare under the endings that a brand here would write. What X links beyond these counts by its
letters here, so a preview may be a little short of or beyond the truth: X has the last word."""
_TAIL: Final = ".,:;!?)…"
_PICTURE: Final = (
    r"[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\u2300-\u23FF\u203C\u2049\u2122\u2139\u2194-\u21AA]"
)
_EMOJI: Final = re.compile(
    rf"[\U0001F1E6-\U0001F1FF]{{2}}|[0-9#*]\uFE0F?\u20E3"
    rf"|{_PICTURE}\uFE0F?[\U0001F3FB-\U0001F3FF]?(?:\u200D{_PICTURE}\uFE0F?[\U0001F3FB-\U0001F3FF]?)*"
)
"""Flags, keys, and pictures with their colours and joiners: each whole."""


def length_of(text: str) -> int:
    composed = unicodedata.normalize("NFC", text)
    bare, addresses = ADDRESS_PATTERN.subn(_tail, composed)
    plain, emoji = _EMOJI.subn("", bare)
    return addresses * ADDRESS + emoji * _HEAVY + sum(map(_weight, plain))


def _tail(found: re.Match[str]) -> str:
    """Signs after an address that belong to the sentence."""
    address = found.group()
    return address[len(address.rstrip(_TAIL)) :]


def _weight(letter: str) -> int:
    point = ord(letter)
    return 1 if any(first <= point <= last for first, last in LIGHT) else _HEAVY
