"""The judge's figures as tables, each figure with its interval, in Russian."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from alerts.russian import counted, decimal, number
from classifiers.bootstrap import Ranged
from classifiers.evaluation import Budget, ComplaintFigures, Figures, HardFigures, MoodFigures
from classifiers.read_figures import ReadFigures
from classifiers.robustness import CARD_AT, Moved
from classifiers.thread_figures import ThreadFigures
from classifiers.topic_figures import NameFigures, TopicFigures
from classifiers.trade_figures import BARE, NAMED, TradeFigures
from classifiers.urgency_figures import DangerFigures, UrgencyFigures

LABEL_TITLES: Final = {"negative": "негатив", "neutral": "нейтрально", "positive": "позитив"}
TRADE_TITLES: Final = {
    "clothes": "одежда",
    "courses": "курсы",
    "electronics": "электроника",
    "games": "игры",
    "groceries": "продукты",
    "hotels": "гостиницы",
    "marketplace goods": "товары маркетплейса",
    "restaurants": "рестораны",
    NAMED: "бренд назван, как в поиске",
    BARE: "без названия, как на своей странице",
}
_URGENT_TITLES: Final = {
    "danger": "беда с деньгами, здоровьем",
    "leaves": "уходит",
    "court_press": "суд, пресса",
    "minors": "дети",
    "outage": "массовый сбой",
}


def tables(figures: Iterable[Figures], labelled: frozenset[str], budget: Budget) -> Iterator[RenderableType]:
    """Per domain: classes and whole figures. `told` are the domains whose complaints people labelled."""
    for of_domain in figures:
        if of_domain.mood:
            yield _class_table(of_domain.domain, of_domain.mood)
        title = f"{of_domain.domain}: в целом" if of_domain.mood else of_domain.domain
        table = Table(title=title, show_header=False, title_justify="left")
        if of_domain.mood:
            _add(table, _mood_rows(of_domain.mood))
        if of_domain.complaint:
            _add(table, _complaint_rows([of_domain.complaint], budget))
        yield table
        if of_domain.complaint and of_domain.domain not in labelled:
            yield Text(
                f"{of_domain.domain}: жалобы не размечены, за жалобу принят негатив, сказанный словами клиента.",
                style="yellow",
            )


def read_tables(figures: Iterable[ReadFigures], budget: Budget) -> Iterator[RenderableType]:
    for of_domain in figures:
        table = Table(
            "",
            "как отобраны",
            "как в потоке",
            title=f"{of_domain.domain}: жалобы, какими их прочли",
            title_justify="left",
        )
        _add(table, _complaint_rows([of_domain.drawn, of_domain.natural], budget))
        yield table


def topic_table(figures: TopicFigures) -> Table:
    """Topics, intents, kinds of urgency: one row each, then what sums up its part."""
    texts = counted(figures.count, "прочтённый текст", "прочтённых текста", "прочтённых текстов")
    title = f"Темы, намерение, срочность: {texts}; %, интервалы 95 %"
    table = Table(title=title, title_justify="left")
    table.add_column("темы", overflow="fold")
    for name in ("всего", "precision", "recall", "F1"):
        table.add_column(name, no_wrap=True)
    _add(table, [_name_row(row.name, row) for row in figures.topics])
    table.add_row(*_name_row("все темы", figures.all_topics), end_section=True)
    table.add_row("намерение")
    _add(table, [_name_row(row.name, row) for row in figures.intents])
    table.add_row("верно", number(figures.count), _ranged(figures.right_intents), end_section=True)
    table.add_row("срочность")
    _add(table, [_name_row(_URGENT_TITLES[row.name], row) for row in figures.urgent])
    return table


def _name_row(title: str, figures: NameFigures) -> Sequence[str]:
    return (title, number(figures.count), *(_ranged(of) for of in figures.shares or ()))


def hard_table(figures: Iterable[HardFigures]) -> Table:
    table = Table(
        "вид", "верно", "неверно", title="Трудные случаи, придуманные (hard cases)", title_justify="left"
    )
    for of_kind in figures:
        table.add_row(of_kind.kind, f"{of_kind.right} из {of_kind.count}", "\n".join(of_kind.wrong))
    return table


def robustness_table(moved: Sequence[Moved]) -> Table:
    """By how much, in hundredths, a complaint's probability moves by what says nothing of the complaint."""
    texts = counted(moved[0].count, "трудный случай", "трудных случая", "трудных случаев") if moved else ""
    title = f"Устойчивость: {texts}, сдвиг вероятности жалобы в сотых"
    table = Table("что изменено", "в среднем", "самое большое", "перешли 0.6", title=title, title_justify="left")
    for figure in moved:
        table.add_row(
            figure.what, decimal(100 * figure.mean, 1), decimal(100 * figure.largest, 1), number(figure.crossed)
        )
    return table


def thread_table(alone: ThreadFigures, answering: ThreadFigures) -> Table:
    """Short replies by themselves and with what they answer, at the usual threshold."""
    title = f"Короткие ответы в ветке, придуманные; порог {CARD_AT}"
    table = Table("", "найдено жалоб", "зря", title=title, title_justify="left")
    for name, of in (("сами по себе", alone), ("с тем, на что отвечают", answering)):
        table.add_row(name, f"{of.found} из {of.complaints}", f"{of.in_vain} из {of.others}")
    return table


def urgency_table(figures: UrgencyFigures) -> Table:
    """What cannot wait, kind by kind, in texts of all trades."""
    title = f"Срочность: {counted(figures.count, 'текст', 'текста', 'текстов')} всех отраслей; %, интервалы 95 %"
    table = Table("вид", title=title, title_justify="left")
    for name in ("всего", "precision", "recall", "F1"):
        table.add_column(name, no_wrap=True)
    _add(table, [_name_row(_URGENT_TITLES[row.name], row) for row in figures.kinds])
    table.add_row(*_name_row("беда, названная на карточке", figures.dangers))
    table.add_row("вероятность срочности: PR-AUC", number(figures.urgent), _ranged(figures.average_precision))
    return table


def danger_table(figures: Sequence[DangerFigures]) -> Table:
    """How many of the texts in which a danger is named complain."""
    title = "Названные беды: сколько среди таких текстов жалоб; %, интервалы 95 %"
    table = Table("откуда", title=title, title_justify="left")
    for name in ("названа беда", "жалоб", "precision", f"ниже {CARD_AT}", "жалоб", "precision"):
        table.add_column(name, no_wrap=True)
    for row in figures:
        shares = (_ranged(of) if of else "—" for of in (row.precision, row.alone_precision))
        table.add_row(
            row.source, number(row.named), number(row.complaints), next(shares),
            number(row.alone), number(row.alone_complaints), next(shares),
        )  # fmt: skip
    return table


def trade_table(
    figures: Sequence[TradeFigures], what: str = "Отзывы по отраслям, которых модель не видела"
) -> Table:
    """Texts by which nothing was taught, trade by trade, at the usual threshold."""
    title = f"{what}; порог {CARD_AT}; %, интервалы 95 %"
    table = Table("отрасль", "жалоб", title=title, title_justify="left")
    for name in ("PR-AUC", "recall", "precision", "ECE"):
        table.add_column(name, no_wrap=True)
    for row in figures:
        name = TRADE_TITLES.get(row.trade, row.trade) or "все"
        shares = (row.average_precision, row.recall, row.precision, row.error)
        table.add_row(name, f"{number(row.complaints)} из {number(row.count)}", *map(_ranged, shares))
    return table


def _class_table(domain: str, mood: MoodFigures) -> Table:
    title = f"{domain}: тональность, {counted(mood.count, 'текст', 'текста', 'текстов')}; %, интервалы 95 %"
    table = Table("класс", "всего", title=title, title_justify="left")
    for name in ("precision", "recall", "F1"):
        table.add_column(name, no_wrap=True)
    for row in mood.classes:
        shares = map(_ranged, row.shares) if row.shares else ("—", "—", "—")
        table.add_row(LABEL_TITLES[row.label], number(row.count) if row.count else "нет", *shares)
    return table


def _add(table: Table, rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        table.add_row(*row)


def _mood_rows(mood: MoodFigures) -> Iterator[Sequence[str]]:
    absent = ", ".join(LABEL_TITLES[row.label] for row in mood.classes if not row.count)
    contest = _ranged(mood.contest) if mood.contest else f"— (нет в разметке: {absent})"
    yield "F1 негатива и позитива (SentiRuEval)", contest
    yield f"macro F1 (без того, чего нет в разметке: {absent})" if absent else "macro F1", _ranged(mood.macro_f1)
    yield "тональность: ошибка калибровки (ECE)", _ranged(mood.error)


def _complaint_rows(columns: Sequence[ComplaintFigures], budget: Budget) -> Iterator[Sequence[str]]:
    """One row a figure, one cell a column."""
    cards = counted(budget.cards, "карточка", "карточки", "карточек")
    yield "жалоб среди текстов", *(f"{number(column.complaints)} из {number(column.count)}" for column in columns)
    yield "жалобы: PR-AUC", *(_ranged(column.average_precision) for column in columns)
    yield "жалобы: precision при recall 80 %", *(_ranged(column.at_recall) for column in columns)
    yield "жалобы: ошибка калибровки (ECE)", *(_ranged(column.error) for column in columns)
    yield (
        f"{cards} из {number(budget.mentions)} упоминаний в день: precision",
        *(_ranged(column.budget_precision) for column in columns),
    )
    yield "… жалоб среди этих карточек", *(_of_cards(column.budget_precision, budget) for column in columns)
    yield "… попало в них из всех жалоб: recall", *(_ranged(column.budget_recall) for column in columns)
    yield "… порог, complaint_at", *(decimal(column.level, 2) for column in columns)


def _of_cards(share: Ranged, budget: Budget) -> str:
    cards = min(budget.cards, budget.mentions)
    value, low, high = (decimal(cards * value, 0) for value in share)
    return f"{value} ({low}–{high})"


def _ranged(figure: Ranged) -> str:
    """Per cent: 62,0 (58,9–65,1)."""
    value, low, high = (decimal(100 * value, 1).replace("100,0", "100") for value in figure)
    return f"{value} ({low}–{high})"
