"""An answer being read: strings and numbers too long for any become null; what is still too large is refused."""

from typing import Final

from listener.networks.trimming import Trimmer
from listener.ports import SourceError

BODY: Final = 16 * 1024 * 1024
"""Bytes that are kept of an answer; a page of the longest texts is below a fifth of it."""
WIRE: Final = 2 * 1024 * 1024 * 1024
"""Bytes that are read of it: a monstrous text is read and thrown away, so that it costs only its own post."""


class AnswerTooLargeError(SourceError):
    """The body passed the size that the daemon is ready to hold; a smaller page may fit."""


class BoundedJson:
    """Fed piece by piece; `network` is named in the error."""

    def __init__(self, network: str, body: int = BODY, wire: int = WIRE) -> None:
        self._network = network
        self._body = body
        self._wire = wire
        self._trimmer = Trimmer()
        self._read = 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises AnswerTooLargeError."""
        self._read += len(piece)
        self._trimmer.feed(piece)
        if len(self._trimmer.kept) > self._body or self._read > self._wire:
            raise self.too_large()

    @property
    def is_large(self) -> bool:
        """Whether so much was read that it would be as much the next time."""
        return self._read > self._body

    def too_large(self) -> AnswerTooLargeError:
        return AnswerTooLargeError(f"{self._network}: ответ слишком велик (прочитано {self._read} байт)")

    def whole(self) -> bytes:
        return self._trimmer.whole()
