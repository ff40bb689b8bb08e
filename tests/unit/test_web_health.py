"""The verdict on the daemon's health, from notes and times alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from listener.ports import SourceError
from listener.web.health import LOOP_SILENCE, RECENTLY, Health

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
X, VK = "x.search:romashka", "vk.community:romashka_help"


def listening(now: datetime = NOON) -> Health:
    health = Health()
    health.sources({X: MINUTE, VK: None}, now)
    return health


def test_nothing_running_is_neither_ready_nor_alive() -> None:
    health = Health()
    assert not health.ready
    assert health.verdict(NOON).problems == ("nothing runs yet",)


def test_a_fresh_start_has_grace() -> None:
    health = listening()
    assert health.ready
    assert health.verdict(NOON + RECENTLY).alive


def test_a_source_that_never_answers_is_named() -> None:
    verdict = listening().verdict(NOON + RECENTLY + MINUTE)
    assert not verdict.alive
    assert verdict.problems == (
        f"source {VK} has brought nothing for 11 min",
        f"source {X} has brought nothing for 11 min",
    )


def test_a_source_that_fails_for_long_is_named_with_its_error() -> None:
    health = listening()
    health.source_ok(VK, NOON + 15 * MINUTE)
    health.source_failed(X, SourceError("X answers 502"), NOON + 14 * MINUTE, 300)
    assert health.verdict(NOON + 15 * MINUTE).problems == (
        f"source {X} has brought nothing for 15 min: X answers 502",
    )


def test_a_short_failure_is_no_illness_but_is_shown() -> None:
    health = listening()
    health.source_ok(X, NOON)
    health.source_failed(X, SourceError("X answers 502"), NOON + MINUTE, 5)
    verdict = health.verdict(NOON + 2 * MINUTE)
    assert verdict.alive
    row = verdict.details["sources"][X]
    assert row["state"] == "failing"
    assert row["error"] == "X answers 502"
    assert row["last_success"] == NOON.isoformat()
    assert row["next_try"] == (NOON + MINUTE + timedelta(seconds=5)).isoformat()


def test_a_source_that_waits_for_its_quota_or_for_a_person_is_no_illness() -> None:
    for error in (SourceError("cap", held_back=True), SourceError("token", permanent=True)):
        health = listening()
        health.source_ok(VK, NOON + 2 * RECENTLY)
        health.source_failed(X, error, NOON, 3600)
        assert health.verdict(NOON + 2 * RECENTLY).alive


def test_a_held_back_source_that_does_not_come_back_is_an_illness() -> None:
    health = listening()
    health.source_failed(X, SourceError("window", held_back=True), NOON, 60)
    health.source_ok(VK, NOON + 2 * RECENTLY)
    assert health.verdict(NOON + 2 * RECENTLY).problems == (f"source {X} has brought nothing for 20 min: window",)


def test_a_rare_source_has_three_of_its_turns() -> None:
    health = Health()
    health.sources({X: timedelta(hours=1)}, NOON)
    health.source_ok(X, NOON)
    assert health.verdict(NOON + timedelta(hours=3)).alive
    assert not health.verdict(NOON + timedelta(hours=3) + MINUTE).alive


def test_a_source_that_a_quota_slows_down_has_three_of_its_slower_turns() -> None:
    health = listening()
    health.source_ok(VK, NOON + timedelta(hours=4))
    health.source_ok(X, NOON, slowed=timedelta(hours=2))
    assert health.verdict(NOON + timedelta(hours=4)).alive
    row = health.verdict(NOON + MINUTE).details["sources"][X]
    assert (row["state"], row["next_try"]) == ("held_back", (NOON + timedelta(hours=2)).isoformat())
    health.source_failed(X, SourceError("VK answers 502"), NOON + timedelta(hours=4), 1)
    assert health.verdict(NOON + timedelta(hours=4)).alive
    health.source_ok(X, NOON + timedelta(hours=4))
    assert not health.verdict(NOON + timedelta(hours=4) + 2 * RECENTLY).alive


def test_a_loop_that_stands_still_is_named() -> None:
    health = Health()
    health.turned("tell", NOON)
    assert health.verdict(NOON + LOOP_SILENCE).alive
    verdict = health.verdict(NOON + LOOP_SILENCE + MINUTE)
    assert verdict.problems == ("the tell loop has not turned for 180 s",)


def test_a_new_configuration_forgets_old_sources_and_remembers_kept_ones() -> None:
    health = listening()
    health.source_ok(X, NOON + 20 * MINUTE)
    health.sources({X: MINUTE}, NOON + 20 * MINUTE)
    verdict = health.verdict(NOON + 21 * MINUTE)
    assert verdict.alive
    assert list(verdict.details["sources"]) == [X]
    assert verdict.details["sources"][X]["state"] == "ok"


@given(
    st.lists(
        st.tuples(st.sampled_from(["ok", "bad", "held", "paused", "turn"]), st.integers(0, 3600)), max_size=30
    ),
    st.integers(0, 90_000),
)
def test_the_status_and_the_problems_never_contradict_each_other(
    events: list[tuple[str, int]], later: int
) -> None:
    health = listening()
    for what, second in sorted(events, key=lambda event: event[1]):
        at = NOON + timedelta(seconds=second)
        match what:
            case "ok":
                health.source_ok(X, at)
            case "turn":
                health.turned("tell", at)
            case _:
                error = SourceError("no", permanent=what == "paused", held_back=what == "held")
                health.source_failed(X, error, at, 60)
    verdict = health.verdict(NOON + timedelta(seconds=later))
    assert verdict.alive == (verdict.details["status"] == "ok")
    assert list(verdict.problems) == verdict.details["problems"]
    assert health.verdict(NOON + timedelta(days=3)).alive is False
