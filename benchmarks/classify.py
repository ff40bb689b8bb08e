"""The judge beside the bare loop (cut, look up, add) and scikit-learn's own pipeline, on invented texts."""

import gc
import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median

from benchmarks.row import Row
from classifiers.classify import Judge
from classifiers.corpora import OWN, marked_place
from classifiers.model import COMPLAINT, Model, load
from classifiers.space import reference_logits
from classifiers.text import pieces
from classifiers.verdict import Question

TEXTS = 4_000
REFERENCE_TEXTS = 1_000
BATCH = 500
ROUNDS = 5
SINGLES = 1_000


def run() -> list[Row]:
    model = load()
    judge = Judge(model)
    questions = invented(TEXTS)
    texts = [question.text for question in questions]
    judge.classify(questions)
    # As the daemon does after its start: what lives for ever need not be looked through at every collection.
    gc.collect()
    gc.freeze()
    batches = rate(lambda: _in_batches(judge, questions), len(questions))
    explained = rate(lambda: _explained(judge, questions), len(questions))
    bare = rate(_bare_loop(model, texts), len(texts))
    pairs = [(question.text, question.brand) for question in questions[:REFERENCE_TEXTS]]
    reference = rate(lambda: reference_logits(model, pairs), len(pairs), rounds=1)
    single = _single(judge, questions[:SINGLES])
    return [
        Row(name="batches", value=batches, unit="texts/s", against="the bare loop", ratio=batches / bare),
        Row(
            name="batches, evidence read",
            value=explained,
            unit="texts/s",
            against="batches",
            ratio=explained / batches,
        ),
        Row(name="the bare loop", value=bare, unit="texts/s"),
        Row(name="batches", value=batches, unit="texts/s", against="scikit-learn", ratio=batches / reference),
        Row(name="scikit-learn", value=reference, unit="texts/s"),
        Row(name="one text", value=single * 1_000, unit="ms", against="0.3 ms", ratio=single * 1_000 / 0.3),
    ]


def invented(count: int) -> list[Question]:
    """Texts of some eighty characters, each two of our own examples, half of them naming a brand."""
    lines = [line.partition("\t")[2] for line in OWN.read_text(encoding="utf-8").splitlines()]
    random = Random(2)
    texts = [f"{random.choice(lines)} {random.choice(lines)}"[:100] for _ in range(count)]
    return [Question(text=text, brand=marked_place(text) if at % 2 else ()) for at, text in enumerate(texts)]


def _in_batches(judge: Judge, questions: Sequence[Question]) -> None:
    for start in range(0, len(questions), BATCH):
        judge.classify(questions[start : start + BATCH])


def _explained(judge: Judge, questions: Sequence[Question]) -> None:
    """As the daemon does, which stores the evidence of each verdict."""
    for start in range(0, len(questions), BATCH):
        for verdict in judge.classify(questions[start : start + BATCH]):
            tuple(verdict.evidence)


def _bare_loop(model: Model, texts: Sequence[str]) -> Callable[[], float]:
    """The least that any scorer by words must do: cut the text, look each piece up, add."""
    weights = dict(zip(model.words.names, model.words.weights[:, COMPLAINT].tolist(), strict=True))

    def loop() -> float:
        return sum(sum(weights.get(piece, 0.0) for piece in pieces(text.lower())) for text in texts)

    return loop


def rate(work: Callable[[], object], texts: int, *, rounds: int = ROUNDS) -> float:
    """Texts a second of this thread's processor time, the median of the rounds: other work does not count."""
    seconds = []
    for _ in range(rounds):
        begun = time.thread_time()
        work()
        seconds.append(time.thread_time() - begun)
    return texts / median(seconds)


def _single(judge: Judge, questions: Sequence[Question]) -> float:
    seconds = []
    for question in questions:
        begun = time.perf_counter()
        judge.classify([question])
        seconds.append(time.perf_counter() - begun)
    return median(seconds)
