"""`python -m benchmarks.verdicts write FILE`, after a change `… compare FILE`: nothing may move by more than 1e-9.

What is compared of each text: the brands that it names and where, and the whole verdict of the first tier with its
evidence. Texts are the data sets' beside the project, as many as there are up to MOST, else the simulator's.
"""

import argparse
import gzip
import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from benchmarks.stream import REAL, TELECOM, invented_config, invented_texts
from classifiers.tiers import open_judge
from classifiers.verdict import Judges, Question
from domain.brand import Match
from domain.verdict import Verdict
from listener.brands.matcher import Matcher
from listener.config.load import load
from listener.networks.registry import MARKS

MOST: Final = 50_000
NEAR: Final = 1e-9
A_BATCH: Final = 500


def texts() -> list[str]:
    """Different texts, in a fixed order; those of one file lie apart, so that batches are mixed."""
    found = dict.fromkeys(text for file in sorted(REAL.parents[1].rglob("*.jsonl.gz")) for text in _texts(file))
    ordered = sorted(found, key=lambda text: hashlib.sha256(text.encode()).digest())
    return (ordered or list(dict.fromkeys(invented_texts(5_000))))[:MOST]


def _texts(file: Path) -> Iterator[str]:
    with gzip.open(file) as packed:
        for line in packed:
            row = orjson.loads(line)
            if isinstance(row, dict) and isinstance(row.get("text"), str):
                yield row["text"]


def judged(some: Sequence[str], matcher: Matcher, judge: Judges) -> Iterator[tuple[list[Match], list[Verdict]]]:
    """What each text names, and the verdicts on it for each brand, or for none where it names none."""
    for start in range(0, len(some), A_BATCH):
        batch = some[start : start + A_BATCH]
        matches = [matcher.match(text) for text in batch]
        questions = [
            [Question(text=text, brand=match.words) for match in of] or [Question(text=text)]
            for text, of in zip(batch, matches, strict=True)
        ]
        verdicts = iter(judge.classify([question for of in questions for question in of]))
        for of, asked in zip(matches, questions, strict=True):
            yield of, [next(verdicts) for _ in asked]


def figures(verdict: Verdict) -> list[float]:
    mood = verdict.sentiment
    weights = [piece.weight for piece in verdict.evidence]
    return [mood.negative, mood.neutral, mood.positive, verdict.complaint, verdict.urgency, *weights]


def words(matches: Sequence[Match], verdicts: Sequence[Verdict]) -> bytes:
    """All that is no figure, as bytes."""
    said = [
        (
            verdict.label,
            verdict.intent,
            verdict.topics,
            verdict.dangers,
            [(piece.start, piece.end) for piece in verdict.evidence],
        )
        for verdict in verdicts
    ]
    return orjson.dumps([[(match.brand, match.words, match.reason) for match in matches], said])


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.verdicts", description=__doc__)
    parser.add_argument("what", choices=["write", "compare"])
    parser.add_argument("file", type=Path, help="an .npz")
    arguments = parser.parse_args()
    some = texts()
    matcher = Matcher((*load(TELECOM).brands, *invented_config().brands), MARKS)
    numbers: list[float] = []
    digests: list[str] = []
    for matches, verdicts in judged(some, matcher, open_judge(second=False)):
        numbers += [figure for verdict in verdicts for figure in figures(verdict)]
        digests.append(hashlib.sha256(words(matches, verdicts)).hexdigest())
    now = np.array(numbers)
    print(f"{len(some)} texts, {len(now)} figures")
    if arguments.what == "write":
        np.savez_compressed(arguments.file, figures=now, digests=np.array(digests))
        return 0
    with np.load(arguments.file) as before:
        changed = [
            text for text, old, new in zip(some, before["digests"].tolist(), digests, strict=True) if old != new
        ]
        moved = float(np.abs(before["figures"] - now).max()) if before["figures"].shape == now.shape else np.inf
    for text in changed[:10]:
        print("said otherwise:", text)
    print(f"{len(changed)} said otherwise; figures moved by {moved:.1e} at most, {NEAR:.0e} is allowed")
    return 0 if not changed and moved <= NEAR else 1


if __name__ == "__main__":
    sys.exit(main())
