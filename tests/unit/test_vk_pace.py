"""A daily quota is spent at full speed for its first half, then evenly until midnight UTC."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.networks.pace import next_delay, until_midnight
from listener.networks.vk.quota import Quota
from listener.ports import SourceError
from tests.vk_parts import Hands, Purse

EVERY = timedelta(seconds=90)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_first_half_of_the_quota_goes_at_full_speed() -> None:
    pace = next_delay(every=EVERY, used=499, limit=1000, now=NOON)
    assert (pace.delay, pace.reason, pace.held_back) == (EVERY, "full speed", False)


def test_the_second_half_is_spread_to_midnight() -> None:
    pace = next_delay(every=EVERY, used=900, limit=1000, now=NOON)
    assert (pace.delay, pace.reason) == (timedelta(seconds=12 * 3600 / 100), "spread")


def test_sources_that_share_a_quota_share_the_slowness() -> None:
    alone = next_delay(every=EVERY, used=900, limit=1000, now=NOON)
    together = next_delay(every=EVERY, used=900, limit=1000, now=NOON, sharers=3)
    assert together.delay == 3 * alone.delay


def test_a_spent_quota_waits_for_midnight() -> None:
    pace = next_delay(every=EVERY, used=1000, limit=1000, now=NOON + timedelta(hours=11))
    assert (pace.delay, pace.reason, pace.held_back) == (timedelta(hours=1), "spent", True)


def test_plenty_left_near_midnight_needs_no_brake() -> None:
    pace = next_delay(every=EVERY, used=600, limit=1000, now=NOON + timedelta(hours=11, minutes=50))
    assert pace.reason == "full speed"


def test_midnight_is_that_of_utc() -> None:
    moscow = NOON.astimezone(datetime.strptime("+0300", "%z").tzinfo)
    assert until_midnight(moscow) == timedelta(hours=12)


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(0, 86_399), st.integers(1, 7200))
def test_a_look_is_never_sooner_than_asked_and_an_even_pace_never_passes_the_quota(
    used: int, limit: int, second: int, every: int
) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=second)
    pace = next_delay(every=timedelta(seconds=every), used=used, limit=limit, now=now)
    if pace.reason != "spent":
        assert pace.delay >= timedelta(seconds=every)
    if used >= limit / 2 and used < limit:
        looks = until_midnight(now) // pace.delay
        assert looks <= limit - used + 1


async def test_a_quota_slows_every_search_of_the_token_down_as_it_runs_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Hands()
    quota = Quota(Purse(), clock, "ab12", limit=10)
    quota.join(2)
    quota.join(3)
    assert quota.delay(EVERY) == EVERY
    for _ in range(5):
        await quota.spend()
    assert quota.delay(EVERY) == timedelta(hours=12)
    assert "5 of 10 calls used today" in caplog.text
    clock.move(days=1)
    assert quota.delay(EVERY) == EVERY


async def test_what_was_spent_before_a_restart_counts() -> None:
    purse = Purse()
    for _ in range(9):
        await purse.spend("vk:newsfeed.search:ab12", limit=10)
    quota = Quota(purse, Hands(), "ab12", limit=10)
    quota.join(1)
    await quota.spend()
    assert quota.delay(EVERY) == timedelta(hours=12)


async def test_a_purse_that_refuses_ends_the_day() -> None:
    purse = Purse(spent={"vk:newsfeed.search:ab12": 10})
    quota = Quota(purse, Hands(), "ab12", limit=10)
    quota.join(1)
    with pytest.raises(SourceError):
        await quota.spend()
    assert quota.delay(EVERY) == timedelta(hours=12)
