"""Whether VK's daily quota of searches lasts the day with this config: every name costs a call at every look."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from domain.brand import Brand
from listener.brands.dialect import vk_queries
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree

DAY: Final = timedelta(days=1)


def search_warnings(brands: Sequence[tuple[Tree, Brand]], per_day: int) -> Iterator[Mistake]:
    """A warning at the `every` of each brand that takes more than its share, when all together take too much."""
    searched = [
        (tree, len(vk_queries(brand)), brand.watch_vk.every)
        for tree, brand in brands
        if brand.watch_vk is not None and brand.watch_vk.search
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
            f"VK даёт {per_day} поисков в сутки на все бренды, а нужно {total} (этому бренду: "
            f"{_calls(queries, every)}, запросов за раз: {queries}). Когда уйдёт половина, поиск замедлится сам. "
            f"Чтобы хватало на весь день, поставьте every: {lasting} или уберите лишние имена"
        )
        yield Mistake(file=tree.file, line=tree.line(("watch", "vk", "every")), message=message, warning=True)


def _calls(queries: int, every: timedelta) -> int:
    return ceil(queries * (DAY / every))


def _written(every: timedelta) -> str:
    """As the staff write it, rounded up to whole minutes."""
    return f"{ceil(every / timedelta(minutes=1))}m"
