"""What no single value of routes.yaml can show: chats that cannot be right, unknown names, routes never taken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.routing import Chat, Endpoint
from classifiers.lexicon import TOPICS
from domain.person import MessengerId
from listener.config.messenger_keys import IDS, USER_KEYS
from listener.config.people_rules import person_id
from listener.config.russian import meant
from listener.config.schema import (
    BrandFile,
    PeopleYaml,
    ReceiverFile,
    RouteFile,
    RoutesYaml,
    WhenFile,
    WordsYaml,
)
from listener.config.values import Mistake
from listener.config.yaml_tree import Place, Tree
from listener.messengers.registry import MESSENGERS
from listener.networks.registry import AUTHOR_EXAMPLES, AUTHOR_PATTERN

_BETWEEN: Final = re.compile(r"[\s,;|]+")
_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the routes speak of. `brands` and `people` are None when their files could not be read whole:
    nobody may then blame a name for being unknown.
    """

    brands: Sequence[BrandFile] | None
    people: PeopleYaml | None
    words: WordsYaml | None


def routes_mistakes(tree: Tree, routes: RoutesYaml, around: Around) -> Iterator[Mistake]:
    for name, receiver in routes.receivers.items():
        yield from _receiver_mistakes(tree, name, receiver, around.people)
    yield from _two_endpoints(tree, routes)
    yield from _unknown(tree, ("route", "to"), routes.route.to, tuple(routes.receivers), "получатель")
    for here, route in nodes(routes.route.routes):
        yield from _unknown(tree, (*here, "to"), route.to or (), tuple(routes.receivers), "получатель")
        yield from _condition_mistakes(tree, (*here, "when"), route.when, around)
        if around.people is not None:
            yield from _unskilled(tree, (*here, "when", "skills"), route.when.skills or (), around.people)
        yield from _unknown_authors(tree, (*here, "when", "authors"), route.when.authors or (), routes)
        if route.to is None and not route.routes:
            message = "маршрут никуда не ведёт: впишите to (кому) или routes (уточнения)"
            yield tree.mistake(here, message)
    yield from _unknown_told(tree, routes)
    yield from _nobody_there(tree, routes, around.people)
    if around.people is not None:
        yield from _owner_mistakes(tree, routes, around.people)
        for name, receiver in routes.receivers.items():
            yield from _assign_mistakes(tree, ("receivers", name), receiver, around.people)


def nodes(routes: Sequence[RouteFile], above: Place = ("route",)) -> Iterator[tuple[Place, RouteFile]]:
    """Every route of the tree with its place in the file, from above to below."""
    for number, route in enumerate(routes):
        here: Place = (*above, "routes", number)
        yield here, route
        yield from nodes(route.routes, here)


def _unknown_authors(tree: Tree, here: Place, authors: Iterable[str], routes: RoutesYaml) -> Iterator[Mistake]:
    for place, name in enumerate(authors):
        if name not in routes.authors and not re.match(AUTHOR_PATTERN, name):
            message = f"списка авторов «{name}» нет в authors (routes.yaml){meant(name, routes.authors)}"
            yield tree.mistake((*here, place), message + f"; одного автора пишут так: {AUTHOR_EXAMPLES}")


def _receiver_mistakes(
    tree: Tree, name: str, receiver: ReceiverFile, people: PeopleYaml | None
) -> Iterator[Mistake]:
    here: Place = ("receivers", name)
    chats = tuple(receiver.chats())
    if not (chats or receiver.console):
        message = f"у получателя «{name}» нет ни одного чата: впишите {', '.join(IDS)} или console: true"
        yield tree.mistake(here, message)
    for place, chat in _twice(chats):
        message = f"этот чат у «{name}» уже назван: карточка придёт в него один раз"
        yield tree.mistake((*here, chat.messenger, place), message, warning=True)
    users = [person.users() for person in people.people] if people else []
    for messenger, place, chat in chats:
        known = frozenset(by_messenger[messenger] for by_messenger in users if messenger in by_messenger)
        for slip in MESSENGERS[messenger].chats.slips(chat, known):
            where: Place = (*here, messenger, place, *((slip.key,) if slip.key else ()))
            yield tree.mistake(where, slip.message, warning=slip.warning)


def _twice(chats: Sequence[tuple[MessengerId, int, Chat]]) -> Iterator[tuple[int, Chat]]:
    seen: set[Chat] = set()
    for _, place, chat in chats:
        if chat in seen:
            yield place, chat
        seen.add(chat)


def _two_endpoints(tree: Tree, routes: RoutesYaml) -> Iterator[Mistake]:
    """A program may stand in several receivers, and is the same in all of them."""
    first: dict[Chat, tuple[str, Endpoint]] = {}
    for name, receiver in routes.receivers.items():
        for messenger, place, chat in receiver.chats():
            if chat.endpoint is None:
                continue
            earlier, endpoint = first.setdefault(chat, (name, chat.endpoint))
            if endpoint != chat.endpoint:
                message = f"«{chat.chat}» уже описан у «{earlier}», и по-другому: впишите одно и то же"
                yield tree.mistake(("receivers", name, messenger, place), message)


def _condition_mistakes(tree: Tree, here: Place, when: WhenFile, around: Around) -> Iterator[Mistake]:
    if around.brands is not None:
        ids = [brand.id for brand in around.brands]
        yield from _unknown(tree, (*here, "brands"), when.brands or (), ids, "бренд")
        yield from _unheard(tree, here, when, around.brands)
    if around.words is not None:
        topics = list(dict.fromkeys((*TOPICS, *around.words.topics)))
        for place, topic in enumerate(when.topics or ()):
            if several := _several(topic, topics):
                yield tree.mistake((*here, "topics", place), several)
            elif topic not in topics:
                message = f"темы «{topic}» не бывает: её нет ни среди встроенных, ни в words.yaml"
                yield tree.mistake((*here, "topics", place), message + meant(topic, topics))
    for key, value in (("urgency_at", when.urgency_at), ("complaint_at", when.complaint_at)):
        if value == 1:
            message = f"{key}: 1 не бывает: программа никогда не уверена до конца; напишите, например, 0.9"
            yield tree.mistake((*here, key), message)


def _unskilled(tree: Tree, here: Place, skills: Sequence[str], people: PeopleYaml) -> Iterator[Mistake]:
    """Skills that nobody has."""
    known = list(dict.fromkeys(skill for person in people.people for skill in person.skills))
    for place, skill in enumerate(skills):
        if several := _several(skill, known):
            yield tree.mistake((*here, place), several)
        elif skill not in known:
            message = f"«{skill}» не умеет никто: впишите это в skills тому, кто умеет (people.yaml)"
            yield tree.mistake((*here, place), message + meant(skill, known))


def _unheard(tree: Tree, here: Place, when: WhenFile, brands: Sequence[BrandFile]) -> Iterator[Mistake]:
    """A network that none of the brands in question is listened to in."""
    asked = [brand for brand in brands if brand.id in (when.brands or [other.id for other in brands])]
    heard = {network for brand in asked for network, watch in brand.watch if watch is not None}
    if asked and when.networks and heard.isdisjoint(when.networks):
        where = ", ".join(when.networks)
        message = f"маршрут никогда не сработает: в {where} эти бренды не слушаются (watch в файле бренда)"
        yield tree.mistake((*here, "networks"), message)


def notices_of(routes: RoutesYaml) -> tuple[tuple[str, str], ...]:
    """The keys of words that belong to no case, each with the receiver that it names."""
    named = {key: getattr(routes.notices, key) for key in type(routes.notices).model_fields}
    return tuple((key, name) for key, name in named.items() if name is not None)


def _unknown_told(tree: Tree, routes: RoutesYaml) -> Iterator[Mistake]:
    for key, name in notices_of(routes):
        yield from _unknown(tree, ("notices", key), (name,), tuple(routes.receivers), "получатель")


def _nobody_there(tree: Tree, routes: RoutesYaml, people: PeopleYaml | None) -> Iterator[Mistake]:
    """A messenger that cards go to and that no person has a number in: every press would be a stranger's."""
    if people is None or not people.people:
        return
    for messenger in IDS:
        receivers = [
            name
            for name, receiver in routes.receivers.items()
            if any(of == messenger and chat.endpoint is None for of, _, chat in receiver.chats())
        ]
        if receivers and not any(messenger in person.users() for person in people.people):
            key = USER_KEYS[messenger]
            message = f"ни у кого в people.yaml нет {key}: карточки придут, но нажимать кнопки будет некому"
            yield tree.mistake(("receivers", receivers[0], messenger), message, warning=True)


def _owner_mistakes(tree: Tree, routes: RoutesYaml, people: PeopleYaml) -> Iterator[Mistake]:
    """Owners and backups that nobody is."""
    known = tuple(map(person_id, people.people))
    for name, receiver in routes.receivers.items():
        for key, person in (("owner", receiver.owner), ("backup", receiver.backup), ("on_call", receiver.on_call)):
            if person is not None and person not in known:
                message = f"{key}: человека с id «{person}» нет в people.yaml{meant(person, known)}"
                yield tree.mistake(("receivers", name, key), message)
        yield from _never_called(tree, ("receivers", name, "on_call"), receiver, routes)
        if receiver.owner is not None and receiver.owner == receiver.backup:
            message = f"«{receiver.owner}» подменяет сам себя: впишите в backup другого человека"
            yield tree.mistake(("receivers", name, "backup"), message)


def _never_called(tree: Tree, here: Place, receiver: ReceiverFile, routes: RoutesYaml) -> Iterator[Mistake]:
    """Somebody on call whom no card will ever call."""
    hours = receiver.hours or routes.hours
    if receiver.on_call is None:
        return
    if hours is None:
        message = "on_call ничего не меняет: часов работы (hours) нет, значит, работают всегда"
        yield tree.mistake(here, message, warning=True)
        return
    own = receiver.hours is not None and "night" in receiver.hours.model_fields_set
    night = hours.night if own or routes.hours is None else routes.hours.night
    if night == "hold":
        message = "on_call никого не позовёт: night: hold держит до утра и срочные; впишите night: urgent"
        yield tree.mistake(here, message, warning=True)


def _assign_mistakes(tree: Tree, here: Place, receiver: ReceiverFile, people: PeopleYaml) -> Iterator[Mistake]:
    """Cases that would be given to nobody, or to people whom nobody knows."""
    known = tuple(map(person_id, people.people))
    for place, person in enumerate(receiver.people):
        if person not in known:
            message = f"people: человека с id «{person}» нет в people.yaml{meant(person, known)}"
            yield tree.mistake((*here, "people", place), message)
    if receiver.assign == "free":
        for key in ("people", "load"):
            if key in receiver.model_fields_set:
                message = f"{key} ничего не меняет, пока обращения берут сами: впишите assign (round_robin, load)"
                yield tree.mistake((*here, key), message, warning=True)
    elif not receiver.people and all(person.role != "operator" for person in people.people):
        message = "раздавать некому: впишите people или добавьте в people.yaml сотрудника с role: operator"
        yield tree.mistake((*here, "assign"), message)


def _unknown(tree: Tree, path: Place, names: Iterable[str], known: Sequence[str], what: str) -> Iterator[Mistake]:
    for place, name in enumerate(names):
        if several := _several(name, known):
            yield tree.mistake((*path, place), several)
        elif name not in known:
            yield tree.mistake((*path, place), f"{what} «{name}» нигде не описан{meant(name, known)}")


def _several(name: str, known: Sequence[str]) -> str | None:
    """«crisis support» for [crisis, support]."""
    parts = [part for part in _BETWEEN.split(name) if part]
    if name in known or len(parts) < _SEVERAL or not set(parts) <= set(known):
        return None
    return f"«{name}» — это несколько имён: разделите их запятыми: [{', '.join(parts)}]"
