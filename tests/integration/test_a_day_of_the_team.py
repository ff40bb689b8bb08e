"""A day of a team of twenty, and by hand the whole week: nothing lost, nothing forgotten, nothing twice."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.week import measured
from benchmarks.week.figures import Figures
from benchmarks.week.scenario import A_DAY, A_WEEK
from benchmarks.week.world import read_rules
from listener.config.values import Config
from listener.rules import Rules


@pytest.fixture(scope="module")
def team() -> tuple[Config, Rules]:
    """Read before any loop runs: the dictionary of word forms is read with it."""
    return read_rules()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A dead Slack is logged as what it is; here it belongs to the day."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
async def test_a_small_day_with_a_surge_and_a_dead_slack_loses_forgets_and_doubles_nothing(
    database_url: str, team: tuple[Config, Rules]
) -> None:
    """The world's own checks raise at the step at which something breaks, and name the seed."""
    figures = await measured(replace(A_DAY, a_day=250, surge_size=60), database_url, *team)
    assert figures.forgotten == 0
    assert figures.possible_repeats == 0, "Slack knows its messages again"
    assert figures.words["cards"] > 0
    _people_worked(figures)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", [1, 2])
async def test_a_week_of_the_team_loses_forgets_and_doubles_nothing(
    tmp_path: object, team: tuple[Config, Rules], seed: int
) -> None:
    figures = await measured(replace(A_WEEK, seed=seed), f"sqlite:///{tmp_path}/week.db", *team)
    assert figures.forgotten == 0
    assert figures.mentions > 20_000
    assert sum(life.answered_at is not None for life in figures.lives) > len(figures.lives) / 3
    _people_worked(figures)


def _people_worked(figures: Figures) -> None:
    answers = [life.until_answer for life in figures.lives if life.until_answer is not None]
    assert answers
    assert max(answers) < timedelta(days=3)
    assert sum(person.total for person in figures.people) > 0
