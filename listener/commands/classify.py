"""`listener classify`: verdicts on texts, JSONL in and JSONL out, in the order of the input."""

import argparse
import gc
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from alerts.russian import INTENT_TITLES, percent
from classifiers.classify import Judge
from classifiers.lexicon import Markers
from classifiers.model import ModelError
from classifiers.tiers import open_judge
from classifiers.verdict import Question, verdict_row
from listener.brands.matcher import Matcher
from listener.commands.config import asked_or_usual
from listener.commands.jsonl import HELP, answer
from listener.commands.telling import MOODS, telling
from listener.config.values import Config, ConfigError
from listener.environment import SettingsError
from listener.judge_settings import read_judge
from listener.networks.registry import MARKS

_BATCH: Final = 500


class BadLineError(ValueError):
    """A line that cannot be judged; the message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A line: its id as it stood there and the question; or what is wrong with it."""

    id: str | int | None
    question: Question
    error: str | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help=HELP)
    parser.add_argument("--json", action="store_true", help="JSONL for plain texts too")
    parser.add_argument("--config", type=Path, metavar="DIR", help="the config's folder: brands and words")
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="another model than LISTENER_MODEL or the committed one"
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="the first tier alone: some two hundred times as many texts a second",
    )


def run(arguments: argparse.Namespace) -> int:
    """Judge every line; a bad one gives an error row, and 1 at the end."""
    try:
        config = asked_or_usual(arguments.config)
        judge = _judge(arguments, _markers(config))
    except (ConfigError, ModelError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    gc.freeze()  # the model lives to the end; looking through it at every collection halves the speed
    matchers = {brand.id: Matcher([brand], MARKS) for brand in config.brands} if config else {}
    rows = partial(classify_rows, judge=judge, matchers=matchers)
    return answer(arguments.file, rows, in_words, as_json=arguments.json)


def classify_rows(
    lines: Iterable[bytes], judge: Judge, matchers: Mapping[str, Matcher]
) -> Iterator[dict[str, Any]]:
    """One row for each line that is not blank: its verdict, or what is wrong with it; judged in batches."""
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while batch := list(islice(numbered, _BATCH)):
        asked = [_asked(line, matchers) for _, line in batch]
        verdicts = iter(judge.classify([request.question for request in asked if request.error is None]))
        for (number, _), request in zip(batch, asked, strict=True):
            if request.error is None:
                yield {"id": request.id, **verdict_row(next(verdicts))}
            else:
                yield {"line": number, "error": request.error}


def in_words(row: Mapping[str, Any], text: str) -> Iterator[str]:
    """A verdict for a person, with the words that speak for it."""
    yield f"жалоба: {percent(row['complaint'])}, тон: {MOODS[row['label']]}, срочность: {percent(row['urgency'])}"
    intent, topics = INTENT_TITLES.get(row["intent"], row["intent"]), ", ".join(row["topics"])
    yield f"намерение: {intent}, темы: {topics or 'нет'}"
    spans = ((piece["start"], piece["end"], piece["weight"]) for piece in row["evidence"])
    # What the second tier adds stands as evidence of the whole text.
    speaks_for, against = telling(text, (span for span in spans if span[:2] != (0, len(text))))
    yield from (f"{what}: {words}" for what, words in (("за жалобу", speaks_for), ("против", against)) if words)


def _judge(arguments: argparse.Namespace, markers: Markers) -> Judge:
    settings = read_judge(os.environ, Path(".env"))
    model = arguments.model or settings.model
    return open_judge(model, markers, second=settings.second and not arguments.once)


def _markers(config: Config | None) -> Markers:
    return Markers() if config is None else Markers(topics=config.words.topics, urgent=config.words.urgent)


def _asked(line: bytes, matchers: Mapping[str, Matcher]) -> Asked:
    try:
        row = _row(line)
        text = _text(row)
        brand = _brand_spans(row, text, matchers)
        question = Question(text=text, brand=brand, parent=_parent(row, matchers))
        return Asked(id=_identity(row), question=question)
    except BadLineError as error:
        return Asked(id=None, question=Question(text=""), error=str(error))


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLineError("not a JSON object") from None
    if not isinstance(row, dict):
        raise BadLineError("not a JSON object")
    return row


def _text(row: dict[str, Any]) -> str:
    text = row.get("text")
    if not isinstance(text, str):
        raise BadLineError(f"`text` must be a string, got {type(text).__name__}")
    return text


def _parent(row: dict[str, Any], matchers: Mapping[str, Matcher]) -> Question | None:
    """What the text answers, as a question about the same brand; None where the row does not say."""
    told = row.get("parent")
    if told is None:
        return None
    if not isinstance(told, str):
        raise BadLineError(f"`parent` must be a string, got {type(told).__name__}")
    return Question(text=told, brand=_brand_spans(row, told, matchers))


def _identity(row: dict[str, Any]) -> str | int | None:
    identity = row.get("id")
    if identity is not None and (isinstance(identity, bool) or not isinstance(identity, str | int)):
        raise BadLineError(f"`id` must be a string or a whole number, got {type(identity).__name__}")
    return identity


def _brand_spans(row: dict[str, Any], text: str, matchers: Mapping[str, Matcher]) -> tuple[tuple[int, int], ...]:
    """Where the text names the brand it is asked about; nowhere, if it does not."""
    brand = row.get("brand")
    if brand is None:
        return ()
    if not isinstance(brand, str):
        raise BadLineError(f"`brand` must be a string, got {type(brand).__name__}")
    if brand not in matchers:
        known = ", ".join(matchers) or "none, give a folder by --config"
        raise BadLineError(f"`brand`: unknown brand {brand[:40]!r}; known: {known}")
    return next((match.words for match in matchers[brand].match(text)), ())
