"""`listener evaluate`: the model's figures on labelled texts, on the development split, on the hard cases."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from classifiers.classify import Judge
from classifiers.corpora import Corpora, read_corpora
from classifiers.evaluation import (
    BUDGET,
    Budget,
    Figures,
    answers,
    development_split,
    figures_of,
    measure_hard,
    robustness,
)
from classifiers.examples import DataError, Example
from classifiers.gold import ROWS, read_gold
from classifiers.listed import ENCODER
from classifiers.model import Model, ModelError, load
from classifiers.other_trades import measured
from classifiers.plots import PlotsError, draw, require
from classifiers.read_figures import measure_read, natural_answers
from classifiers.thread_figures import measure_threads
from classifiers.tiers import alone, behind, missing
from classifiers.topic_figures import measure_topics, measuring, topic_readings, without
from classifiers.trade_figures import ALL_TRADES, invented_posts, measure_trades
from classifiers.training import train
from classifiers.urgency_figures import measure_dangers, measure_urgency, told
from listener.commands.figure_tables import (
    danger_table,
    hard_table,
    read_tables,
    robustness_table,
    tables,
    thread_table,
    topic_table,
    trade_table,
    urgency_table,
)
from listener.refusals import refusal

TIERS: Final = ("both", "one", "two")
_READ_DOMAINS: Final = frozenset(("telecom", "banks"))
"""Which tweets of the development split are complaints has been read, in `classifiers/labels/negatives.tsv`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to measure on what. `read` are tweets that people read, weighed by the stream, `topical` those that
    were read for topics, intent and urgency; `labelled` as `told` in Gold. `dangers` are texts of known complaints
    by source; `data` is the folder whose texts were read for their urgency.
    """

    judge: Judge
    examples: Sequence[Example] = ()
    read: Sequence[Example] = ()
    topical: Sequence[Example] = ()
    reviews: Mapping[str, Sequence[Example]] = field(default_factory=dict)
    dangers: Mapping[str, Sequence[Example]] = field(default_factory=dict)
    data: Path | None = None
    labelled: frozenset[str] = frozenset()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = ROWS
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="labelled JSONL, described below")
    parser.add_argument(
        "--per-day",
        type=_count,
        default=BUDGET.cards,
        metavar="CARDS",
        help="cards that your operators can take a day (%(default)s): how many of them will be complaints?",
    )
    parser.add_argument(
        "--mentions",
        type=_count,
        default=BUDGET.mentions,
        metavar="N",
        help="mentions that are heard a day (%(default)s), of which the likeliest become those cards",
    )
    parser.add_argument(
        "--plots",
        type=Path,
        metavar="DIR",
        help="draw precision against recall and the calibration as PNG into DIR (needs matplotlib)",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="another model than the committed one; with --data: measure it on the read tweets, train nothing",
    )
    parser.add_argument(
        "--tiers",
        choices=TIERS,
        help="which to measure: both (the default; as the daemon has them unless LISTENER_SECOND_OPINION is off),"
        " the first, or the second alone; on the development split the first is the default, because the committed"
        " second tier has seen its tests",
    )
    parser.add_argument("--encoder", type=Path, metavar="FILE", help="another second tier than the committed one")
    _add_data(parser)


def _add_data(parser: argparse.ArgumentParser) -> None:
    """What belongs to the development split."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="train on the early part of the data sets, measure on the late part",
    )
    parser.add_argument("--without-x", action="store_true", help="with --data: train without tweets")
    parser.add_argument(
        "--topics",
        action="store_true",
        help="with --data: only topics, intent and urgency, by a model that has not seen the tweets read for them",
    )
    parser.add_argument(
        "--taught",
        type=Path,
        metavar="FILE",
        help="with --data: answers of `listener teach --development` to learn",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the figures and draw what was asked for; without FILE and --data those of the hard cases alone."""
    budget = Budget(cards=arguments.per_day, mentions=arguments.mentions)
    try:
        if arguments.plots is not None:
            require()
        task = _task(arguments)
        _show(task, budget, arguments.plots)
    except (DataError, ModelError, PlotsError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        has_name = error.filename is not None  # not so in a broken .gz
        print(f"{error.filename}: нет доступа: {refusal(error)}" if has_name else error, file=sys.stderr)
        return 1
    return 0


def _task(arguments: argparse.Namespace) -> Task:
    if conflict := _conflict(arguments):
        raise DataError(conflict)
    if arguments.data is not None and arguments.model is not None:
        corpora = read_corpora(arguments.data, taught=None)
        judge = _judge(load(arguments.model), arguments, "both")
        reviews = measured(arguments.data)
        return Task(
            judge=judge,
            read=corpora.unseen,
            topical=measuring(corpora),
            reviews=reviews,
            dangers=told(corpora, arguments.data),
            data=arguments.data,
        )
    if arguments.data is not None:
        return _development(arguments)
    judge = _judge(load(arguments.model), arguments, "both")
    if arguments.file is None and arguments.plots is not None:
        raise DataError("--plots: рисовать не по чему, нужен FILE или --data")
    if arguments.file is None:
        return Task(judge=judge)
    gold = read_gold(arguments.file)
    if gold.skipped:
        print(f"{arguments.file}: пропущено строк без тональности (speech, skip): {gold.skipped}", file=sys.stderr)
    if not gold.examples:
        raise DataError(f"{arguments.file}: нет ни одной строки с оценкой")
    return Task(judge=judge, examples=gold.examples, labelled=gold.told)


def _conflict(arguments: argparse.Namespace) -> str | None:
    """Which of the options would go unheeded beside the others."""
    learning = arguments.topics or arguments.without_x or arguments.taught is not None
    if arguments.data is None:
        return "--topics, --without-x, --taught: только вместе с --data DIR" if learning else None
    if arguments.file is not None:
        return "FILE и --data меряют разное: оставьте одно из двух"
    if arguments.model is not None and learning:
        return "--topics, --without-x, --taught: для них модель учат заново, уберите --model"
    if arguments.topics and (arguments.without_x or arguments.plots is not None):
        return "--topics: без --without-x и --plots"
    return None


def _development(arguments: argparse.Namespace) -> Task:
    data = arguments.data
    everything = read_corpora(data, taught=arguments.taught)
    corpora, held = development_split(everything)
    if arguments.topics:
        return _topics(everything, corpora, arguments)
    read = corpora.unseen
    if arguments.without_x:
        texts = {example.text for example in held}
        plain = read_corpora(data, with_x=False)
        corpora = replace(plain, examples=[example for example in plain.examples if example.text not in texts])
    model = train(corpora, _say)
    return Task(judge=_judge(model, arguments, "one"), examples=held, read=read, labelled=_READ_DOMAINS)


def _topics(everything: Corpora, corpora: Corpora, arguments: argparse.Namespace) -> Task:
    """Intent and urgency rest on the verdict, and the tweets read for them are some of the best complaints.

    So they need a model of their own, trained without them, and would harm the other figures.
    """
    topical = measuring(everything)
    model = train(replace(corpora, examples=without(corpora, topical)), _say)
    return Task(judge=_judge(model, arguments, "one"), topical=topical)


def _say(step: str) -> None:
    print(step, file=sys.stderr)


def _judge(model: Model, arguments: argparse.Namespace, usual: str) -> Judge:
    tiers = arguments.tiers or usual
    encoder = arguments.encoder or ENCODER
    if tiers == "one":
        return Judge(model)
    if reason := missing(encoder):
        if arguments.tiers is None and arguments.encoder is None:
            print(f"Только первый уровень: {reason}", file=sys.stderr)
            return Judge(model)
        raise ModelError(f"второй уровень: {reason}")
    return Judge(model, cascade=alone(encoder) if tiers == "two" else behind(model, encoder))


def _show(task: Task, budget: Budget, plots: Path | None) -> None:
    console = Console()
    answered = answers(task.judge, task.examples)
    for table in tables(_known([figures_of(answer, budget) for answer in answered]), task.labelled, budget):
        console.print(table)
    for table in read_tables(measure_read(task.judge, task.read, budget), budget):
        console.print(table)
    for table in _by_trades(task):
        console.print(table)
    console.print(hard_table(measure_hard(task.judge)))
    console.print(robustness_table(robustness(task.judge)))
    console.print(thread_table(*measure_threads(task.judge)))
    posts = [row for row in measure_trades(task.judge, invented_posts()) if row.trade != ALL_TRADES]
    console.print(trade_table(posts, "Придуманные посты двадцати отраслей, которых модель не видела"))
    if plots is not None:
        written = draw(answered, plots, budget) if answered else []
        if task.read:
            written += draw(natural_answers(task.judge, task.read), plots, budget, "read-")
        console.print(*(f"Нарисовано: {file}" for file in written), sep="\n", soft_wrap=True)


def _by_trades(task: Task) -> Iterator[Table]:
    """What the folder of data sets has of other trades, of urgency and of topics."""
    trades = measure_trades(task.judge, task.reviews) if task.reviews else []
    if trades:
        yield trade_table(trades)
    urgency = measure_urgency(task.judge, task.data) if task.data else None
    if urgency:
        yield urgency_table(urgency)
    if task.dangers:
        yield danger_table(measure_dangers(task.judge, task.dangers))
    topics = measure_topics(task.judge, task.topical, topic_readings())
    if topics:
        yield topic_table(topics)


def _known(found: Sequence[Figures]) -> list[Figures]:
    """Those that say something; of the others a word why they do not."""
    nothing = [figures.domain for figures in found if figures.mood is None and figures.complaint is None]
    for domain in nothing:
        print(f"{domain}: нет ни тональности, ни одной жалобы — мерить нечего", file=sys.stderr)
    return [figures for figures in found if figures.domain not in nothing]


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text!r}")
    return int(text)
