"""Slips of the hand in a single value, by pydantic's error type and key: what was meant, when that can be told."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from listener.config.messenger_keys import MEANT, NOT_A_NUMBER, TOO_SMALL
from listener.config.network_keys import USD_PER_DAY
from listener.config.typos import (
    account_meant,
    disguised,
    duration_meant,
    hours_meant,
    minus_meant,
    number_meant,
    plain,
    same_in_other_case,
    stranger,
    thousands_meant,
)
from listener.config.yaml_tree import YamlWord
from listener.messengers.registry import MESSENGERS
from listener.networks.registry import NETWORKS

_Slip = Callable[[str, Any, str], str | None]

_IN_RUSSIAN: Final = {
    **{network.title.lower(): network.id for network in NETWORKS.values()},
    "оператор": "operator",
    "руководитель": "lead",
    "старший": "lead",
    "начальник": "lead",
    "инженер": "engineer",
    "ж": "f",
    "жен": "f",
    "женский": "f",
    "м": "m",
    "муж": "m",
    "мужской": "m",
    "россия": "russia",
    "срочные": "urgent",
    "жалоба": "vent",
    "вопрос": "question",
    "новости": "news",
    "реклама": "advertisement",
}


def slip_of_the_hand(kind: str, key: str, value: Any, choices: str) -> str | None:
    """What to write instead, in Russian; None when the mistake is of another sort."""
    slip = _SLIPS.get(kind)
    return slip(key, value, choices) if slip else None


def _fraction(key: str, value: Any, _choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    if meant := number_meant(value) or (_QUOTED if _is_number(value) else None):
        return meant
    if value.lower() in _AUTO:
        return "пишут латиницей: auto"
    return "нужно число, без слов и знаков, например 5" if key.endswith(USD_PER_DAY) else None


def _whole(key: str, value: Any, _choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    if minus := minus_meant(plain(value)):
        return f"перед числом тире, а не минус: наберите {minus}"
    if _is_number(value):
        return _QUOTED
    if _SPACED.fullmatch(value):
        return f"число пишут без пробелов: {''.join(value.split())}"
    if thousands := thousands_meant(value):
        return f"число пишут целиком: {thousands}"
    advice = MEANT[key](value) if key in MEANT else None
    return advice or NOT_A_NUMBER.get(key)


def _over_one(_key: str, value: Any, _choices: str) -> str | None:
    if value in range(2, 10):
        return f"нужно число не больше 1; возможно, 0.{value}"
    return f"нужно число не больше 1; {value:g} % — это {value / 100:g}" if 1 < value <= 100 else None


def _under(key: str, value: Any, _choices: str) -> str | None:
    return TOO_SMALL.get(key) if value < 0 else None


def _duration(_key: str, value: Any, _choices: str) -> str | None:
    if _NO_TIME.fullmatch(value):
        return "срок должен быть больше нуля"
    if _AGES.fullmatch(value):
        return "такого длинного срока не бывает: нужен, например, 15m"
    meant = duration_meant(value)
    if meant and (unit := _RUSSIAN_UNIT.fullmatch(value)):
        return f"буква «{unit[1]}» русская: наберите латиницей {meant}"
    return f"нужен срок вида 90s, 15m, 1h: напишите {meant}" if meant else None


def _hours(_key: str, value: Any, _choices: str) -> str | None:
    meant = hours_meant(value)
    return f'нужны часы вида "09:00-18:00": напишите "{meant}"' if meant else None


def _night(_key: str, value: Any, _choices: str) -> str | None:
    meant = hours_meant(value) if isinstance(value, str) else None
    return f'нужны часы вида "22:00-09:00" или off: напишите "{meant}"' if meant else None


def _other_look(key: str, value: Any, _choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    if account := account_meant(value):
        if key == _AUTHORS:
            return f'это адрес: автора пишут так: "{_network_of(value)}:{account}"'
        return f"это адрес: впишите из него только «{account}», без адреса"
    letters = stranger(value)
    return f"в слове {letters}: наберите его заново латиницей" if letters else None


def _network_of(address: str) -> str:
    """The network whose site the address is of; the first one where none is."""
    sites = ((network.id, mark) for network in NETWORKS.values() for mark in network.marks if "/" in mark)
    return next((name for name, site in sites if site in address), next(iter(NETWORKS)))


def _choice(_key: str, value: Any, choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    known = [choice.strip() for choice in choices.split(",")]
    if isinstance(value, YamlWord):
        return f"можно только {choices}"
    if twin := same_in_other_case(value, known):
        return f"пишут строчными: {twin}"
    if twin := disguised(value, known):
        return f"выглядит как «{twin}», но в нём {stranger(value) or 'русские буквы'}: наберите слово латиницей"
    english = _IN_RUSSIAN.get(value.lower().strip("."))
    return f"пишут латиницей: {english}" if english in known else None


def _one_for_many(key: str, value: Any, _choices: str) -> str | None:
    if isinstance(value, int) and (number := _first_key(key)):
        return f"чаты пишут списком: {key}: [{{{number}: {value}}}]"
    if isinstance(value, YamlWord):
        return "пишут true или false"
    if isinstance(value, dict):
        return _braced(key, value)
    if not isinstance(value, str):
        return None
    if _DASHED.match(value):
        return "перед каждым значением списка — дефис и пробел, а не тире и не слитно: «- имя»"
    value = _ROUND.sub(r"\1", value.strip().rstrip(","))
    if hours := hours_meant(value):
        value = hours
    shown = f'"{value}"' if value.startswith("#") or hours else value
    return f"нужен список в квадратных скобках: {key}: [{shown}]"


def _braced(key: str, value: Mapping[str, Any]) -> str | None:
    """{Ромашка, Лютик} for [Ромашка, Лютик], {chat: -1003} for [{chat: -1003}]."""
    if value and all(inner is None for inner in value.values()):
        return f"список пишут в квадратных скобках: {key}: [{', '.join(value)}]"
    return f"список берут ещё и в квадратные скобки: {key}: [{{…}}]" if _first_key(key) else None


def _keys_wanted(key: str, value: Any, _choices: str) -> str | None:
    number = _first_key(key)
    return f"чат пишут так: {{{number}: {value}}}" if number and isinstance(value, int) else None


def _first_key(messenger: str) -> str | None:
    """The key under which an address of the messenger has its number; None where an address is one text."""
    keys = MESSENGERS[messenger].chats.keys if messenger in MESSENGERS else ()
    return keys[0].name if keys else None


def _text(key: str, value: Any, _choices: str) -> str | None:
    """What is no text and ought to be. YAML reads `vk: -100500` as a key and its value."""
    if value is None:
        return "нужен текст; всё после знака # — примечание, значение с # берут в кавычки"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if key in _TIMES:
            return f"у срока стоит буква: {value}s — секунды, {value}m — минуты"
        return f'имя из цифр берут в кавычки: "{value}"'
    if isinstance(value, dict) and len(value) == 1:
        ((key, inner),) = value.items()
        return f'двоеточие с пробелом — это ключ; значение берут в кавычки и без пробела: "{key}:{inner}"'
    return None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", text) is not None


_AUTO: Final = frozenset({"авто", "автоматически"})
_AUTHORS: Final = "ignore_authors"
_TIMES: Final = frozenset({"every", "warn", "due", "breach"})
_NO_TIME: Final = re.compile(r"0+\s*[smhd]?")
_AGES: Final = re.compile(r"[1-9]\d{6,}[smhd]")
_ROUND: Final = re.compile(r"\((.*)\)")
_DASHED: Final = re.compile(r"[–—•·*-]")
_SPACED: Final = re.compile(r"-?\d+(?:\s\d+)+")
_RUSSIAN_UNIT: Final = re.compile(r"\d+\s*([смчд])")
_QUOTED: Final = "нужно число, без кавычек"

_SLIPS: Final[Mapping[str, _Slip]] = {
    "block": _hours,
    "duration": _duration,
    "duration_or_off": _duration,
    "float_type": _fraction,
    "greater_than_equal": _under,
    "int_type": _whole,
    "less_than_equal": _over_one,
    "list_type": _one_for_many,
    "model_type": _keys_wanted,
    "night": _night,
    "literal_error": _choice,
    "string_pattern_mismatch": _other_look,
    "string_type": _text,
}
