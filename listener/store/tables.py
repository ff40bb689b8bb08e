"""The tables, the same on SQLite and PostgreSQL; migrations/ brings a database to this shape."""

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Stage(IntEnum):
    """How far a mention has come."""

    WAITING = 0
    JUDGED = 1
    POISON = 2


class Time(TypeDecorator[datetime]):
    """An aware time as microseconds since 1970 in UTC: both engines order and compare it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # same
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """A value or a dataclass as JSON text; nothing in it is searched by SQL, so plain text serves both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002  # same
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002  # same
        return None if value is None else orjson.loads(value)


Key = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column whose type is exactly INTEGER."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

STILL_WAITING: Final = text("stage = 0")
STILL_OPEN: Final = text("state IN ('due', 'sending')")
ASLEEP: Final = text("state = 'snoozed'")
"""Conditions of partial indexes. Queries use the very same text: with a parameter in it, no index would serve."""

mentions = Table(
    "mentions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("network", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_handle", Text),
    Column("followers", BigInteger),
    Column("text", Text, nullable=False),
    Column("text_version", Integer, nullable=False, server_default="1"),
    Column("published_at", Time, nullable=False),
    Column("thread", Text),
    Column("reach", BigInteger),
    Column("place", Text),
    Column("heard_at", Time, nullable=False),
    Column("stage", SmallInteger, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("judge_after", Time, nullable=False, server_default="0"),
    Column("error", Text),
    UniqueConstraint("network", "external_id"),
    Index("ix_mentions_waiting", "id", sqlite_where=STILL_WAITING, postgresql_where=STILL_WAITING),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("mention_id", Key, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True),
    Column("brand", Text, primary_key=True),
    Column("text_version", Integer, nullable=False),
    Column("words", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("negative", Double, nullable=False),
    Column("neutral", Double, nullable=False),
    Column("positive", Double, nullable=False),
    Column("label", Text, nullable=False),
    Column("complaint", Double, nullable=False),
    Column("intent", Text, nullable=False),
    Column("topics", Json, nullable=False),
    Column("urgency", Double, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("model", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("judged_at", Time, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Key, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("brand", Text, nullable=False),
    Column("brand_title", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_handle", Text),
    Column("followers", BigInteger),
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("opened_at", Time, nullable=False),
    Column("warn_at", Time),
    Column("due_at", Time),
    Column("breach_at", Time),
    Column("snoozed_until", Time),
    UniqueConstraint("brand", "network", "author_id", "thread"),
    Index("ix_cases_opened", "brand", "opened_at"),
    Index("ix_cases_asleep", "snoozed_until", sqlite_where=ASLEEP, postgresql_where=ASLEEP),
)

case_mentions = Table(
    "case_mentions",
    metadata,
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("mention_id", Key, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True),
    Column("published_at", Time, nullable=False),
    Column("said", Json, nullable=False),
    Index("ix_case_mentions_mention", "mention_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("messenger", Text, nullable=False),
    Column("chat", Text, nullable=False),
    # 0 for none: NULLs are distinct in a unique key, the same chat would be told twice.
    Column("topic", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("ref", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("unknown", Boolean, nullable=False, server_default=text("false")),
    Column("due_at", Time, nullable=False),
    Column("worker", Text),
    Column("error", Text),
    Column("created_at", Time, nullable=False),
    Column("delivered_at", Time),
    UniqueConstraint("case_id", "messenger", "chat", "topic"),
    Index("ix_deliveries_open", "due_at", sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("messenger", Text, nullable=False),
    Column("key", Text, nullable=False),
    # No foreign key: a press on a case that is not (or no longer) there is kept too.
    Column("case_id", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("what", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("outcome", Json, nullable=False),
    Column("at", Time, nullable=False),
    UniqueConstraint("messenger", "key"),
    Index("ix_actions_case", "case_id"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("moved_at", Time, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("key", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("used", BigInteger, nullable=False),
)

aliases = Table(
    "aliases",
    metadata,
    Column("messenger", Text, primary_key=True),
    Column("chat", Text, primary_key=True),
    Column("moved_to", Text, nullable=False),
    Column("moved_at", Time, nullable=False),
)
