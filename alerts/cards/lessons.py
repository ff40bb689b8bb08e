"""What changed in how the judge judges, and why: values that are kept, and the morning's word to the leads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.russian import NBSP, counted, number

Share = tuple[float, float, float]
"""A figure with its interval of 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A candidate was made from so many taps."""

    model: str
    complaints: int
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A candidate beside what is in force, on `labels` that neither had seen; `promoted` says who judges now.

    `told` is how much of what it adds the labels bear out (one: all). `ordered` is how often each puts a complaint
    above what is none, `gain` the difference. `by_hand`: a person chose it, whatever the figures.
    """

    model: str
    promoted: bool
    why: str = "better"
    labels: int = 0
    gain: Share | None = None
    ordered: tuple[float, float] | None = None
    instead_of: str | None = None
    by_hand: bool = False
    told: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """A person went back from `model` to what was in force before it, None for the judge alone."""

    model: str
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMoved:
    """A brand's threshold, for `complaint_at: auto`. `cards` a day are the operators' budget.

    `precision` is the share of complaints among the cards, as the taps tell it; `wanted` is what the config asks.
    """

    brand: str
    title: str
    before: float
    after: float
    cards: int
    precision: Share | None = None
    wanted: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRipe:
    """A watch word that stands in complaints: `complaints` of `tapped`, and `hits` in all, in so many `days`."""

    word: str
    hits: int
    tapped: int
    complaints: int
    least: float
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonDoubted:
    """A kind of reason that people contradict: of `tapped` cards that named it only `complaints` were. None: of
    those that named none.
    """

    kind: str | None
    tapped: int
    complaints: int
    days: int


Lesson = Trained | Compared | RolledBack | LevelMoved | WordRipe | ReasonDoubted

KINDS: Final[Mapping[str, type[Lesson]]] = {
    "compared": Compared,
    "level_moved": LevelMoved,
    "reason_doubted": ReasonDoubted,
    "rolled_back": RolledBack,
    "trained": Trained,
    "word_ripe": WordRipe,
}
"""The names under which they are stored. A stored name is never given to another kind."""

_WHY: Final[Mapping[str, str]] = {
    "few_labels": "ждёт: новых меток пока мало",
    "worse_on_regression": "не принята: на трудных случаях ошибается чаще",
    "worse_probabilities": "не принята: её вероятностям можно верить меньше",
    "not_surely_better": "не принята: на новых метках не заметно лучше",
}


def lessons_note(lessons: Sequence[Lesson]) -> str | None:
    """One message of all that changed, in the order of weight; None where nothing did."""
    lines = [*_models(lessons), *_levels(lessons), *_words(lessons), *_reasons(lessons)]
    return "\n".join(["Что изменилось в оценке жалоб:", *lines]) if lines else None


def _models(lessons: Iterable[Lesson]) -> Iterator[str]:
    for lesson in lessons:
        match lesson:
            case RolledBack(model=model, to=to):
                yield f"• вернулись от {model} к {to or 'исходной модели'}"
            case Compared(promoted=True) as one:
                yield f"• теперь судит {one.model} вместо {one.instead_of or 'исходной модели'}{_by_figures(one)}"
            case _:
                continue
    # Each night makes a candidate and weighs it: the last word is the one that holds.
    trained = {lesson.model: lesson for lesson in lessons if isinstance(lesson, Trained)}
    weighed = [lesson for lesson in lessons if isinstance(lesson, Compared)]
    if weighed and not weighed[-1].promoted:
        last = weighed[-1]
        taught = trained.get(last.model)
        made = f" (по {counted(taught.complaints + taught.others, 'метке', 'меткам', 'меткам')})" if taught else ""
        yield f"• {last.model}{made} {_WHY.get(last.why, 'не принята')}{_by_figures(last)}"


def _by_figures(one: Compared) -> str:
    if one.by_hand:
        return ": так выбрал человек"
    if one.gain is None or one.ordered is None:
        return f": {counted(one.labels, 'метка', 'метки', 'меток')}" if one.labels else ""
    _, low, high = one.gain
    before, after = one.ordered
    told = f"; метки подтверждают {_share(one.told)} поправки" if one.told is not None else ""
    return (
        f": на {counted(one.labels, 'новой метке', 'новых метках', 'новых метках')} из двух текстов, жалобы и не"
        f" жалобы, выше ставит жалобу в {_percent(after)} случаев (было {_percent(before)}, разница"
        f" {_points(low)}…{_points(high)}){told}"
    )


def _levels(lessons: Iterable[Lesson]) -> Iterator[str]:
    latest: dict[str, LevelMoved] = {}
    first: dict[str, float] = {}
    for moved in lessons:
        if isinstance(moved, LevelMoved):
            latest[moved.brand] = moved
            first.setdefault(moved.brand, moved.before)
    for brand, moved in latest.items():
        why = f"так выходит {counted(moved.cards, 'карточка', 'карточки', 'карточек')} в день"
        if moved.wanted is not None and moved.precision is not None and moved.precision[0] <= moved.wanted + 0.005:
            why = f"чтобы жалобами были хотя бы {_percent(moved.wanted)} карточек"
        told = f"; жалоб среди них {_share(moved.precision)}" if moved.precision is not None else ""
        yield f"• {moved.title}: порог {first[brand]:.2f} → {moved.after:.2f}, {why}{told}"


def _words(lessons: Iterable[Lesson]) -> Iterator[str]:
    ripe = {ripe_word.word: ripe_word for ripe_word in lessons if isinstance(ripe_word, WordRipe)}
    for ripe_word in ripe.values():
        yield (
            f"• слово «{ripe_word.word}» созрело: жалоб {number(ripe_word.complaints)} из"
            f" {number(ripe_word.tapped)} разобранных (не меньше {_percent(ripe_word.least)}), всего встретилось"
            f" {number(ripe_word.hits)} за{NBSP}{counted(ripe_word.days, 'день', 'дня', 'дней')}. Перенесите его в"
            f" words.yaml из watch в urgent: [{ripe_word.word}]"
        )


def _reasons(lessons: Iterable[Lesson]) -> Iterator[str]:
    for doubted in lessons:
        if isinstance(doubted, ReasonDoubted):
            yield (
                f"• {_named(doubted.kind)} люди чаще не верят: жалоб {number(doubted.complaints)} из"
                f" {number(doubted.tapped)} за{NBSP}{counted(doubted.days, 'день', 'дня', 'дней')}"
                " (все причины: listener model reasons)"
            )


def _named(kind: str | None) -> str:
    return "карточкам без названной причины" if kind is None else f"причине «{kind}»"


def _share(share: Share) -> str:
    value, low, high = share
    return f"{_percent(value)} ({low * 100:.0f}–{high * 100:.0f})"


def _points(share: float) -> str:
    return f"{share * 100:+.0f}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f}{NBSP}%"
