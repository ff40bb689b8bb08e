"""Draws precision against recall and said against true, one panel a domain, for people who read Russian.

matplotlib is imported when something is drawn: only who draws needs it.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from classifiers.bootstrap import INTERVAL, Floats, draws
from classifiers.evaluation import Answers, Budget, ComplaintFigures, complaint_figures
from classifiers.figures import BINS, Found, Ranking, Truths, bins
from classifiers.shares import wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GRID: Final = np.linspace(0.0, 1.0, 201)
_ACROSS: Final = 3
_BLUE, _ORANGE, _GREY = "#1f5fa8", "#c8501e", "#777777"
_FEW: Final = 10
"""Of fewer texts a bin tells next to nothing: it is drawn hollow."""


class PlotsError(RuntimeError):
    """Nothing can be drawn; the message says what to install."""


def require() -> None:
    """Raises PlotsError without matplotlib: better before a long measurement than after it."""
    if find_spec("matplotlib") is None:
        raise PlotsError(
            "Для графиков нужна библиотека matplotlib: pip install matplotlib (у разработчиков — make setup)"
        )


def draw(judged: Sequence[Answers], folder: Path, budget: Budget, prefix: str = "") -> list[Path]:
    """Write the plots as PNG into `folder`, made if absent, and say which. Raises PlotsError, OSError.

    Without any known complaint there is no curve of precision and recall.
    """
    require()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    told = [(one.with_complaint(), known) for one in judged if (known := complaint_figures(one, budget))]
    if told:
        figure, panels = _panels(
            len(told), "Точность и полнота: что найдут операторы, идя от самых вероятных жалоб"
        )
        for panel, (one, known) in zip(panels, told, strict=True):
            _draw_curve(panel, one, known, budget)
        written.append(_save(figure, folder / f"{prefix}precision-recall.png"))
    figure, panels = _panels(len(judged), "Калибровка: сбывается ли то, что говорит модель (с интервалами 95 %)")
    for panel, one in zip(panels, judged, strict=True):
        _draw_reliability(panel, one)
    written.append(_save(figure, folder / f"{prefix}reliability.png"))
    return written


def precision_curve(found: Found) -> Floats:
    """Precision where each recall of the grid is first reached: (draws, grid), nan without complaints."""
    curves = np.full((len(found.hits), len(_GRID)), np.nan)
    for curve, hits, precision in zip(curves, found.hits, found.precision, strict=True):
        if hits[-1] > 0:
            curve[:] = precision[np.searchsorted(hits, np.maximum(_GRID * hits[-1] - 1e-9, 1e-12))]
    return curves


def _panels(count: int, title: str) -> "tuple[Figure, Sequence[Axes]]":
    from matplotlib.figure import Figure  # noqa: PLC0415 (only who draws needs it)

    across = min(count, _ACROSS)
    down = -(-count // across)
    figure = Figure(figsize=(max(4.8 * across, 7.0), 5.7 * down + 0.4), dpi=120, layout="constrained")
    figure.suptitle(title, fontsize=14)
    panels = [figure.add_subplot(down, across, at + 1) for at in range(count)]
    for panel in panels:
        panel.set(xlim=(-2, 102), ylim=(-2, 102))
        panel.grid(visible=True, color="#e4e4e4")
        panel.set_axisbelow(True)
    return figure, panels


def _save(figure: "Figure", file: Path) -> Path:
    figure.savefig(file, metadata={"Software": None})  # the same figures give the same bytes
    return file


def _draw_curve(panel: "Axes", judged: Answers, known: ComplaintFigures, budget: Budget) -> None:
    truths = judged.complaints == 1
    ranking = Ranking.of(truths, judged.said)
    (curve,) = precision_curve(ranking.found(judged.weights[None, :]))
    drawn = [precision_curve(ranking.found(counts * judged.weights)) for counts in draws(judged.groups)]
    low, high = np.nanpercentile(np.concatenate(drawn), INTERVAL, axis=0)
    panel.fill_between(
        100 * _GRID, 100 * low, 100 * high, step="pre", color=_BLUE, alpha=0.18, lw=0, label="интервал 95 %"
    )
    area = known.average_precision
    panel.plot(
        100 * _GRID, 100 * curve, drawstyle="steps-pre", color=_BLUE, lw=2, label=f"PR-AUC {_percent(*area)}"
    )
    base = 100 * float(judged.weights @ truths / judged.weights.sum())
    panel.axhline(base, color=_GREY, ls="--", lw=1.2, label=f"наугад: жалоб {_number(base)} %")
    panel.plot(
        [100 * known.budget_recall.value],
        [100 * known.budget_precision.value],
        marker="o", ms=9, ls="", color=_ORANGE, markeredgecolor="white", clip_on=False, zorder=5,
        label=f"{budget.cards} карточек из {budget.mentions} упоминаний:\nжалоб среди них "
        f"{_percent(*known.budget_precision)}",
    )  # fmt: skip
    panel.set_title(f"{judged.domain}: текстов {known.count}, из них жалоб {known.complaints}")
    panel.set(xlabel="Полнота: найдено жалоб, %", ylabel="Точность: жалоб среди показанного, %")
    _explain(panel)


def _draw_reliability(panel: "Axes", judged: Answers) -> None:
    panel.plot([0, 100], [0, 100], color=_GREY, ls="--", lw=1.2, label="как должно быть")
    told = judged.with_complaint()
    if (told.complaints == 1).any():
        _draw_bins(panel, told.complaints == 1, told.said, told.weights, (_BLUE, "o", "жалоба"))
    labelled = judged.only(np.flatnonzero(judged.labels >= 0))
    if len(labelled.labels):
        right = labelled.labels == labelled.guesses
        _draw_bins(panel, right, labelled.confidence, labelled.weights, (_ORANGE, "s", "тональность верна"))
    panel.set_title(judged.domain)
    panel.set(xlabel="Модель сказала, %", ylabel="Оказалось правдой, %")
    _explain(panel)


def _draw_bins(panel: "Axes", truths: Truths, said: Floats, weights: Floats, style: tuple[str, str, str]) -> None:
    """A point for each tenth in which something was said, its interval and how many texts it speaks of."""
    colour, marker, name = style
    rows = [row for row in (np.flatnonzero(bins(said) == at) for at in range(BINS)) if len(row)]
    mean = np.array([np.average(said[row], weights=weights[row]) for row in rows])
    true = np.array([np.average(truths[row], weights=weights[row]) for row in rows])
    # Kish's effective number: texts of unequal weight tell less than their count.
    low, high = wilson(true, np.array([weights[row].sum() ** 2 / (weights[row] ** 2).sum() for row in rows]))
    bars = 100 * np.abs(np.stack([true - low, high - true]))
    panel.errorbar(100 * mean, 100 * true, yerr=bars, fmt="none", ecolor=colour, alpha=0.55, capsize=3)
    few = np.array([len(row) < _FEW for row in rows])
    panel.plot(
        100 * mean, 100 * true, color=colour, lw=1.4, marker=marker, ms=6, label=f"{name}; текстов {len(said)}"
    )
    hollow = f"меньше {_FEW} текстов" if few.any() else None
    panel.plot(
        100 * mean[few], 100 * true[few],
        color="white", markeredgecolor=colour, ls="", marker=marker, ms=6, label=hollow, zorder=4,
    )  # fmt: skip


def _explain(panel: "Axes") -> None:
    """The legend stands below: nowhere inside is free in every domain."""
    panel.legend(loc="upper left", bbox_to_anchor=(-0.02, -0.13), frameon=False, fontsize=9)


def _percent(value: float, low: float, high: float) -> str:
    return f"{_number(100 * value)} % ({_number(100 * low)}–{_number(100 * high)})"


def _number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
