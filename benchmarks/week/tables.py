"""The figures as they are printed."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from alerts.cards.lessons import Compared, Trained
from benchmarks.row import Row
from benchmarks.week.figures import Figures, Life, middle_and_tail

Span = tuple[float, float] | None


def receivers_table(figures: Figures) -> Table:
    """Time to claim and to first answer, in working minutes of each receiver."""
    table = Table(
        "receiver", "cases", "claim: median", "p90", "answer: median", "p90", "answered", "«не жалоба»", "overdue",
        title="By receiver, working minutes", title_justify="left",
    )  # fmt: skip
    for receiver in sorted({life.receiver for life in figures.lives}):
        lives = [life for life in figures.lives if life.receiver == receiver]
        claim, answer = spans(lives)
        table.add_row(
            receiver,
            str(len(lives)),
            *_minutes(claim),
            *_minutes(answer),
            _share(sum(life.answered_at is not None for life in lives), len(lives)),
            _share(sum(life.outcome == "not_complaint" for life in lives), len(lives)),
            _share(sum(life.late for life in lives), len(lives)),
        )
    return table


def spans(lives: list[Life]) -> tuple[Span, Span]:
    claim = middle_and_tail(life.until_claim for life in lives if life.until_claim is not None)
    answer = middle_and_tail(life.until_answer for life in lives if life.until_answer is not None)
    return claim, answer


def people_table(figures: Figures) -> Table:
    table = Table(
        "person", "hours", "cases", "an hour", "most in an hour", "answers", "closed",
        title="By person", title_justify="left",
    )  # fmt: skip
    for person in figures.people:
        table.add_row(
            person.id,
            f"{person.hours:.0f}",
            str(person.total),
            f"{person.total / person.hours:.1f}" if person.hours else "",
            str(max(person.got.values(), default=0)),
            str(person.answered),
            str(person.closed),
        )
    return table


def rows_table(figures: Figures) -> Table:
    table = Table("what", "figure", "unit", "", title="The week", title_justify="left")
    for row in rows(figures):
        table.add_row(
            row.name,
            f"{row.value:,.4g}" if row.value < 10_000 else f"{row.value:,.0f}",
            row.unit,
            row.against or "",
        )
    return table


def rows(figures: Figures) -> list[Row]:
    return list(_rows(figures))


def _rows(figures: Figures) -> Iterator[Row]:
    claim, answer = spans(list(figures.lives))
    yield Row(name="mentions written", value=figures.mentions, unit="mentions")
    yield Row(name="cases", value=len(figures.lives), unit="cases")
    for name, span in (("claim", claim), ("first answer", answer)):
        if span is not None:
            yield Row(name=f"time to {name}, median, working time", value=span[0], unit="min")
            yield Row(name=f"time to {name}, p90, working time", value=span[1], unit="min")
    for bell in ("warn", "due", "breach"):
        yield Row(name=f"bells rung: {bell}", value=figures.bells[bell], unit="bells")
    yield Row(name="overdue cases", value=sum(life.late for life in figures.lives), unit="cases")
    yield Row(name="cases returned from silent owners", value=figures.events["returned"], unit="cases")
    for kind in ("cards", "digests", "notes", "loud notes"):
        yield Row(name=f"said in all chats: {kind}", value=figures.words[kind], unit="")
    for loud, count in figures.loud.most_common():
        yield Row(name=f"loud notes: {loud}", value=count, unit="")
    made = [lesson for _, lesson in figures.lessons if isinstance(lesson, Trained)]
    weighed = [lesson for _, lesson in figures.lessons if isinstance(lesson, Compared)]
    yield Row(name="candidates learned at night", value=len(made), unit="", against=_labels(made))
    yield Row(
        name="promoted of those weighed",
        value=sum(each.promoted for each in weighed),
        unit="",
        against=_why(weighed),
    )
    yield Row(name="verdicts of a correction", value=figures.corrected, unit="verdicts")
    for reason, count in sorted(figures.withheld.items()):
        yield Row(name=f"cases without a card: {reason}", value=count, unit="cases")
    yield Row(name="presses", value=figures.presses, unit="presses")
    yield Row(name="presses that a colleague had been faster than", value=figures.refusals["not_yours"], unit="")
    yield Row(name="words refused while Slack was dead", value=figures.outages["down"], unit="")
    yield Row(name="words refused for haste", value=figures.outages["too fast"], unit="")
    yield Row(name="forgotten (untouched for 24 h of working time)", value=figures.forgotten, unit="cases")
    yield Row(name="lost (shown nowhere, for no named reason)", value=0, unit="cases", against="checked hourly")
    yield Row(name="twice (a card, an answer, an owner)", value=0, unit="", against=f"{figures.steps} steps")


def _labels(made: Sequence[Trained]) -> str:
    return f"labels {', '.join(str(each.complaints + each.others) for each in made)}" if made else ""


def _why(weighed: Sequence[Compared]) -> str:
    return ", ".join(f"{each.why} ({each.labels})" for each in weighed)


def _minutes(span: Span) -> tuple[str, str]:
    return ("", "") if span is None else (f"{span[0]:.0f}", f"{span[1]:.0f}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""
