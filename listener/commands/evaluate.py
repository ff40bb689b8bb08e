"""`listener evaluate`: the model's figures on labelled texts, on the development split, on the hard cases."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from classifiers.classify import Judge
from classifiers.corpora import DataError, Example, read_corpora
from classifiers.evaluation import Figures, HardFigures, development_split, measure, measure_hard, read_gold
from classifiers.model import ModelError
from classifiers.read_figures import ReadFigures, measure_read
from classifiers.training import train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="JSONL with `text` and `brands` or `label`"
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="another model than the committed one; with --data: measure it on the read tweets, train nothing",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="train on the early part of the data sets, measure on the late part",
    )
    parser.add_argument("--without-x", action="store_true", help="with --data: train without tweets")


def run(arguments: argparse.Namespace) -> int:
    """Print the figures; without FILE and --data those of the hard cases alone."""
    console = Console()
    try:
        examples: list[Example] = []
        read: Sequence[Example] = ()
        if arguments.data is not None and arguments.model is not None:
            judge, read = Judge.load(arguments.model), read_corpora(arguments.data).unseen
        elif arguments.data is not None:
            judge, examples, read = _development(arguments.data, without_x=arguments.without_x)
        else:
            judge = Judge.load(arguments.model)
            examples = read_gold(arguments.file) if arguments.file else []
    except (DataError, ModelError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if examples:
        for table in _tables(measure(judge, examples)):
            console.print(table)
    elif arguments.file:
        print(f"{arguments.file}: нет ни одной строки с оценкой", file=sys.stderr)
        return 1
    if read:
        console.print(_read_table(measure_read(judge, read)))
    console.print(_hard_table(measure_hard(judge)))
    return 0


def _development(data: Path, *, without_x: bool) -> tuple[Judge, list[Example], Sequence[Example]]:
    corpora, held = development_split(read_corpora(data))
    read = corpora.unseen
    if without_x:
        texts = {one.text for one in held}
        plain = read_corpora(data, with_x=False)
        corpora = replace(plain, examples=[one for one in plain.examples if one.text not in texts])
    return Judge(train(corpora, lambda step: print(step, file=sys.stderr))), held, read


def _tables(figures: Iterable[Figures]) -> Iterable[Table]:
    classes = Table("domain", "class", "texts", "precision", "recall", "F1", title="Classes", title_justify="left")
    whole = Table(
        "domain", "texts", "F1 pos+neg", "macro F1", "ECE", "complaint AP", "complaint ECE",
        title="Whole", title_justify="left",
    )  # fmt: skip
    for one in figures:
        for of in one.classes:
            shares = map(_percent, (of.precision, of.recall, of.f1))
            classes.add_row(one.domain, of.label, str(of.count), *shares)
        shares = map(_percent, (one.contest, one.macro_f1, one.mood_error, one.complaint_ap, one.complaint_error))
        whole.add_row(one.domain, str(one.count), *shares)
    return classes, whole


def _read_table(figures: Iterable[ReadFigures]) -> Table:
    table = Table(
        "domain", "texts", "complaints", "AP", "AP, natural stream", "precision at 80 % recall",
        "the same, natural stream", "ECE", title="Complaints as people read them", title_justify="left",
    )  # fmt: skip
    for one in figures:
        ranged = (one.precision, one.natural_precision, one.at_recall, one.natural_at_recall)
        shown = [f"{_percent(value)} ({_percent(low)}-{_percent(high)})" for value, low, high in ranged]
        table.add_row(one.domain, str(one.count), str(one.complaints), *shown, _percent(one.error))
    return table


def _hard_table(figures: Iterable[HardFigures]) -> Table:
    table = Table("hard cases", "right", "still wrong", title="Invented hard cases", title_justify="left")
    for one in figures:
        table.add_row(one.kind, f"{one.right} of {one.count}", "\n".join(one.wrong))
    return table


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.1f}"
