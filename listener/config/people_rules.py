"""What no single value of people.yaml can show: who is written twice, who can press nothing."""

from collections.abc import Iterator, Mapping

from domain.person import MessengerId
from listener.config.latin import latin_id
from listener.config.messenger_keys import USER_KEYS
from listener.config.schema import PeopleYaml, PersonFile
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
