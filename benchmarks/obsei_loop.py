"""The peer's run, by its own interpreter: `python -P obsei_loop.py FILE FOLDER [JUDGE]` prints mentions a second.

Net of its start, in its best configuration: no redaction, batches of a thousand, its store unencrypted (DuckDB,
synced with each batch), its Parquet sink where Otklik has cards. With JUDGE, where Otklik's code is found,
Otklik's first tier is its enricher. It matches no brands and opens no cases: all texts are judged as they are.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from obsei.core.context import Context
from obsei.core.record import Enrichment
from obsei.pipeline import Pipeline, SourceSpec, run
from obsei.sinks.parquet import ParquetConfig, ParquetSink
from obsei.sources._common import FieldMap
from obsei.sources.files import FileConfig, JsonlSource
from obsei.store import Store

from classifiers.tiers import open_judge
from classifiers.verdict import Question

BATCH = 1_000


class Judged:
    """Otklik's first tier as an enricher."""

    name: ClassVar[str] = "judged"
    version: ClassVar[str] = "1"

    def __init__(self) -> None:
        self._judge = open_judge(second=False)

    def enrich(self, batch: Sequence[Any]) -> list[Any]:
        verdicts = self._judge.classify([Question(text=record.text) for record in batch])
        return [Enrichment(value=verdict.label, confidence=verdict.complaint) for verdict in verdicts]


def main() -> None:
    file, folder, with_judge = Path(sys.argv[1]), Path(sys.argv[2]), "JUDGE" in sys.argv[3:]
    fields = FieldMap(text="text", id="id", created_at="published_at", author="author.handle", url="url")
    context = Context()
    pipeline = Pipeline(
        name="tweets",
        sources=[SourceSpec("tweets", JsonlSource(FileConfig(path=file, fields=fields), context))],
        enrichers=[Judged()] if with_judge else [],
        sinks=[ParquetSink(ParquetConfig(directory=folder / "parquet"), context)],
        allow_unredacted=True,
        batch_size=BATCH,
    )
    store = Store(folder / "obsei.duckdb", allow_unencrypted=True)
    began = time.perf_counter()
    report = run(pipeline, store)
    seconds = time.perf_counter() - began
    if not report.stored:
        raise SystemExit("nothing was stored")
    print(report.stored / seconds)


if __name__ == "__main__":
    main()
