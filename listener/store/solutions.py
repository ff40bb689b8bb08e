"""Solutions: closed cases that were solved by an answer that stands, to be found by their words.

The same port over both engines: SQLite asks an FTS5 index that triggers keep, PostgreSQL one over `tsvector` in
its Russian configuration. Each finds candidates; which of them are alike is one pure rule for both
(`alerts.outreach.solved`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import column, delete, func, literal_column, select, table

from alerts.cases.events import Event, ReplyEdited, ReplyGone, ReplySent, ReplyTakenBack
from alerts.outreach.solved import Solved, most_alike, plain, stem, words_of
from listener.store import histories
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.tables import case_events, case_mentions, cases, mentions, solutions

CANDIDATES: Final = 30
"""The best by the engine's own rank, of which the rule chooses."""
LONGEST: Final = 2_000
"""Characters of a customer's words that are kept to be searched."""
_ANSWERS: Final = ("reply_sent", "reply_edited", "reply_taken_back", "reply_gone")


async def keep(connection: Connection, numbers: Collection[int]) -> None:
    """Bring what is kept of these cases up to date: in it, changed, or out of it."""
    ids = sorted(numbers)
    if not ids:
        return
    solved = await connection.execute(
        select(cases.c.id, cases.c.brand).where(
            cases.c.id.in_(ids), cases.c.stage == "closed", cases.c.outcome == "resolved"
        )
    )
    brands = {row.id: row.brand for row in solved}
    answers, questions = await _answers(connection, brands), await _questions(connection, brands)
    closed = await _closed(connection, brands)
    rows = [
        {
            "case_id": number,
            "brand": brand,
            "question": plain(questions[number])[:LONGEST],
            "answer": answers[number],
            "at": at,
        }
        for number, brand in brands.items()
        if questions.get(number) and answers.get(number) and (at := closed.get(number)) is not None
    ]
    gone = [number for number in ids if number not in {row["case_id"] for row in rows}]
    if gone:
        await connection.execute(delete(solutions).where(solutions.c.case_id.in_(gone)))
    if rows:
        new: Any = insert(connection.dialect.name, solutions)
        changed = {name: new.excluded[name] for name in ("brand", "question", "answer", "at")}
        await connection.execute(
            new.on_conflict_do_update(index_elements=[solutions.c.case_id], set_=changed), rows
        )


async def alike(connection: Connection, brand: str, words: str, *, but: int) -> tuple[Solved, ...]:
    """The brand's solved cases that are most like these words, `but` the case that asks."""
    asked = words_of(words)
    if not asked:
        return ()
    found = await connection.execute(
        (_by_fts5 if connection.dialect.name == "sqlite" else _by_tsvector)(asked)
        .where(solutions.c.brand == brand, solutions.c.case_id != but)
        .limit(CANDIDATES)
    )
    candidates = [Solved(case=row.case_id, question=row.question, answer=row.answer, at=row.at) for row in found]
    found_alike = most_alike(words, candidates)
    # What is kept to be searched is folded; people read what the customer wrote.
    said = await _questions(connection, [each.case for each in found_alike])
    return tuple(replace(each, question=said.get(each.case) or each.question) for each in found_alike)


def _by_fts5(words: Sequence[str]) -> Any:
    """By beginnings: FTS5 knows no Russian endings. The words are letters only, so none can be an operator."""
    query = " OR ".join(f'"{stem(word)}"*' for word in words)
    index = table("solutions_words", column("rowid"), column("rank"))
    return (
        select(solutions)
        .join(index, index.c.rowid == solutions.c.case_id)
        .where(literal_column("solutions_words").op("MATCH")(query))
        .order_by(index.c.rank, solutions.c.case_id.desc())
    )


def _by_tsvector(words: Sequence[str]) -> Any:
    russian: Any = literal_column("'russian'")
    query = func.to_tsquery(russian, " | ".join(words))
    vector = func.to_tsvector(russian, solutions.c.question)
    return (
        select(solutions)
        .where(vector.op("@@")(query))
        .order_by(func.ts_rank(vector, query).desc(), solutions.c.case_id.desc())
    )


async def _answers(connection: Connection, numbers: Collection[int]) -> Mapping[int, str]:
    """The last public answer of each that still stands, as it reads now; private words are for one alone."""
    found = await histories.read(connection, numbers, _ANSWERS)
    return {number: answer for number, events in found.items() if (answer := standing_answer(events))}


def standing_answer(events: Sequence[Event]) -> str:
    """Of the events of a case, the last public answer that nobody has taken off; empty where none stands."""
    said: dict[int, str] = {}
    for event in events:
        match event.fact:
            case ReplySent(kind="reply", outbound=outbound, text=words):
                said[outbound] = words
            case ReplyEdited(outbound=outbound, text=words) if outbound in said:
                said[outbound] = words
            case ReplyTakenBack(outbound=outbound) | ReplyGone(outbound=outbound):
                said.pop(outbound, None)
            case _:
                pass
    return next(reversed(said.values()), "")


async def _questions(connection: Connection, numbers: Collection[int]) -> Mapping[int, str]:
    """What each customer complained of, without what he has taken back."""
    found = await connection.execute(
        select(case_mentions.c.case_id, mentions.c.text)
        .join(mentions, mentions.c.id == case_mentions.c.mention_id)
        .where(case_mentions.c.case_id.in_(sorted(numbers)), case_mentions.c.strength == "complaint")
        .where(mentions.c.deleted_at.is_(None))
        .order_by(case_mentions.c.case_id, case_mentions.c.published_at)
    )
    said: dict[int, list[str]] = defaultdict(list)
    for row in found:
        said[row.case_id].append(row.text)
    return {number: "\n".join(texts) for number, texts in said.items()}


async def _closed(connection: Connection, numbers: Collection[int]) -> Mapping[int, Any]:
    found = await connection.execute(
        select(case_events.c.case_id, func.max(case_events.c.at).label("at"))
        .where(case_events.c.case_id.in_(sorted(numbers)), case_events.c.kind == "closed")
        .group_by(case_events.c.case_id)
    )
    return {row.case_id: row.at for row in found}
