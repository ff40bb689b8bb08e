"""`listener teach`: the second tier's encoder, and its answers about the unlabelled tweets for the first tier."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from classifiers.corpora import Corpora, comments, read_corpora
from classifiers.evaluation import development_split
from classifiers.examples import DataError
from classifiers.listed import ENCODER
from classifiers.taught import TAUGHT, save_answers

if TYPE_CHECKING:
    from classifiers.encoder.fine_tune import Told
    from classifiers.encoder.lessons import Lessons
    from classifiers.encoder.network import Network
    from classifiers.encoder.teaching import Room


_COLUMNS: Final = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), metavar="DIR", help="folder of train/ and lexicons/"
    )
    parser.add_argument("--out", type=Path, default=ENCODER, metavar="FILE", help="the encoder's file to write")
    parser.add_argument("--taught", type=Path, default=TAUGHT, metavar="FILE", help="the answers' file to write")
    parser.add_argument(
        "--teachers",
        type=int,
        default=2,
        metavar="N",
        help="networks that are taught first, and answer what nobody labelled; the last one learns from them too",
    )
    parser.add_argument(
        "--full-precision",
        action="store_true",
        help="no bfloat16, for a CPU that cannot multiply such numbers (one with AMX takes 1.7 times as long so)",
    )
    parser.add_argument(
        "--further",
        action="store_true",
        help="go on from an encoder's file: its upper layers learn other trades, ten minutes on one core",
    )
    parser.add_argument(
        "--start",
        type=Path,
        default=ENCODER,
        metavar="FILE",
        help="with --further: the file to go on from, the committed one by default",
    )
    parser.add_argument(
        "--development",
        action="store_true",
        help="learn from the early part of the data sets alone, to be measured",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fine-tune on the CPU (45 min on two cores with AMX), export, answer; `listener train` comes after it."""
    try:
        from classifiers.encoder import source, teaching  # noqa: PLC0415 - torch is only for this command
        from classifiers.encoder.wording import wording  # noqa: PLC0415 - the same
    except ImportError as error:
        print(f"Нет библиотеки {error.name}. Поставьте: pip install 'otklik[teach]'", file=sys.stderr)
        return 1
    try:
        corpora = _corpora(arguments)
        extra = comments(arguments.data / "train" / "okmlcup_toxic.csv.zip")
        wordings = [
            wording(example.text, example.brand) for example in corpora.examples if example.domain != "news"
        ]
        if arguments.further:
            room, network = _taught_further(corpora, arguments)
            arrays = teaching.arrays_of(network)
        else:
            room = teaching.open_room(source.read_source(source.packaged()), [*wordings, *map(wording, extra)])
            network = _taught(room, corpora, arguments)
            arrays = teaching.finish(network)
        checksum = teaching.save(room, arrays, arguments.out, {"teachers": str(arguments.teachers)})
        opinions = teaching.opinions(room, network, corpora, half=not arguments.full_precision)
        answers = save_answers(opinions, arguments.taught)
    except (DataError, OSError, ImportError, source.SourceError) as error:
        print(f"Не обучено: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} МБ, SHA-256 {checksum}")
    print(f"{arguments.taught}: SHA-256 {answers}")
    return 0


def _showing(progress: Progress, name: str) -> "Told":
    task = progress.add_task(name, total=None)

    def show(step: int, steps: int, loss: float) -> None:
        progress.update(task, completed=step, total=steps, description=f"{name}, потеря {loss:.3f}")

    return show


def _taught(room: "Room", corpora: Corpora, arguments: argparse.Namespace) -> "Network":
    from classifiers.encoder import fine_tune, teaching  # noqa: PLC0415 - torch is only for this command

    known = teaching.from_people(room, corpora.examples)
    with Progress(*_COLUMNS, console=Console(stderr=True)) as progress:

        def network(name: str, lessons: "Lessons", seed: int) -> "Network":
            show = _showing(progress, name)
            recipe = fine_tune.Recipe(seed=seed, half=not arguments.full_precision)
            return teaching.teach(room, lessons, show, recipe)

        teachers = [network(f"Учитель {seed}", known, seed) for seed in range(1, arguments.teachers + 1)]
        if teachers:
            known += teaching.from_teachers(room, teachers, corpora.examples)
        return network("Ученик", known, 1)


def _taught_further(corpora: Corpora, arguments: argparse.Namespace) -> tuple["Room", "Network"]:
    from classifiers.encoder import fine_tune, read_back, teaching  # noqa: PLC0415 - torch is only for this command

    room, arrays = read_back.read_back(arguments.start)
    recipe = fine_tune.Recipe(
        epochs=1,
        rate=teaching.FURTHER_RATE,
        answers_rate=5 * teaching.FURTHER_RATE,
        half=not arguments.full_precision,
    )
    lessons = teaching.further_lessons(room, corpora.examples, np.random.default_rng(recipe.seed))
    with Progress(*_COLUMNS, console=Console(stderr=True)) as progress:
        show = _showing(progress, "Дальше")
        return room, teaching.teach_further(room, arrays, lessons, show, recipe)


def _corpora(arguments: argparse.Namespace) -> Corpora:
    # The file that `--start` names learned its own lessons; going on adds what was written and read later.
    corpora = read_corpora(arguments.data, taught=None, later=arguments.further)
    return development_split(corpora)[0] if arguments.development else corpora
