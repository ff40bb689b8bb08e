"""The list of cities: every name is in one zone that there is, and a profile's words are found in it."""

from collections import defaultdict
from zoneinfo import available_timezones

import pytest

from alerts.outreach.cities import named, timezone_of


def test_each_name_lies_in_one_zone_that_there_is() -> None:
    zones = defaultdict(set)
    for zone, name in named():
        zones[name.casefold()].add(zone)
    assert set().union(*zones.values()) <= available_timezones()
    assert {name: found for name, found in zones.items() if len(found) > 1} == {}


def test_each_name_finds_itself() -> None:
    assert {name: timezone_of(name) for _, name in named()} == {name: zone for zone, name in named()}


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Владивосток", "Asia/Vladivostok"),
        ("г. Владивосток, Россия", "Asia/Vladivostok"),
        ("Владивосток, Приморский край", "Asia/Vladivostok"),
        ("КОРОЛЕВ", "Europe/Moscow"),
        ("Yekaterinburg, Russia", "Asia/Yekaterinburg"),
        ("Москва - Владивосток", None),
        ("Москва, Питер", "Europe/Moscow"),
        ("Ростов-на-Дону", "Europe/Moscow"),
        ("Марс", None),
        ("", None),
        (None, None),
    ],
)
def test_a_profile_s_place_is_found(place: str | None, zone: str | None) -> None:
    assert timezone_of(place) == zone
