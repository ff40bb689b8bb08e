"""Where the author lives and what his clock says there, in words for the card and the preview."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.cards.quoting import in_short
from alerts.outreach.cities import timezone_of
from alerts.russian import NBSP

MAX_CITY: Final = 40


def home(city: str | None, here: str, now: datetime) -> str:
    """«Владивосток (+7 ч)»: by how much his clock is ahead of `here`, the operators' time zone; empty where his
    profile names no place.
    """
    named = in_short(city or "", MAX_CITY)
    zone = timezone_of(city)
    if zone is None:
        return named
    ahead = _offset(zone, now) - _offset(here, now)
    return f"{named} ({_hours(ahead)})" if ahead else named


def local_clock(city: str | None, now: datetime) -> str | None:
    """The time of day there, e.g. 01:20; None where it is not known."""
    zone = timezone_of(city)
    return f"{now.astimezone(ZoneInfo(zone)):%H:%M}" if zone else None


def _offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _hours(ahead: timedelta) -> str:
    hours, minutes = divmod(abs(ahead) // timedelta(minutes=1), 60)
    return f"{'+' if ahead > timedelta() else '−'}{hours}{f':{minutes:02}' if minutes else ''}{NBSP}ч"
