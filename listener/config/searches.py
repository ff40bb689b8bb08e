"""Whether VK's daily quota of searches lasts the day with this config: every name costs a call at every look."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Final

from domain.brand import Brand
from listener.brands.dialect import vk_queries
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree

DAY: Final = timedelta(days=1)


def search_warnings(brands: Sequence[tuple[Tree, Brand]], per_day: int) -> Iterator[Mistake]:
    """One warning, at the `every` of the greediest brand, when all together take too much."""
    searched = [
        (tree, len(vk_queries(brand)), brand.watch_vk.every)
        for tree, brand in brands
        if brand.watch_vk is not None and brand.watch_vk.search
    ]
    total = sum(_calls(queries, every) for _, queries, every in searched)
    if total <= per_day:
        return
    asked = sum(queries for _, queries, _ in searched)
    greedy = [brand for brand in searched if _calls(*brand[1:]) > per_day * brand[1] / asked]
    tree, _, _ = max(greedy, key=lambda brand: _calls(*brand[1:]))
    each = ", ".join(f"{Path(one.file).stem} {_calls(queries, every)}" for one, queries, every in searched)
    message = (
        f"VK даёт {per_day} поисков в сутки на все бренды, а нужно {total} ({each}). Когда уйдёт половина, поиск "
        f"замедлится сам. Чтобы хватало на весь день, поставьте every: {_written(DAY * asked / per_day)} "
        f"({', '.join(Path(one.file).name for one, _, _ in greedy)}) или уберите лишние имена"
    )
    yield Mistake(file=tree.file, line=tree.line(("watch", "vk", "every")), message=message, warning=True)


def _calls(queries: int, every: timedelta) -> int:
    return ceil(queries * (DAY / every))


def _written(every: timedelta) -> str:
    """As the staff write it, rounded up to whole minutes."""
    return f"{ceil(every / timedelta(minutes=1))}m"
