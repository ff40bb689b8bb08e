"""The brand matcher beside the bare loop: fold each text, cut it into words, look each one up in a set."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

import orjson

from benchmarks.row import Row
from benchmarks.stream import TELECOM, invented_config, invented_texts, real_lines
from listener.brands.letters import TOKEN, fold
from listener.brands.matcher import Matcher
from listener.config.load import load
from listener.config.values import Config

TEXTS: Final = 10_000
ROUNDS: Final = 5


def run() -> list[Row]:
    rows = _beside("invented, nearly every text names a brand", invented_config(), invented_texts(TEXTS))
    rows += _beside("invented, seven operators, no text names one", load(TELECOM), invented_texts(TEXTS))
    real = real_lines()
    if real is not None:
        texts = [orjson.loads(line)["text"] for line in real.splitlines()]
        rows += _beside("telecom, real, seven operators", load(TELECOM), texts)
    return rows


def _beside(name: str, config: Config, texts: Sequence[str]) -> list[Row]:
    matcher = Matcher(config.brands)
    names = frozenset(
        word for brand in config.brands for name in brand.names for word in TOKEN.findall(fold(name))
    )

    def match() -> int:
        return sum(bool(matcher.match(text)) for text in texts)

    def bare_loop() -> int:
        return sum(any(word in names for word in TOKEN.findall(fold(text))) for text in texts)

    whole, bare = _rate(match, len(texts)), _rate(bare_loop, len(texts))
    return [
        Row(name=name, value=whole, unit="texts/s", against="the bare loop", ratio=whole / bare),
        Row(name="the bare loop", value=bare, unit="texts/s"),
    ]


def _rate(work: Callable[[], int], texts: int) -> float:
    """Texts a second of this thread's processor time, the median of the rounds: other work does not count."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.thread_time()
        work()
        seconds.append(time.thread_time() - begun)
    return texts / median(seconds)
