"""The summary of a run: what was heard, matched, judged and told, in Russian."""

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts.russian import decimal, number
from listener.store.figures import Figures

UNDONE: Final = {
    "due": "карточек ждут отправки",
    "sending": "карточек в пути",
    "failed": "карточек не принято чатом",
}


def print_figures(
    title: str, before: Figures, after: Figures, seconds: float, *, read: int | None = None, bad: int = 0
) -> None:
    """Print what a run added to the store."""
    new = after.mentions - before.mentions
    table = Table(title=Text(title), show_header=False, title_justify="left")
    if read is not None:
        table.add_row("прочитано строк", number(read))
    if bad:
        table.add_row("строк с ошибкой", number(bad))
    table.add_row("услышано нового", number(new))
    table.add_row("о брендах", number(after.matched - before.matched))
    table.add_row("жалоб", number(after.complaints - before.complaints))
    table.add_row("обращений", number(after.cases - before.cases))
    table.add_row("карточек доставлено", number(after.delivered - before.delivered))
    for state, words in UNDONE.items():
        if after.deliveries.get(state):
            table.add_row(words, number(after.deliveries[state]))
    if after.poisoned:
        table.add_row("отложено как неразбираемое", number(after.poisoned))
    if after.seconds_from_post is not None and read is None:
        table.add_row("от поста до карточки, медиана", f"{decimal(after.seconds_from_post, 2)} с")
    table.add_row("время", f"{decimal(seconds, 1)} с")
    table.add_row("упоминаний в секунду", decimal(new / seconds, 1))
    Console().print(table)
