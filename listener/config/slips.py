"""Slips of the hand in a single value, by pydantic's error type and key: what was meant, when that can be told."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from listener.config.messenger_keys import NOT_A_NUMBER, TOO_SMALL
from listener.config.typos import (
    account_meant,
    disguised,
    duration_meant,
    hours_meant,
    minus_meant,
    number_meant,
    plain,
    stranger,
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


def _fraction(_key: str, value: Any, _choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    return number_meant(value) or (_QUOTED if _is_number(value) else None)


def _whole(key: str, value: Any, _choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    if minus := minus_meant(plain(value)):
        return f"перед числом тире, а не минус: наберите {minus}"
    if _is_number(value):
        return _QUOTED
    if _SPACED.fullmatch(value):
        return f"число пишут без пробелов: {''.join(value.split())}"
    return NOT_A_NUMBER.get(key)


def _over_one(_key: str, value: Any, _choices: str) -> str | None:
    return f"нужно число не больше 1; {value:g} % — это {value / 100:g}" if 1 < value <= 100 else None


def _under(key: str, _value: Any, _choices: str) -> str | None:
    return TOO_SMALL.get(key)


def _duration(_key: str, value: Any, _choices: str) -> str | None:
    meant = duration_meant(value)
    return f"нужен срок вида 90s, 15m, 1h: напишите {meant}" if meant else None


def _hours(_key: str, value: Any, _choices: str) -> str | None:
    meant = hours_meant(value)
    return f'нужны часы вида "09:00-18:00": напишите "{meant}"' if meant else None


def _other_look(_key: str, value: Any, _choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    if account := account_meant(value):
        return f"это адрес: впишите из него только «{account}», без адреса"
    letters = stranger(value)
    return f"в слове {letters}: наберите его заново латиницей" if letters else None


def _choice(_key: str, value: Any, choices: str) -> str | None:
    if not isinstance(value, str):
        return None
    known = [choice.strip() for choice in choices.split(",")]
    if twin := disguised(value, known):
        return f"выглядит как «{twin}», но в нём {stranger(value) or 'русские буквы'}: наберите слово латиницей"
    english = _IN_RUSSIAN.get(value.lower().strip("."))
    return f"пишут латиницей: {english}" if english in known else None


def _one_for_many(key: str, value: Any, _choices: str) -> str | None:
    if isinstance(value, int) and (number := _first_key(key)):
        return f"чаты пишут списком: {key}: [{{{number}: {value}}}]"
    if isinstance(value, YamlWord):
        return "пишут true или false"
    if not isinstance(value, str):
        return None
    if _DASHED.match(value):
        return "перед каждым значением списка — дефис и пробел, а не тире и не слитно: «- имя»"
    shown = f'"{value}"' if value.startswith("#") else value
    return f"нужен список в квадратных скобках: {key}: [{shown}]"


def _keys_wanted(key: str, value: Any, _choices: str) -> str | None:
    number = _first_key(key)
    return f"чат пишут так: {{{number}: {value}}}" if number and isinstance(value, int) else None


def _first_key(messenger: str) -> str | None:
    """The key under which an address of the messenger has its number; None where an address is one text."""
    keys = MESSENGERS[messenger].chats.keys if messenger in MESSENGERS else ()
    return keys[0].name if keys else None


def _pair(_key: str, value: Any, _choices: str) -> str | None:
    """YAML reads `vk: -100500` as a key and its value."""
    if isinstance(value, dict) and len(value) == 1:
        ((key, inner),) = value.items()
        return f'двоеточие с пробелом — это ключ; значение берут в кавычки и без пробела: "{key}:{inner}"'
    return None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", text) is not None


_DASHED: Final = re.compile(r"[–—-]")
_SPACED: Final = re.compile(r"-?\d{1,3}(?:\s\d{3})+")
_QUOTED: Final = "нужно число, без кавычек"

_SLIPS: Final[Mapping[str, _Slip]] = {
    "block": _hours,
    "duration": _duration,
    "float_type": _fraction,
    "greater_than_equal": _under,
    "int_type": _whole,
    "less_than_equal": _over_one,
    "list_type": _one_for_many,
    "model_type": _keys_wanted,
    "literal_error": _choice,
    "string_pattern_mismatch": _other_look,
    "string_type": _pair,
}
