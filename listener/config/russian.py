"""What is wrong with a value, in Russian, with what to do; and the word that was probably meant."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from listener.config.messenger_keys import PATTERNS as USER_PATTERNS
from listener.config.slips import slip_of_the_hand
from listener.config.typos import disguised, same_in_other_case, stranger
from listener.config.yaml_tree import YamlWord
from listener.networks.registry import AUTHOR_EXAMPLES, AUTHOR_PATTERN

_SHOWN: Final = 40


def meant(word: str, known: Iterable[str]) -> str:
    """« (возможно, вы имели в виду «…»)» with the nearest known word, or the list of what is known."""
    choices = sorted(known)
    if twin := same_in_other_case(word, choices):
        return f"; пишут так: «{twin}»"
    if twin := disguised(word, choices):
        letters = stranger(word) or "буквы другого алфавита"
        return f"; выглядит как «{twin}», но в нём {letters}: наберите слово заново"
    near = get_close_matches(word.lower(), [choice.lower() for choice in choices], n=1, cutoff=0.6)
    for choice in choices:
        if near and choice.lower() == near[0]:
            return f"; возможно, вы имели в виду «{choice}»"
    return f"; можно: {', '.join(choices)}" if choices else ""


def explain(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One pydantic error as a sentence for a person who has never heard of types."""
    place = [str(part) for part in error["loc"] if isinstance(part, str) and part != "[key]"]
    key = place[-1] if place else ""
    if error["type"] == "extra_forbidden":
        return _unknown_key(key, model, error["loc"][:-1])
    if error["type"] == "missing":
        return f"не хватает обязательного ключа «{key}»: добавьте его"
    if error["type"] == "model_type":
        return _keys_wanted(key, _keys_at(model, error["loc"]), error["input"])
    where = f"«{key}»: " if key else ""
    if slip := slip_of_the_hand(error["type"], key, error["input"], _choices(error.get("ctx", {}))):
        return f"{where}{slip} {_shown(error['input'])}"
    wanted = _WANTED.get(error["type"])
    if wanted is None:
        return f"{where}значение {_shown(error['input'])} не подходит"
    return where + wanted(error.get("ctx", {}), _shown(error["input"]))


def _unknown_key(key: str, model: type[BaseModel], around: tuple[int | str, ...]) -> str:
    known = _keys_at(model, around)
    if not get_close_matches(key, known, n=1) and (inside := _keys_inside(model, around, key)):
        return f"ключ «{key}» пишут внутри «{inside[0]}»: {inside[0]}: {{{inside[1]}: …}}"
    name, colon, value = key.partition(":")
    if colon and name in known:
        return f"«{key}»: после двоеточия нужен пробел: {name}: {value.strip() or '…'}"
    return f"неизвестный ключ «{key}»{_key_meant(key, known)}"


def _keys_wanted(key: str, keys: Sequence[str], value: object) -> str:
    """Where keys belong and something else stands; a file's own are its first lines."""
    if not key:
        return f"файл начинается с ключа, например «{keys[0]}:» {_shown(value)}"
    if slip := slip_of_the_hand("model_type", key, value, ""):
        return f"«{key}»: {slip} {_shown(value)}"
    return f"«{key}»: нужны ключи со значениями ({', '.join(keys)}) {_shown(value)}"


def _key_meant(key: str, keys: Sequence[str]) -> str:
    english = next((word for word in _KEYS_IN_RUSSIAN.get(key.lower(), ()) if word in keys), None)
    return f"; ключи пишут по-английски: «{english}»" if english else meant(key, keys)


def kind_of(value: object) -> str:
    """What a value is, in words: for «нужен список, а тут текст»."""
    for kind, name in _KINDS.items():
        if isinstance(value, kind):
            return name
    return "пусто"


def _shown(value: object) -> str:
    if value is None:
        return "— а тут пусто"
    if isinstance(value, YamlWord):
        return f"— а тут слово «{value}»"
    if isinstance(value, (dict, list)):
        return f"— а тут {kind_of(value)}"
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return f"— а тут {kind_of(value)} «{shown}»"


def _pattern(context: Mapping[str, Any], got: str) -> str:
    return f"{_PATTERNS.get(str(context.get('pattern')), 'нужен другой вид')} {got}"


_KEYS_IN_RUSSIAN: Final[Mapping[str, tuple[str, ...]]] = {
    "бренды": ("brands",),
    "имена": ("names",),
    "имя": ("name", "names"),
    "люди": ("people",),
    "название": ("title",),
    "получатели": ("receivers",),
    "роль": ("role",),
    "слова": ("only_when", "topics"),
    "спутники": ("only_when",),
    "темы": ("topics",),
    "фразы": ("phrases",),
    "часы": ("hours",),
    "чат": ("chat",),
    "тема": ("topic", "topics"),
}
"""What people write who translate the keys, and which of these is meant where it is allowed."""

_KINDS: Final[Mapping[type, str]] = {
    bool: "да/нет",
    int: "число",
    float: "число",
    str: "текст",
    list: "список",
    dict: "набор ключей",
}

_PATTERNS: Final = {
    r"^[a-z][a-z0-9_-]{0,63}$": "нужно короткое имя строчной латиницей, цифры, - и _ (например romashka)",
    r"^[a-z0-9_-]{1,32}$": "нужно короткое имя строчной латиницей, цифры, - и _, не длиннее 32 (например anna)",
    AUTHOR_PATTERN: f"нужен вид {AUTHOR_EXAMPLES}, в кавычках",
    r"^@?[A-Za-z0-9_.]+$": "нужно короткое имя страницы латиницей, без адреса и пробелов (например romashka_ru)",
    **USER_PATTERNS,
}

_WANTED: Final[Mapping[str, Callable[[Mapping[str, Any], str], str]]] = {
    "block": lambda _, got: f'нужны часы вида "09:00-18:00", в кавычках {got}',
    "block_order": lambda _, got: f"начало должно быть раньше конца {got}; работа за полночь — два промежутка",
    "bool_type": lambda _, got: f"нужно true или false {got}",
    "day": lambda _, got: f"нужен день вида 2026-12-31 {got}",
    "dict_type": lambda _, got: f"нужны ключи со значениями, без чёрточек в начале строк {got}",
    "duration": lambda _, got: f"нужен срок вида 90s, 15m, 1h или 2d {got}",
    "duration_or_off": lambda _, got: f"нужен срок вида 30m, 1h или off {got}",
    "empty_list": lambda _, __: "список пуст: впишите хотя бы одно значение",
    "float_type": lambda _, got: f"нужно число, например 0.6 {got}",
    "greater_than": lambda context, got: f"нужно число больше {context.get('gt'):g} {got}",
    "greater_than_equal": lambda context, got: f"нужно число не меньше {context.get('ge'):g} {got}",
    "int_from_float": lambda _, got: f"нужно целое число, без точки {got}",
    "int_type": lambda _, got: f"нужно целое число, без точки {got}",
    "less_than_equal": lambda context, got: f"нужно число не больше {context.get('le')} {got}",
    "list_type": lambda _, got: f"нужен список в квадратных скобках или с чёрточками {got}",
    "literal_error": lambda context, got: f"можно только {_choices(context)} {got}",
    "night": lambda _, got: f'нужны часы вида "22:00-09:00", в кавычках, или off {got}',
    "never_found": lambda _, got: f"такого в тексте не встретится; знак = ставят один раз, перед фразой {got}",
    "span": lambda _, got: f'нужна часть суток вида "18:00-21:00" или "22:00-09:00", в кавычках {got}',
    "string_pattern_mismatch": _pattern,
    "string_too_long": lambda context, _: f"слишком длинно: не больше {context.get('max_length')} знаков",
    "string_too_short": lambda _, __: "пустая строка: впишите значение или уберите ключ",
    "string_type": lambda _, got: f"нужен текст {got}",
    "too_long": lambda context, _: f"слишком длинно: не больше {context.get('max_length')} знаков",
    "too_short": lambda _, __: "пусто: впишите хотя бы одно значение",
    "yaml_word": lambda context, _: (
        f"слово «{context.get('word')}» YAML читает как «да/нет»: имя берут в кавычки, да/нет пишут true/false"
    ),
}
"""pydantic's error type → what is wanted; every type that the schema can raise (held by a test)."""


def _choices(context: Mapping[str, Any]) -> str:
    return str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that are allowed at a place of the file."""
    found = _model_at(model, loc)
    return tuple(found.model_fields) if found is not None else ()


def _keys_inside(model: type[BaseModel], loc: tuple[int | str, ...], key: str) -> tuple[str, str] | None:
    """The key beside which it stands and into which it belongs, and its own name there."""
    around = _model_at(model, loc)
    for name, field in (around.model_fields if around is not None else {}).items():
        if near := get_close_matches(key, _own_keys(field.annotation), n=1, cutoff=0.8):
            return name, near[0]
    return None


def _own_keys(annotation: Any) -> Collection[str]:
    """The keys of what is a set of keys itself, not a list of them."""
    found = None if get_origin(annotation) in (list, dict) else _model_in(annotation)
    return found.model_fields if found is not None else ()


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    current: Any = model
    for part in loc:
        found = _model_in(current)
        if isinstance(part, str) and found is not None and part in found.model_fields:
            current = found.model_fields[part].annotation
        elif found is not None:
            current = found
    return _model_in(current)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None
