"""What a drawing asks again and again of one case is worked out once."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TypeVar

from alerts.cards.context import CardContext
from alerts.cases.case import Case

Result = TypeVar("Result")
Asked = Callable[[Case, CardContext, datetime], Result]


def once_in_a_row(asked: Asked[Result]) -> Asked[Result]:
    """The last result is kept, for the very same case, context and time; in other threads it may be another's.

    Cases are told apart by identity: to compare two of them takes longer than most of what is asked.
    """
    last: tuple[Case, CardContext, datetime, Result] | None = None

    @wraps(asked)
    def once(case: Case, context: CardContext, now: datetime) -> Result:
        nonlocal last
        kept = last
        if kept is not None and kept[0] is case and kept[1] is context and kept[2] is now:
            return kept[3]
        result = asked(case, context, now)
        last = (case, context, now, result)
        return result

    return once
