"""The config folder as values: every mistake at once, with file and line, in Russian."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from listener.config import rules
from listener.config.build import build_brand, build_person, build_routing, build_words
from listener.config.russian import explain
from listener.config.schema import BrandFile, PeopleYaml, RoutesYaml, TemplatesYaml, WordsYaml
from listener.config.searches import search_warnings
from listener.config.values import Config, ConfigError, Mistake
from listener.config.yaml_tree import Tree, read_tree

_Model = TypeVar("_Model", bound=BaseModel)

FILES: Final = ("people.yaml", "routes.yaml", "templates.yaml", "words.yaml")


def load(directory: Path) -> Config:
    """Read the whole folder. Raises ConfigError with every mistake; warnings do not stop it."""
    folder = _read(directory)
    mistakes = tuple(one for one in folder.mistakes if not one.warning)
    if mistakes or folder.routes is None:
        raise ConfigError(mistakes)
    return Config(
        brands=tuple(build_brand(brand) for _, brand in folder.brands),
        routing=build_routing(folder.routes),
        people=tuple(build_person(person) for person in folder.people.people),
        words=build_words(folder.words),
        templates=dict(folder.templates.templates),
    )


def check(directory: Path, *, vk_searches: int | None = None) -> tuple[Mistake, ...]:
    """Every mistake and warning of the folder, by file and line.

    `vk_searches` is VK's daily quota of searches, to be held against what the brands would take.
    """
    folder = _read(directory)
    if vk_searches is not None:
        brands = [(tree, build_brand(brand)) for tree, brand in folder.brands]
        folder.mistakes += search_warnings(brands, vk_searches)
    return tuple(sorted(folder.mistakes, key=lambda one: (one.file, one.line)))


@dataclass(slots=True, kw_only=True)
class _Folder:
    """What could be read so far. A file with mistakes is absent here, so rules never see half of a value."""

    brands: list[tuple[Tree, BrandFile]] = field(default_factory=list)
    routes: RoutesYaml | None = None
    people: PeopleYaml = field(default_factory=PeopleYaml)
    words: WordsYaml = field(default_factory=WordsYaml)
    templates: TemplatesYaml = field(default_factory=TemplatesYaml)
    mistakes: list[Mistake] = field(default_factory=list)


def _read(directory: Path) -> _Folder:
    folder = _Folder()
    if not directory.is_dir():
        message = "такой папки с настройками нет: укажите её (--config ПАПКА) или создайте по образцу config/"
        folder.mistakes.append(Mistake(file=str(directory), line=1, message=message))
        return folder
    try:
        brands_whole = _read_brands(directory, folder)
        people_whole = _read_people(directory, folder)
        _read_routes(directory, folder, brands_whole=brands_whole, people_whole=people_whole)
        _read_optional(directory, folder)
        _strange_files(directory, folder)
    except OSError as error:
        message = f"папка не читается: {error.strerror or type(error).__name__}"
        folder.mistakes.append(Mistake(file=str(directory), line=1, message=message))
    folder.mistakes[:] = sorted(dict.fromkeys(folder.mistakes), key=lambda one: (one.file, one.line))
    return folder


def _read_brands(directory: Path, folder: _Folder) -> bool:
    """Read every brand; False when some file could not be read, so that nobody blames its id for being unknown."""
    paths = sorted((directory / "brands").glob("*.yaml"))
    for path in paths:
        tree, brand = _parse(path, BrandFile, folder)
        if brand is not None:
            folder.brands.append((tree, brand))
            folder.mistakes += rules.brand_mistakes(tree, brand)
    folder.mistakes += rules.repeated_brands(folder.brands)
    if not paths:
        message = "нет ни одного бренда: создайте здесь файл вида romashka.yaml"
        folder.mistakes.append(Mistake(file=str(directory / "brands"), line=1, message=message))
    return len(folder.brands) == len(paths)


def _read_people(directory: Path, folder: _Folder) -> bool:
    """Read the people; False when the file has mistakes, so that nobody blames an owner for being unknown."""
    path = directory / "people.yaml"
    if not path.exists():
        message = "нет файла people.yaml: нажимать кнопки на карточках будет некому"
        folder.mistakes.append(Mistake(file=str(path), line=1, message=message, warning=True))
        return True
    tree, parsed = _parse(path, PeopleYaml, folder)
    if parsed is None:
        return False
    folder.people = parsed
    folder.mistakes += rules.people_mistakes(tree, parsed)
    return True


def _read_routes(directory: Path, folder: _Folder, *, brands_whole: bool, people_whole: bool) -> None:
    path = directory / "routes.yaml"
    if not path.exists():
        message = "нет файла routes.yaml: без него неизвестно, кому слать карточки"
        folder.mistakes.append(Mistake(file=str(path), line=1, message=message))
        return
    tree, folder.routes = _parse(path, RoutesYaml, folder)
    if folder.routes is not None:
        asked = [one for route in folder.routes.route.routes for one in route.when.brands or ()]
        ids = [brand.id for _, brand in folder.brands] + ([] if brands_whole else asked)
        folder.mistakes += rules.routes_mistakes(tree, folder.routes, ids)
        folder.mistakes += rules.owner_mistakes(tree, folder.routes, folder.people) if people_whole else ()


def _read_optional(directory: Path, folder: _Folder) -> None:
    if (templates := directory / "templates.yaml").exists():
        tree, read = _parse(templates, TemplatesYaml, folder)
        folder.templates = read or folder.templates
        folder.mistakes += rules.template_mistakes(tree, read) if read is not None else ()
    if (words := directory / "words.yaml").exists():
        folder.words = _parse(words, WordsYaml, folder)[1] or folder.words


def _strange_files(directory: Path, folder: _Folder) -> None:
    """Files that a person may believe to be read: a `.yml`, a mistyped name, a brand outside brands/."""
    for path in sorted([*directory.glob("*.y*ml"), *(directory / "brands").glob("*.yml")]):
        if path.name not in FILES:
            message = "этот файл не читается: бренды живут в brands/*.yaml, остальное — " + ", ".join(FILES)
            folder.mistakes.append(Mistake(file=str(path), line=1, message=message, warning=True))


def _parse(path: Path, model: type[_Model], folder: _Folder) -> tuple[Tree, _Model | None]:
    tree = read_tree(path, str(path))
    folder.mistakes += tree.mistakes
    if tree.value is None and tree.mistakes:
        return tree, None
    try:
        # An empty file is an empty set of keys: what is missing is then said key by key.
        parsed = model.model_validate({} if tree.value is None else tree.value)
    except ValidationError as error:
        folder.mistakes += _mistakes(tree, error, model)
        return tree, None
    return tree, None if tree.mistakes else parsed


def _mistakes(tree: Tree, error: ValidationError, model: type[BaseModel]) -> Sequence[Mistake]:
    return [
        Mistake(file=tree.file, line=tree.line(one["loc"]), message=explain(one, model))
        for one in error.errors(include_url=False)
    ]
