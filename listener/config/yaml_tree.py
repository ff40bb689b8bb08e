"""YAML with line numbers: a file becomes plain values and the line of each, or mistakes in Russian."""

import codecs
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from listener.config.typos import CURLY, ODD_SPACES, duration_meant, odd_space, plain
from listener.config.values import Mistake
from listener.refusals import refusal

Place = tuple[str | int, ...]

MAX_BYTES: Final = 256_000
_OF_OFFICE: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MAX_DEPTH: Final = 20

ODD_SPACE: Final = "неразрывный или невидимый пробел вместо обычного"

# YAML turns these words into true and false; in a list of names that is never what a person meant.
_BOOLEANS: Final = frozenset({"true", "false"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A file's values and the line of each of them by its path; mistakes that hide nothing else."""

    file: str
    value: Any
    lines: Mapping[Place, int] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    def line(self, path: Place) -> int:
        """The line of the value, or of the nearest thing around it that has one."""
        for size in range(len(path), -1, -1):
            if path[:size] in self.lines:
                return self.lines[path[:size]]
        return 1

    def mistake(self, path: Place, message: str, *, warning: bool = False) -> Mistake:
        """What is wrong with the value at a place of this file."""
        return Mistake(file=self.file, line=self.line(path), message=message, warning=warning)


def read_tree(path: Path, name: str) -> Tree:
    """Read one file; `name` is what the mistakes call it. A file that cannot be read has the value None."""
    text, complaint = _text(path)
    if complaint:
        return _broken(name, 1, complaint)
    indent = _tab_line(text)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return Tree(file=name, value=None, mistakes=())
        reader = _Reader(name)
        value = reader.read(node, (), 0)
    except yaml.MarkedYAMLError as error:
        # What is open and never closed is found at the file's end; the person must look where it was opened.
        # A key without a colon is found on the next line.
        unclosed = any(sign in (error.problem or "") for sign in ("end of stream", "could not find expected ':'"))
        mark = error.context_mark if unclosed and error.context_mark else error.problem_mark
        line = mark.line + 1 if mark else 1
        if odd := odd_space(text, lambda number: number <= line + 1):
            return _broken(name, odd, f"{ODD_SPACE}: сотрите его и наберите пробел заново")
        return _broken(name, indent or line, _explain(error, tab=indent, line=line))
    except (yaml.YAMLError, RecursionError, ValueError):
        return _broken(name, 1, "YAML не читается: в нём недопустимые символы или слишком глубокая вложенность")
    return Tree(file=name, value=value, lines=reader.lines, mistakes=tuple(reader.mistakes))


class _Reader:
    """Walks the nodes once; the alias of a node is refused, so the walk is no longer than the file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: set[int] = set()
        self.lines: dict[Place, int] = {}
        self.mistakes: list[Mistake] = []

    def read(self, node: yaml.Node, path: Place, depth: int) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._complain(node, "ссылки YAML (* и &) здесь не нужны: напишите значение ещё раз целиком")
            return None
        self._seen.add(id(node))
        if depth > MAX_DEPTH:
            self._complain(node, "слишком глубокая вложенность: уберите лишние скобки или отступы")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, place), depth + 1) for place, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Place, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(key_node, "ключом может быть только слово; проверьте скобки и двоеточия")
                continue
            key = self._key(key_node)
            if self._is_rest_of_a_fraction(key, key_node, value_node, values):
                continue
            if key in values:
                first = self.lines[(*path, key)]
                self._complain(key_node, f"ключ «{key}» повторяется (первый раз в строке {first}): оставьте один")
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self.read(value_node, (*path, key), depth + 1)
        return values

    def _key(self, node: yaml.ScalarNode) -> str:
        """The key without odd spaces, which are named: they look like an indent and are none."""
        key: str = node.value
        if ODD_SPACES.search(key):
            self._complain(node, f"{ODD_SPACE} у ключа «{plain(key)}»: сотрите его и наберите пробел заново")
            return plain(key)
        return key

    def _is_rest_of_a_fraction(self, key: str, node: yaml.Node, value: yaml.Node, before: dict[str, Any]) -> bool:
        """In {complaint_at: 0,6} YAML sees the number 0 and a key 6; the number is put right, to say it once."""
        last = next(reversed(before), None)
        whole = before[last] if last is not None else None
        if not (
            key[:1].isdecimal() and value.value == "" and isinstance(whole, int) and not isinstance(whole, bool)
        ):
            return False
        if key.isdecimal():
            self._complain(node, f"«{last}: {whole},{key}»: дробь пишут с точкой: {whole}.{key}")
            before[str(last)] = float(f"{whole}.{key}")
            return True
        span = duration_meant(f"{whole},{key}")
        if span is not None:
            self._complain(node, f"«{last}: {whole},{key}»: дробных сроков нет, напишите {span}")
            before[str(last)] = span
        return span is not None

    def _scalar(self, node: yaml.Node) -> Any:
        bare = getattr(node, "style", None) is None
        if bare and node.value and node.value[0] in CURLY:
            self._complain(node, f'кавычки в {_short(node.value)} не прямые, для YAML это буквы: наберите "')
            return plain(node.value)
        if bare and node.tag.endswith(":bool") and node.value.lower() not in _BOOLEANS:
            return YamlWord(node.value)  # `no`, `on`: see YamlWord
        if node.tag.endswith((":timestamp", ":binary")) or _is_disguised_number(node):
            return str(node.value)
        if node.tag.endswith(":int") and _OCTAL.fullmatch(node.value):
            self._complain(node, f"«{node.value}»: число не начинают с нуля, а имя из цифр берут в кавычки")
            return int(node.value)
        try:
            value = yaml.constructor.SafeConstructor().construct_document(node)
        except (yaml.YAMLError, ValueError, OverflowError, ArithmeticError, RecursionError):
            self._complain(node, f"значение «{_short(node.value)}» не читается: возьмите его в кавычки")
            return None
        return value if isinstance(value, Hashable) else str(node.value)

    def _complain(self, node: yaml.Node, message: str) -> None:
        self.mistakes.append(Mistake(file=self._file, line=node.start_mark.line + 1, message=message))


_OCTAL: Final = re.compile(r"[-+]?0\d+")
_DISGUISED: Final = re.compile(r"[:_xXbBnN]")


def _is_disguised_number(node: yaml.Node) -> bool:
    """1:30 is ninety to YAML, -1003_7 is -10037, .nan a number: nobody who writes them means that."""
    return node.tag.endswith((":int", ":float")) and _DISGUISED.search(node.value) is not None


class YamlWord(str):
    """A word that YAML would read as true or false (`no`, `on`, `yes`, `off`): refused wherever a string or a
    switch is wanted, so that nobody wonders where the name «No» went.
    """

    __slots__ = ()


def _text(path: Path) -> tuple[str, str | None]:
    """The file's text, or why it cannot be had."""
    try:
        if path.is_dir():
            return "", "это папка, а нужен файл"
        if not path.is_file():
            return "", "это не обычный файл"
        size = path.stat().st_size
        if size > MAX_BYTES:
            return (
                "",
                f"файл слишком большой ({size // 1000} КБ): больше {MAX_BYTES // 1000} КБ в одном файле не бывает",
            )
        return path.read_bytes().decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", _no_text(error.object)
    except OSError as error:
        return "", f"файл не читается: {refusal(error)}"


def _no_text(content: bytes) -> str:
    if content.startswith(_OF_OFFICE):
        return "это документ Word или архив, а нужен простой текст: наберите его в Блокноте, в кодировке UTF-8"
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    look = "UTF-16" if utf16 else "Windows-1251"
    return f"файл не в кодировке UTF-8, похоже на {look}: сохраните его заново, выбрав UTF-8"


def _broken(name: str, line: int, message: str) -> Tree:
    return Tree(file=name, value=None, mistakes=(Mistake(file=name, line=line, message=message),))


def _tab_line(text: str) -> int | None:
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return number
    return None


_EXPLANATIONS: Final = {
    "the node content, but found ','": "две запятые подряд или запятая в начале списка",
    "but found ','": "значение начинается со скобки и после неё стоит ещё что-то: возьмите в кавычки всё значение",
    "expected '<document start>'": "после конца (строки «...» или скобки) стоит ещё что-то: уберите её",
    "expected URI": "знак ! в начале значения: возьмите значение в кавычки",
    r"found character '\t'": "табуляция вместо пробела: замените её пробелом",
    "found unexpected end of stream": "кавычка или скобка открыта и не закрыта",
    "found unexpected document separator": "кавычка открыта и не закрыта",
    "could not find expected ':'": "после ключа нужны двоеточие и пробел («ключ: значение»)",
    "mapping values are not allowed": "лишнее двоеточие или отступ; значение с двоеточием берут в кавычки",
    "but found '<scalar>'": (
        "после закрывающей кавычки или скобки стоит ещё что-то: возьмите в кавычки всё значение, "
        "а если они в нём есть — в одинарные: 'ООО \"Ромашка\"'"
    ),
    "expected <block end>": "сбит отступ: строки одного уровня начинаются с одной колонки",
    "but found '<stream end>'": "скобка [ или { открыта и не закрыта (слово с # берут в кавычки)",
    "expected ',' or": 'не хватает запятой или закрывающей скобки (слово с # берут в кавычки: "#support")',
    "found character '@'": (
        "знак @ в начале значения: имя страницы пишут без него, вместо @чата или @человека нужен номер (/id боту)"
    ),
    "found character": "недопустимый знак в начале значения: возьмите значение в кавычки",
    "unknown escape character": "обратная черта \\ в двойных кавычках: возьмите значение в одинарные кавычки",
    "found undefined alias": "знак * в начале значения: возьмите значение в кавычки",
    "expected a single document": "в файле должен быть один документ: уберите строку ---",
    "expected alphabetic or numeric": "знак * или & в начале значения: возьмите значение в кавычки",
}


def _explain(error: yaml.MarkedYAMLError, *, tab: int | None, line: int) -> str:
    if tab:
        return "отступ сделан табуляцией: замените её пробелами (обычно двумя)"
    words = f"{error.problem or ''} {error.context or ''}"
    for sign, explanation in _EXPLANATIONS.items():
        if sign in words:
            start = error.context_mark
            opened = f" (начало в строке {start.line + 1})" if start and start.line + 1 != line else ""
            return f"YAML не читается: {explanation}{opened}"
    return "YAML не читается: проверьте отступы, двоеточия и кавычки в этой строке и строкой выше"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
