"""Takes monstrous strings and numbers out of JSON while it is being read, so that one costs a post, not a page.

A text of two hundred megabytes would otherwise either fill the memory or, refused as a whole, hide every other
post of its page for as long as search finds it.
"""

import re
from typing import Final

LONGEST_STRING: Final = 512 * 1024
"""Bytes. The longest text that is kept, each letter written as six ASCII characters, is below 400 kB."""
# For strings with escaped quotes. Possessive, so that no text makes the expression go back over it.
INSIDE: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
LONGEST_NUMBER: Final = 400
"""Characters. Python refuses to read a whole number of more than 4300 digits, and with it the whole answer."""
MONSTROUS: Final = re.compile(rb"(?<![\d.eE+-])[\d.eE+-]{%d,}+" % LONGEST_NUMBER)
OF_NUMBERS: Final = b"0123456789.eE+-"


class Trimmer:
    """Fed with pieces of JSON, gathers it in `kept` with `null` in the place of whatever is too long."""

    def __init__(self, longest: int = LONGEST_STRING) -> None:
        self.kept = bytearray()
        self._longest = longest
        self._rest = b""
        self._literal: bytearray | None = None
        self._inside = False

    def feed(self, piece: bytes) -> None:
        data, self._rest, at = self._rest + piece, b"", 0
        while at < len(data):
            at = self._inner(data, at) if self._inside else self._outer(data, at)

    def whole(self) -> bytes:
        """All that was fed, when the last piece has come."""
        return bytes(self.kept + (b"" if self._inside else _without_monsters(self._rest)))

    def _outer(self, data: bytes, at: int) -> int:
        quote = data.find(b'"', at)
        if quote < 0:
            # A number may go on in the next piece; of a monstrous one so much is held as shows that it is one.
            ended = data[at:].rstrip(OF_NUMBERS)
            self.kept += _without_monsters(ended)
            self._rest = data[at + len(ended) :][: LONGEST_NUMBER + 2]
            return len(data)
        self.kept += _without_monsters(data[at:quote])
        self._inside, self._literal = True, bytearray(b'"')
        return quote + 1

    def _inner(self, data: bytes, at: int) -> int:
        end = _end_of_string(data, at)
        self._add(data[at:end])
        if data[end : end + 1] != b'"':
            self._rest = data[end:]  # nothing, or a backslash whose other half is in the next piece
            return len(data)
        self.kept += b"null" if self._literal is None else self._literal + b'"'
        self._inside = False
        return end + 1

    def _add(self, text: bytes) -> None:
        if self._literal is None:
            return
        if len(self._literal) + len(text) > self._longest:
            self._literal = None
        else:
            self._literal += text


def _without_monsters(data: bytes) -> bytes:
    return data if len(data) <= LONGEST_NUMBER else MONSTROUS.sub(b"null", data)


def _end_of_string(data: bytes, at: int) -> int:
    """Where the closing quote stands; without one, the end of the data or a backslash cut from its letter.

    The next quote is nearly always the closing one, and finding it is twenty times faster than the expression.
    """
    quote = data.find(b'"', at)
    end = quote if quote >= 0 else len(data)
    inside = data[at:end]
    backslashes = len(inside) - len(inside.rstrip(b"\\"))
    if backslashes % 2 == 0:
        return end
    if quote < 0:
        return end - 1
    found = INSIDE.match(data, at)
    return found.end() if found else at
