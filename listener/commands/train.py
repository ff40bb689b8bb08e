"""`listener train`: the judge's model from the labelled data sets, or adapted to a brand's own labels."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from classifiers.corpora import read_corpora
from classifiers.examples import DataError
from classifiers.model import COMMITTED, ModelError, save
from classifiers.training import STEPS, train
from listener.brands.matcher import Matcher
from listener.commands.config import asked_or_usual
from listener.commands.own_labels import OUT, BadLabelError, adapt_to, read_labels
from listener.config.values import ConfigError
from listener.environment import SettingsError
from listener.judge_settings import read_judge
from listener.networks.registry import MARKS
from listener.refusals import refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), metavar="DIR", help="folder of train/ and lexicons/"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"the model file to write; the committed one, with --labels {OUT}",
    )
    parser.add_argument("--without-x", action="store_true", help="leave out every set of tweets")
    parser.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="do not train, adapt to JSONL of `text`, `complaint` (true or false), `brand`? (its id),"
        " `words`? (where the text names it, [[start, end], …]); `listener export labels` writes it",
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="with --labels: adapt this model, not the committed one"
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help="with --labels: the folder of the brands")


def run(arguments: argparse.Namespace) -> int:
    """Write a model; the same data, labels and versions give the same file. 1 when nothing was written."""
    return _train(arguments) if arguments.labels is None else _adapt(arguments)


def _train(arguments: argparse.Namespace) -> int:
    out: Path = arguments.out or COMMITTED
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Чтение", total=STEPS + 1)
            corpora = read_corpora(arguments.data, with_x=not arguments.without_x)
            model = train(corpora, lambda step: progress.update(task, advance=1, description=step))
            progress.update(task, advance=1, description="Готово")
        checksum = save(model, out)
    except (DataError, ModelError, OSError) as error:
        print(f"Не обучено: {error}", file=sys.stderr)
        return 1
    size = out.stat().st_size / 1e6
    print(f"{out}: {len(corpora.examples)} примеров, {size:.1f} МБ, SHA-256 {checksum}")
    return 0


def _adapt(arguments: argparse.Namespace) -> int:
    try:
        second = read_judge(os.environ, Path(".env")).second
        config = asked_or_usual(arguments.config)
        matchers = {brand.id: Matcher([brand], MARKS) for brand in config.brands} if config else {}
        labels = read_labels(arguments.labels, matchers)
    except (BadLabelError, ConfigError, SettingsError) as error:
        print(f"Не записано:\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{arguments.labels}: файл не читается: {refusal(error)}", file=sys.stderr)
        return 1
    return adapt_to(labels, base=arguments.model, out=arguments.out or OUT, config=config, second=second)
