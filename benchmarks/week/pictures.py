"""Pictures of the week for docs/: how much came, how long people waited, who worked when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alerts.sla import is_free
from benchmarks.week.figures import Figures, middle_and_tail
from benchmarks.week.scenario import MOSCOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HOUR: Final = timedelta(hours=1)
COLOURS: Final = {"связь": "#1f5fa8", "банк": "#2f8f4e", "доставка": "#c8501e", "срочное": "#8a2f8f"}
GREY: Final = "#999999"


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Write the PNGs into the folder, made if absent, and say which."""
    import matplotlib as mpl  # noqa: PLC0415 - only who draws needs it

    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    return [_load(figures, folder), _waiting(figures, folder), _times(figures, folder), _people(figures, folder)]


def _load(figures: Figures, folder: Path) -> Path:
    figure, (above, below) = _plots(2, height=5.2)
    hours = list(_hours(figures))
    above.bar(hours, [figures.heard_by_hour[hour] for hour in hours], width=HOUR * 0.9, color=GREY, align="edge")
    above.set_ylabel("mentions an hour")
    below.bar(
        hours, [figures.opened_by_hour[hour] for hour in hours], width=HOUR * 0.9, color="#1f5fa8", align="edge"
    )
    below.set_ylabel("cases opened an hour")
    _dress(figures, above, below)
    return _save(figure, folder / "load.png")


def _waiting(figures: Figures, folder: Path) -> Path:
    """Cases that nobody has, and those without a first answer, at each quarter of an hour."""
    figure, (above, below) = _plots(2, height=5.6)
    begins = figures.scenario.begins
    moments = [begins + number * HOUR / 4 for number in range(figures.scenario.days * 96)]
    for receiver, colour in COLOURS.items():
        lives = [life for life in figures.lives if life.receiver == receiver]
        free = [
            sum(
                life.opened_at
                <= at
                < min(filter(None, (life.owned_at, life.ended_at)), default=figures.scenario.ends)
                for life in lives
            )
            for at in moments
        ]
        silent = [
            sum(
                life.opened_at
                <= at
                < min(filter(None, (life.answered_at, life.ended_at)), default=figures.scenario.ends)
                for life in lives
            )
            for at in moments
        ]
        times = [at.astimezone(MOSCOW) for at in moments]
        above.plot(times, free, color=colour, label=receiver, linewidth=1.2)
        below.plot(times, silent, color=colour, linewidth=1.2)
    above.set_ylabel("cases that nobody has")
    below.set_ylabel("cases without an answer")
    above.legend(frameon=False, ncols=4, loc="upper left")
    _dress(figures, above, below)
    return _save(figure, folder / "waiting.png")


def _times(figures: Figures, folder: Path) -> Path:
    """The first answer by day: median and p90 of working time."""
    figure, panels = _plots(1, height=3.2)
    panel = panels[0]
    days = [figures.scenario.local_day(number) for number in range(figures.scenario.days)]
    shown = [receiver for receiver in COLOURS if any(life.receiver == receiver for life in figures.lives)]
    for place, receiver in enumerate(shown):
        for number, day in enumerate(days):
            spans = [
                life.until_answer
                for life in figures.lives
                if life.receiver == receiver and life.until_answer is not None
                and life.opened_at.astimezone(MOSCOW).date() == day
            ]  # fmt: skip
            found = middle_and_tail(spans)
            if found is None:
                continue
            x = number + (place - (len(shown) - 1) / 2) * 0.2
            panel.bar(x, found[1], width=0.17, color=COLOURS[receiver], alpha=0.3)
            panel.bar(x, found[0], width=0.17, color=COLOURS[receiver], label=receiver if number == 0 else None)
    panel.set_xticks(range(len(days)), [f"{day:%a %d}" for day in days])
    panel.set_ylabel("working minutes to the first answer\n(median; pale: p90)")
    panel.legend(frameon=False, ncols=4)
    return _save(figure, folder / "answers.png")


def _people(figures: Figures, folder: Path) -> Path:
    figure, panels = _plots(1, height=5.0)
    panel = panels[0]
    hours = list(_hours(figures))
    people = [person for person in figures.people if person.total]
    grid = [[person.got[hour] or float("nan") for hour in hours] for person in people]
    image = panel.imshow(grid, aspect="auto", interpolation="nearest", cmap="YlOrRd", vmin=0)
    panel.set_yticks(range(len(people)), [person.id for person in people])
    marks = [number for number, hour in enumerate(hours) if hour.hour == 0]
    panel.set_xticks(marks, [f"{hours[number]:%a %d}" for number in marks], ha="left")
    for number in marks:
        panel.axvline(number - 0.5, color=GREY, linewidth=0.5)
    figure.colorbar(image, ax=panel, label="cases that became theirs, an hour", pad=0.01)
    return _save(figure, folder / "people.png")


def _plots(count: int, *, height: float) -> tuple[Any, list[Any]]:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - as above

    figure, panels = plt.subplots(
        count, 1, figsize=(12, height), sharex=count > 1, layout="constrained", squeeze=False
    )
    for panel in panels[:, 0]:
        panel.spines[["top", "right"]].set_visible(False)
    return figure, list(panels[:, 0])


def _dress(figures: Figures, *panels: "Axes") -> None:
    """Nights and days off, and what happened, on the same axis."""
    from matplotlib.dates import DateFormatter, DayLocator  # noqa: PLC0415 - as above

    scenario = figures.scenario
    for panel in panels:
        for number in range(scenario.days):
            day = scenario.local_day(number)
            midnight = datetime(day.year, day.month, day.day, tzinfo=MOSCOW)
            panel.axvspan(midnight, midnight + 9 * HOUR, color="#000000", alpha=0.05, linewidth=0)
            panel.axvspan(midnight + 21 * HOUR, midnight + 24 * HOUR, color="#000000", alpha=0.05, linewidth=0)
            if is_free(day, "russia"):
                panel.axvspan(midnight, midnight + 24 * HOUR, color="#c8501e", alpha=0.07, linewidth=0)
        for name, event in (("surge", scenario.surge), ("Slack is dead", scenario.dead_slack)):
            if event is not None:
                panel.axvspan(event[0], event[0] + event[1], color="#c8501e", alpha=0.5, linewidth=0)
                if panel is panels[0]:
                    panel.annotate(
                        name, (event[0], 1.0), xycoords=("data", "axes fraction"), fontsize=8, va="bottom"
                    )
        panel.set_xlim(scenario.begins, scenario.ends)
    panels[-1].xaxis.set_major_locator(DayLocator(tz=MOSCOW))
    panels[-1].xaxis.set_major_formatter(DateFormatter("%a %d", tz=MOSCOW))
    for label in panels[-1].get_xticklabels():
        label.set_ha("left")


def _hours(figures: Figures) -> Iterator[datetime]:
    begins = figures.scenario.begins.astimezone(MOSCOW)
    for number in range(figures.scenario.days * 24):
        yield begins + number * HOUR


def _save(figure: Any, path: Path) -> Path:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - as above

    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path
