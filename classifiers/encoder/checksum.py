"""The SHA-256 that an encoder's file carries of itself, in the last entry of its own metadata.

An ONNX file is a message of protobuf, whose fields may stand in any order: an entry that is appended to it is read
as one of the metadata, and the bytes before it are what it speaks of.
"""

import hashlib
from typing import Final, NamedTuple

KEY: Final = "sha256"

_HEX: Final = 64
_ENTRY: Final = b"\x72\x4a\x0a\x06" + KEY.encode() + b"\x12\x40"
"""ModelProto.metadata_props (field 14) of 74 bytes: a key (field 1) of 6 bytes, a value (field 2) of 64."""


class Checksum(NamedTuple):
    """`sha256` is of the whole file; `fits` whether it is as it was written, None if it does not say."""

    sha256: str
    fits: bool | None


def with_checksum(content: bytes) -> bytes:
    """The file with its own checksum at its end."""
    return content + _ENTRY + hashlib.sha256(content).hexdigest().encode()


def checksum(content: bytes) -> Checksum:
    """Both in one go: of the committed file's 35 MB it takes some hundredths of a second."""
    end = max(0, len(content) - len(_ENTRY) - _HEX)
    entry = content[end:]
    digest = hashlib.sha256(memoryview(content)[:end])
    fits = entry == _ENTRY + digest.hexdigest().encode() if entry.startswith(_ENTRY) else None
    digest.update(entry)
    return Checksum(digest.hexdigest(), fits)
