"""`listener train --labels`: reads a brand's own labels and adapts the model to them if nothing gets worse."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from classifiers.classify import Judge
from classifiers.comparing import Right
from classifiers.feedback import FEW, MANY, Adapted, FeedbackError, Label, adapt, log_loss, moved, way_of
from classifiers.guard import refusal, regression, right_of_labels
from classifiers.model import Floats, Model, ModelError, load, save
from classifiers.text import spans_of
from classifiers.tiers import missing, serving
from domain.span import Span
from listener.brands.matcher import Matcher
from listener.config.values import Config

OUT: Final = Path("var/judge.npz")

_ADVICE: Final = (
    "Проверьте, не перепутаны ли жалобы и не жалобы. Если метки верны, измените порог самого бренда,\n"
    "alert: complaint_at в его файле: другим брендам это не мешает"
)
_SHOWN: Final = 50
"""Mistakes that are shown; a file that is no labels file at all has one a line."""
_EXAMPLES_TAKE: Final = 8
_TEXTS_A_SECOND: Final = 80
"""Seconds that the invented examples take, and the second tier's speed on labels, both with a core to itself."""

MakesJudge = Callable[[Model], Judge]


class BadLabelError(ValueError):
    """A row that is no label, or a file with such rows; the message is Russian."""


def adapt_to(
    labels: Sequence[Label], *, base: Path | None, out: Path, config: Config | None, second: bool = True
) -> int:
    """Adapt, look whether anything got worse, write, and tell; 1 when nothing was written, with the reason.

    `second` is whether the daemon is to have a second opinion: both are judged as it would.
    """
    begun = time.monotonic()
    try:
        model = _untouched(base)
        way_of([label.complaint for label in labels])
        adapted, kept = _tried(model, labels, _judges(labels, second=second))
        print(*_results(adapted, kept), f"Проверка заняла {time.monotonic() - begun:.0f} с", sep="\n")
        if reason := refusal(adapted, kept):
            advice = _thresholds(adapted.before, labels, config)
            print(f"Не записано: с этими метками модель стала хуже: {reason}", file=sys.stderr)
            print(_ADVICE, *advice, sep="\n", file=sys.stderr)
            return 1
        checksum = save(adapted.model, out)
    except (FeedbackError, ModelError, OSError) as error:
        print(f"Не записано: {error}", file=sys.stderr)
        return 1
    if len({label.brand for label in labels}) > 1:
        print(*_thresholds(adapted.held_back, labels, config), sep="\n")
    print(f"{out}: SHA-256 {checksum}")
    print(f"Чтобы Отклик судил по ней: LISTENER_MODEL={out} в .env и перезапуск")
    return 0


def read_labels(path: Path, matchers: Mapping[str, Matcher]) -> list[Label]:
    """The labels of a JSONL file. Raises BadLabelError with every bad line, OSError when there is no file."""
    labels: list[Label] = []
    mistakes: list[str] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    labels.append(_label(line, matchers))
            except BadLabelError as error:
                mistakes.append(f"{path}:{number}: {error}")
    if mistakes:
        more = len(mistakes) - _SHOWN
        rest = [f"…и ещё {more}"] if more > 0 else []
        raise BadLabelError("\n".join([*islice(mistakes, _SHOWN), *rest]))
    return labels


def _untouched(base: Path | None) -> Model:
    """The model to adapt. What was adapted once would count the same labels again."""
    model = load(base)
    if "labels" in model.about:
        raise FeedbackError(f"{base}: модель уже подстроена; подстраивайте исходную по всем меткам сразу")
    return model


def _judges(labels: Sequence[Label], *, second: bool) -> MakesJudge:
    """How the daemon would judge, and a word to the person who waits for it."""
    if reason := missing() if second else "LISTENER_SECOND_OPINION=off":
        print(f"Судит только первый уровень: {reason}", file=sys.stderr)
    else:
        wait = _EXAMPLES_TAKE + len(labels) / _TEXTS_A_SECOND
        print(f"Судят оба уровня, как у Отклика в работе: около {wait:.0f} с на свободном ядре", file=sys.stderr)
    return serving(second=second)


def _tried(model: Model, labels: Sequence[Label], judges: MakesJudge) -> tuple[Adapted, list[Right]]:
    """The adapted model and how it does, read back from a file: what is measured is what will serve."""
    judge = judges(model)
    adapted = adapt(model, judge, labels)
    with TemporaryDirectory() as folder:
        trial = Path(folder) / "judge.npz"
        save(adapted.model, trial)
        return adapted, [*regression(judge, judges(load(trial))), right_of_labels(adapted)]


def _label(line: bytes, matchers: Mapping[str, Matcher]) -> Label:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLabelError("это не JSON") from None
    if not isinstance(row, dict):
        raise BadLabelError('нужен объект JSON: {"text": "…", "complaint": true}')
    text, complaint, brand = row.get("text"), row.get("complaint"), row.get("brand")
    if not isinstance(text, str) or not text.strip():
        raise BadLabelError("text: нужен непустой текст")
    if not isinstance(complaint, bool):
        raise BadLabelError(f"complaint: нужно true или false, а не {_shown(complaint)}")
    if brand is not None and not isinstance(brand, str):
        raise BadLabelError(f"brand: нужен id бренда в кавычках, а не {_shown(brand)}")
    words = _words(row, text) if row.get("words") is not None else _brand_spans(brand, text, matchers)
    return Label(text=text, complaint=complaint, words=words, brand=brand)


def _words(row: dict[str, Any], text: str) -> tuple[Span, ...]:
    spans = spans_of(row["words"], len(text))
    if spans is None:
        given = _shown(row["words"])
        raise BadLabelError(f"words: нужны места имени бренда в тексте, [[начало, конец], …], а не {given}")
    return spans


def _brand_spans(brand: str | None, text: str, matchers: Mapping[str, Matcher]) -> tuple[Span, ...]:
    """Where the text names the brand; nowhere, if it does not."""
    if brand is None:
        return ()
    if brand not in matchers:
        known = ", ".join(matchers) or "нет ни одного, укажите папку настроек: --config"
        raise BadLabelError(f"brand: бренда «{brand[:40]}» нет в настройках; есть: {known}")
    return next((match.words for match in matchers[brand].match(text)), ())


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:40] + "…"


def _results(adapted: Adapted, kept: Sequence[Right]) -> Iterator[str]:
    count, yes = len(adapted.signs), int((adapted.signs > 0).sum())
    yield f"Меток {count}: жалоб {yes}, не жалоб {count - yes}"
    if adapted.way == "shift":
        yield f"Меняется только порог (веса меняются от {MANY} меток, не меньше {FEW} каждого рода)"
    else:
        yield "Меняются порог и веса слов"
    yield f"Сдвиг логарифма шансов жалобы: {adapted.shift:+.2f}"
    old, new = log_loss(adapted.signs, adapted.before), log_loss(adapted.signs, adapted.held_back)
    yield f"Ошибка на отложенных метках: была {old:.3f}, стала {new:.3f} (меньше — лучше)"
    for result in kept:
        yield f"Верно, {result.name}: было {result.before}, стало {result.after} из {result.count}"


def _thresholds(log_odds: Floats, labels: Sequence[Label], config: Config | None) -> Iterator[str]:
    """Where each brand's own labels would put its threshold, if the judge says `log_odds` of them."""
    for brand in config.brands if config else ():
        rows = np.array([label.brand == brand.id for label in labels])
        signs = np.array([1.0 if label.complaint else -1.0 for label in labels])[rows]
        if len(signs) >= FEW and len(set(signs.tolist())) == 2:
            to = moved(brand.complaint_at, signs, log_odds[rows])
            yield f"{brand.id}: {len(signs)} меток, советуем complaint_at {to:.2f} (сейчас {brand.complaint_at:g})"
