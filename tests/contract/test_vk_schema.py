"""The simulated VK and our requests held against VK's own schema; the unmodified vk_api too."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import vk_api
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from vk_api.bot_longpoll import VkBotEventType, VkBotLongPoll

from listener.environment import Road
from listener.networks.vk.transport import open_session
from listener.proxies import Proxies
from simulator.vk import attachments
from simulator.vk.access import ALLOWED
from tests.contract.outreach_stages import vk_stage
from tests.vk_parts import GROUP, GROUP_TOKEN, LIMITS, OLGA, PAVEL, Shelf, World, simulated

SPECS = Path(__file__).parents[3] / "shared" / "specs" / "vk"
OPENAPI = SPECS / "generated-openapi-all.json"
EVENTS = {
    "wall_post_new": "wall_wallpost_full",
    "wall_reply_new": "wall_wall_comment",
    "wall_reply_edit": "wall_wall_comment",
    "wall_reply_restore": "wall_wall_comment",
    "wall_repost": "wall_wallpost_full",
    "board_post_new": "board_topic_comment",
    "message_reply": "messages_message",
    "message_edit": "messages_message",
}
BARE = {
    "wall_reply_delete": {"owner_id", "id", "post_id", "deleter_id"},
    "message_new": {"message", "client_info"},
    "message_allow": {"user_id", "key"},
    "message_deny": {"user_id"},
}
"""Events without a schema among those at hand: their fields, those of a deletion as vkbottle has them."""
KEEPER_TOKEN = "vk1.a.token-of-a-person"

needs_specs = pytest.mark.skipif(not OPENAPI.is_file(), reason="no ../shared/specs/vk beside the project")


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))
    # `groups_group_full` is groups_group and more; closed as the first is, no community could have members_count.
    loaded["components"]["schemas"]["groups_group"].pop("additionalProperties", None)
    return loaded


def mistakes(value: object, pointer: str) -> list[str]:
    registry: Any = Registry().with_resource("urn:vk", Resource(contents=document(), specification=DRAFT202012))
    validator = Draft202012Validator({"$ref": f"urn:vk#{pointer}"}, registry=registry)
    return [f"{'/'.join(map(str, one.path))}: {one.message}" for one in validator.iter_errors(value)]


def answer_pointer(method: str) -> str:
    return f"/paths/~1method~1{method}/post/responses/200/content/application~1json/schema"


def request_mistakes(method: str, values: dict[str, str]) -> list[str]:
    form = "/post/requestBody/content/application~1x-www-form-urlencoded/schema"
    schema = document()["paths"][f"/method/{method}"]["post"]["requestBody"]["content"]
    properties = schema["application/x-www-form-urlencoded"]["schema"]["properties"]
    typed = {
        key: int(value) if properties.get(key, {}).get("type") == "integer" else value
        for key, value in values.items()
    }
    return mistakes(typed, f"/paths/~1method~1{method}{form}")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as one:
        yield one


def ask(world: World, method: str, token: str, **values: object) -> dict[str, Any]:
    form: dict[str, Any] = {"v": "5.199", "access_token": token, **values}
    with requests.Session() as session:
        session.trust_env = False
        answer: dict[str, Any] = session.post(world.address + method, data=form, timeout=5).json()
    return answer


def filled(world: World) -> tuple[str, str]:
    wall = world.vk.community_post(GROUP, "Ромашка: новости")
    post = world.vk.post(OLGA, "Ромашка, где связь?", owner=-GROUP)
    comment = world.vk.comment(PAVEL, "ромашка молчит", post=wall)
    world.vk.comment(OLGA, "и у меня ромашка", post=wall, reply_to=comment)
    return wall, post


@needs_specs
@pytest.mark.parametrize("extended", [0, 1])
async def test_every_methods_answer_holds_against_the_schema(world: World, extended: int) -> None:
    wall, post = filled(world)
    fields = "screen_name,followers_count,members_count,sex,domain,city"
    asked: dict[str, dict[str, object]] = {
        "groups.getById": {"group_id": "romashka_help", "fields": fields},
        "groups.getLongPollServer": {"group_id": GROUP},
        "groups.getLongPollSettings": {"group_id": GROUP},
        "groups.getTokenPermissions": {},
        "groups.setLongPollSettings": {"group_id": GROUP, "wall_reply_new": 1},
        "newsfeed.search": {"q": "ромашка", "extended": extended, "fields": fields},
        "users.get": {"user_ids": "501,502", "fields": fields},
        "utils.getServerTime": {},
        "utils.resolveScreenName": {"screen_name": "romashka_help"},
        "wall.get": {"owner_id": -GROUP, "extended": extended, "fields": fields},
        "wall.getById": {"posts": f"{wall},{post}", "extended": extended},
        "wall.getComments": {
            "owner_id": -GROUP,
            "post_id": 1,
            "thread_items_count": 10,
            "extended": extended,
            "fields": fields,
        },
    }
    assert asked.keys() | written(world, wall).keys() == ALLOWED.keys()
    for method, values in asked.items():
        token = GROUP_TOKEN if "group" in ALLOWED[method] else world.vk.service_token
        answer = await asyncio.to_thread(ask, world, method, token, **values)
        assert "response" in answer, (method, answer)
        assert mistakes(answer, answer_pointer(method)) == [], method


def written(world: World, wall: str) -> dict[str, dict[str, object]]:
    """The methods that write, in an order in which each finds what it speaks of; the talk's first number is 1."""
    post, wall_of = int(wall.rpartition("_")[2]), {"owner_id": -GROUP}
    mine = {"peer_id": OLGA.number, "message_id": 2}
    topic = {"group_id": GROUP, "topic_id": 4, "comment_id": 1}
    return {
        "wall.createComment": wall_of | {"post_id": post, "from_group": GROUP, "message": "Ответ", "guid": "g1"},
        "wall.editComment": wall_of | {"comment_id": 5, "message": "Исправлено"},
        "wall.deleteComment": wall_of | {"comment_id": 5},
        "wall.restoreComment": wall_of | {"comment_id": 5},
        "board.deleteComment": topic,
        "board.restoreComment": topic,
        "messages.isMessagesFromGroupAllowed": {"group_id": GROUP, "user_id": OLGA.number},
        "messages.send": {"peer_id": OLGA.number, "message": "Ответ", "random_id": 2**62 + 1},
        "messages.edit": mine | {"message": "Исправлено"},
        "messages.getHistory": {"peer_id": OLGA.number, "count": 10},
        "messages.getById": {"message_ids": 2},
        "messages.getConversations": {"count": 10},
        "messages.delete": {"message_ids": 2, "delete_for_all": 1, "peer_id": OLGA.number},
    }


@needs_specs
async def test_every_answer_to_what_is_written_holds_against_the_schema(world: World) -> None:
    wall, _ = filled(world)
    world.vk.add_keeper(KEEPER_TOKEN)
    world.vk.topic_comment(OLGA, "тема", group_id=GROUP, topic=4)
    world.vk.message(OLGA, "Здравствуйте", group_id=GROUP, ref="abc")
    for method, values in written(world, wall).items():
        token = GROUP_TOKEN if "group" in ALLOWED[method] else KEEPER_TOKEN
        answer = await asyncio.to_thread(ask, world, method, token, **values)
        assert "response" in answer, (method, answer)
        assert mistakes(answer, answer_pointer(method)) == [], method


@needs_specs
async def test_every_request_of_an_answer_to_a_customer_holds_against_the_schema() -> None:
    async with vk_stage() as stage:
        stage.customer_writes()
        for kind in ("reply", "message"):
            sent = await stage.outreach.send(stage.outbound(kind))
            outbound = stage.outbound(kind, sent=sent)
            await stage.outreach.find(outbound)
            await stage.outreach.stands(outbound)
            await stage.outreach.send(stage.outbound("edit", "Исправлено", id=8, of=sent))
            await stage.outreach.send(stage.outbound("take_back", id=9, of=sent))
        await stage.outreach.may_message("vk:romashka_help", str(OLGA.number))
        await stage.outreach.send(stage.outbound("remove"))
        await stage.outreach.send(stage.outbound("restore"))
        said = stage.vk.topic_comment(OLGA, "тема", group_id=GROUP, topic=4)
        target = replace(stage.target, mention=said, thread=f"topic-{GROUP}_4", kind="topic")
        await stage.outreach.send(stage.outbound("remove", target=target))
        assert {method for method in ALLOWED if method.split(".")[0] in ("wall", "messages")} - {
            call.method for call in stage.vk.calls
        } == {"wall.get", "wall.getById", "messages.getConversations"}
        for call in stage.vk.calls:
            assert request_mistakes(call.method, call.values) == [], call


@needs_specs
async def test_every_error_holds_against_the_schema_and_bears_vks_number(world: World) -> None:
    service = world.vk.service_token
    world.vk.counters.per_day["newsfeed.search"] = 0
    world.vk.add_keeper(KEEPER_TOKEN)
    wall, _ = filled(world)
    world.vk.closed.add(wall)
    world.vk.talks.stances[GROUP, PAVEL.number] = "private"
    for code, method, token, values in (
        (5, "users.get", "wrong", {}),
        (15, "groups.getLongPollServer", GROUP_TOKEN, {"group_id": 999}),
        (27, "newsfeed.search", GROUP_TOKEN, {"q": "x"}),
        (28, "groups.getLongPollServer", service, {"group_id": GROUP}),
        (29, "newsfeed.search", service, {"q": "x"}),
        (100, "wall.get", service, {"owner_id": 1, "count": 101}),
        (27, "wall.editComment", GROUP_TOKEN, {"owner_id": -GROUP, "comment_id": 1}),
        (104, "wall.deleteComment", KEEPER_TOKEN, {"owner_id": -GROUP, "comment_id": 99}),
        (213, "wall.createComment", GROUP_TOKEN, {"owner_id": -GROUP, "post_id": 1, "message": "Ответ"}),
        (901, "messages.send", GROUP_TOKEN, {"peer_id": OLGA.number, "message": "Ответ", "random_id": 1}),
        (902, "messages.send", GROUP_TOKEN, {"peer_id": PAVEL.number, "message": "Ответ", "random_id": 2}),
    ):
        answer = await asyncio.to_thread(ask, world, method, token, **values)
        assert answer["error"]["error_code"] == code
        assert token not in json.dumps(answer)
        assert mistakes(answer, answer_pointer(method)) == []


@needs_specs
async def test_every_event_holds_against_the_schema(world: World) -> None:
    filled(world)
    comment = world.vk.comment(PAVEL, "было", post=f"-{GROUP}_1")
    world.vk.edit(comment, "стало")
    world.vk.delete(comment)
    world.vk.restore(comment)
    world.vk.repost(PAVEL, f"-{GROUP}_1")
    world.vk.topic_comment(OLGA, "тема", group_id=GROUP, topic=4)
    world.vk.message(OLGA, "Здравствуйте", group_id=GROUP, ref="abc", attachments=[attachments.photo("Чек")])
    said = world.vk.community_message(GROUP, OLGA.number, "Добрый день", admin=900)
    world.vk.edit_message(GROUP, said.number, "Добрый день!")
    world.vk.deny_messages(OLGA, GROUP)
    world.vk.allow_messages(OLGA, GROUP)
    channel = world.vk.channels[GROUP]
    answer = await channel.check(channel.key, "0", 0)
    assert {update["type"] for update in answer["updates"]} == {*EVENTS, *BARE}
    for update in answer["updates"]:
        assert {"type", "object", "group_id", "event_id", "v"} == update.keys()
        if update["type"] in BARE:
            assert update["object"].keys() == BARE[update["type"]]
            if update["type"] == "message_new":
                assert mistakes(update["object"]["message"], "/components/schemas/messages_message") == []
            continue
        assert mistakes(update["object"], f"/components/schemas/{EVENTS[update['type']]}") == []


@needs_specs
async def test_whatever_a_post_or_a_comment_carries_holds_against_the_schema(world: World) -> None:
    wall, post = filled(world)
    hung = [
        attachments.link("Без связи вторые сутки", "https://example.org/1"),
        attachments.poll("Сколько вы ждёте?", ["час", "день"]),
        attachments.photo("Чек"),
        attachments.video("Ромашка не работает"),
        attachments.doc("ответ.pdf"),
    ]
    world.vk.post(OLGA, "ромашка, вот", owner=-GROUP, attachments=hung)
    world.vk.comment(PAVEL, "", post=wall, attachments=hung)
    world.vk.post(OLGA, "ромашка, подпишусь", owner=-GROUP, signed=True)
    world.vk.publish(world.vk.post(PAVEL, "ромашка, предлагаю", owner=-GROUP, suggested=True))
    shared = world.vk.repost(PAVEL, post)
    begun = world.vk.comment(OLGA, "начало", post=wall)
    answered = world.vk.community_comment(GROUP, "[id501|Ольга], здравствуйте", post=wall, reply_to=begun)
    world.vk.comment(OLGA, "ещё", post=wall, reply_to=answered)
    world.vk.delete(begun)
    asked: dict[str, dict[str, object]] = {
        "newsfeed.search": {"q": "ромашка", "extended": 1},
        "wall.get": {"owner_id": -GROUP, "extended": 1},
        "wall.getById": {"posts": f"{shared},{post}", "extended": 1},
        "wall.getComments": {"owner_id": -GROUP, "post_id": 1, "thread_items_count": 10, "extended": 1},
    }
    for method, values in asked.items():
        answer = await asyncio.to_thread(ask, world, method, world.vk.service_token, **values)
        assert mistakes(answer, answer_pointer(method)) == [], method
    channel = world.vk.channels[GROUP]
    for update in (await channel.check(channel.key, "0", 0))["updates"]:
        if update["type"] in EVENTS:
            assert mistakes(update["object"], f"/components/schemas/{EVENTS[update['type']]}") == []


@needs_specs
async def test_every_request_of_the_sources_holds_against_the_schema(world: World) -> None:
    wall, _ = filled(world)
    search, community = world.search(), world.community()
    shelf, heard = Shelf(), Shelf()
    await shelf.hear(search)
    await heard.hear(community)
    world.vk.comment(OLGA, "снова", post=wall)
    await heard.hear(community)
    await search.close()
    await community.close()
    assert {"newsfeed.search", "wall.get", "wall.getComments", "users.get"} <= {
        call.method for call in world.vk.calls
    }
    for call in world.vk.calls:
        assert request_mistakes(call.method, call.values) == [], call


async def test_the_unmodified_vk_api_reads_the_simulator(world: World) -> None:
    wall, _ = filled(world)

    def read() -> list[object]:
        service = vk_api.VkApi(
            token=world.vk.service_token,
            api_version="5.199",
            session=open_session(world.address, LIMITS, Proxies("VK", Road())),
        ).get_api()
        found = service.newsfeed.search(q="ромашкой", extended=1)
        comments = service.wall.getComments(owner_id=-GROUP, post_id=int(wall.rpartition("_")[2]))
        return [found["total_count"], comments["count"], service.users.get(user_ids="501")[0]["first_name"]]

    assert await asyncio.to_thread(read) == [4, 2, "Ольга"]


async def test_the_unmodified_bots_long_poll_of_vk_api_hears_the_simulator(world: World) -> None:
    session = open_session(world.address, LIMITS, Proxies("VK", Road()))
    group = vk_api.vk_api.VkApiGroup(token=GROUP_TOKEN, api_version="5.199", session=session)
    poll = await asyncio.to_thread(VkBotLongPoll, group, GROUP, 1)
    poll.session.trust_env = False
    world.vk.post(OLGA, "Ромашка, где связь?", owner=-GROUP)
    (event,) = await asyncio.to_thread(poll.check)
    assert event.type == VkBotEventType.WALL_POST_NEW
    assert event.obj.text == "Ромашка, где связь?"
    poll.session.close()
    session.close()


async def test_haste_is_answered_with_error_6_as_at_vk(world: World) -> None:
    world.vk.counters.per_second = 2
    codes = [(await asyncio.to_thread(ask, world, "users.get", GROUP_TOKEN)).get("error") for _ in range(3)]
    assert codes[:2] == [None, None]
    assert codes[2] is not None
    assert codes[2]["error_code"] == 6
