"""Cases have a history.

What happened to a case is kept as events, and the case is their fold. Older cases get the events that left a trace
(mentions that joined, buttons that were pressed) and one more that says how they stood at this migration.

No table is altered by copying it: on SQLite the copy's DROP TABLE would delete, by the foreign keys, all that
belongs to its rows. So columns added here keep their defaults.
"""

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()
JSON = sa.Text()
AT_ONCE = 500
OPEN = sa.text("state IN ('due', 'sending')")
TIMED = sa.text("next_timer_at IS NOT NULL")
ASLEEP = sa.text("state = 'snoozed'")
WAITING = sa.text("stage = 0")

LETTERS = dict(zip("абвгдеёзийклмнопрстуфхцыэ", "abvgdeeziyklmnoprstufhcye", strict=True))
LETTERS |= {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
"""As people.yaml's names become ids where no id is given."""

KINDS = {"claim": "claimed", "close": "closed", "not_complaint": "not_complaint", "reopen": "reopened"}
URGENT = 1
NEW = 2


def upgrade() -> None:
    connection = op.get_bind()
    new_tables()
    op.add_column("mentions", sa.Column("is_own", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("mentions", sa.Column("extra", JSON))
    op.add_column("mentions", sa.Column("edited_at", TIME))
    op.add_column("mentions", sa.Column("deleted_at", TIME))
    for name in ("dangers", "reasons"):
        op.add_column("verdicts", sa.Column(name, JSON, nullable=False, server_default="[]"))
    case_columns()
    histories(connection)
    op.drop_column("cases", "state")
    op.add_column("case_mentions", sa.Column("strength", sa.Text(), nullable=False, server_default="complaint"))
    op.drop_column("case_mentions", "said")
    move_deliveries(connection)
    op.add_column("actions", sa.Column("reason", sa.Text()))
    connection.execute(sa.text("UPDATE actions SET reason = what WHERE NOT applied"))
    op.drop_column("actions", "what")
    op.drop_column("actions", "outcome")


def downgrade() -> None:
    connection = op.get_bind()
    actions_back(connection)
    deliveries_back(connection)
    said_back(connection)
    cases_back(connection)
    for column in ("is_own", "extra", "edited_at", "deleted_at"):
        op.drop_column("mentions", column)
    for column in ("dangers", "reasons"):
        op.drop_column("verdicts", column)
    for table in ("gaps", "people", "prompts", "notices", "card_views", "case_events"):
        op.drop_table(table)


# up


def new_tables() -> None:
    op.create_table(
        "case_events",
        sa.Column("case_id", KEY, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text()),
        sa.Column("actor_name", sa.Text()),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_events_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_case_events"),
    )
    queue(
        "card_views",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False, server_default="0"),
        sa.UniqueConstraint("case_id", "messenger", "chat", "topic", name="uq_card_views"),
    )
    queue(
        "notices",
        sa.Column("case_id", KEY),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.UniqueConstraint("messenger", "chat", "topic", "dedup_key", name="uq_notices"),
    )
    op.create_index("ix_notices_case", "notices", ["case_id"])
    op.create_table(
        "prompts",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("messenger", "chat", "ref", "user")),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("messenger", "chat", "ref", name="pk_prompts"),
    )
    op.create_table(
        "gaps",
        sa.Column("id", KEY, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", TIME),
        sa.Column("until", TIME, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("closed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
    )
    op.create_index("ix_gaps_source", "gaps", ["source", "until"])
    op.create_table(
        "people",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("messenger", "user", "person", "name")),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("messenger", "user", "person", name="pk_people"),
    )


def queue(table: str, *own: Any) -> None:
    """A table of things that chats must be shown."""
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("messenger", sa.Text(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text()),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("unknown", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("delivered_at", TIME),
        *own,
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    columns = ["messenger", "chat", "topic", "priority", "due_at"]
    op.create_index(f"ix_{table}_queue", table, columns, sqlite_where=OPEN, postgresql_where=OPEN)


def case_columns() -> None:
    op.drop_index("ix_cases_asleep", "cases")
    op.add_column("cases", sa.Column("stage", sa.Text(), nullable=False, server_default="new"))
    op.add_column("cases", sa.Column("waiting_for", sa.Text(), nullable=False, server_default="us"))
    for name in ("outcome", "cause", "rung"):
        op.add_column("cases", sa.Column(name, sa.Text()))
    op.add_column("cases", sa.Column("next_timer_at", TIME))
    op.create_index("ix_cases_author", "cases", ["network", "author_id"])
    op.create_index("ix_cases_timed", "cases", ["next_timer_at"], sqlite_where=TIMED, postgresql_where=TIMED)


def histories(connection: sa.Connection) -> None:
    """Write the events of every case, and the columns that are their fold."""
    now = time.time_ns() // 1000
    last = 0
    while True:
        cases = rows(connection, "SELECT * FROM cases WHERE id > :last ORDER BY id LIMIT :most", last=last)
        if not cases:
            break
        last = cases[-1]["id"]
        among = f"BETWEEN {cases[0]['id']} AND {last}"
        traces: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows(
            connection,
            "SELECT c.case_id, c.mention_id, m.heard_at AS at FROM case_mentions c JOIN mentions m"  # noqa: S608  # numbers
            f" ON m.id = c.mention_id WHERE c.case_id {among} ORDER BY m.heard_at, m.id",
        ):
            traces[row["case_id"]].append(row)
        for row in rows(
            connection,
            f"SELECT * FROM actions WHERE applied AND case_id {among} ORDER BY id",  # noqa: S608  # numbers
        ):
            traces[row["case_id"]].append(row)
        events = []
        for case in cases:
            made = list(history(case, traces[case["id"]], now))
            events += made
            connection.execute(UPDATE_CASE, projection(case, made[-1]))
        connection.execute(INSERT_EVENT, events)
    register_people(connection)


def history(case: Mapping[str, Any], traces: list[dict[str, Any]], now: int) -> Iterator[dict[str, Any]]:
    """The events of one case: what left a trace, in order, and how the case stands."""
    number = 0
    joined = False
    for trace in sorted(traces, key=lambda trace: (trace["at"], "action" in trace)):
        number += 1
        if "action" in trace:
            yield event(case, number, trace["at"], *pressed(trace))
            continue
        payload = {"mention": trace["mention_id"], "deadlines": {}}
        kind = "joined" if joined else "opened"
        if joined:
            payload["strength"] = "complaint"
        joined = True
        at = trace["at"] if kind == "joined" else case["opened_at"]
        yield event(case, number, at, kind, payload, ("customer", None, None))
    stands = {name: value for name, value in state(case, now).items() if value is not None}
    yield event(case, max(number + 1, case["revision"]), now, "imported", stands, ("program", None, None))


def event(
    case: Mapping[str, Any], number: int, at: int, kind: str, payload: dict[str, Any], actor: tuple[Any, Any, Any]
) -> dict[str, Any]:
    return {
        "case_id": case["id"],
        "number": number,
        "kind": kind,
        "version": 1,
        "actor": actor[0],
        "actor_id": actor[1],
        "actor_name": actor[2],
        "payload": json.dumps(payload, ensure_ascii=False),
        "at": at,
    }


def pressed(action: Mapping[str, Any]) -> tuple[str, dict[str, Any], tuple[str, str, str]]:
    actor = ("person", person_id(action["who"]), action["who"])
    if action["action"] == "snooze":
        until = json.loads(action["outcome"])["snoozed_until"]
        return "snoozed", {"until": until}, actor
    payload: dict[str, Any] = {"outcome": "handled"} if action["action"] == "close" else {}
    return KINDS[action["action"]], payload, actor


def state(case: Mapping[str, Any], now: int) -> dict[str, Any]:
    """How the case stands, as the payload of «imported». Bells that should have rung by now stay silent."""
    ended = case["state"] in ("closed", "not_complaint")
    stage = "closed" if ended else "claimed" if case["owner"] else "new"
    times = {bell: case[f"{bell}_at"] for bell in ("warn", "due", "breach")}
    rung = [bell for bell, at in times.items() if at is not None and at <= now]
    return {
        "stage": stage,
        "owner": person_id(case["owner"]) if case["owner"] else None,
        "snoozed_until": iso(case["snoozed_until"]),
        "outcome": {"closed": "handled", "not_complaint": "not_complaint"}.get(case["state"]),
        "deadlines": {f"{bell}_at": iso(at) for bell, at in times.items() if at is not None},
        "rung": rung[-1] if rung else None,
    }


def projection(case: Mapping[str, Any], imported: Mapping[str, Any]) -> dict[str, Any]:
    """The case's columns after its last event."""
    stands = json.loads(imported["payload"])
    rung = stands.get("rung")
    bells = ("warn", "due", "breach")
    ahead = bells[bells.index(rung) + 1 :] if rung else bells
    timers = [case[f"{bell}_at"] for bell in ahead if not case["snoozed_until"] or bell == "breach"]
    times = [at for at in (*timers, case["snoozed_until"]) if at is not None]
    return {
        "case": case["id"],
        "revision": imported["number"],
        "stage": stands["stage"],
        "owner": stands.get("owner"),
        "outcome": stands.get("outcome"),
        "rung": rung,
        "next_timer_at": min(times) if times and stands["stage"] != "closed" else None,
    }


def register_people(connection: sa.Connection) -> None:
    """Who pressed under which name: a person who is renamed or gets an id later keeps the cases."""
    found = rows(
        connection, 'SELECT messenger, "user", who, max(at) AS at FROM actions WHERE applied GROUP BY 1, 2, 3'
    )
    people = {(row["messenger"], row["user"], person_id(row["who"])): row for row in found}
    for (messenger, user, person), row in people.items():
        connection.execute(
            INSERT_PERSON,
            {"messenger": messenger, "user": user, "person": person, "name": row["who"], "seen_at": row["at"]},
        )


def move_deliveries(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            f"INSERT INTO card_views ({VIEWS}, priority)"  # noqa: S608  # names of columns
            f" SELECT {VIEWS}, CASE WHEN delivered_at IS NULL THEN {NEW} ELSE {NEW + 1} END FROM deliveries"
        )
    )
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval('card_views_id_seq', (SELECT max(id) FROM card_views))"))
    op.drop_table("deliveries")


# down


def cases_back(connection: sa.Connection) -> None:
    op.drop_index("ix_cases_timed", "cases")
    op.drop_index("ix_cases_author", "cases")
    op.add_column("cases", sa.Column("state", sa.Text(), nullable=False, server_default="new"))
    known = rows(connection, "SELECT person, name FROM people ORDER BY seen_at")
    names = {row["person"]: row["name"] for row in known}
    for row in rows(connection, "SELECT id, owner FROM cases WHERE owner IS NOT NULL"):
        name = names.get(row["owner"], row["owner"])
        values = {"name": name, "id": row["id"]}
        connection.execute(sa.text("UPDATE cases SET owner = :name WHERE id = :id"), values)
    connection.execute(
        sa.text(
            "UPDATE cases SET state = CASE WHEN outcome = 'not_complaint' THEN 'not_complaint'"
            " WHEN stage = 'closed' THEN 'closed' WHEN snoozed_until IS NOT NULL THEN 'snoozed'"
            " WHEN stage = 'new' THEN 'new' ELSE 'claimed' END"
        )
    )
    for column in ("stage", "waiting_for", "outcome", "cause", "rung", "next_timer_at"):
        op.drop_column("cases", column)
    where = {"sqlite_where": ASLEEP, "postgresql_where": ASLEEP}
    op.create_index("ix_cases_asleep", "cases", ["snoozed_until"], **where)


def said_back(connection: sa.Connection) -> None:
    """The copies of texts and verdicts that cases had, from where they were copied. Remarks are no complaints."""
    connection.execute(sa.text("DELETE FROM case_mentions WHERE strength <> 'complaint'"))
    op.add_column("case_mentions", sa.Column("said", JSON, nullable=False, server_default="{}"))
    found = connection.execute(
        sa.text(
            "SELECT cm.case_id, cm.mention_id, m.external_id, m.kind, m.url, m.text, m.published_at, m.reach,"
            " v.complaint, v.intent, v.topics, v.urgency, v.evidence, v.words FROM case_mentions cm"
            " JOIN cases c ON c.id = cm.case_id JOIN mentions m ON m.id = cm.mention_id"
            " LEFT JOIN verdicts v ON v.mention_id = m.id AND v.brand = c.brand"
        )
    ).mappings()
    for row in list(found):
        connection.execute(
            sa.text("UPDATE case_mentions SET said = :said WHERE case_id = :case_id AND mention_id = :mention_id"),
            {"said": said(row), "case_id": row["case_id"], "mention_id": row["mention_id"]},
        )
    op.drop_column("case_mentions", "strength")


def said(row: Mapping[str, Any]) -> str:
    evidence = [one for one in json.loads(row["evidence"] or "[]") if one[2] > 0]
    return json.dumps(
        {
            "mention": row["external_id"],
            "kind": row["kind"],
            "url": row["url"],
            "text": row["text"],
            "published_at": iso(row["published_at"]),
            "reach": row["reach"],
            "complaint": row["complaint"] or 0.0,
            "intent": row["intent"] or "other",
            "topics": json.loads(row["topics"] or "[]"),
            "urgency": row["urgency"] or 0.0,
            "because": [one[:2] for one in sorted(evidence, key=lambda one: -one[2])],
            "named": json.loads(row["words"] or "[]"),
        },
        ensure_ascii=False,
    )


def deliveries_back(connection: sa.Connection) -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("receiver", "messenger", "chat")),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ref", sa.Text()),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("unknown", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("delivered_at", TIME),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_deliveries_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("case_id", "messenger", "chat", "topic", name="uq_deliveries"),
    )
    op.create_index("ix_deliveries_open", "deliveries", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    connection.execute(sa.text(f"INSERT INTO deliveries ({VIEWS}) SELECT {VIEWS} FROM card_views"))  # noqa: S608  # names
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval('deliveries_id_seq', (SELECT max(id) FROM deliveries))"))


def actions_back(connection: sa.Connection) -> None:
    """Commands that the earlier version does not know stay as presses that were refused."""
    op.add_column("actions", sa.Column("what", sa.Text(), nullable=False, server_default=""))
    op.add_column("actions", sa.Column("outcome", JSON, nullable=False, server_default="{}"))
    states = {
        "claim": "claimed",
        "close": "closed",
        "not_complaint": "not_complaint",
        "reopen": "new",
        "snooze": "snoozed",
    }
    verbs = {
        "claim": "взял(а)",
        "close": "закрыл(а)",
        "not_complaint": "отметил(а) как не жалобу",
        "reopen": "вернул(а) в работу",
        "snooze": "отложил(а)",
    }
    for row in rows(connection, "SELECT * FROM actions ORDER BY id"):
        known = row["applied"] and row["action"] in states
        what = verbs[row["action"]] if known else row["reason"] or "unknown_action"
        outcome: dict[str, Any] = {"answer": row["answer"]}
        if known:
            owner = None if row["action"] == "reopen" else row["who"]
            outcome |= {"state": states[row["action"]], "owner": owner, "snoozed_until": None, "what": what}
        else:
            outcome |= {"reason": what}
        written = json.dumps(outcome, ensure_ascii=False)
        connection.execute(
            sa.text("UPDATE actions SET applied = :applied, what = :what, outcome = :outcome WHERE id = :id"),
            {"id": row["id"], "applied": known, "what": what, "outcome": written},
        )
    op.drop_column("actions", "reason")


# both


VIEWS = (
    "id, case_id, receiver, messenger, chat, topic, state, wanted, shown, ref, tries, unknown, due_at, worker,"
    " error, created_at, delivered_at"
)
UPDATE_CASE = sa.text(
    "UPDATE cases SET revision = :revision, stage = :stage, owner = :owner, outcome = :outcome, rung = :rung,"
    " next_timer_at = :next_timer_at WHERE id = :case"
)
INSERT_EVENT = sa.text(
    "INSERT INTO case_events (case_id, number, kind, version, actor, actor_id, actor_name, payload, at)"
    " VALUES (:case_id, :number, :kind, :version, :actor, :actor_id, :actor_name, :payload, :at)"
)
INSERT_PERSON = sa.text(
    'INSERT INTO people (messenger, "user", person, name, seen_at)'
    " VALUES (:messenger, :user, :person, :name, :seen_at)"
)


def rows(connection: sa.Connection, statement: str, **values: Any) -> list[dict[str, Any]]:
    if ":most" in statement:
        values["most"] = AT_ONCE
    return [dict(row) for row in connection.execute(sa.text(statement), values).mappings()]


def iso(at: int | None) -> str | None:
    """Microseconds since 1970 as the codecs write times."""
    if at is None:
        return None
    seconds, rest = divmod(at, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:06}Z"


def person_id(name: str) -> str:
    """«Анна Иванова»: anna-ivanova."""
    spelled = "-".join(re.findall(r"\w+", name.lower()))
    latin = "".join(LETTERS.get(letter, letter) for letter in spelled)
    return re.sub(r"[^a-z0-9-]", "", latin)[:32].strip("-") or "nobody"
