"""Who does nothing with a case loses it, whoever waits for a day is named, what was solved is found by its words.

The histories say since when: a case is what its events make of it, also in the columns that are new.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from alerts.cases.events import Event
from alerts.cases.state import fold, next_timer
from listener.store.codecs import read_event
from listener.store.tables import Json, Time

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.BigInteger()
EVENTS = sa.table(
    "case_events",
    *(sa.column(name) for name in ("case_id", "number", "kind", "version", "actor", "actor_id", "actor_name")),
    sa.column("payload", Json()),
    sa.column("at", Time()),
)
COLUMNS = ("idle_warn_at", "idle_return_at", "touched_at")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("cases", sa.Column(name, TIME))
    since_when(op.get_bind())
    op.create_table(
        "solutions",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_solutions_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", name="pk_solutions"),
    )
    for statement in FTS5 if op.get_bind().dialect.name == "sqlite" else TSVECTOR:
        op.execute(statement)
    solved(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE solutions_words")
    op.drop_table("solutions")
    for name in reversed(COLUMNS):
        op.drop_column("cases", name)


# up


def since_when(connection: sa.Connection) -> None:
    """Of open cases only: the others wait for nobody."""
    cases = sa.table("cases", *(sa.column(name, Time()) for name in (*COLUMNS, "next_timer_at")), sa.column("id"))
    values: list[dict[str, Any]] = []
    for number, history in _histories(connection):
        state = fold(history)
        values.append(
            {
                "of_case": number,
                "idle_warn_at": state.idle.warn_at,
                "idle_return_at": state.idle.return_at,
                "touched_at": state.touched_at,
                "next_timer_at": next_timer(state),
            }
        )
    if values:
        connection.execute(sa.update(cases).where(cases.c.id == sa.bindparam("of_case")), values)


WORDS = """
CREATE VIRTUAL TABLE solutions_words
USING fts5(question, content='solutions', content_rowid='case_id', tokenize='unicode61', prefix='4 5 6')
"""
COMES = """
CREATE TRIGGER solutions_in AFTER INSERT ON solutions BEGIN
    INSERT INTO solutions_words(rowid, question) VALUES (new.case_id, new.question);
END
"""
GOES = """
CREATE TRIGGER solutions_out AFTER DELETE ON solutions BEGIN
    INSERT INTO solutions_words(solutions_words, rowid, question) VALUES ('delete', old.case_id, old.question);
END
"""
CHANGES = """
CREATE TRIGGER solutions_anew AFTER UPDATE ON solutions BEGIN
    INSERT INTO solutions_words(solutions_words, rowid, question) VALUES ('delete', old.case_id, old.question);
    INSERT INTO solutions_words(rowid, question) VALUES (new.case_id, new.question);
END
"""
FTS5 = (WORDS, COMES, GOES, CHANGES)
"""The index keeps no words of its own; whoever writes `solutions`, and whatever deletes from it, is followed."""
TSVECTOR = ("CREATE INDEX solutions_words ON solutions USING gin (to_tsvector('russian', question))",)


def solved(connection: sa.Connection) -> None:
    """What was solved so far, by an answer that stands."""
    said: dict[int, dict[int, str]] = {}
    for case, kind, payload in connection.execute(sa.text(ANSWERS)):
        fact, answers = json.loads(payload), said.setdefault(case, {})
        number = fact["outbound"]
        if (kind == "reply_sent" and fact.get("kind") == "reply") or (
            kind == "reply_edited" and number in answers
        ):
            answers[number] = fact.get("text", "")
        elif kind in ("reply_taken_back", "reply_gone"):
            answers.pop(number, None)
    standing = {case: text for case, texts in said.items() if (text := next(reversed(texts.values()), ""))}
    asked: dict[int, list[str]] = {}
    for case, text in connection.execute(sa.text(QUESTIONS)):
        if case in standing:
            asked.setdefault(case, []).append(text)
    about = {case: (brand, at) for case, brand, at in connection.execute(sa.text(SOLVED))}
    rows = [
        {
            "case_id": case,
            "brand": about[case][0],
            "question": "\n".join(texts).lower().replace("ё", "е")[:2_000],
            "answer": standing[case],
            "at": about[case][1],
        }
        for case, texts in asked.items()
        if case in about
    ]
    if rows:
        connection.execute(sa.text(KEEP), rows)


ANSWERS = """
SELECT case_id, kind, payload FROM case_events
WHERE kind IN ('reply_sent', 'reply_edited', 'reply_taken_back', 'reply_gone')
AND case_id IN (SELECT id FROM cases WHERE stage = 'closed' AND outcome = 'resolved')
ORDER BY case_id, number
"""
QUESTIONS = """
SELECT l.case_id, m.text FROM case_mentions l JOIN mentions m ON m.id = l.mention_id
WHERE l.strength = 'complaint' AND m.deleted_at IS NULL
AND l.case_id IN (SELECT id FROM cases WHERE stage = 'closed' AND outcome = 'resolved')
ORDER BY l.case_id, l.published_at
"""
SOLVED = """
SELECT c.id, c.brand, max(e.at) FROM cases c JOIN case_events e ON e.case_id = c.id AND e.kind = 'closed'
WHERE c.stage = 'closed' AND c.outcome = 'resolved' GROUP BY c.id, c.brand
"""
KEEP = (
    "INSERT INTO solutions (case_id, brand, question, answer, at)"
    " VALUES (:case_id, :brand, :question, :answer, :at)"
)


def _histories(connection: sa.Connection) -> Iterator[tuple[int, list[Event]]]:
    is_open = sa.text("case_id IN (SELECT id FROM cases WHERE stage <> 'closed')")
    rows = connection.execute(sa.select(EVENTS).where(is_open).order_by(EVENTS.c.case_id, EVENTS.c.number)).all()
    histories: dict[int, list[Event]] = {}
    for row in rows:
        histories.setdefault(row.case_id, []).append(read_event(row))
    yield from histories.items()
