"""Whether a network's daily quota of searches lasts the day with this config: every query costs a call a look."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any, Final

from domain.brand import Brand
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree
from listener.networks.network import Network

DAY: Final = timedelta(days=1)


def search_warnings(
    network: Network[Any], brands: Sequence[tuple[Tree, Brand]], per_day: int
) -> Iterator[Mistake]:
    """One warning, at the `every` of the greediest brand, when all together take too much."""
    searched = [
        (tree, len(network.queries(brand)), watch.every)
        for tree, brand in brands
        if (watch := brand.watch.get(network.id)) is not None and watch.search
    ]
    total = sum(_calls(queries, every) for _, queries, every in searched)
    if total <= per_day:
        return
    asked = sum(queries for _, queries, _ in searched)
    greedy = [brand for brand in searched if _calls(*brand[1:]) > per_day * brand[1] / asked]
    tree, _, _ = max(greedy, key=lambda brand: _calls(*brand[1:]))
    each = ", ".join(f"{Path(brand.file).stem} {_calls(queries, every)}" for brand, queries, every in searched)
    message = (
        f"{network.short} даёт {per_day} поисков в сутки на все бренды, а нужно {total} ({each}). Когда уйдёт "
        f"половина, поиск замедлится сам. Чтобы хватало на весь день, поставьте every: "
        f"{_written(DAY * asked / per_day)} ({', '.join(Path(brand.file).name for brand, _, _ in greedy)}) или "
        "уберите лишние имена"
    )
    yield tree.mistake(("watch", network.id, "every"), message, warning=True)


def _calls(queries: int, every: timedelta) -> int:
    return ceil(queries * (DAY / every))


def _written(every: timedelta) -> str:
    """As the staff write it, rounded up to whole minutes."""
    return f"{ceil(every / timedelta(minutes=1))}m"
