"""How far a VK search has come, whatever the clock and the order of results."""

from hypothesis import given
from hypothesis import strategies as st

from listener.networks.vk.progress import OVERLAP, Progress, read_progress, write_progress

NOW = 1_795_000_000
moments = st.integers(1, NOW)


def read_back(cursor: str | None) -> Progress:
    return read_progress(cursor, ["ромашка"], now=NOW, look_back=3600)["ромашка"]


def test_an_unknown_query_begins_an_hour_ago_and_overlaps() -> None:
    assert read_back(None).start_time == NOW - 3600 - OVERLAP


def test_a_spoilt_cursor_is_a_first_start() -> None:
    for cursor in ("{", "[]", '{"ромашка": 7}', '{"ромашка": {"since": "x"}}', '{"ромашка": null}'):
        assert read_back(cursor) == Progress(since=NOW - 3600)


def test_a_time_after_now_is_taken_back_to_now() -> None:
    assert read_back('{"ромашка": {"since": 9999999999}}').since == NOW


def test_a_date_in_the_future_does_not_carry_the_search_with_it() -> None:
    assert Progress(since=NOW - 60).saw([NOW + 86_400], NOW).done(NOW, crowded=False).since == NOW


def test_a_look_that_finds_nothing_stays_where_it_is() -> None:
    assert Progress(since=NOW - 60).saw([], NOW).done(NOW, crowded=False) == Progress(since=NOW - 60)


def test_a_crowded_overlap_is_full_once_a_minute_and_brief_in_between() -> None:
    crowded = Progress(since=NOW).done(NOW, crowded=True)
    assert [crowded.begun(NOW + after).start_time for after in (0, 59, 60)] == [NOW - 30, NOW - 30, NOW - OVERLAP]
    assert crowded.begun(NOW + 5).done(NOW + 5, crowded=True).begun(NOW + 60).start_time == NOW - OVERLAP
    assert crowded.begun(NOW - 3600).start_time == NOW - OVERLAP


def test_an_overlap_that_fits_one_page_is_always_full() -> None:
    assert Progress(since=NOW).done(NOW, crowded=False).begun(NOW + 1).start_time == NOW - OVERLAP


def test_a_round_under_way_stays_as_it_began() -> None:
    under_way = Progress(since=NOW, until=NOW - 5, goal=NOW, deep_at=NOW - 1)
    assert under_way.begun(NOW).start_time == NOW - OVERLAP


def test_more_than_a_window_in_one_second_moves_on_and_says_so() -> None:
    stuck = Progress(since=NOW - 60, until=NOW, goal=NOW)
    moved, lost = stuck.back_to([NOW, NOW])
    assert lost
    assert moved.until == NOW - 1


@given(
    st.builds(
        Progress,
        since=moments,
        until=st.none() | moments,
        goal=st.none() | moments,
        brief=st.booleans(),
        deep_at=st.none() | moments,
    )
)
def test_a_written_cursor_reads_back(progress: Progress) -> None:
    between_rounds = Progress(since=progress.since, deep_at=progress.deep_at)
    kept = progress if progress.until is not None else between_rounds
    assert read_back(write_progress({"ромашка": progress})) == kept


@given(st.builds(Progress, since=moments, until=moments), st.lists(moments, min_size=1, max_size=9))
def test_the_way_back_in_time_always_moves(progress: Progress, dates: list[int]) -> None:
    moved, _ = progress.back_to(dates)
    assert moved.until is not None
    assert progress.until is not None
    assert moved.until < progress.until


@given(st.builds(Progress, since=moments), st.lists(st.integers(0, 2 * NOW)))
def test_a_finished_round_never_goes_back_and_never_passes_now(progress: Progress, dates: list[int]) -> None:
    done = progress.saw(dates, NOW).done(NOW, crowded=False)
    assert progress.since <= done.since <= NOW
