"""What people read: which tweets are a customer's complaint, by id (`labels/GUIDELINE.md`); never their texts.

Half of the readings teach, the other half measures and teaches nothing, in the shipped model neither.
"""

import csv
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from domain.verdict import Label

_LABELS: Final = Path(__file__).parent / "labels"
READ: Final = _LABELS / "complaints.tsv"
ATTITUDES: Final = _LABELS / "attitudes.tsv"
"""Tweets that the contest left without labels: kind by the guideline, attitude by the contest's examples."""
NEGATIVES: Final = _LABELS / "negatives.tsv"
"""Which of the tweets that the contest calls negative are a complaint, which bad press, which neither."""
TRADES: Final = _LABELS / "other_trades.tsv"
"""Comments of OK.ru and tweets about other trades than telecom and banks: kind by the guideline."""
LATER: Final = _LABELS / "other_trades_later.tsv"
"""The same of texts that were read later, CEDR's among them; the second tier alone learns them (decision 0109)."""
COMMENTS: Final = _LABELS / "comments.tsv"
"""Moods of comments in OK.ru, by their number in the file."""

SUSPECT_SHARES: Final[Mapping[str, float]] = {"telecom": 0.141, "banks": 0.0272}
"""How much of each domain's stream the early model suspected (2 509 of 17 780 mentions, 431 of 15 849)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`suspect`: the early model, by which tweets were drawn, gave a quarter or more; `teaches`: not for tests."""

    complaint: bool
    suspect: bool
    teaches: bool


def readings(path: Path = READ) -> dict[tuple[str, str], Reading]:
    """(Tweet's id, brand) → reading. The halves are cut by the id alone: more labels move none of them."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (row["id"], row["brand"]): Reading(
                complaint=row["final"] == "complaint", suspect=row["suspect"] == "yes", teaches=teaches(row["id"])
            )
            for row in csv.DictReader(lines, delimiter="\t")
        }


def read_attitudes(path: Path = ATTITUDES) -> dict[tuple[str, str], tuple[Label, str]]:
    """(Tweet's id, brand) → attitude and kind."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (row["id"], row["brand"]): (cast(Label, row["attitude"]), row["kind"])
            for row in csv.DictReader(lines, delimiter="\t")
        }


def negatives(path: Path = NEGATIVES) -> dict[tuple[str, str], str]:
    """(Tweet's id, brand) → kind."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {(row["id"], row["brand"]): row["kind"] for row in csv.DictReader(lines, delimiter="\t")}


def read_trades(path: Path = TRADES) -> dict[str, bool]:
    """Id of a comment (`okml:` and its number in the file) or a tweet (`tweet:`) → whether it complains.

    What readers doubt to the end, or read differently, is left out.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        told = {
            row["id"]: {row["kind"], row["second"]} - {"", "doubtful"}
            for row in csv.DictReader(lines, delimiter="\t")
        }
    return {post: kinds == {"complaint"} for post, kinds in told.items() if len(kinds) == 1}


def read_moods(path: Path = COMMENTS) -> dict[int, Label | None]:
    """Number of the comment in its file, from 0 → mood; None where no sense can be made of it."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            int(row["number"]): None if row["mood"] == "skip" else cast(Label, row["mood"])
            for row in csv.DictReader(lines, delimiter="\t")
        }


def teaches(tweet: str) -> bool:
    return zlib.crc32(tweet.encode()) % 2 == 0


def natural_weights(domain: str, read: Sequence[Reading]) -> list[float]:
    """How much of the domain's stream each text stands for: suspects were drawn more often than they occur."""
    share = SUSPECT_SHARES[domain]
    suspects = sum(one.suspect for one in read)
    return [share / suspects if one.suspect else (1 - share) / (len(read) - suspects) for one in read]
