"""The way of a candidate through the tree of routes, in Russian: which routes it entered, and why each held."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from alerts.path import Condition, Path
from alerts.russian import INTENT_TITLES, number, percent, plural

LANGUAGES: Final[Mapping[str, str]] = {"ru": "русский", "latin": "латиница", "other": "другой"}
DAYS: Final[Mapping[str, str]] = {"weekdays": "будний день", "weekend": "выходной"}


def way_words(path: Path, *, brand: str, network: str) -> str:
    """«маршрут 2: бренд «Ромашка» → 2.1: тема связь»; `brand` and `network` are their titles."""
    if not path.steps:
        return "маршрут по умолчанию" + (": условия остальных не подошли" if path.others else "")
    steps = [
        f"{'.'.join(map(str, step.place))}: {conditions_words(step.held, brand=brand, network=network)}"
        for step in path.steps
    ]
    return "маршрут " + " → ".join(steps)


def conditions_words(conditions: Sequence[Condition], *, brand: str, network: str) -> str:
    """What held of a route's conditions, in the order of the config's keys."""
    titles = {"brands": (f"«{brand}»",), "networks": (network,)}
    ordered = sorted(conditions, key=lambda part: list(_WORDS).index(part.key) if part.key in _WORDS else 99)
    words = [_WORDS[part.key](part, titles.get(part.key, part.found)) for part in ordered if part.key in _WORDS]
    return ", ".join(filter(None, words)) or "подходит всем, условий нет"


def _listed(one: str, many: str) -> Callable[[Condition, Sequence[str]], str]:
    return lambda _part, found: f"{plural(len(found), one, many, many)} {', '.join(found)}" if found else ""


def _floor(name: str) -> Callable[[Condition, Sequence[str]], str]:
    def words(part: Condition, _found: Sequence[str]) -> str:
        return f"{name} {percent(part.value or 0)} не ниже {percent(part.floor or 0)}"

    return words


def _reach(part: Condition, _found: Sequence[str]) -> str:
    return f"охват {number(int(part.value or 0))} не ниже {number(int(part.floor or 0))}"


_WORDS: Final[Mapping[str, Callable[[Condition, Sequence[str]], str]]] = {
    "brands": _listed("бренд", "бренды"),
    "networks": _listed("сеть", "сети"),
    "topics": _listed("тема", "темы"),
    "intents": lambda _part, found: f"намерение: {', '.join(INTENT_TITLES.get(name, name) for name in found)}",
    "languages": lambda _part, found: f"язык: {', '.join(LANGUAGES.get(name, name) for name in found)}",
    "authors": lambda _part, found: f"автор из списка {', '.join(f'«{name}»' for name in found)}",
    "words": lambda _part, found: (
        f"{plural(len(found), 'слово', 'слова', 'слова')} {', '.join(f'«{word}»' for word in found)}"
    ),
    "hours": lambda _part, found: f"время {', '.join(found)}",
    "days": lambda _part, found: ", ".join(DAYS.get(day, day) for day in found),
    "urgency_at": _floor("срочность"),
    "complaint_at": _floor("вероятность жалобы"),
    "reach_at": _reach,
}
"""By the key of a route's `when`; what only a later version knows is passed over."""
