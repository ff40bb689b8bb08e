"""Where a community's source stands: the cursor that is stored with what it heard."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """`ts` is the long poll's own; `at` the time (unix seconds) up to which all is known to be stored."""

    ts: str
    at: int


def read_bookmark(cursor: str | None) -> Bookmark | None:
    try:
        row = json.loads(cursor or "null")
        return Bookmark(ts=str(row["ts"]), at=int(row.get("at", 0)))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def write_bookmark(bookmark: Bookmark) -> str:
    return json.dumps({"ts": bookmark.ts, "at": bookmark.at})
