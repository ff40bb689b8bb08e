"""Opens the judge with its second tier where that can be had, and says why where it cannot."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

from classifiers.adjusted import Adjusted
from classifiers.cascade import Cascade, Reads
from classifiers.classify import NO_MARKERS, Judge
from classifiers.lexicon import Markers
from classifiers.listed import ENCODER
from classifiers.model import COMMITTED, Model, load
from classifiers.pace import Pace
from classifiers.remembered import Remembered

_LIBRARIES: Final = ("onnxruntime", "sentencepiece")


def open_judge(
    path: Path | None = None,
    markers: Markers = NO_MARKERS,
    *,
    second: bool = True,
    pace: Pace | None = None,
) -> Judge:
    """A model file, the committed one by default, and the second tier if it is wanted and nothing is missing.

    Every text is read twice, with a `pace` as many as it affords. Raises `classifiers.model.ModelError` for a
    damaged file of either tier.
    """
    model = load(path)
    if not second or missing() is not None:
        return Judge(model, markers)
    return Judge(model, markers, replace(behind(model), pace=pace))


def serving(*, second: bool, encoder: Path = ENCODER) -> Callable[[Model], Judge]:
    """What makes a model the judge that would serve by it, to compare several: a text is read again once for all.

    `second` is whether a second opinion is wanted. Raises ModelError for a damaged encoder.
    """
    if not second or missing(encoder) is not None:
        return Judge
    once = Remembered(_open(encoder))
    return lambda model: Judge(model, cascade=Cascade(second=_following(model, once)))


def missing(encoder: Path = ENCODER) -> str | None:
    """What keeps the second tier from working, in Russian; None when nothing does."""
    if not encoder.is_file():
        return f"нет файла {encoder.name}"
    absent = [name for name in _LIBRARIES if not _loads(name)]
    return f"не установлено: {', '.join(absent)} (pip install 'otklik[second]')" if absent else None


def _loads(library: str) -> bool:
    """Whether it can be imported: one that is there may lack a library of the system."""
    try:
        import_module(library)
    except ImportError:
        return False
    return True


def behind(model: Model, encoder: Path = ENCODER) -> Cascade:
    """The second tier for a judge of `model`; one adapted to a brand's own labels is followed in its change."""
    return Cascade(second=_following(model, _open(encoder)))


def alone(encoder: Path = ENCODER) -> Cascade:
    """The first tier has a say only where the second cannot read: to measure the second, not to serve."""
    return Cascade(second=_open(encoder), share=1.0)


def _following(model: Model, second: Reads) -> Reads:
    labels = model.about.get("labels")
    if labels is None:
        return second
    trained = load(COMMITTED)
    # Of a model made from another one than today's, nobody can say which of the differences the labels made.
    return Adjusted(second, trained, model) if labels.get("from") == trained.version else second


def _open(encoder: Path) -> Reads:
    from classifiers.second import SecondOpinion  # noqa: PLC0415 - its libraries are optional and slow to import

    return SecondOpinion.load(encoder)
