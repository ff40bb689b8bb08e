"""What a network sends may be odd in any field: it costs at most the row that it stands in, and ends nothing."""

import asyncio
import itertools
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.cards.card import make_card
from alerts.cards.context import CardContext
from domain.mention import Mention
from listener.mention_format import MalformedMentionError
from listener.networks.vk.items import read_comment, read_item, read_people, read_post
from listener.networks.x.posts import read_page
from listener.ports import Batch
from listener.store.export import export
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, SOURCE, complain, keep, mention
from tests.contract.test_store_messages import case_of, hear, invited, message, said

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    10**30,
    -(10**30),
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "99999999999999",
    "0001-01-01T00:00:00+03:00",
    "9999-12-31T23:59:59-12:00",
    "\x00\ud800\u202e",
    "ы" * 70_000,
    [],
    [None, 5, {}],
    {},
    {"count": 10**30},
)


TOGETHER = 20
"""Pages in one transaction."""


def vk_post(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "owner_id": -1,
        "from_id": 501,
        "date": 1_763_800_000 + number,
        "text": f"Ромашка, связь не работает, запись {number}",
        "type": "post",
        "views": {"count": 10},
        "comments": {"count": 0},
        "attachments": [{"type": "link", "link": {"title": "Новость", "description": "о связи"}}],
        "copy_history": [],
        "signer_id": 502,
        "edited": 1_763_800_100,
    }


def vk_comment(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "post_id": 1,
        "owner_id": -1,
        "from_id": 501,
        "date": 1_763_800_000 + number,
        "text": "и у меня",
        "reply_to_comment": 3,
        "parents_stack": [3],
        "thread": {"count": 0, "items": []},
    }


PROFILE = {
    "id": 501,
    "first_name": "Ольга",
    "last_name": "Панова",
    "screen_name": "olga",
    "followers_count": 7,
    "city": {"id": 2, "title": "Санкт-Петербург"},
}


def x_post(number: int) -> dict[str, Any]:
    return {
        "id": str(1_992_000_000_000_000_000 + number),
        "author_id": "77",
        "text": "Ромашка лежит",
        "created_at": "2025-11-22T08:00:00.000Z",
        "conversation_id": str(1_992_000_000_000_000_000),
        "in_reply_to_user_id": "78",
        "referenced_tweets": [{"type": "replied_to", "id": "1992000000000000000"}],
        "edit_history_tweet_ids": [str(1_992_000_000_000_000_000 + number)],
        "entities": {"urls": [{"title": "Новость", "description": "о связи"}]},
        "note_tweet": {"text": "Ромашка лежит с утра"},
    }


USER = {
    "id": "77",
    "name": "Пётр",
    "username": "petr",
    "location": "Омск",
    "public_metrics": {"followers_count": 120},
}


def spoilt(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The row with each of its fields odd in each way."""
    for field, value in itertools.product(row, ODD):
        yield deepcopy(row) | {field: value}


def read_vk(rows: list[dict[str, Any]], profile: dict[str, Any], reader: Any) -> list[Mention]:
    people, mentions = read_people({"profiles": [profile]}), []
    for row in rows:
        try:
            mentions.append(reader(read_item(row), people))
        except MalformedMentionError:
            continue
    return mentions


def read_x(rows: list[dict[str, Any]], user: dict[str, Any]) -> list[Mention]:
    return list(read_page({"data": rows, "includes": {"users": [user]}, "meta": {}}, datetime.now(UTC)).mentions)  # noqa: TID251


def pages() -> Iterator[list[Mention]]:
    """Pages of a good row, an odd one and a good one, and pages whose author is odd."""
    for make, reader in ((vk_post, read_post), (vk_comment, read_comment)):
        yield from (read_vk([make(1), odd, make(3)], PROFILE, reader) for odd in spoilt(make(2)))
    yield from (read_vk([vk_post(1), vk_post(3)], odd, read_post) for odd in spoilt(PROFILE))
    yield from (read_x([x_post(1), odd, x_post(3)], USER) for odd in spoilt(x_post(2)))
    yield from (read_x([x_post(1), x_post(3)], odd) for odd in spoilt(USER))


async def test_an_odd_field_costs_its_row_at_most(store: Stores) -> None:
    read = await asyncio.to_thread(lambda: list(pages()))
    assert len(read) > 800
    assert all(len(page) >= 2 for page in read), "the rows beside it are read"
    for start in range(0, len(read), TOGETHER):
        batch = tuple(itertools.chain.from_iterable(read[start : start + TOGETHER]))
        await store.mentions.keep(SOURCE, Batch(mentions=batch, cursor=str(start)), NOW)
        assert await store.mentions.cursor(SOURCE) == str(start)
    rows = [row async for row in export(store.database, "mentions", None)]
    assert {row["id"] for row in rows} >= {"-1_1", "-1_3", "1992000000000000001", "1992000000000000003"}
    assert all(row["published_at"] <= NOW.isoformat() for row in rows), "nothing is said after it was heard"
    assert len(await store.mentions.undecided(10_000, NOW)) == len(rows)


ENDS = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
"""Of the calendar: in half of the zones they have no time, and no term can be counted from them."""


@pytest.mark.parametrize("moment", ENDS)
async def test_a_date_at_an_end_of_the_calendar_is_the_time_when_it_was_heard(
    store: Stores, moment: datetime
) -> None:
    await complain(store, mention(published_at=moment, edited_at=moment))
    case = await store.cases.case(1)
    assert case is not None
    (heard,) = case.mentions
    assert (heard.published_at, heard.edited_at) == (NOW, NOW)
    there = CardContext(timezone="Asia/Tokyo" if moment.year > 1 else "America/New_York")
    assert make_card(case, there, NOW).case == 1


@pytest.mark.parametrize("moment", ENDS)
async def test_a_private_message_of_such_a_date_is_joined_to_its_case(store: Stores, moment: datetime) -> None:
    await invited(store)
    kept = await hear(store, message(at=moment, edited_at=moment))
    assert kept.told == 1
    assert said(await case_of(store)) == [("CustomerWrote", "Здравствуйте, это я")]


async def test_a_row_with_another_date_is_not_taken_for_the_mention_as_it_was_heard(store: Stores) -> None:
    await keep(store, mention(edited_at=ENDS[1]))
    (waiting,) = await store.mentions.undecided(5, NOW)
    assert waiting.mention.edited_at == NOW
