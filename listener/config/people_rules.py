"""What no single value of people.yaml can show: who is written twice, who can press nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from domain.person import MessengerId
from listener.config.latin import latin_id
from listener.config.messenger_keys import USER_KEYS
from listener.config.russian import meant
from listener.config.schema import AbsentFile, PeopleYaml, PersonFile
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree
from listener.messengers.registry import MESSENGERS


def person_id(file: PersonFile) -> str:
    """The person's id, else one made of the name («Анна Иванова»: anna-ivanova), else of a messenger's number."""
    return file.id or latin_id(file.name) or next(iter(file.users().values()), "nobody").lower()


def people_mistakes(tree: Tree, people: PeopleYaml) -> Iterator[Mistake]:
    seen: dict[tuple[str, str], str] = {}
    for place, person in enumerate(people.people):
        users = person.users()
        for key, message in _slips(users):
            yield tree.mistake(("people", place, USER_KEYS[key]), message)
        if not users:
            nothing = ", ни ".join(USER_KEYS.values())
            message = f"у «{person.name}» нет ни {nothing}: нажимать кнопки не получится"
            yield tree.mistake(("people", place), message, warning=True)
        for key, value in users.items():
            if (key, value) in seen:
                message = f"{USER_KEYS[key]} {value} уже записан за «{seen[key, value]}»: у каждого свой"
                yield tree.mistake(("people", place, USER_KEYS[key]), message)
            seen.setdefault((key, value), person.name)
    yield from _same_ids(tree, people)
    yield from _absences(tree, people)
    if not people.people:
        yield tree.mistake(("people",), "людей нет: нажимать кнопки на карточках будет некому", warning=True)
    elif all(person.role != "lead" for person in people.people):
        message = (
            "нет ни одного старшего (role: lead): о сорванном сроке сказать некому, чужое обращение не забрать"
        )
        yield tree.mistake(("people",), message, warning=True)


def _slips(users: Mapping[MessengerId, str]) -> Iterator[tuple[MessengerId, str]]:
    for messenger, user in users.items():
        for message in MESSENGERS[messenger].users.slips(user):
            yield messenger, message


def _same_ids(tree: Tree, people: PeopleYaml) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for place, person in enumerate(people.people):
        id_ = person_id(person)
        if id_ in first and person.id is None:
            message = f"id «{id_}» из имени «{person.name}» уже занят: впишите сюда свой id, например id: {id_}-2"
            yield tree.mistake(("people", place), message)
        elif id_ in first:
            yield tree.mistake(("people", place, "id"), f"id «{id_}» уже у «{first[id_]}»: у каждого свой")
        else:
            first[id_] = person.name


def _absences(tree: Tree, people: PeopleYaml) -> Iterator[Mistake]:
    """Days that end before they begin, substitutes that nobody is, circles in which nobody is left."""
    known = {person_id(person): place for place, person in enumerate(people.people)}
    for place, person in enumerate(people.people):
        absent = person.absent
        if absent is None:
            continue
        here = ("people", place, "absent")
        if absent.since and absent.until and absent.until < absent.since:
            message = f"отсутствие кончается ({absent.until}) раньше, чем начинается ({absent.since})"
            yield tree.mistake((*here, "until"), message)
        if absent.substitute is not None and absent.substitute not in known:
            message = f"substitute: человека с id «{absent.substitute}» нет в people.yaml"
            yield tree.mistake((*here, "substitute"), message + meant(absent.substitute, known))
    for circle in _circles({person_id(person): person.absent for person in people.people if person.absent}):
        message = f"подменяют друг друга по кругу и не будет никого: {' → '.join((*circle, circle[0]))}"
        yield tree.mistake(("people", known[circle[0]], "absent", "substitute"), message)


def _circles(absent: Mapping[str, AbsentFile]) -> Iterator[tuple[str, ...]]:
    """Each once: people who all are away on some day, the last of whom is to be stood in for by the first."""
    done: set[str] = set()
    for first in absent:
        chain: list[str] = []
        number: str | None = first
        while number is not None and number in absent and number not in (*chain, *done):
            chain.append(number)
            number = absent[number].substitute
        done.update(chain)
        circle = tuple(chain[chain.index(number) :]) if number in chain else ()
        if circle and _share_a_day([absent[person] for person in circle]):
            yield circle


def _share_a_day(absences: list[AbsentFile]) -> bool:
    since = max(absence.since or date.min.isoformat() for absence in absences)
    until = min(absence.until or date.max.isoformat() for absence in absences)
    return since <= until


def skill_mistakes(
    tree: Tree, people: PeopleYaml, topics: Sequence[str], brands: Sequence[str]
) -> Iterator[Mistake]:
    """Skills that no case will ever ask for."""
    known = (*topics, *brands)
    for place, person in enumerate(people.people):
        for number, skill in enumerate(person.skills):
            if skill not in known:
                message = f"skills: «{skill}» — не тема и не бренд{meant(skill, known)}"
                yield tree.mistake(("people", place, "skills", number), message)
