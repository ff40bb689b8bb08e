"""What no single value of the hours and deadlines can show: an order that cannot be, blocks that overlap."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from listener.config.schema import HoursFile, PeopleYaml, ShiftFile, SlaFile
from listener.config.types import seconds
from listener.config.values import Mistake
from listener.config.yaml_tree import Place, Tree


def sla_mistakes(tree: Tree, sla: SlaFile, here: Place = ("sla",)) -> Iterator[Mistake]:
    if not seconds(sla.warn) < seconds(sla.due) < seconds(sla.breach):
        message = f"сроки идут по порядку: warn < due < breach, а тут {sla.warn}, {sla.due}, {sla.breach}"
        yield tree.mistake(here, message)


def shift_mistakes(tree: Tree, people: PeopleYaml) -> Iterator[Mistake]:
    """Of people's own hours."""
    for place, person in enumerate(people.people):
        if person.hours is not None:
            here: Place = ("people", place, "hours")
            yield from _overlaps(tree, person.hours, here)
            if not person.hours.weekdays and not person.hours.weekend:
                message = "ни одного рабочего часа: впишите weekdays или уберите hours (часы получателя)"
                yield tree.mistake(here, message)
            if person.hours.timezone is not None:
                yield from zone_mistakes(tree, (*here, "timezone"), person.hours.timezone)


def _overlaps(tree: Tree, hours: HoursFile | ShiftFile, here: Place) -> Iterator[Mistake]:
    days: Mapping[str, Sequence[str]] = {"weekdays": hours.weekdays, "weekend": hours.weekend}
    for day, blocks in days.items():
        order = sorted(range(len(blocks)), key=blocks.__getitem__)
        for before, after in pairwise(order):
            if blocks[after].partition("-")[0] < blocks[before].partition("-")[2]:
                message = f"часы «{blocks[before]}» и «{blocks[after]}» пересекаются: соедините их в одни"
                yield tree.mistake((*here, day, after), message)


def hours_mistakes(tree: Tree, hours: HoursFile, here: Place = ("hours",)) -> Iterator[Mistake]:
    """Of a receiver's own hours nobody asks why the weekend is not in them: that is the linter's to say."""
    yield from _overlaps(tree, hours, here)
    if not hours.weekdays and not hours.weekend:
        yield tree.mistake(here, "ни одного рабочего часа: впишите weekdays или уберите hours (круглые сутки)")
    elif here == ("hours",) and "weekend" not in hours.model_fields_set and hours.night != "send":
        which = "карточки" if hours.night == "hold" else "карточки, кроме срочных,"
        message = (
            f'выходные не названы: с пятницы до понедельника {which} ждут; впишите weekend: ["10:00-18:00"] '
            "или, если так и надо, weekend: []"
        )
        yield tree.mistake((*here, "weekdays"), message, warning=True)
    yield from zone_mistakes(tree, (*here, "timezone"), hours.timezone)


def zone_mistakes(tree: Tree, here: Place, zone: str) -> Iterator[Mistake]:
    if zone.upper().startswith("ETC/"):
        message = f"у «{zone}» знак читается наоборот (Etc/GMT-3 — это Москва): напишите Europe/Moscow"
        yield tree.mistake(here, message, warning=True)
    try:
        known = ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = ""
    # On some disks europe/moscow is found too, and elsewhere the same config would be refused.
    if known not in _zones():
        like = _zone_meant(zone) or "Europe/Moscow, Asia/Yekaterinburg"
        yield tree.mistake(here, f"часовой пояс «{zone}» неизвестен: пишут так: {like}")


@cache
def _zones() -> frozenset[str]:
    """The machine's: to look for them opens some six hundred files, which takes ten milliseconds."""
    return frozenset(available_timezones())


def _zone_meant(text: str) -> str | None:
    """«Москва», MSK, UTC+3, europe/moscow → the zone's own name."""
    plain = text.strip().lower()
    if city := _CITIES.get(plain):
        return city
    if (ahead := _AHEAD.fullmatch(plain)) and (city := _BY_HOURS.get(int(ahead[1]))):
        return city
    return next(
        (zone for zone in sorted(_zones()) if plain in (zone.lower(), zone.lower().rpartition("/")[2])), None
    )


_AHEAD: Final = re.compile(r"(?:utc|gmt)?\s*\+\s*0?(\d{1,2})(?::00)?")
_CITIES: Final = {
    "москва": "Europe/Moscow",
    "мск": "Europe/Moscow",
    "msk": "Europe/Moscow",
    "петербург": "Europe/Moscow",
    "санкт-петербург": "Europe/Moscow",
    "калининград": "Europe/Kaliningrad",
    "самара": "Europe/Samara",
    "екатеринбург": "Asia/Yekaterinburg",
    "омск": "Asia/Omsk",
    "новосибирск": "Asia/Novosibirsk",
    "красноярск": "Asia/Krasnoyarsk",
    "иркутск": "Asia/Irkutsk",
    "якутск": "Asia/Yakutsk",
    "владивосток": "Asia/Vladivostok",
    "магадан": "Asia/Magadan",
    "камчатка": "Asia/Kamchatka",
}
_BY_HOURS: Final = {
    2: "Europe/Kaliningrad",
    3: "Europe/Moscow",
    4: "Europe/Samara",
    5: "Asia/Yekaterinburg",
    6: "Asia/Omsk",
    7: "Asia/Novosibirsk",
    8: "Asia/Irkutsk",
    9: "Asia/Yakutsk",
    10: "Asia/Vladivostok",
    11: "Asia/Magadan",
    12: "Asia/Kamchatka",
}
