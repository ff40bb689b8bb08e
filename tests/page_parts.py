"""The simulator's page in a real browser, and a small bot that drives its messengers over their own APIs."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, async_playwright, expect

from simulator.corpus import load_corpus
from simulator.server import Simulator, system_now
from tests.needs import missing

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHAT = -1001
PATIENCE = 120_000
"""Milliseconds."""


class Bot:
    """Sends cards to both messengers and answers presses with an edit and a toast."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self._telegram = f"{simulator.address}/telegram/bot{simulator.telegram.token}"
        self._slack = f"{simulator.address}/slack/api"
        self._token = simulator.slack.bot_token
        self._app_token = simulator.slack.app_token
        self._session = session

    async def telegram(self, method: str, **body: Any) -> Any:
        async with self._session.post(f"{self._telegram}/{method}", json=body) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def slack(self, method: str, *, token: str | None = None, **body: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token or self._token}"}
        async with self._session.post(f"{self._slack}/{method}", json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
        assert answer["ok"], answer
        return answer

    async def card(self, text: str, *buttons: str) -> int:
        keys = [[{"text": label, "callback_data": f"c:1:{label}"} for label in buttons]]
        sent = await self.telegram(
            "sendMessage", chat_id=CHAT, text=text, parse_mode="HTML", reply_markup={"inline_keyboard": keys}
        )
        return int(sent["message_id"])

    async def answer_telegram(self) -> None:
        """Wait for one press; the card then says who pressed what."""
        updates = []
        while not updates:
            updates = await self.telegram("getUpdates", timeout=5, allowed_updates=["callback_query"])
        query = updates[0]["callback_query"]
        who, data = query["from"]["first_name"], query["data"]
        number = query["message"]["message_id"]
        await self.telegram(
            "editMessageText", chat_id=CHAT, message_id=number, text=f"{who}: {data}", parse_mode="HTML"
        )
        await self.telegram("answerCallbackQuery", callback_query_id=query["id"], text="Вы взяли обращение № 1")

    async def answer_slack(self) -> None:
        opened = await self.slack("apps.connections.open", token=self._app_token)
        async with self._session.ws_connect(opened["url"]) as socket:
            async for frame in socket:
                envelope = json.loads(frame.data)
                if envelope["type"] == "interactive":
                    await socket.send_json({"envelope_id": envelope["envelope_id"]})
                    await self._obey(envelope["payload"])
                    return

    async def _obey(self, payload: dict[str, Any]) -> None:
        channel, user = payload["channel"]["id"], payload["user"]
        ts, action = payload["container"]["message_ts"], payload["actions"][0]["action_id"]
        await self.slack(
            "chat.update", channel=channel, ts=ts, text="взято", blocks=[section(f"{user['name']}: {action}")]
        )
        await self.slack("chat.postEphemeral", channel=channel, user=user["id"], text="Теперь оно ваше")


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def slack_button(label: str, action: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "actions", "elements": [{"type": "button", "action_id": action, "value": "1", "text": text}]}


@asynccontextmanager
async def standing_world() -> AsyncIterator[Simulator]:
    """A served world in which nobody writes by himself."""
    simulator = Simulator(load_corpus(), system_now, rate=0)
    simulator.slack.modals.trigger_life = timedelta(milliseconds=PATIENCE)
    await simulator.start()
    yield simulator
    await simulator.stop()


@asynccontextmanager
async def started_browser() -> AsyncIterator[Browser]:
    """One for the pages of a file: to start it takes the processor longer than most of what is done on a page."""
    if CHROMIUM is None:
        missing("browser", "there is no Chromium on this machine")
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened_page(
    browser: Browser, world: Simulator, *, width: int = 1280, height: int = 800
) -> AsyncIterator[Page]:
    """The page, opened by somebody who was never there; nothing must have been complained about in its console."""
    complaints: list[str] = []
    person = await browser.new_context(viewport={"width": width, "height": height})
    opened = await person.new_page()
    opened.set_default_timeout(PATIENCE)
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda asked: None if asked.url.startswith((world.address, "data:")) else complaints.append(asked.url),
    )
    await opened.goto(world.address)
    yield opened
    await person.close()
    assert complaints == []
