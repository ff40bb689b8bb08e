"""`listener train`: the judge's model from the labelled data sets."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from classifiers.corpora import DataError, read_corpora
from classifiers.model import COMMITTED, save
from classifiers.training import STEPS, train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), metavar="DIR", help="folder of train/ and lexicons/"
    )
    parser.add_argument("--out", type=Path, default=COMMITTED, metavar="FILE", help="the model file to write")
    parser.add_argument("--without-x", action="store_true", help="leave out every set of tweets")


def run(arguments: argparse.Namespace) -> int:
    """Train and write the model; the same data and versions give the same file."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Чтение", total=STEPS + 1)
            corpora = read_corpora(arguments.data, with_x=not arguments.without_x)
            model = train(corpora, lambda step: progress.update(task, advance=1, description=step))
            progress.update(task, advance=1, description="Готово")
        checksum = save(model, arguments.out)
    except (DataError, OSError) as error:
        print(f"Не обучено: {error}", file=sys.stderr)
        return 1
    size = arguments.out.stat().st_size / 1e6
    print(f"{arguments.out}: {len(corpora.examples)} примеров, {size:.1f} МБ, SHA-256 {checksum}")
    return 0
