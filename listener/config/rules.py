"""What no single value can show: names that mean nobody, deadlines out of order, hours that overlap."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listener.config.build import person_id
from listener.config.russian import meant
from listener.config.schema import BrandFile, HoursFile, PeopleYaml, RoutesYaml, SlaFile, TemplatesYaml, seconds
from listener.config.values import Mistake
from listener.config.yaml_tree import Place, Tree

_SHORTEST_NAME: Final = 3
_SHORTEST_PREFIX: Final = 3
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS: Final = ("имя", "оператор", "ссылка")


def brand_mistakes(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    for place, name in enumerate(brand.names):
        letters = sum(letter.isalnum() for letter in name)
        if not letters:
            yield _at(tree, ("names", place), f"в имени «{name}» нет ни одной буквы: по нему ничего не найти")
        elif letters < _SHORTEST_NAME and not brand.only_when:
            message = f"имя «{name}» короче трёх букв и встретится повсюду: добавьте спутников в only_when"
            yield _at(tree, ("names", place), message, warning=True)
    for key in ("phrases", "only_when", "never_when"):
        yield from _phrase_mistakes(tree, key, getattr(brand, key))
    yield from _watch_mistakes(tree, brand)


def _watch_mistakes(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    if brand.watch.vk is not None and brand.watch.vk.streaming:
        yield _at(tree, ("watch", "vk", "streaming"), "streaming пока не поддерживается: поставьте false")
    if brand.watch.x is not None and brand.watch.x.stream:
        yield _at(tree, ("watch", "x", "stream"), "stream пока не поддерживается: поставьте false")
    if brand.watch.x is not None and brand.watch.x.mentions and not brand.accounts.x:
        yield _at(
            tree, ("watch", "x", "mentions"), "чтобы слушать упоминания, впишите свой аккаунт: accounts: {x: […]}"
        )
    if brand.watch.vk is None and brand.watch.x is None:
        yield _at(tree, ("watch",), "бренд нигде не слушают: впишите в watch vk или x", warning=True)


def repeated_brands(brands: Sequence[tuple[Tree, BrandFile]]) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for tree, brand in brands:
        if brand.id in first:
            message = f"id «{brand.id}» уже занят в {first[brand.id]}: у каждого бренда свой id"
            yield _at(tree, ("id",), message)
        first.setdefault(brand.id, tree.file)


def routes_mistakes(tree: Tree, routes: RoutesYaml, brands: Iterable[str]) -> Iterator[Mistake]:
    known = tuple(routes.receivers)
    for name, receiver in routes.receivers.items():
        if not (receiver.telegram or receiver.slack or receiver.console):
            message = f"у получателя «{name}» нет ни одного чата: впишите telegram, slack или console: true"
            yield _at(tree, ("receivers", name), message)
    yield from _unknown(tree, ("route", "to"), routes.route.to, known, "получатель")
    ids = tuple(brands)
    for place, route in enumerate(routes.route.routes):
        here: Place = ("route", "routes", place)
        yield from _unknown(tree, (*here, "to"), route.to, known, "получатель")
        yield from _unknown(tree, (*here, "when", "brands"), route.when.brands or (), ids, "бренд")
        if not route.when.model_dump(exclude_defaults=True) and place + 1 < len(routes.route.routes):
            message = "условие пустое и подходит всему: до маршрутов ниже дело не дойдёт"
            yield _at(tree, (*here, "when"), message, warning=True)
    if routes.sla is not None:
        yield from _sla_mistakes(tree, routes.sla)
    if routes.hours is not None:
        yield from _hours_mistakes(tree, routes.hours)


def people_mistakes(tree: Tree, people: PeopleYaml) -> Iterator[Mistake]:
    seen: dict[tuple[str, object], str] = {}
    for place, person in enumerate(people.people):
        if person.telegram is None and person.slack is None:
            message = f"у «{person.name}» нет ни telegram, ни slack: нажимать кнопки не получится"
            yield _at(tree, ("people", place), message, warning=True)
        for key, value in (("telegram", person.telegram), ("slack", person.slack)):
            if value is not None and (key, value) in seen:
                message = f"{key} {value} уже записан за «{seen[key, value]}»: у каждого свой"
                yield _at(tree, ("people", place, key), message)
            seen.setdefault((key, value), person.name)
    yield from _same_ids(tree, people)
    if not people.people:
        yield _at(tree, ("people",), "людей нет: нажимать кнопки на карточках будет некому", warning=True)


def owner_mistakes(tree: Tree, routes: RoutesYaml, people: PeopleYaml) -> Iterator[Mistake]:
    """Owners and backups that nobody is."""
    known = tuple(filter(None, map(person_id, people.people)))
    for name, receiver in routes.receivers.items():
        for key, person in (("owner", receiver.owner), ("backup", receiver.backup)):
            if person is not None and person not in known:
                message = f"{key}: человека с id «{person}» нет в people.yaml{meant(person, known)}"
                yield _at(tree, ("receivers", name, key), message)
        if receiver.owner is not None and receiver.owner == receiver.backup:
            message = f"«{receiver.owner}» подменяет сам себя: впишите в backup другого человека"
            yield _at(tree, ("receivers", name, "backup"), message)


def template_mistakes(tree: Tree, templates: TemplatesYaml) -> Iterator[Mistake]:
    for name, text in templates.templates.items():
        for placeholder in _PLACEHOLDER.findall(text):
            if placeholder not in _PLACEHOLDERS:
                hint = meant(placeholder, _PLACEHOLDERS)
                message = f"в заготовке «{name}» неизвестная вставка {{{placeholder}}}{hint}"
                yield _at(tree, ("templates", name), message)


def _same_ids(tree: Tree, people: PeopleYaml) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for place, person in enumerate(people.people):
        id_ = person_id(person)
        if id_ in first and person.id is None:
            message = f"id «{id_}» из имени «{person.name}» уже занят: впишите сюда свой id, например id: {id_}-2"
            yield _at(tree, ("people", place), message)
        elif id_ in first:
            yield _at(tree, ("people", place, "id"), f"id «{id_}» уже у «{first[id_]}»: у каждого свой")
        elif id_ is not None:
            first[id_] = person.name


def _phrase_mistakes(tree: Tree, key: str, phrases: Sequence[str]) -> Iterator[Mistake]:
    for place, phrase in enumerate(phrases):
        words = phrase.split()
        if not any(letter.isalnum() for letter in phrase):
            yield _at(tree, (key, place), f"во фразе «{phrase}» нет ни одной буквы")
        elif any("*" in word.rstrip('"»').removesuffix("*") for word in words):
            yield _at(tree, (key, place), f"в «{phrase}» звёздочка не на конце слова: она значит «начало слова»")
        elif any(word.endswith("*") and len(word) <= _SHORTEST_PREFIX for word in words):
            yield _at(tree, (key, place), f"в «{phrase}» перед звёздочкой нужно хотя бы три буквы")


def _sla_mistakes(tree: Tree, sla: SlaFile) -> Iterator[Mistake]:
    if not seconds(sla.warn) < seconds(sla.due) < seconds(sla.breach):
        message = f"сроки идут по порядку: warn < due < breach, а тут {sla.warn}, {sla.due}, {sla.breach}"
        yield _at(tree, ("sla",), message)


def _hours_mistakes(tree: Tree, hours: HoursFile) -> Iterator[Mistake]:
    days: Mapping[str, Sequence[str]] = {"weekdays": hours.weekdays, "weekend": hours.weekend}
    for day, blocks in days.items():
        order = sorted(range(len(blocks)), key=blocks.__getitem__)
        for before, after in pairwise(order):
            if blocks[after].partition("-")[0] < blocks[before].partition("-")[2]:
                message = f"часы «{blocks[before]}» и «{blocks[after]}» пересекаются: соедините их в одни"
                yield _at(tree, ("hours", day, after), message)
    if not hours.weekdays and not hours.weekend:
        yield _at(tree, ("hours",), "ни одного рабочего часа: впишите weekdays или уберите hours (круглые сутки)")
    try:
        ZoneInfo(hours.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"часовой пояс «{hours.timezone}» неизвестен: пишут так: Europe/Moscow, Asia/Yekaterinburg"
        yield _at(tree, ("hours", "timezone"), message)


def _unknown(tree: Tree, path: Place, names: Iterable[str], known: Sequence[str], what: str) -> Iterator[Mistake]:
    for place, name in enumerate(names):
        if name not in known:
            yield _at(tree, (*path, place), f"{what} «{name}» нигде не описан{meant(name, known)}")


def _at(tree: Tree, path: Place, message: str, *, warning: bool = False) -> Mistake:
    return Mistake(file=tree.file, line=tree.line(path), message=message, warning=warning)
