"""Signatures as Standard Webhooks specifies them: HMAC-SHA256 over id, timestamp and body, several at once.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
WINDOW: Final = 300
"""Seconds that a request's time may be off, either way: long enough for a retry, short enough against replays."""
PREFIX: Final = "whsec_"
SHORTEST_KEY: Final = 24
LONGEST_ID: Final = 128
MOST_SIGNATURES: Final = 16

Flaw = Literal["no_id", "no_timestamp", "stale", "no_signature", "bad_signature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a request was proved to be: `id` is the key under which it is to be done once."""

    id: str


def key_of(secret: str) -> bytes:
    """The key behind a secret: `whsec_` and base64, or its own letters. Raises ValueError for what is no key."""
    if not secret.startswith(PREFIX):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error as error:
            raise ValueError("whsec_ is not followed by base64") from error
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"a key is at least {SHORTEST_KEY} bytes long")
    return key


def signature_headers(keys: Iterable[bytes], number: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a request; one signature for each key, so that a key can be replaced without a gap."""
    timestamp = str(int(now.timestamp()))
    signatures = " ".join(_signature(key, number, timestamp, body) for key in keys)
    return {ID: number, TIMESTAMP: timestamp, SIGNATURE: signatures}


def verify(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> Signed | Flaw:
    """Whether somebody who has one of the keys wrote this, now. `headers` are looked up in small letters."""
    number = headers.get(ID, "")
    if not (0 < len(number) <= LONGEST_ID and number.isascii() and number.isprintable() and " " not in number):
        return "no_id"
    timestamp = headers.get(TIMESTAMP, "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return "no_timestamp"
    given = [each for each in headers.get(SIGNATURE, "").split(" ") if each.startswith("v1,")]
    if not given:
        return "no_signature"
    # The key is asked before the clock: nobody without one learns how ours goes.
    known = [_signature(key, number, timestamp, body).encode() for key in keys]
    shown = [each.encode() for each in given[:MOST_SIGNATURES]]
    if not any(hmac.compare_digest(ours, theirs) for ours in known for theirs in shown):
        return "bad_signature"
    return Signed(id=number) if abs(now.timestamp() - int(timestamp)) <= WINDOW else "stale"


def _signature(key: bytes, number: str, timestamp: str, body: bytes) -> str:
    digest = hmac.digest(key, b".".join((number.encode(), timestamp.encode(), body)), "sha256")
    return "v1," + base64.b64encode(digest).decode()
