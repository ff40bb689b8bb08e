"""The tables, the same on SQLite and PostgreSQL; migrations/ brings a database to this shape."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
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
    and_,
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

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:  # noqa: ARG002  # SQLAlchemy's
        return _microseconds

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[int | None], datetime | None]:  # noqa: ARG002  # SQLAlchemy's
        return _time


class Json(TypeDecorator[Any]):
    """A value or a dataclass as JSON text; nothing in it is searched by SQL, so plain text serves both engines."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:  # noqa: ARG002  # SQLAlchemy's
        return _written

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[str | None], Any]:  # noqa: ARG002  # SQLAlchemy's
        return _read


# Neither engine's driver has anything to do with such a value itself, so that a type gives its function as it is:
# SQLAlchemy's own, which asks `process_bind_param` and then the driver, takes longer than what it asks. The times
# of a batch are often one and the same.


def _microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    # Two times of a zone's repeated hour are equal to a memory, and are not the same.
    return _since_epoch(value) if value.tzinfo is UTC else (value - EPOCH) // MICROSECOND


@lru_cache(maxsize=1024)
def _since_epoch(value: datetime) -> int:
    return (value - EPOCH) // MICROSECOND


@lru_cache(maxsize=1024)
def _time(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


def _written(value: Any) -> str | None:
    return None if value is None else "[]" if value in ((), []) else orjson.dumps(value).decode()


def _read(value: str | None) -> Any:
    return None if value is None else [] if value == "[]" else orjson.loads(value)


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
TIMED: Final = text("next_timer_at IS NOT NULL")
TO_SEND: Final = text("state IN ('confirmed', 'sending')")
GOING_ON: Final = text("over_at IS NULL")
LOOKED_AT: Final = text("next_look_at IS NOT NULL")
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
    Column("is_own", Boolean, nullable=False, server_default=text("false")),
    Column("extra", Json),
    Column("edited_at", Time),
    Column("deleted_at", Time),
    Column("deleter", Text),
    Column("heard_at", Time, nullable=False),
    Column("stage", SmallInteger, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("judge_after", Time, nullable=False, server_default="0"),
    Column("error", Text),
    UniqueConstraint("network", "external_id"),
    Index("ix_mentions_waiting", "id", sqlite_where=STILL_WAITING, postgresql_where=STILL_WAITING),
)

deletions = Table(
    "deletions",
    metadata,
    Column("network", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("at", Time, nullable=False),
    Column("deleter", Text),
    Index("ix_deletions_at", "at"),
)
"""Of mentions that were deleted before anybody heard them, a day's at least (`listener.store.deletions`)."""

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
    Column("dangers", Json, nullable=False, server_default="[]"),
    Column("reasons", Json, nullable=False, server_default="[]"),
    Column("model", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("judged_at", Time, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("version", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("content", Json, nullable=False),
    Column("trained_at", Time, nullable=False),
    Column("promoted_at", Time),
    Column("instead_of", Text),
)
"""What taps taught: `candidate` in the shadow, `active`, or `retired`; `instead_of` is whose place one took."""

shadow_verdicts = Table(
    "shadow_verdicts",
    metadata,
    Column("mention_id", Key, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True),
    Column("brand", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("complaint", Double, nullable=False),
    Column("judged_at", Time, nullable=False),
    Index("ix_shadow_verdicts_judged_at", "judged_at"),
)
"""What the candidate of the day said of a mention, beside the verdict that counts; the latest only."""

lessons = Table(
    "lessons",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Time, nullable=False),
    Column("kind", Text, nullable=False),
    Column("brand", Text),
    Column("version", SmallInteger, nullable=False),
    Column("payload", Json, nullable=False),
    Index("ix_lessons_at", "at"),
)
"""What changed in how the judge judges, and why; see `listener.store.learning`."""

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
    Column("stage", Text, nullable=False, server_default="new"),
    Column("owner", Text),
    Column("snoozed_until", Time),
    Column("waiting_for", Text, nullable=False, server_default="us"),
    Column("outcome", Text),
    Column("cause", Text),
    Column("opened_at", Time, nullable=False),
    Column("warn_at", Time),
    Column("due_at", Time),
    Column("breach_at", Time),
    Column("rung", Text),
    Column("next_timer_at", Time),
    Column("engineers_due_at", Time),
    Column("receiver", Text),
    Column("idle_warn_at", Time),
    Column("idle_return_at", Time),
    Column("touched_at", Time),
    Column("signature", Text),
    Column("also_in", Json),
    UniqueConstraint("brand", "network", "author_id", "thread"),
    Index("ix_cases_opened", "brand", "opened_at"),
    Index("ix_cases_author", "network", "author_id"),
    Index("ix_cases_thread", "brand", "network", "thread"),
    Index("ix_cases_timed", "next_timer_at", sqlite_where=TIMED, postgresql_where=TIMED),
)
"""The projection of `case_events`, and who complained about what where. `owner` is a Person.id.

`signature` is what the first complaint is known again by (alerts.likeness), `also_in` are further threads in which
its author said it.
"""

text_keys = Table(
    "text_keys",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("at", Time, nullable=False),
    Index("ix_text_keys_case_id", "case_id"),
)
"""By a key of its signature (alerts.likeness), the last case with it: the first of those who say the same."""

case_groups = Table(
    "case_groups",
    metadata,
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("at", Time, nullable=False),
    Index("ix_case_groups_what", "brand", "what", "at"),
)
"""With which others of the brand a case may make an incident (alerts.incidents.group), and when it was said."""

case_hours = Table(
    "case_hours",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("hour", Time, primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How many cases of a group were said in an hour, from its beginning: what is usual is learned from it."""

incidents = Table(
    "incidents",
    metadata,
    Column("id", Key, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("brand_title", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("usual", Double, nullable=False),
    Column("since", Time, nullable=False),
    Column("opened_at", Time, nullable=False),
    Column("owner", Text),
    Column("calm_at", Time),
    Column("over_at", Time),
    Column("next_look_at", Time),
    Index("ix_incidents_open", "brand", "what", unique=True, sqlite_where=GOING_ON, postgresql_where=GOING_ON),
    Index("ix_incidents_looked_at", "next_look_at", sqlite_where=LOOKED_AT, postgresql_where=LOOKED_AT),
)
"""Complaints that come faster than `usual` (an hour). `calm_at` is since when they do not, `over_at` when that was
believed.
"""

incident_cases = Table(
    "incident_cases",
    metadata,
    Column(
        "incident_id", Key, ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("at", Time, nullable=False),
    Index("ix_incident_cases_case_id", "case_id"),
)
"""The cases of an incident; each is in one that goes on at most."""


def _happened() -> tuple[Column[Any], ...]:
    """The columns of an event, behind whose it is."""
    return (
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("kind", Text, nullable=False),
        Column("version", SmallInteger, nullable=False),
        Column("actor", Text, nullable=False),
        Column("actor_id", Text),
        Column("actor_name", Text),
        Column("payload", Json, nullable=False),
        Column("at", Time, nullable=False),
    )


incident_events = Table(
    "incident_events",
    metadata,
    Column(
        "incident_id", Key, ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    *_happened(),
)
"""What happened to an incident, in order (alerts.incidents.history)."""

turns = Table(
    "turns",
    metadata,
    Column("person", Text, primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("at", Time, nullable=False),
)
"""When the program last gave a person a case of a receiver."""

case_events = Table(
    "case_events",
    metadata,
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    *_happened(),
)
"""What happened to a case, in order; see `listener.store.codecs` for what a payload is."""

case_mentions = Table(
    "case_mentions",
    metadata,
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("mention_id", Key, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True),
    Column("published_at", Time, nullable=False),
    Column("strength", Text, nullable=False, server_default="complaint"),
    Index("ix_case_mentions_mention", "mention_id"),
)


def _addressed(*own: Any) -> tuple[Any, ...]:
    """What card views and notices have in common: something that one chat must be shown, and how far that is."""
    return (
        Column("id", Key, primary_key=True),
        Column("receiver", Text, nullable=False),
        Column("messenger", Text, nullable=False),
        Column("chat", Text, nullable=False),
        # 0 for none: NULLs are distinct in a unique key, the same chat would be told twice.
        Column("topic", BigInteger, nullable=False),
        Column("priority", SmallInteger, nullable=False),
        Column("state", Text, nullable=False),
        Column("ref", Text),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("unknown", Boolean, nullable=False, server_default=text("false")),
        Column("due_at", Time, nullable=False),
        Column("worker", Text),
        Column("error", Text),
        Column("created_at", Time, nullable=False),
        Column("delivered_at", Time),
        *own,
    )


def _queue(table: str) -> Index:
    columns = ("messenger", "chat", "topic", "priority", "due_at")
    return Index(f"ix_{table}_queue", *columns, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN)


solutions = Table(
    "solutions",
    metadata,
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("brand", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Time, nullable=False),
)
"""Solved cases with the answer that stands; `solutions_words` is the full-text index over their questions, FTS5 on
SQLite and GIN on PostgreSQL, which the migration alone makes.
"""

card_views = Table(
    "card_views",
    metadata,
    *_addressed(
        Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        Column("wanted", Integer, nullable=False),
        Column("shown", Integer, nullable=False, server_default="0"),
        UniqueConstraint("case_id", "messenger", "chat", "topic"),
        _queue("card_views"),
    ),
)
"""A card in one chat: the revision that it must show, and the one that it shows."""

LEFT: Final = "left"
"""The state of a card in a chat whose receiver has handed the case to another."""


def is_living(views: Any) -> Any:
    """Whether the chat shows a card that follows its case, or will: it has not refused it for good, nor been left.

    No list of states: such statements run for many cases at once, where SQLAlchemy takes none.
    """
    return and_(views.c.state != "failed", views.c.state != LEFT)


notices = Table(
    "notices",
    metadata,
    *_addressed(
        # None for a digest, which speaks of several cases.
        Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE")),
        Column("dedup_key", Text, nullable=False),
        Column("version", SmallInteger, nullable=False),
        Column("payload", Json, nullable=False),
        UniqueConstraint("messenger", "chat", "topic", "dedup_key"),
        Index("ix_notices_case", "case_id"),
        Index("ix_notices_ref", "messenger", "chat", "ref"),
        _queue("notices"),
    ),
)
"""Any other word to operators, said once in one chat."""

outbound = Table(
    "outbound",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    # What the guard counts by, out of the target.
    Column("brand", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("page", Text),
    Column("version", SmallInteger, nullable=False),
    Column("target", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("confirmed_by", Text),
    Column("approved_by", Text),
    Column("unsolicited", Boolean, nullable=False, server_default=text("false")),
    Column("link", Text),
    Column("token", Text),
    Column("of_id", BigInteger),
    # The press that drafted it: delivered again, it drafts nothing.
    Column("messenger", Text),
    Column("press", Text),
    Column("sent_ref", Text),
    Column("sent_url", Text),
    Column("reason", Text),
    Column("error", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("unknown", Boolean, nullable=False, server_default=text("false")),
    Column("due_at", Time, nullable=False),
    Column("worker", Text),
    Column("created_at", Time, nullable=False),
    Column("confirmed_at", Time),
    Column("sent_at", Time),
    Column("look_at", Time),
    Column("gone_at", Time),
    UniqueConstraint("messenger", "press"),
    Index("ix_outbound_queue", "network", "due_at", sqlite_where=TO_SEND, postgresql_where=TO_SEND),
    Index("ix_outbound_case", "case_id"),
    Index("ix_outbound_author", "brand", "network", "author_id"),
    Index("ix_outbound_sent", "network", "sent_ref"),
    Index("ix_outbound_token", "token", unique=True),
)
"""What is said to customers: drafted and confirmed by a person, then done once; see alerts.outreach.outbound.

`token` is the opaque part of an invitation's link, `of_id` the answer that an edit or a withdrawal speaks of.
`unknown`: an earlier try may have done it. `look_at` is when to look whether it still stands, `gone_at` when it
stood no more.
"""

messages = Table(
    "messages",
    metadata,
    Column("id", Key, primary_key=True),
    Column("network", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("customer_name", Text, nullable=False),
    Column("customer_handle", Text),
    Column("incoming", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_version", Integer, nullable=False, server_default="1"),
    Column("attached", Json, nullable=False, server_default="[]"),
    Column("ref", Text),
    Column("at", Time, nullable=False),
    Column("edited_at", Time),
    Column("deleted_at", Time),
    Column("heard_at", Time, nullable=False),
    Column("case_id", Key, ForeignKey("cases.id", ondelete="SET NULL")),
    Column("outbound_id", BigInteger),
    UniqueConstraint("network", "external_id"),
    Index("ix_messages_case", "case_id"),
    Index("ix_messages_customer", "network", "customer_id", "at"),
)
"""Private messages between customers and the brands' pages, both ways, once each; `outbound_id`: it is ours."""

learned = Table(
    "learned",
    metadata,
    Column("network", Text, primary_key=True),
    Column("page", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("reason", Text),
    Column("at", Time, nullable=False),
)
"""What an earlier try taught about an author, a wall or a post; see alerts.outreach.abilities.Learned."""

do_not_contact = Table(
    "do_not_contact",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("network", Text, primary_key=True),
    Column("author_id", Text, primary_key=True),
    # No foreign key: the wish outlives the case in which it was said.
    Column("case_id", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Time, nullable=False),
)
"""Who asked not to be written to, and which operator (Person.id) confirmed it."""

mutes = Table(
    "mutes",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("until", Time, nullable=False),
    # No foreign key: the mute outlives the case on whose card it was pressed.
    Column("case_id", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Time, nullable=False),
)
"""What a brand's cards are not wanted about until then: an `author` («vk:77») or a `topic`; `person` said so."""

digests = Table(
    "digests",
    metadata,
    *_addressed(
        Column("why", Text, nullable=False),
        Column("wanted", Integer, nullable=False),
        Column("shown", Integer, nullable=False, server_default="0"),
        Column("page", Integer, nullable=False, server_default="0"),
        Column("incident_id", Key),
        Index("ix_digests_incident_id", "incident_id"),
        _queue("digests"),
    ),
)
"""A list of cases in one chat, in place of a card for each; their views have the state `digest`. The card of an
incident is such a list too.
"""

digest_cases = Table(
    "digest_cases",
    metadata,
    Column("digest_id", Key, ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Key, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Index("ix_digest_cases_case", "case_id"),
)
"""The cases of a digest in the order of urgency."""

chats = Table(
    "chats",
    metadata,
    Column("messenger", Text, primary_key=True),
    Column("chat", Text, primary_key=True),
    # 0 for none, as in the outboxes.
    Column("topic", BigInteger, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Time, nullable=False),
    Column("until", Time, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
)
"""Chats that are not fine: resting or parked, why, and when they are tried next. One that is fine has no row."""

prompts = Table(
    "prompts",
    metadata,
    Column("messenger", Text, primary_key=True),
    Column("chat", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("asked_at", Time, nullable=False),
)
"""Questions that stand in a messenger and wait for an answer."""

people = Table(
    "people",
    metadata,
    Column("messenger", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("seen_at", Time, nullable=False),
)
"""Under which ids (Person.id) the users of a messenger have been written down, so that a renamed one is known."""

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
    Column("reason", Text),
    Column("answer", Text, nullable=False),
    Column("at", Time, nullable=False),
    UniqueConstraint("messenger", "key"),
    Index("ix_actions_case", "case_id"),
)
"""Presses, each once: what was asked, whether it was done (else the named reason), and what the person read."""

cursors = Table(
    "cursors",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("moved_at", Time, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Key, primary_key=True),
    Column("source", Text, nullable=False),
    Column("since", Time),
    Column("until", Time, nullable=False),
    Column("cause", Text, nullable=False),
    Column("closed_at", Time),
    Column("read_again", Integer, nullable=False, server_default="0"),
    Column("lost", Boolean, nullable=False, server_default=text("false")),
    Index("ix_gaps_source", "source", "until"),
)
"""Times in which a source was deaf: closed once they were read again, `lost` where some of it cannot be had.

`read_again` counts the mentions that were not known before.
"""

listening = Table(
    "listening",
    metadata,
    Column("source", Text, primary_key=True),
    Column("began_at", Time, nullable=False),
    Column("heard_at", Time, nullable=False),
    Column("every_seconds", Integer),
)
"""Since when each source is listened to, and its last good look; written with its cursor."""

pulses = Table(
    "pulses",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("at", Time, nullable=False),
)
"""What a daemon writes every few seconds, to know whether the store takes anything."""

terms = Table(
    "terms",
    metadata,
    Column("receiver", Text, primary_key=True),
    Column("terms", Text, nullable=False),
)
"""By which hours and terms each receiver's open promises were counted last; «» for cases that have no receiver."""

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
