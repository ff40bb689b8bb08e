"""The simulated X and our requests held against X's own OpenAPI description; the unmodified tweepy too."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
import pytest
import tweepy
from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from tweepy.asynchronous import AsyncClient

from alerts.outreach.outbound import OutboundKind
from alerts.outreach.ports import OutreachError
from domain.brand import Brand, Watch
from listener.environment import Secret
from listener.networks.x.build import build_x
from listener.networks.x.options import XOptions
from listener.networks.x.speaking import open_accounts
from listener.networks.x.talks import XTalks
from simulator.people import Writer
from simulator.x import X
from simulator.x.keys import signature
from simulator.x.posts import snowflake
from tests.contract.outreach_stages import KEYS, x_stage

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "x" / "openapi-xdk-2.159-tweet-names.json"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLGA = Writer(number=501, first_name="Ольга", last_name="Панова", handle="olga_p", followers=7)
BRAND = Writer(number=900, first_name="Ромашка", last_name="", handle="romashka_ru")
ROUTES = {
    "search": "/2/tweets/search/recent",
    "mentions": "/2/users/{id}/mentions",
    "own": "/2/users/{id}/tweets",
    "counts": "/2/tweets/counts/recent",
    "by": "/2/users/by/username/{username}",
}
SEARCH = ROUTES["search"]
COUNTS = ROUTES["counts"]
WITH = "/2/dm_conversations/with/{participant_id}"
WRITTEN = {
    ("POST", "/2/tweets"): "TweetCreateResponse",
    ("DELETE", "/2/tweets/{id}"): "TweetDeleteResponse",
    ("GET", "/2/users/{id}"): "Get2UsersIdResponse",
    ("GET", "/2/users/{id}/tweets"): "Get2UsersIdTweetsResponse",
    ("GET", "/2/users/me"): "Get2UsersMeResponse",
    ("GET", "/2/dm_events"): "Get2DmEventsResponse",
    ("GET", "/2/dm_events/{event_id}"): "Get2DmEventsEventIdResponse",
    ("GET", WITH + "/dm_events"): "Get2DmConversationsWithParticipantIdDmEventsResponse",
    ("POST", WITH + "/messages"): "CreateDmEventResponse",
}
"""What an account asks → what X answers."""
FIRST = snowflake(NOON - timedelta(minutes=9))


@dataclass
class Spec:
    """X's description and how to hold a value against a part of it."""

    document: dict[str, Any]

    def check(self, value: object, pointer: str) -> list[str]:
        registry = Registry().with_resource("urn:x", Resource(self.document, DRAFT202012))
        validator = Draft202012Validator({"$ref": f"urn:x#{pointer}"}, registry=registry)
        return [f"{'/'.join(map(str, one.path))}: {one.message}" for one in validator.iter_errors(value)]

    def parameters(self, route: str, method: str = "get") -> dict[str, dict[str, Any]]:
        given = self.document["paths"][route][method].get("parameters", [])
        found = [
            self.document["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
            for one in given
        ]
        return {one["name"]: one for one in found if one["in"] == "query"}

    def check_request(self, route: str, query: dict[str, str], method: str = "get") -> list[str]:
        known, mistakes = self.parameters(route, method), []
        for name, text in query.items():
            if name not in known:
                mistakes.append(f"{name} is unknown")
                continue
            schema = known[name]["schema"]
            kind = schema.get("type")
            value = text.split(",") if kind == "array" else int(text) if kind == "integer" else text
            registry = Registry().with_resource("urn:x", Resource(self.document, DRAFT202012))
            local = json.loads(json.dumps(schema).replace('"#/', '"urn:x#/'))
            mistakes += [one.message for one in Draft202012Validator(local, registry=registry).iter_errors(value)]
        mistakes += [
            f"{name} is missing" for name, one in known.items() if one.get("required") and name not in query
        ]
        return mistakes


@pytest.fixture(scope="module")
def spec() -> Spec:
    if not SPEC.is_file():
        pytest.skip("X's OpenAPI description is not here (shared/specs/x beside the project)")
    return Spec(json.loads(SPEC.read_text(encoding="utf-8")))


@dataclass
class World:
    x: X
    address: str
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def get(self, path: str, **query: str) -> tuple[int, str, dict[str, Any]]:
        headers = {"Authorization": "Bearer AAAA"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.address + path, params=query, headers=headers) as response,
        ):
            return response.status, response.content_type, await response.json(content_type=None)


@asynccontextmanager
async def simulated(**options: Any) -> AsyncIterator[World]:
    x = X(lambda: NOON, **options)
    requests: list[tuple[str, dict[str, str]]] = []

    @web.middleware
    async def remember(request: web.Request, handler: Any) -> web.StreamResponse:
        requests.append((request.path, dict(request.query)))
        answer: web.StreamResponse = await handler(request)
        return answer

    app = web.Application(middlewares=[remember])
    app.add_subapp("/x", x.app())
    async with TestServer(app) as server:
        yield World(x=x, address=str(server.make_url("/x")), requests=requests)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as world:
        world.x.register(BRAND)
        first = world.x.post(OLGA, "Ромашка <не> работает & всё", at=NOON - timedelta(minutes=9))
        world.x.post(OLGA, "@romashka_ru ромашка, ау", at=NOON - timedelta(minutes=8), reply_to=first)
        for number in range(12):
            world.x.post(OLGA, f"ромашка {number}", at=NOON - timedelta(minutes=7))
        yield world


ASKED = {
    "expansions": "author_id",
    "tweet.fields": "author_id,conversation_id,created_at,in_reply_to_user_id,lang,referenced_tweets",
    "user.fields": "public_metrics",
}
GOOD = [
    (SEARCH, {"query": "ромашка", **ASKED}, "Get2TweetsSearchRecentResponse"),
    (SEARCH, {"query": "ромашка"}, "Get2TweetsSearchRecentResponse"),
    (SEARCH, {"query": "тишина"}, "Get2TweetsSearchRecentResponse"),
    (COUNTS, {"query": "ромашка", "granularity": "day"}, "Get2TweetsCountsRecentResponse"),
    (COUNTS, {"query": "тишина", "start_time": "2026-11-21T12:00:00Z"}, "Get2TweetsCountsRecentResponse"),
    ("/2/users/900/mentions", ASKED, "Get2UsersIdMentionsResponse"),
    ("/2/users/901/mentions", {}, "Get2UsersIdMentionsResponse"),
    ("/2/users/by/username/Romashka_RU", {"user.fields": "public_metrics"}, "Get2UsersByUsernameUsernameResponse"),
    ("/2/users/by/username/nobody", {}, "Get2UsersByUsernameUsernameResponse"),
    ("/2/tweets", {"ids": f"{FIRST},17", **ASKED, "tweet.fields": "edit_controls"}, "Get2TweetsResponse"),
    ("/2/tweets", {"ids": "17"}, "Get2TweetsResponse"),
]


@pytest.mark.parametrize(("path", "query", "schema"), GOOD)
async def test_every_good_answer_holds(
    spec: Spec, world: World, path: str, query: dict[str, str], schema: str
) -> None:
    status, kind, answer = await world.get(path, **query)
    assert (status, kind) == (200, "application/json")
    assert spec.check(answer, f"/components/schemas/{schema}") == []
    for row in answer["data"] if isinstance(answer.get("data"), list) and path != COUNTS else []:
        assert spec.check(row, "/components/schemas/Tweet") == []
    for row in answer.get("includes", {}).get("users", []):
        assert spec.check(row, "/components/schemas/User") == []


BAD: list[tuple[str, dict[str, str]]] = [
    ("/2/tweets", {}),
    ("/2/tweets", {"ids": "x"}),
    ("/2/tweets", {"ids": ",".join(["17"] * 101)}),
    (COUNTS, {}),
    (COUNTS, {"query": "ромашка", "granularity": "week"}),
    (SEARCH, {}),
    (SEARCH, {"query": "ромашка", "max_results": "9"}),
    (SEARCH, {"query": "ромашка", "max_results": "101"}),
    (SEARCH, {"query": "ромашка", "max_results": "ten"}),
    (SEARCH, {"query": "ромашка", "since_id": "1"}),
    (SEARCH, {"query": "ромашка", "since_id": "x"}),
    (SEARCH, {"query": "ромашка", "start_time": "2026-11-14T12:00:00Z"}),
    (SEARCH, {"query": "ромашка", "start_time": "yesterday"}),
    (SEARCH, {"query": "ромашка", "since_id": "2124356565342355456", "start_time": "2026-11-22T11:00:00Z"}),
    (SEARCH, {"query": "ромашка", "next_token": "b2xkZXI6eA"}),
    (SEARCH, {"query": "ромашка", "next_token": "!"}),
    (SEARCH, {"query": "ромашка", "tweet.fields": "colour"}),
    (SEARCH, {"query": "ромашка", "surprise": "1"}),
    (SEARCH, {"query": "я" * 513}),
    (SEARCH, {"query": "lang:ru"}),
    (SEARCH, {"query": "ромашка -(чай OR мёд)"}),
]


@pytest.mark.parametrize(("path", "query"), BAD)
async def test_every_bad_request_is_refused_as_x_refuses(
    spec: Spec, world: World, path: str, query: dict[str, str]
) -> None:
    status, kind, answer = await world.get(path, **query)
    assert (status, kind) == (400, "application/problem+json")
    assert spec.check(answer, "/components/schemas/InvalidRequestProblem") == []


async def test_an_edit_is_another_version_and_search_finds_the_last(spec: Spec, world: World) -> None:
    edited = world.x.edit(str(FIRST), "Ромашка заработала", at=NOON - timedelta(minutes=1))
    _, _, found = await world.get(SEARCH, query="ромашка заработала")
    (row,) = found["data"]
    assert (row["id"], row["edit_history_tweet_ids"]) == (edited, [str(FIRST), edited])
    _, _, gone = await world.get(SEARCH, query="ромашка работает")
    assert gone["meta"]["result_count"] == 0
    _, _, looked = await world.get("/2/tweets", ids=f"{FIRST},{edited}", **{"tweet.fields": "edit_controls"})
    assert [one["edit_controls"]["edits_remaining"] for one in looked["data"]] == [4, 4]
    assert spec.check(looked, "/components/schemas/Get2TweetsResponse") == []


async def test_a_deleted_post_is_a_problem_of_the_look_up(world: World) -> None:
    world.x.delete(world.x.edit(str(FIRST), "Ромашка"))
    status, _, answer = await world.get("/2/tweets", ids=str(FIRST))
    assert (status, answer["errors"][0]["resource_id"]) == (200, str(FIRST))
    assert "data" not in answer


async def test_pages_follow_each_other_without_holes_or_repeats(world: World) -> None:
    _, _, whole = await world.get(SEARCH, query="ромашка", max_results="100")
    _, _, first = await world.get(SEARCH, query="ромашка", max_results="10")
    _, _, second = await world.get(
        SEARCH, query="ромашка", max_results="10", next_token=first["meta"]["next_token"]
    )
    assert first["meta"]["result_count"] == 10
    assert "next_token" not in second["meta"]
    assert first["data"] + second["data"] == whole["data"]
    assert whole["meta"]["newest_id"] == whole["data"][0]["id"]


async def test_a_wrong_token_and_a_used_up_window_are_problems(spec: Spec) -> None:
    async with simulated(token="BBBB") as world:
        status, kind, answer = await world.get(SEARCH, query="ромашка")
        assert (status, kind) == (401, "application/problem+json")
        assert spec.check(answer, "/components/schemas/Problem") == []
    async with simulated(limits={"search": 1}) as world:
        await world.get(SEARCH, query="ромашка")
        status, _, answer = await world.get(SEARCH, query="ромашка")
        assert status == 429
        assert spec.check(answer, "/components/schemas/Problem") == []


async def test_every_request_of_ours_holds(spec: Spec, world: World) -> None:
    class Free:
        async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
            return None

        async def used(self, key: str) -> int:
            return 0

    class Noon:
        def now(self) -> datetime:
            return NOON

        def monotonic(self) -> float:
            return 0.0

    brand = Brand(
        id="romashka", title="Р", names=("р",), accounts={"x": ("romashka_ru",)}, watch={"x": Watch(mentions=True)}
    )
    settings = XOptions(api_url=world.address + "/", bearer_token=Secret("AAAA"))
    for source in build_x([brand], settings, Free(), Noon(), lambda _: ["ромашка -is:retweet"]):
        cursor = (await source.fetch(None)).cursor
        await source.fetch(cursor)
        await source.close()
    assert len(world.requests) == 8
    for path, query in world.requests:
        last = path.rpartition("/")[2]
        named = "search" if "search" in path else "by" if "/by/" in path else {"tweets": "own"}.get(last, last)
        assert spec.check_request(ROUTES[named], query) == []


class Redirected:
    """A session for the unmodified tweepy, whose address is fixed."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address

    def request(self, method: str, url: str, **options: Any) -> Any:
        return self._session.request(method, url.replace("https://api.twitter.com", self._address), **options)


async def test_the_unmodified_tweepy_reads_posts_users_and_mentions(world: World) -> None:
    client = AsyncClient("AAAA")
    async with aiohttp.ClientSession() as session:
        client.session = Redirected(session, world.address)
        found = await client.search_recent_tweets(
            "ромашка", max_results=100, expansions=["author_id"], tweet_fields=["created_at", "referenced_tweets"]
        )
        assert len(found.data) == 14
        assert found.data[-1].text == "Ромашка &lt;не&gt; работает &amp; всё"
        assert found.data[-1].created_at == NOON - timedelta(minutes=9)
        assert found.data[-2].referenced_tweets[0].id == found.data[-1].id
        assert found.includes["users"][0].username == "olga_p"
        user = (await client.get_user(username="romashka_ru")).data
        mentions = await client.get_users_mentions(user.id)
        assert [one.text for one in mentions.data] == ["@romashka_ru ромашка, ау"]
        with pytest.raises(tweepy.BadRequest, match="since_id"):
            await client.search_recent_tweets("ромашка", since_id=1)


async def test_the_unmodified_tweepy_meets_the_same_refusals() -> None:
    async with simulated(token="BBBB", limits={"search": 0}) as world, aiohttp.ClientSession() as session:
        client = AsyncClient("AAAA")
        client.session = Redirected(session, world.address)
        with pytest.raises(tweepy.Unauthorized):
            await client.search_recent_tweets("ромашка")
        world.x.token = None
        with pytest.raises(tweepy.TooManyRequests) as caught:
            await client.search_recent_tweets("ромашка")
        assert caught.value.reset_time == int((NOON + timedelta(minutes=15)).timestamp())


def test_the_signature_is_the_one_that_oauth_asks_for() -> None:
    """RFC 5849 by the library that tweepy signs with, and by the simulator's own reckoning."""
    from oauthlib.oauth1 import Client

    url = "https://api.x.com/2/dm_events?dm_event.fields=id%2Ctext&max_results=100&q=%D0%B0%20%2B%21%2A"
    client = Client(
        KEYS.api_key, KEYS.api_secret, KEYS.token, KEYS.token_secret, nonce="n1", timestamp="1795348800"
    )
    _, headers, _ = client.sign(url, http_method="GET")
    parts = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', headers["Authorization"])}
    given = parts.pop("oauth_signature")
    query = [("dm_event.fields", "id,text"), ("max_results", "100"), ("q", "а +!*")]
    assert signature(KEYS, "GET", "https://api.x.com/2/dm_events", [*query, *parts.items()]) == given


async def test_every_answer_and_request_in_an_accounts_name_holds(spec: Spec) -> None:
    kinds: tuple[OutboundKind, ...] = ("reply", "message")
    async with x_stage() as stage:
        stage.customer_writes()
        talks = XTalks(
            "romashka_ru",
            timedelta(0),
            open_accounts(stage.options, stage.clock)["romashka_ru"],
            stage.clock,
            None,
        )
        assert len((await talks.fetch(None)).messages) == 1
        await talks.close()
        reply = await stage.outreach.send(stage.outbound("reply"))
        invite = stage.outbound("invite", "Напишите нам", id=8, link="https://x.com/romashka_ru")
        await stage.outreach.send(invite)
        message = await stage.outreach.send(stage.outbound("message", id=9))
        for kind, sent in (("reply", reply), ("message", message)):
            assert await stage.outreach.find(stage.outbound(kind)) == sent
            assert await stage.outreach.stands(stage.outbound(kind, sent=sent))
        await stage.outreach.may_message("x:romashka_ru", str(OLGA.number))
        await stage.outreach.send(stage.outbound("take_back", id=10, of=reply))
        for kind in kinds:
            target = replace(stage.target, mention="5", url="", author="5")
            with pytest.raises(OutreachError):
                await stage.outreach.send(stage.outbound(kind, "Ау", id=11, target=target))
    calls = stage.x.calls
    assert {(call.method, call.route) for call in calls} >= WRITTEN.keys()
    assert {call.status for call in calls} >= {200, 201, 403}
    for call in calls:
        method, path = call.method.lower(), f"/paths/{call.route.replace('/', '~1')}"
        assert spec.check_request(call.route, call.query, method) == [], call
        if call.body:
            pointer = f"{path}/{method}/requestBody/content/application~1json/schema"
            assert spec.check(call.body, pointer) == [], call
        schema = "Problem" if call.status >= 400 else WRITTEN[call.method, call.route]
        assert spec.check(call.answer, f"/components/schemas/{schema}") == [], call
        assert call.status >= 400 or str(call.status) in spec.document["paths"][call.route][method]["responses"]
