"""The bookmark on X: it survives writing, it never runs ahead of what was delivered."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.networks.x.bookmark import (
    BUSY_REST,
    FIRST_LOOK,
    LIVE_EVERY,
    MAX_PAGES,
    OVERLAP,
    REACH,
    Bookmark,
    Live,
    Paging,
    after_page,
    by_time,
    first_bookmark,
    given_up,
    live_look,
    lower_bound,
    read_bookmark,
    with_live,
    within_reach,
    write_bookmark,
)
from listener.networks.x.snowflake import number_at, time_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBERS = st.integers(min_value=0, max_value=2**63)
TIMES = st.datetimes(timezones=st.just(UTC), min_value=datetime(2011, 1, 1), max_value=datetime(2040, 1, 1))  # noqa: DTZ001  # hypothesis wants bare bounds
PAGINGS = st.none() | st.builds(
    Paging,
    token=st.text(min_size=1),
    newest=st.none() | NUMBERS,
    began=TIMES,
    pages=st.integers(0, 1000),
    overlapping=st.booleans(),
)
LIVES = st.none() | st.builds(Live, since=NUMBERS, looked=TIMES, paging=PAGINGS)
BOOKMARKS = st.builds(
    Bookmark,
    live=LIVES,
    since=NUMBERS,
    back=st.none() | NUMBERS,
    rest=st.none() | TIMES,
    paging=PAGINGS,
    user=st.none() | st.just("900"),
) | st.builds(Bookmark, start=TIMES, paging=PAGINGS)


@given(BOOKMARKS)
def test_a_written_bookmark_reads_back_the_same(bookmark: Bookmark) -> None:
    assert read_bookmark(write_bookmark(bookmark)) == bookmark


@given(st.text())
def test_what_is_no_bookmark_is_named_so_and_nothing_worse(text: str) -> None:
    with pytest.raises(ValueError, match="not a bookmark"):
        read_bookmark(text)


@given(TIMES)
def test_a_number_made_for_a_time_tells_that_time(moment: datetime) -> None:
    read = time_of(number_at(moment), moment)
    assert read is not None
    assert abs(read - moment) < timedelta(milliseconds=2)


@pytest.mark.parametrize("number", [0, 1, 1001, 4_194_303, 9_000_000_000_000_000_000])
def test_a_number_that_carries_no_time_is_seen_through(number: int) -> None:
    assert time_of(number, NOON) is None


def test_small_numbers_move_the_bound_without_an_overlap() -> None:
    assert after_page(first_bookmark(NOON), 1005, None, NOON) == Bookmark(since=1005, back=1005)


def test_numbers_from_the_future_move_the_bound_without_an_overlap() -> None:
    huge = 9_000_000_000_000_000_000
    assert after_page(first_bookmark(NOON), huge, None, NOON) == Bookmark(since=huge, back=huge)


def test_fresh_posts_move_the_bound_to_the_beginning_of_the_look_less_the_overlap() -> None:
    after = after_page(first_bookmark(NOON), number_at(NOON), None, NOON)
    assert after == Bookmark(since=number_at(NOON), back=number_at(NOON - OVERLAP))
    assert lower_bound(after, NOON) == after.back


def test_a_busy_brand_is_asked_for_its_overlap_once_a_minute() -> None:
    paging = after_page(first_bookmark(NOON), number_at(NOON), "next", NOON)
    busy = after_page(paging, None, None, NOON + timedelta(seconds=1))
    assert busy.rest == NOON + BUSY_REST
    soon, later = NOON + timedelta(seconds=59), NOON + BUSY_REST
    assert lower_bound(busy, soon) == busy.since
    assert lower_bound(busy, later) == busy.back
    quick = after_page(busy, number_at(soon), None, soon)
    assert (quick.since, quick.back, quick.rest) == (number_at(soon), busy.back, busy.rest)


def test_paging_keeps_its_bound_however_long_it_takes() -> None:
    bookmark = Bookmark(since=number_at(NOON), back=5, rest=NOON + BUSY_REST)
    paging = after_page(bookmark, None, "next", NOON)
    assert lower_bound(paging, NOON + timedelta(hours=1)) == bookmark.since


def test_a_clock_of_ours_that_is_hours_fast_does_not_jump_over_posts() -> None:
    newest = number_at(NOON - timedelta(hours=3))
    assert lower_bound(after_page(Bookmark(since=5), newest, None, NOON), NOON) == newest


def test_the_bound_never_moves_down() -> None:
    since = number_at(NOON - timedelta(minutes=1))
    after = after_page(Bookmark(since=since, back=since), since - 5, None, NOON)
    assert (after.since, after.back) == (since, since)


def test_an_empty_first_look_keeps_looking_an_hour_back() -> None:
    bookmark = first_bookmark(NOON)
    later = NOON + timedelta(minutes=10)
    assert after_page(bookmark, None, None, later).start == later - FIRST_LOOK


def test_an_empty_look_leaves_a_number_where_it_is() -> None:
    assert after_page(Bookmark(since=77), None, None, NOON) == Bookmark(since=77)


def test_a_cursor_of_an_earlier_version_is_read() -> None:
    stored = (
        '{"since": "7", "back": "5", "user": "900", "walk": {"token": "a", "newest": "50",'
        ' "began": "2026-11-22T12:00:00+00:00", "pages": "3", "overlapping": true}}'
    )
    bookmark = read_bookmark(stored)
    assert (bookmark.since, bookmark.back, bookmark.user) == (7, 5, "900")
    assert bookmark.paging == Paging(token="a", newest=50, began=bookmark.paging.began, pages=3, overlapping=True)


def test_a_start_out_of_reach_is_moved_and_the_loss_named() -> None:
    moved, gap = within_reach(Bookmark(start=NOON - timedelta(days=9)), NOON)
    assert moved.start == NOON - REACH
    assert gap is not None
    assert (gap.since, gap.until) == (NOON - timedelta(days=9), NOON - REACH)


def test_a_refused_number_within_reach_loses_nothing() -> None:
    published = NOON - timedelta(days=2)
    moved, gap = by_time(Bookmark(since=number_at(published), user="900"), NOON)
    assert gap is None
    assert (moved.since, moved.start, moved.user) == (None, published, "900")


def test_a_refused_number_without_a_time_looks_an_hour_back_and_says_so() -> None:
    moved, gap = by_time(Bookmark(since=12, user="900"), NOON)
    assert moved == Bookmark(start=NOON - FIRST_LOOK, user="900")
    assert gap is not None
    assert gap.until == NOON - FIRST_LOOK


def test_paging_without_end_is_given_up() -> None:
    paging = Paging(token="a", newest=50, began=NOON, pages=MAX_PAGES - 1)
    bookmark = Bookmark(since=7, paging=paging)
    left_out = given_up(bookmark, "b", NOON)
    assert left_out is not None
    assert left_out.until == NOON
    assert given_up(bookmark, None, NOON) is None
    assert after_page(bookmark, 9, "b", NOON).since == 50


@dataclass(frozen=True, slots=True)
class Posted:
    """Published at a second of the hour, found by search so many seconds later."""

    at: int
    late: int


POSTED = st.builds(Posted, at=st.integers(0, 3600), late=st.integers(0, 280))


@given(st.lists(POSTED, max_size=60), st.integers(1, 5), st.integers(2, 200), st.lists(st.integers(0, 60)))
def test_every_post_is_delivered_however_late_it_is_found_and_wherever_the_daemon_dies(
    posted: list[Posted], page_size: int, every: int, deaths: list[int]
) -> None:
    posts = {number_at(NOON + timedelta(seconds=one.at)) + index: one for index, one in enumerate(posted)}
    bookmark, delivered, second, turn = first_bookmark(NOON), set[int](), 0, 0
    while second < 4600:
        now = NOON + timedelta(seconds=second)
        live = live_look(bookmark, now)
        look = live or bookmark
        bound = lower_bound(look, now)
        floor = number_at(bound) - 1 if isinstance(bound, datetime) else bound or 0
        ceiling = int(look.paging.token) if look.paging else 2**63
        there = [n for n, one in posts.items() if floor < n < ceiling and one.at + one.late <= second]
        page = sorted(there, reverse=True)[:page_size]
        token = str(page[-1]) if len(there) > page_size else None
        turn += 1
        if turn not in deaths:  # the batch and the bookmark are kept together, or neither is
            delivered |= set(page)
            after = after_page(look, max(page, default=None), token, now)
            bookmark = read_bookmark(write_bookmark(with_live(bookmark, after, now) if live else after))
        # Pages of a look may be minutes apart where X's window is used up.
        second += min(every, 20) if bookmark.paging else every
    assert delivered == set(posts)


def test_a_long_look_is_interrupted_by_what_is_posted_meanwhile() -> None:
    newest = number_at(NOON)
    paging = after_page(Bookmark(since=5), newest, "next", NOON)
    assert live_look(paging, NOON + LIVE_EVERY - timedelta(seconds=1)) is None
    live = live_look(paging, NOON + LIVE_EVERY)
    assert live == Bookmark(since=newest)
    at = NOON + LIVE_EVERY
    further = with_live(paging, after_page(live, number_at(at), "live", at), at)
    going_on = live_look(further, at)
    assert going_on is not None
    assert (going_on.since, going_on.paging and going_on.paging.token) == (newest, "live")
    seen = with_live(further, after_page(going_on, number_at(NOON) + 1, None, at), at)
    assert live_look(seen, at) is None
    assert seen.paging == paging.paging
    assert after_page(seen, 70, None, at).since == number_at(at), "all up to there is delivered"


def test_a_clock_that_is_set_back_stops_no_look_at_what_is_new() -> None:
    paging = after_page(Bookmark(since=5), number_at(NOON), "next", NOON)
    assert live_look(paging, NOON - timedelta(hours=1)) is not None
