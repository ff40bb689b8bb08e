"""What a drawing asks again of one case is worked out once, and never told of another case, context or time."""

from dataclasses import replace
from datetime import timedelta

from alerts.cards.context import CardContext
from alerts.cards.once import once_in_a_row
from alerts.cases.case import Case
from tests.unit.alerts.histories import NOON, a_case


def test_the_same_question_is_asked_once_and_another_anew() -> None:
    asked: list[int] = []

    @once_in_a_row
    def question(case: Case, _context: CardContext, _now: object) -> int:
        asked.append(case.id)
        return len(asked)

    case, context = a_case(), CardContext()
    assert [question(case, context, NOON) for _ in range(3)] == [1, 1, 1]
    like_it, later = replace(case), NOON + timedelta(seconds=1)
    assert question(like_it, context, NOON) == 2
    assert question(like_it, CardContext(), NOON) == 3
    assert question(like_it, context, later) == 4
    assert question(case, context, NOON) == 5
