"""The simulated world answers on one port: four networks, the endpoints behind the page, texts to be found."""

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from listener.settings import read_settings
from simulator.corpus import load_corpus
from simulator.server import Simulator, system_now

JSON = dict[str, Any]
ROOT: Final = Path(__file__).parents[2]


@pytest.fixture
async def world() -> AsyncIterator[Simulator]:
    simulator = Simulator(load_corpus(), system_now, rate=0)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def web(world: Simulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(world.address, timeout=aiohttp.ClientTimeout(10)) as session:
        yield session


async def get(web: aiohttp.ClientSession, path: str, **more: Any) -> JSON:
    async with web.get(path, **more) as response:
        answer: JSON = await response.json()
        return answer


async def post(web: aiohttp.ClientSession, path: str, body: JSON, *, status: int = 200) -> JSON:
    async with web.post(path, json=body) as response:
        assert response.status == status, await response.text()
        answer: JSON = await response.json()
        return answer


async def search_vk(web: aiohttp.ClientSession, world: Simulator, query: str) -> list[JSON]:
    form = {"q": query, "access_token": world.vk.service_token, "v": "5.199", "count": "200"}
    async with web.post("/vk/method/newsfeed.search", data=form) as response:
        found: list[JSON] = (await response.json())["response"]["items"]
        return found


async def search_x(web: aiohttp.ClientSession, world: Simulator, query: str) -> list[JSON]:
    token = world.environment()["LISTENER_X_BEARER_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = await get(web, "/x/2/tweets/search/recent", params={"query": query}, headers=headers)
    return list(answer.get("data", []))


async def test_each_network_answers_under_its_prefix(world: Simulator, web: aiohttp.ClientSession) -> None:
    bot = await get(web, f"/telegram/bot{world.telegram.token}/getMe")
    assert bot["ok"]
    async with web.post(
        "/slack/api/auth.test", headers={"Authorization": f"Bearer {world.slack.bot_token}"}
    ) as slack:
        assert (await slack.json())["ok"]
    assert await search_x(web, world, "ромашка") != []
    assert await search_vk(web, world, "Тулпар") != []


async def test_the_environment_is_what_a_daemon_takes(world: Simulator) -> None:
    settings = read_settings(world.environment())
    assert settings.networks["vk"].api_url.startswith(world.address)
    assert set(settings.networks["vk"].community_tokens) == {house.screen_name for house in world.corpus.houses}
    assert settings.messengers["slack"].app_token


@pytest.mark.parametrize("network", ["vk", "x"])
async def test_what_is_published_by_hand_is_found_by_search(
    world: Simulator, web: aiohttp.ClientSession, network: str
) -> None:
    item = await post(web, "/sim/publish", {"network": network, "text": "Довезун забыл ананас", "author": "Ия"})
    search = search_vk if network == "vk" else search_x
    assert any("ананас" in found["text"] for found in await search(web, world, "ананас"))
    published = (await get(web, "/sim/published"))["published"]
    assert published[-1]["id"] == item["id"]
    assert published[-1]["author"]["name"] == "Ия"


async def test_a_comment_by_hand_stands_under_the_communitys_latest_post(
    world: Simulator, web: aiohttp.ClientSession
) -> None:
    item = await post(web, "/sim/publish", {"network": "vk", "text": "Где мой заказ?", "community": "dovezun"})
    own = [one for one in world.publishing.published if one.brand == "dovezun" and one.place == "community"]
    assert item["place"] == "comment"
    assert item["under"] == own[-1].id


async def test_traffic_publishes_both_networks_with_the_truth(
    world: Simulator, web: aiohttp.ClientSession
) -> None:
    before = (await get(web, "/sim/state"))["counters"]["published"]
    await post(web, "/sim/traffic", {"rate": 400})
    published: list[JSON] = []
    while len(published) < 350:
        published = (await get(web, "/sim/published", params={"since": before}))["published"]
    await post(web, "/sim/traffic", {"rate": 0})
    assert {item["network"] for item in published} == {"vk", "x"}
    assert published[0]["complaint"] is True
    ids = [(item["network"], item["id"]) for item in published]
    assert len(set(ids)) == len(ids)


async def test_a_fault_happens_once(web: aiohttp.ClientSession, world: Simulator) -> None:
    fault = {"where": "telegram", "path": "getMe", "kind": "status", "status": 502}
    await post(web, "/sim/faults", fault)
    path = f"/telegram/bot{world.telegram.token}/getMe"
    async with web.get(path) as broken, web.get(path) as whole:
        assert (broken.status, whole.status) == (502, 200)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sim/publish", {"network": "vk", "text": "   "}, 400),
        ("/sim/publish", {"network": "fax", "text": "текст"}, 400),
        ("/sim/publish", {"network": "vk", "text": "текст", "community": "nobody"}, 400),
        (
            "/sim/press",
            {"messenger": "telegram", "chat": -5, "message": 1, "data": "x", "user": 1, "name": "Я"},
            404,
        ),
        ("/sim/press", {}, 404),
        ("/sim/write", {"messenger": "telegram", "chat": -1001, "text": " ", "user": 1, "name": "Я"}, 400),
        ("/sim/write", {"messenger": "slack", "channel": "C99", "text": "x", "user": "U1", "name": "Я"}, 404),
        ("/sim/submit", {"user": "U01", "values": {}}, 404),
        ("/sim/edit", {"id": "1_404", "text": "x"}, 404),
        ("/sim/edit", {"id": "1_404", "text": ""}, 400),
        ("/sim/delete", {"id": "1_404"}, 404),
        ("/sim/share", {"id": "1_404"}, 404),
        ("/sim/close", {"user": "U01"}, 404),
        ("/sim/answer", {"messenger": "telegram", "chat": -1001, "text": "x", "user": 1, "name": "Я"}, 404),
        ("/sim/faults", {"where": "vk", "path": "", "kind": "earthquake"}, 400),
        ("/sim/faults", {"where": "fax", "path": "", "kind": "html"}, 404),
        ("/sim/traffic", {"rate": -1}, 400),
        ("/sim/traffic", {"rate": "быстро"}, 400),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_with_the_reason(
    web: aiohttp.ClientSession, path: str, body: JSON, status: int
) -> None:
    assert (await post(web, path, body, status=status))["error"]


async def test_a_customer_edits_goes_on_and_deletes(world: Simulator, web: aiohttp.ClientSession) -> None:
    said = {"network": "vk", "text": "Где мой заказ?", "author": "Ия", "community": "dovezun"}
    item = await post(web, "/sim/publish", said)
    edited = await post(web, "/sim/edit", {"id": item["id"], "text": "Заказ приехал"})
    brand = await post(web, "/sim/brand", {"id": item["id"], "text": "Рады, что разобрались"})
    again = await post(web, "/sim/again", {"id": item["id"], "text": "Спасибо"})
    gone = await post(web, "/sim/delete", {"id": again["id"]})
    assert (edited["text"], bool(edited["edited_at"]), bool(gone["deleted_at"])) == ("Заказ приехал", True, True)
    assert (brand["under"], again["under"], again["author"]["name"]) == (item["id"], brand["id"], "Ия")
    post_of_ia = await post(web, "/sim/publish", {"network": "vk", "text": "Довезун!", "author": "Ия"})
    shared = await post(web, "/sim/share", {"id": post_of_ia["id"], "author": "Пётр"})
    assert (shared["text"], shared["shared"], shared["author"]["name"]) == ("", post_of_ia["id"], "Пётр")


async def test_an_operator_writes_and_answers_a_prompt(world: Simulator, web: aiohttp.ClientSession) -> None:
    anna = {"messenger": "telegram", "chat": -1001, "user": 111, "name": "Анна"}
    world.telegram.send(-1001, "Что ответить?", markup={"force_reply": True}, topic=None, html=True)
    (message,) = (await get(web, "/sim/state"))["telegram"]["chats"][0]["messages"]
    assert message["prompt"] == {"placeholder": "", "asked": None, "answered": []}
    answered = await post(web, "/sim/answer", {**anna, "text": "Проверяем"})
    written = await post(web, "/sim/write", {**anna, "text": "и звоним", "reply_to": message["id"]})
    shown = (await get(web, "/sim/state"))["telegram"]["chats"][0]["messages"]
    assert [one["id"] for one in shown[1:]] == [answered["message"], written["message"]]
    assert shown[1]["reply_to"] == {"id": message["id"], "who": None, "text": "Что ответить?"}
    assert shown[0]["prompt"]["answered"] == [111]


async def test_an_operator_writes_in_a_thread_of_slack(world: Simulator, web: aiohttp.ClientSession) -> None:
    _, card = world.slack.post("C01", "Обращение", None, None)
    anna = {"messenger": "slack", "channel": "C01", "user": "U01", "name": "Анна"}
    written = await post(web, "/sim/write", {**anna, "text": "звоню", "reply_to": card.ts})
    state = (await get(web, "/sim/state"))["slack"]
    _, line = state["channels"][0]["messages"]
    assert (line["ts"], line["thread"], line["author"]["name"]) == (written["message"], card.ts, "Анна")
    assert state["modals"] == []


async def test_a_form_of_another_site_cannot_press(web: aiohttp.ClientSession) -> None:
    async with web.post("/sim/traffic", data='{"rate": 5}', headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415


async def test_the_state_bounds_the_messages_of_a_chat(world: Simulator, web: aiohttp.ClientSession) -> None:
    for number in range(50):
        world.telegram.send(-1001, f"карточка {number}", markup={}, topic=None, html=True)
    chat = (await get(web, "/sim/state"))["telegram"]["chats"][0]
    assert (len(chat["messages"]), chat["total"]) == (40, 50)
    assert chat["messages"][-1]["html"] == "карточка 49"
    whole = (await get(web, "/sim/state?latest=all"))["telegram"]["chats"][0]
    assert len(whole["messages"]) == 50


async def test_a_taken_port_is_said_at_once(world: Simulator) -> None:
    second = Simulator(load_corpus(), system_now, rate=0)
    with pytest.raises(OSError, match="address already in use"):
        await second.start(port=int(world.address.rpartition(":")[2]))
    await second.stop()


async def test_it_runs_by_itself_and_says_how_to_point_a_daemon_at_it() -> None:
    command = (sys.executable, "-m", "simulator", "--port", "0", "--rate", "0", "--quiet")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    names = len(Simulator(load_corpus(), system_now, rate=0).environment())
    printed = [(await process.stdout.readline()).decode().strip() for _ in range(names)]
    process.terminate()
    rest, _ = await process.communicate()
    pairs = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in printed)
    assert read_settings(pairs).messengers["telegram"].api_url.startswith("http://127.0.0.1:")
    assert (process.returncode, rest) == (0, b"")
