"""The process in which texts are read: `python -m listener.judge_worker`, asked and answered through its pipes.

It loads its command line's model at once. What is asked on standard input and answered on standard output are
frames, a length of four bytes and MessagePack each: first a Setup, answered by Ready, then Batches, each
answered by an Answer, in order. It ends when its input ends, so it outlives nobody who was killed.
"""

import argparse
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import msgspec

from classifiers.lexicon import Markers
from classifiers.model import ModelError
from classifiers.pace import Pace
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Judges, Question
from domain.brand import Brand
from domain.verdict import Verdict
from listener.brands.matcher import Matcher
from listener.gc_tuning import last_words, made_to_last, settle, tame_malloc
from listener.reader import Asked, Matches, Paced, Readings, read_apart
from listener.shapes import unpacker

LENGTH: Final = 4
"""Bytes that say how long a frame is."""

Message = TypeVar("Message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the matcher and the judge are built of. `marks` stand before accounts' names, by network."""

    brands: tuple[Brand, ...]
    marks: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, tuple[str, ...]]
    urgent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """`error` is why nothing can be read, for the staff; `lacking` why there is no second opinion, though
    one is wanted.
    """

    error: str | None = None
    lacking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Texts, the levels (brand id → probability) from which evidence is wanted, and how many texts wait behind.

    `questions` are for the judge alone, whatever brands their texts name.
    """

    asked: list[Asked]
    levels: dict[str, float]
    waiting: int
    questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    read: Readings
    paced: Paced
    verdicts: list[Verdict] = field(default_factory=list)


def main() -> int:
    """Serve until the input ends."""
    tame_malloc()
    last_words()
    # Whoever asks decides when this ends: a word to the whole group of processes must not cut a batch off.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="listener.judge_worker", description=__doc__)
    parser.add_argument("model", nargs="?", type=Path, help="the one that comes with Otklik if not given")
    parser.add_argument("--once", action="store_true", help="no second tier")
    wanted = parser.parse_args()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the answers
    questions = sys.stdin.buffer
    pace = Pace()
    try:
        with made_to_last():
            judge = open_judge(wanted.model, second=not wanted.once, pace=pace)
            setup = _next(questions, unpacker(Setup))
            if setup is None:
                return 0
            matcher = Matcher(setup.brands, setup.marks)
            judge.heed(Markers(topics=setup.topics, urgent=setup.urgent))
    except ModelError as error:
        _say(answers, Ready(error=str(error)))
        return 1
    settle()
    _say(answers, Ready(lacking=None if wanted.once else missing()))
    batches = unpacker(Batch)
    while (batch := _next(questions, batches)) is not None:
        _say(answers, answered(batch, matcher, judge, pace))
    return 0


def answered(batch: Batch, matcher: Matches, judge: Judges, pace: Pace) -> Answer:
    pace.waiting = batch.waiting
    found = read_apart(batch.asked, matcher, judge, batch.levels)
    readings = [[(match, _whole(verdict)) for match, verdict in reading] for reading in found.readings]
    verdicts = list(map(_whole, judge.classify(batch.questions)))
    return Answer(read=replace(found, readings=readings), paced=Paced.of(pace), verdicts=verdicts)


def _whole(verdict: Verdict) -> Verdict:
    """The verdict with its evidence worked out; of what nobody asked any for the judge has left it out."""
    return replace(verdict, evidence=list(verdict.evidence)) if verdict.evidence else verdict


def framed(message: object) -> bytes:
    content = msgspec.msgpack.encode(message)
    return len(content).to_bytes(LENGTH, "big") + content


def _next(file: BinaryIO, decoder: msgspec.msgpack.Decoder[Message]) -> Message | None:
    """The next message; None at the end."""
    length = file.read(LENGTH)
    if len(length) < LENGTH:
        return None
    content = file.read(size := int.from_bytes(length, "big"))
    return decoder.decode(content) if len(content) == size else None


def _say(file: BinaryIO, message: object) -> None:
    file.write(framed(message))
    file.flush()


if __name__ == "__main__":
    sys.exit(main())
