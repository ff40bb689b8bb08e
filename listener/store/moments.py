"""Times as networks tell them, bounded where they enter: nobody wrote before there was a web, nor after now."""

from datetime import UTC, datetime, timedelta
from typing import Final

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""Of what is dated earlier nobody knows the time. A date at the calendar's end cannot be shown in every zone, nor
can a term be counted from it.
"""


def believed(moment: datetime, now: datetime, *, ahead: timedelta = timedelta(0)) -> datetime:
    """The moment itself, or `now` for one that cannot be; another's clock may be `ahead` of ours by so much."""
    return moment if EARLIEST <= moment <= now + ahead else now
