"""What comes along when a token or the name of a setting is typed or pasted, named so that a person sees it."""

import re
from typing import Final

_LATIN_LOOKS: Final = str.maketrans("АВЕКМНОРСТУХІЅЈ", "ABEKMHOPCTYXISJ")
_QUOTES: Final = frozenset("\"'`«»“”„‟‘’‚‹›")
_UNSEEN: Final = re.compile("[\u00a0\u00ad\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]")
_BEARER: Final = "bearer "


def odd_sign(token: str) -> str | None:
    """The first sign that no token has, with its place and never with its neighbours; None for a plain one."""
    if token.lower().startswith(_BEARER):
        return "слово Bearer в начале: уберите его"
    place = next((at for at, sign in enumerate(token) if not 32 < ord(sign) < 127 or sign in _QUOTES), None)
    if place is None:
        return None
    return f"{_named(token[place])} ({place + 1}-й знак)"


def json_slip(text: str) -> str:
    """Why a text that ought to be {"имя": "токен"} is none, and what to do."""
    if any(quote in text for quote in "«»“”„‟‘’"):
        return 'кавычки должны быть прямыми: "'
    if not text.startswith("{"):
        return "не хватает фигурных скобок и имени страницы слева от токена"
    if not text.endswith("}"):
        return "запись обрывается: вся она стоит одной строкой, в конце }"
    if "'" in text and '"' not in text:
        return 'кавычки должны быть двойными: "'
    if re.search(r",\s*}$", text):
        return "лишняя запятая перед }"
    return "проверьте кавычки, двоеточие и запятые"


def latin_look(name: str) -> str:
    """The name with Latin letters for the Russian ones that look the same; others stay."""
    return name.translate(_LATIN_LOOKS)


def _named(sign: str) -> str:
    if sign in "\r\n":
        return "перенос строки"
    if sign in " \t":
        return "пробел"
    if _UNSEEN.fullmatch(sign):
        return "невидимый знак"
    if sign in _QUOTES:
        return f"кавычка {sign}"
    if sign == "…":
        return "многоточие, как в примере"
    return f"русская «{sign}»" if "а" <= sign.lower() <= "ё" else f"знак «{sign}»"
