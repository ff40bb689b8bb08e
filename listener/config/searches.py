"""Whether a network's daily quota of searches lasts the day with this config: every query costs a call a look."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil
from typing import Any, Final

from domain.brand import Brand
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree
from listener.networks.network import Network

DAY: Final = timedelta(days=1)


def search_warnings(
    network: Network[Any], brands: Sequence[tuple[Tree, Brand]], per_day: int
) -> Iterator[Mistake]:
    """A warning at the `every` of each brand that takes more than its share, when all together take too much."""
    searched = [
        (tree, len(network.queries(brand)), watch.every)
        for tree, brand in brands
        if (watch := brand.watch.get(network.id)) is not None and watch.search
    ]
    total = sum(_calls(queries, every) for _, queries, every in searched)
    if total <= per_day:
        return
    asked = sum(queries for _, queries, _ in searched)
    lasting = _written(DAY * asked / per_day)
    for tree, queries, every in searched:
        if _calls(queries, every) <= per_day * queries / asked:
            continue
        message = (
            f"{network.short} даёт {per_day} поисков в сутки на все бренды, а нужно {total} (этому бренду: "
            f"{_calls(queries, every)}, запросов за раз: {queries}). Когда уйдёт половина, поиск замедлится сам. "
            f"Чтобы хватало на весь день, поставьте every: {lasting} или уберите лишние имена"
        )
        yield Mistake(
            file=tree.file, line=tree.line(("watch", network.id, "every")), message=message, warning=True
        )


def _calls(queries: int, every: timedelta) -> int:
    return ceil(queries * (DAY / every))


def _written(every: timedelta) -> str:
    """As the staff write it, rounded up to whole minutes."""
    return f"{ceil(every / timedelta(minutes=1))}m"
