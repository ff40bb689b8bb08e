"""What the hand typed and the eye cannot see: look-alike letters, odd spaces, curly quotes, commas for points."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from listener.brands.letters import fold, is_cyrillic, is_latin, skeleton

ODD_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
"""Spaces that are no spaces to YAML, and characters without any width."""
CURLY: Final = frozenset("“”„‟‘’‚‹›")
"""Quotes that a text editor puts in place of straight ones; YAML takes them for letters."""

_MINUSES: Final = re.compile(r"[−‐‑‒–—]\s*(\d+)")
_DECIMAL_COMMA: Final = re.compile(r"\d+,\d+")
_PERCENT: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
_FRACTION: Final = re.compile(r"(\d+[.,]\d+)\s*([hd])")
_ADDRESS: Final = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,4}/@?([A-Za-z0-9_.]+)")
_SPAN: Final = re.compile(r"(\d+)\s*([a-zа-я]+)\.?")
_THOUSANDS: Final = re.compile(r"(\d+)\s*(?:k|к|тыс\.?)")
_HOURS: Final = re.compile(r"(\d{1,2})(?:[:.\-](\d{2}))?\s*(?:-|–|—|до|to)\s*(\d{1,2})(?:[:.\-](\d{2}))?")
_HOURS_OF_DAY: Final = 24
_TO_LATIN_LOOKS: Final = str.maketrans("авсенкмортху", "abcehkmoptxy")
_UNITS: Final = {
    "s": ("s", "с", "сек", "секунд", "секунды", "секунда", "sec", "seconds"),
    "m": ("m", "м", "мин", "минут", "минуты", "минута", "min", "minutes", "minute"),
    "h": ("h", "ч", "час", "часа", "часов", "hour", "hours"),
    "d": ("d", "д", "день", "дня", "дней", "сутки", "суток", "day", "days"),
}


def stranger(word: str) -> str | None:
    """«русская «с» (4-я)»: the letters of the other alphabet in a word of two, or None in a word of one."""
    folded = fold(word)
    if not (is_cyrillic(folded) and is_latin(folded)):
        return None
    russian = sum(map(is_cyrillic, folded))
    found, name = (is_latin, "латинская") if russian * 2 > len(folded) else (is_cyrillic, "русская")
    return ", ".join(f"{name} «{word[at]}» ({at + 1}-я)" for at, letter in enumerate(folded) if found(letter))


def look_alike(text: str) -> str | None:
    """The first word whose letters of the other alphabet only look like its own: «Рoмашка» with a Latin «o»."""
    for word in re.findall(r"[^\W\d_]+", text):
        straight = skeleton(fold(word))
        if stranger(word) and (not is_latin(straight) or not is_cyrillic(fold(word).translate(_TO_LATIN_LOOKS))):
            return str(word)
    return None


def disguised(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one looks exactly like and is not: a Cyrillic «с» in `watch`."""
    looks = skeleton(fold(word))
    return next((other for other in known if other != word and skeleton(fold(other)) == looks), None)


def same_in_other_case(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is but for capitals."""
    return next((other for other in known if other != word and other.casefold() == word.casefold()), None)


def thousands_meant(text: str) -> str | None:
    """10k, 10 тыс. → 10000."""
    found = _THOUSANDS.fullmatch(text.strip().lower())
    return f"{found[1]}000" if found else None


def number_meant(text: str) -> str | None:
    """What a person meant by 0,6 or 60%, or None; a number in quotes is another mistake."""
    text = text.strip()
    if _DECIMAL_COMMA.fullmatch(text):
        return f"дробь пишут с точкой: {text.replace(',', '.')}"
    if found := _PERCENT.fullmatch(text):
        return f"проценты пишут дробью: {_share(found[1])}"
    return None


def minus_meant(text: str) -> str | None:
    """The number with a true minus, when a dash stands before it."""
    found = _MINUSES.fullmatch(text.strip())
    return f"-{found[1]}" if found else None


def duration_meant(text: str) -> str | None:
    """15 мин → 15m, 1.5h → 90m."""
    if fraction := _FRACTION.fullmatch(text.strip().lower()):
        minutes = float(fraction[1].replace(",", ".")) * {"h": 60, "d": 24 * 60}[fraction[2]]
        return f"{minutes:.0f}m"
    found = _SPAN.fullmatch(text.strip().lower())
    units = [unit for unit, names in _UNITS.items() if found and found[2] in names]
    return f"{found[1]}{units[0]}" if found and units else None


def hours_meant(text: str) -> str | None:
    """9-18, 9.00–18.00 → 09:00-18:00; None for hours that no day has."""
    found = _HOURS.fullmatch(text.strip())
    if not found:
        return None
    start, start_minutes, end, end_minutes = found.groups(default="00")
    meant = f"{int(start):02}:{start_minutes}-{int(end):02}:{end_minutes}"
    return meant if int(start) < _HOURS_OF_DAY and meant.partition("-")[2] <= "24:00" else None


def account_meant(text: str) -> str | None:
    """The page's short name in its address: https://…/romashka_help?w=wall → romashka_help."""
    found = _ADDRESS.match(text.strip())
    return found[1] if found else None


def plain(text: str) -> str:
    """Without odd spaces and curly quotes."""
    return ODD_SPACES.sub(" ", "".join(letter for letter in text if letter not in CURLY)).strip()


def odd_space(text: str, shown: Callable[[int], bool] = lambda _: True) -> int | None:
    """The first line with an odd space where YAML looks for a plain one: before a key, after its colon or dash."""
    for number, line in enumerate(text.split("\n"), start=1):
        code = line.partition(" #")[0]
        indent = code[: len(code) - len(code.lstrip())]
        if (ODD_SPACES.search(indent) or re.search(rf"[:\-,]{ODD_SPACES.pattern}", code)) and shown(number):
            return number
    return None


def _share(percent: str) -> str:
    return f"{float(percent.replace(',', '.')) / 100:.4f}".rstrip("0").rstrip(".")
