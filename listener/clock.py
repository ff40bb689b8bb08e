"""The real clock, for the composition root; everything else is given one."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's time, aware, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  # the one place where real time enters
