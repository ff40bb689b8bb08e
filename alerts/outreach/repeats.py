"""Whether words that a network shows are those that we sent: it may have put its own links and marks into them."""

import re
import unicodedata
from typing import Final

MOST_BEFORE: Final = 3
"""Words of a name."""
_ADDRESSED: Final = re.compile(r"^(?:@\w{1,40}[\s,]+)+")
"""A network may begin an answer with whom it answers."""
_LINK: Final = re.compile(r"https?://\S+|\b(?:[\w-]+\.)+[^\W\d_]{2,}\b(?:/\S*)?")


def same_words(said: str, meant: str) -> bool:
    """Letters and figures alone count, behind a name that the network may have put before them; what has none is
    compared as it stands.
    """
    shown, sent = _words(said), _words(meant)
    if not shown or not sent:
        return said.strip() == meant.strip()
    return shown[-len(sent) :] == sent and len(shown) - len(sent) <= MOST_BEFORE


def _words(text: str) -> list[str]:
    """In letters of one piece: an «й» that was pasted in two parts is kept by networks as one."""
    composed = unicodedata.normalize("NFC", text)
    return re.findall(r"\w+", _LINK.sub(" ", _ADDRESSED.sub("", composed)).casefold())
