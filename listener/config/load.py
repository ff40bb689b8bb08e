"""The config folder as values: every mistake at once, with file and line, in Russian."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from alerts.routing.linter import Around as LintAround
from alerts.suppression import URGENT_AT
from classifiers.asked_of_texts import implied
from classifiers.lexicon import TOPICS
from listener.config import brand_rules, hours_rules, people_rules, policy_rules, words_rules
from listener.config.build import (
    build_brand,
    build_notices,
    build_person,
    build_policy,
    build_routing,
    build_words,
)
from listener.config.files import another_folder, missing_folder, strange_files
from listener.config.finding import finding_mistakes
from listener.config.route_rules import Around, notices_of, routes_mistakes
from listener.config.russian import explain
from listener.config.schema import BrandFile, PeopleYaml, PolicyYaml, RoutesYaml, TemplatesYaml, WordsYaml
from listener.config.searches import search_warnings
from listener.config.values import Config, ConfigError, Mistake
from listener.config.yaml_tree import Tree, read_tree
from listener.config.zone_warnings import zone_warnings
from listener.networks.registry import NETWORKS
from listener.refusals import refusal

_Model = TypeVar("_Model", bound=BaseModel)


def load(directory: Path) -> Config:
    """Read the whole folder. Raises ConfigError with every mistake; warnings do not stop it."""
    folder = _read(directory)
    mistakes = tuple(mistake for mistake in folder.mistakes if not mistake.warning)
    if mistakes or folder.routes is None:
        raise ConfigError(mistakes)
    policy = build_policy(
        folder.policy or PolicyYaml(), folder.routes.hours.timezone if folder.routes.hours else None
    )
    return Config(
        brands=tuple(build_brand(brand, messages=policy.messages) for _, brand in folder.brands),
        routing=build_routing(folder.routes, folder.people),
        people=tuple(build_person(person) for person in folder.people.people) if folder.people else (),
        words=build_words(folder.words or WordsYaml()),
        notices=build_notices(folder.routes.notices),
        templates=dict(folder.templates.templates) if folder.templates else {},
        policy=policy,
    )


def check(
    directory: Path, *, searches: Mapping[str, int] | None = None, today: date = date.min
) -> tuple[Mistake, ...]:
    """Every mistake and warning of the folder, by file and line.

    `searches` are the networks' daily quotas of searches, to be held against what the brands would take; days off
    that were over before `today` are nobody's business.
    """
    folder = _read(directory)
    brands = [(tree, build_brand(brand)) for tree, brand in folder.brands]
    for name, per_day in (searches or {}).items():
        folder.mistakes += search_warnings(NETWORKS[name], brands, per_day)
    folder.mistakes += _zone_warnings(folder, today)
    return tuple(sorted(folder.mistakes, key=lambda mistake: (mistake.file, mistake.line)))


def _zone_warnings(folder: "_Folder", today: date) -> Iterator[Mistake]:
    """Holes of the tree of routes, once all that it speaks of is right: a mistake said twice helps nobody."""
    wrong = any(not mistake.warning for mistake in folder.mistakes)
    if wrong or folder.routes is None or folder.routes_tree is None or not folder.brands:
        return
    heard = frozenset((brand.id, name) for _, brand in folder.brands for name, on in brand.watch if on is not None)
    if not heard:
        return
    policy = folder.policy or PolicyYaml()
    routing = build_routing(folder.routes, folder.people)
    around = LintAround(
        heard=heard,
        urgent_at=URGENT_AT,
        people=tuple(build_person(person) for person in folder.people.people) if folder.people else (),
        also_told=frozenset({policy.engineers.receiver, *(name for _, name in notices_of(folder.routes))}),
        today=today,
        implied=implied(routing.words),
    )
    titles = {brand.id: brand.title for _, brand in folder.brands}
    yield from zone_warnings(folder.routes_tree, routing, around, titles)


@dataclass(slots=True, kw_only=True)
class _Folder:
    """What could be read so far. A file with mistakes is absent here, so rules never see half of a value."""

    brands: list[tuple[Tree, BrandFile]] = field(default_factory=list)
    brands_whole: bool = False
    routes: RoutesYaml | None = None
    routes_tree: Tree | None = None
    people: PeopleYaml | None = None
    people_tree: Tree | None = None
    words: WordsYaml | None = None
    templates: TemplatesYaml | None = None
    policy: PolicyYaml | None = None
    mistakes: list[Mistake] = field(default_factory=list)


def _read(directory: Path) -> _Folder:
    folder = _Folder()
    if not directory.is_dir():
        folder.mistakes.append(missing_folder(directory))
        return folder
    if (other := another_folder(directory)) is not None:
        folder.mistakes.append(other)
        return folder
    try:
        _read_brands(directory, folder)
        _read_people(directory, folder)
        _read_words(directory, folder)
        _read_templates(directory, folder)
        _read_routes(directory, folder)
        _read_policy(directory, folder)
        folder.mistakes += _skill_mistakes(folder)
        folder.mistakes += strange_files(directory)
    except OSError as error:
        message = f"папка не читается: {refusal(error)}"
        folder.mistakes.append(Mistake(file=str(directory), line=1, message=message))
    folder.mistakes[:] = sorted(dict.fromkeys(folder.mistakes), key=lambda mistake: (mistake.file, mistake.line))
    return folder


def _read_brands(directory: Path, folder: _Folder) -> None:
    paths = sorted((directory / "brands").glob("*.yaml"))
    for path in paths:
        tree, brand = _parse(path, BrandFile, folder)
        if brand is not None:
            folder.brands.append((tree, brand))
            wrong = tuple(brand_rules.brand_mistakes(tree, brand))
            # What the matcher says of an entry that is no name at all would only repeat it.
            folder.mistakes += wrong or finding_mistakes(tree, build_brand(brand))
    folder.mistakes += brand_rules.repeated_brands(folder.brands)
    folder.brands_whole = len(folder.brands) == len(paths)
    if not paths:
        message = "нет ни одного бренда: создайте здесь файл вида romashka.yaml"
        folder.mistakes.append(Mistake(file=str(directory / "brands"), line=1, message=message))


def _read_people(directory: Path, folder: _Folder) -> None:
    path = directory / "people.yaml"
    if not path.exists():
        folder.people = PeopleYaml()
        message = "нет файла people.yaml: нажимать кнопки на карточках будет некому"
        folder.mistakes.append(Mistake(file=str(path), line=1, message=message, warning=True))
        return
    tree, folder.people = _parse(path, PeopleYaml, folder)
    folder.people_tree = tree
    if folder.people is not None:
        folder.mistakes += people_rules.people_mistakes(tree, folder.people)
        folder.mistakes += hours_rules.shift_mistakes(tree, folder.people)


def _read_words(directory: Path, folder: _Folder) -> None:
    if not (path := directory / "words.yaml").exists():
        folder.words = WordsYaml()
        return
    tree, folder.words = _parse(path, WordsYaml, folder)
    names = [name for _, brand in folder.brands for name in brand.names]
    folder.mistakes += words_rules.words_mistakes(tree, folder.words, names) if folder.words else ()


def _read_templates(directory: Path, folder: _Folder) -> None:
    if (path := directory / "templates.yaml").exists():
        tree, folder.templates = _parse(path, TemplatesYaml, folder)
        folder.mistakes += words_rules.template_mistakes(tree, folder.templates) if folder.templates else ()


def _read_routes(directory: Path, folder: _Folder) -> None:
    path = directory / "routes.yaml"
    if not path.exists():
        message = "нет файла routes.yaml: без него неизвестно, кому слать карточки"
        folder.mistakes.append(Mistake(file=str(path), line=1, message=message))
        return
    tree, folder.routes = _parse(path, RoutesYaml, folder)
    folder.routes_tree = tree
    if folder.routes is None:
        return
    folder.mistakes += routes_mistakes(tree, folder.routes, _around(folder))
    folder.mistakes += hours_rules.sla_mistakes(tree, folder.routes.sla) if folder.routes.sla else ()
    folder.mistakes += hours_rules.hours_mistakes(tree, folder.routes.hours) if folder.routes.hours else ()
    for name, receiver in folder.routes.receivers.items():
        here = ("receivers", name)
        folder.mistakes += hours_rules.sla_mistakes(tree, receiver.sla, (*here, "sla")) if receiver.sla else ()
        folder.mistakes += (
            hours_rules.hours_mistakes(tree, receiver.hours, (*here, "hours")) if receiver.hours else ()
        )


def _read_policy(directory: Path, folder: _Folder) -> None:
    if (path := directory / "policy.yaml").exists():
        tree, folder.policy = _parse(path, PolicyYaml, folder)
        if folder.policy is not None:
            folder.mistakes += policy_rules.policy_mistakes(tree, folder.policy, folder.routes, _around(folder))


def _skill_mistakes(folder: _Folder) -> Iterator[Mistake]:
    """Once the words and the brands that skills speak of are read whole."""
    if folder.people is None or folder.people_tree is None or folder.words is None or not folder.brands_whole:
        return
    topics, brands = (*TOPICS, *folder.words.topics), [brand.id for _, brand in folder.brands]
    yield from people_rules.skill_mistakes(folder.people_tree, folder.people, topics, brands)


def _around(folder: _Folder) -> Around:
    brands = [brand for _, brand in folder.brands] if folder.brands_whole else None
    return Around(brands=brands, people=folder.people, words=folder.words)


def _parse(path: Path, model: type[_Model], folder: _Folder) -> tuple[Tree, _Model | None]:
    tree = read_tree(path, str(path))
    folder.mistakes += tree.mistakes
    if tree.value is None and tree.mistakes:
        return tree, None
    needed = [key for key, field in model.model_fields.items() if field.is_required()]
    if tree.value is None and needed:
        folder.mistakes.append(tree.mistake((), f"файл пуст: впишите {', '.join(needed)} или уберите его"))
        return tree, None
    try:
        parsed = model.model_validate({} if tree.value is None else tree.value)
    except ValidationError as error:
        folder.mistakes += _mistakes(tree, error, model)
        return tree, None
    return tree, None if tree.mistakes else parsed


def _mistakes(tree: Tree, error: ValidationError, model: type[BaseModel]) -> Sequence[Mistake]:
    return [
        Mistake(file=tree.file, line=tree.line(wrong["loc"]), message=explain(wrong, model))
        for wrong in error.errors(include_url=False)
    ]
