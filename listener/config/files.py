"""Files that a person believes to be read and nobody reads: with another ending, in another folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from listener.config.values import Mistake

FILES: Final = ("people.yaml", "policy.yaml", "routes.yaml", "templates.yaml", "words.yaml")
_PASSED_OVER: Final = frozenset({"schema", "history"})
_ENDINGS: Final = (".yaml", ".yml")


def strange_files(directory: Path) -> Iterator[Mistake]:
    """A warning for everything that looks like YAML and is not read, with the name that would be."""
    for path in sorted(directory.rglob("*")):
        place = path.relative_to(directory)
        if place.parts[0] in _PASSED_OVER or any(part.startswith(".") for part in place.parts):
            continue
        if path.is_file() and _looks_like_yaml(path) and not _is_read(place):
            yield Mistake(file=str(path), line=1, message=_advice(place), warning=True)


def another_folder(directory: Path) -> Mistake | None:
    """The folder with the brands was named, or the one around the config."""
    if directory.name == "brands" and (directory.parent / "routes.yaml").exists():
        message = f"это папка брендов, а нужна вся папка настроек: {directory.parent}"
        return Mistake(file=str(directory), line=1, message=message)
    inner = directory / "config"
    if not (directory / "brands").exists() and (inner / "brands").exists():
        return Mistake(file=str(directory), line=1, message=f"настройки лежат глубже: {inner}")
    return None


def missing_folder(directory: Path) -> Mistake:
    if directory.is_file():
        message = f"это файл, а нужна вся папка настроек: {directory.parent}"
        return Mistake(file=str(directory), line=1, message=message)
    message = "такой папки с настройками нет: укажите её (--config ПАПКА) или создайте: listener init"
    return Mistake(file=str(directory), line=1, message=message)


def _is_read(place: Path) -> bool:
    if len(place.parts) == 1:
        return place.name in FILES
    return place.parts[:-1] == ("brands",) and place.suffix == ".yaml"


def _looks_like_yaml(path: Path) -> bool:
    name = path.name.lower()
    return any(ending in name for ending in _ENDINGS) and not name.endswith(("~", ".swp"))


def _advice(place: Path) -> str:
    name = place.name.lower()
    stem = name.partition(".y")[0]
    if f"{stem}.yaml" in FILES:
        return f"этот файл не читается: назовите его {stem}.yaml и положите прямо в папку настроек"
    if place.parts[:-1] == ("brands",):
        return f"этот файл не читается, бренда как нет: назовите его {stem}.yaml (показ окончаний имён включён?)"
    return "этот файл не читается: бренды живут в brands/*.yaml, остальное — " + ", ".join(FILES)
