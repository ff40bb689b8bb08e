"""Russian in numbers, dates and word forms: what cards and answers are worded with."""

from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

NBSP: Final = "\u00a0"
MONTHS: Final = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)

INTENT_TITLES: Final = {
    "vent": "делится недовольством",
    "solve": "просит помочь",
    "question": "задаёт вопрос",
    "praise": "хвалит",
    "troll": "провоцирует",
    "advertisement": "рекламирует",
    "news": "сообщает новость",
    "other": "другое",
}


def plural(count: int, one: str, few: str, many: str) -> str:
    """The noun's form that stands after the number: 1 сообщение, 2 сообщения, 5 сообщений, 11 сообщений."""
    tens, units = count % 100, count % 10
    if units == 1 and tens != 11:
        return one
    if 2 <= units <= 4 and not 12 <= tens <= 14:
        return few
    return many


def number(count: int) -> str:
    """Digits in groups of three that no line break parts: 1 200."""
    return f"{count:,}".replace(",", NBSP)


def decimal(value: float, places: int) -> str:
    """With a decimal comma: 1 234,5."""
    return f"{value:,.{places}f}".replace(",", NBSP).replace(".", ",")


def counted(count: int, one: str, few: str, many: str) -> str:
    """The number with its noun: «1 200 подписчиков»."""
    return f"{number(count)}{NBSP}{plural(count, one, few, many)}"


def percent(probability: float) -> str:
    """A probability in whole percent; never a flat 0 or 100, which would promise certainty."""
    return f"{min(99, max(1, round(probability * 100)))}{NBSP}%"


def moment(at: datetime, *, now: datetime, timezone: str) -> str:
    """Clock time in `timezone`, with the date when it is another day than `now`: «14:05», «09:30 23 ноября»."""
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    clock = f"{local.hour:02}:{local.minute:02}"
    return clock if local.date() == now.astimezone(zone).date() else f"{clock} {day(at, timezone=timezone)}"


def day(at: datetime, *, timezone: str) -> str:
    """The date in words: «3 ноября»."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day}{NBSP}{MONTHS[local.month - 1]}"


def quoted(text: str) -> str:
    """In quotes, with the quotes inside as Russian prints them: «Фитнес-клуб „Гантеля“»."""
    return f"«{text.replace('«', '„').replace('»', '“')}»"


def lasted(span: timedelta) -> str:
    """How long, as precisely as a person needs it: «12 мин», «2 ч 5 мин», «3 дня»."""
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return counted(hours // 24, "день", "дня", "дней")
    parts = (f"{hours}{NBSP}ч" if hours else "", f"{rest}{NBSP}мин" if rest or not hours else "")
    return NBSP.join(filter(None, parts))


def did(stem: str, gender: Literal["f", "m"] | None) -> str:
    """A verb in the past tense, by the person's gender: взял, взяла, and взял(а) when it is not known."""
    return stem + {"f": "а", "m": "", None: "(а)"}[gender]


def capital(text: str) -> str:
    """The text with its first letter capital; `str.capitalize` would lower the rest."""
    return text[:1].upper() + text[1:]


def said(text: str) -> str:
    """Words that end a sentence, «Починим к шести».; after ?, ! and … no full stop follows."""
    words = text.strip()
    if words.endswith(("?", "!", "…", "...")):
        return f"«{words}»"
    return f"«{words.removesuffix('.')}»."
