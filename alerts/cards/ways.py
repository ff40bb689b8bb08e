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


def lacking_words(conditions: Sequence[Condition]) -> str:
    """What did not hold of a route's conditions."""
    return ", ".join(
        f"{_LACKS[part.key]} {_value(part)} ниже {_floor_of(part)}" if part.floor is not None else _LACKS[part.key]
        for part in conditions
        if part.key in _LACKS
    )


def _value(part: Condition) -> str:
    return number(int(part.value or 0)) if part.key == "reach_at" else percent(part.value or 0)


def _floor_of(part: Condition) -> str:
    return number(int(part.floor or 0)) if part.key == "reach_at" else percent(part.floor or 0)


def _listed(one: str, many: str) -> Callable[[Condition, Sequence[str]], str]:
    return lambda _part, found: f"{plural(len(found), one, many, many)} {', '.join(found)}" if found else ""


def _floor(name: str) -> Callable[[Condition, Sequence[str]], str]:
    return lambda part, _found: f"{name} {_value(part)} не ниже {_floor_of(part)}"


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
    "skills": lambda _part, found: f"на смене есть кто умеет: {', '.join(found)}" if found else "",
    "urgency_at": _floor("срочность"),
    "complaint_at": _floor("вероятность жалобы"),
    "reach_at": _floor("охват"),
}
"""By the key of a route's `when`; what only a later version knows is passed over."""
_LACKS: Final[Mapping[str, str]] = {
    "brands": "бренд не тот",
    "networks": "сеть не та",
    "topics": "нет такой темы",
    "intents": "намерение не то",
    "languages": "язык не тот",
    "authors": "автора нет в списке",
    "words": "нет таких слов",
    "hours": "время не то",
    "days": "день не тот",
    "skills": "на смене нет того, кто это умеет",
    "urgency_at": "срочность",
    "complaint_at": "вероятность жалобы",
    "reach_at": "охват",
}
