"""Presses and answers from Slack over Socket Mode: an own loop around one websocket at a time."""

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from alerts.backoff import Backoff
from alerts.notifiers.slack import SLACK
from alerts.notifiers.slack.api import Connect, SlackApi
from alerts.notifiers.slack.markup import escape
from alerts.notifiers.slack.modals import another, make_modal, mistake, read_submission
from alerts.notifiers.slack.updates import Pressed, read_command, read_message, read_press, read_shortcut
from alerts.ports import Answer, NotifyError, OnPress, Press

log = logging.getLogger(__name__)

HEARTBEAT: Final = 10.0
"""Seconds between pings; a half-open connection is noticed after one and a half of them."""

ACK_WITHIN: Final = 1.0
"""Slack wants the acknowledgement in three seconds; until then a killed daemon gets the press again.

An answer's modal closes with it, so an answer is acknowledged when it is stored, however long that takes: who sees
Slack's own error sends it again, and it is known.
"""

READERS: Final = (read_press, read_submission, read_command, read_shortcut)
"""What a person may do; an envelope is read by one of them at most."""
LANES: Final = 8
TRIES: Final = 3
AGAIN: Final = Backoff(first=0.5, longest=30.0)
LINK_DISABLED_PAUSE: Final = 60.0
LOOK_EVERY: Final = 5.0
"""Seconds between looks at the bot's token: Socket Mode goes on without it, and an idle daemon would not know."""
NO_APP_TOKEN: Final = "не принимает LISTENER_SLACK_APP_TOKEN, нажатия не приходят: впишите новый в .env"  # noqa: S105 - words
SWITCHED_OFF: Final = "Socket Mode выключен, нажатия не приходят: включите его в настройках приложения Slack"
REMEMBERED: Final = 1000
FAILED: Final = Answer(text="Не получилось записать. Нажмите ещё раз.", alert=True)
NOT_ASKED: Final = Answer(text="Не получилось задать вопрос. Нажмите ещё раз.", alert=True)
ASKED_ALREADY: Final = "exchanged_trigger_id"


class SlackInbox:
    """Presses of one case are handled in order, of different cases side by side."""

    def __init__(
        self,
        base_url: str,
        bot_token: str,
        app_token: str,
        clock: Callable[[], datetime],
        *,
        connector: Connect | None = None,
    ) -> None:
        self._api = SlackApi(base_url, bot_token, timeout=10.0, connector=connector)
        self._app_token = app_token
        self._clock = clock
        # Fair locks: a lane is both the order within a case and the bound of what runs at once.
        self._lanes = tuple(asyncio.Lock() for _ in range(LANES))
        self._known: OrderedDict[str, asyncio.Future[Answer]] = OrderedDict()
        self._refused: OrderedDict[str, int] = OrderedDict()
        self._greeted = False
        self._closed: NotifyError | None = None
        self._refused_token: NotifyError | None = None

    @property
    def deaf(self) -> NotifyError | None:
        return self._refused_token or self._closed

    async def run(self, on_press: OnPress) -> None:
        failures = 0
        try:
            async with asyncio.TaskGroup() as presses:
                presses.create_task(self._look_at_token())
                while True:
                    self._greeted = False
                    pause = await self._connection(presses, on_press)
                    failures = 0 if self._greeted else failures + 1
                    # A server that greets and hangs up must not be called in a tight loop either.
                    await asyncio.sleep(max(pause, AGAIN.after(failures, random.random())))
        finally:
            await self._api.close()

    async def _connection(self, presses: asyncio.TaskGroup, on_press: OnPress) -> float:
        """Live through one connection; returns the seconds to wait before the next."""
        try:
            opened = await self._api.ask(self._api.web.apps_connections_open(app_token=self._app_token))
            session = await self._api.session()
            # The ticket in the address opens one connection: never used again, never logged.
            async with session.ws_connect(str(opened.get("url")), heartbeat=HEARTBEAT) as socket:
                return await self._listen(socket, presses, on_press)
        except NotifyError as error:
            log.warning("Slack's Socket Mode does not open: %s", error)
            self._closed = NotifyError(str(error), advice=NO_APP_TOKEN if error.everywhere else None)
            return error.retry_after or 0.0
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("Slack's Socket Mode broke off: %s", type(error).__name__)
            self._closed = NotifyError(f"Slack's Socket Mode broke off: {type(error).__name__}")
            return 0.0

    async def _look_at_token(self) -> None:
        while True:
            try:
                await self._api.ask(self._api.web.auth_test())
            except NotifyError as error:
                # What does not answer is the connection's business: this one asks for refusals alone.
                self._refused_token = error if error.everywhere else self._refused_token
            else:
                self._refused_token = None
            await asyncio.sleep(LOOK_EVERY)

    async def _listen(
        self,
        socket: ClientWebSocketResponse,
        presses: asyncio.TaskGroup,
        on_press: OnPress,
    ) -> float:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            message = read_message(frame.data)
            if message.get("type") == "hello":
                self._greeted, self._closed = True, None
            elif message.get("type") == "disconnect":
                return self._farewell(str(message.get("reason")))
            elif isinstance(envelope := message.get("envelope_id"), str):
                pressed = next(filter(None, (read(message) for read in READERS)), None)
                presses.create_task(self._envelope(socket, envelope, pressed, on_press))
        return 0.0

    def _farewell(self, reason: str) -> float:
        """Slack ends connections regularly; only a switched-off Socket Mode needs a person."""
        if reason == "link_disabled":
            log.error("Socket Mode is switched off in the Slack app's settings")
            self._closed = NotifyError("Socket Mode is switched off", advice=SWITCHED_OFF)
            return LINK_DISABLED_PAUSE
        log.info("Slack ends the connection: %s", reason)
        return 0.0

    async def _envelope(
        self,
        socket: ClientWebSocketResponse,
        envelope: str,
        pressed: Pressed | None,
        on_press: OnPress,
    ) -> None:
        """Acknowledge when the press is stored, or a mere press when that takes long; what is not ours at once."""
        if pressed is None:
            await _acknowledge(socket, envelope, None)
            return
        known = pressed.key in self._known
        work = self._known[pressed.key] if known else asyncio.ensure_future(self._obey(pressed, on_press))
        self._remember(pressed.key, work)
        try:
            await asyncio.wait({work}, timeout=None if pressed.in_window else ACK_WITHIN)
            verdict = _verdict(pressed, work.result()) if work.done() else None
            await _acknowledge(socket, envelope, verdict)
            answer = await work
        finally:
            work.cancel()
        if not known and verdict is None:
            await self._answer(pressed, answer)

    def _remember(self, key: str, work: asyncio.Future[Answer]) -> None:
        self._known[key] = work
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _obey(self, pressed: Pressed, on_press: OnPress) -> Answer:
        press = Press(
            messenger=SLACK,
            key=self._key(pressed),
            user=pressed.user,
            user_name=pressed.user_name,
            case=pressed.case,
            action=pressed.action,
            at=self._clock(),
            value=pressed.page if pressed.value is None else pressed.value,
            chat=pressed.channel or None,
            ref=pressed.ref,
        )
        async with self._lanes[pressed.case % LANES]:
            for attempt in range(1, TRIES + 1):
                try:
                    return self._noted(pressed, await on_press(press))
                except Exception:
                    # One bad press must not end the inbox; Slack will not bring it again once acknowledged.
                    log.exception("a press in Slack failed, try %d of %d", attempt, TRIES)
                    await asyncio.sleep(attempt if attempt < TRIES else 0)
        self._known.pop(pressed.key, None)
        return FAILED

    def _key(self, pressed: Pressed) -> str:
        """Of an answer that was refused, another than of the same one given before: things may stand otherwise."""
        turn = self._refused.get(pressed.said, 0)
        return f"{pressed.said}:{turn}" if turn else pressed.said or pressed.key

    def _noted(self, pressed: Pressed, answer: Answer) -> Answer:
        if pressed.said and answer.alert:
            self._refused[pressed.said] = self._refused.get(pressed.said, 0) + 1
            if len(self._refused) > REMEMBERED:
                self._refused.popitem(last=False)
        return answer

    async def _answer(self, pressed: Pressed, answer: Answer) -> None:
        if answer.prompt is None:
            await self._whisper(pressed, answer)
            return
        modal = make_modal(answer.prompt, pressed)
        try:
            await self._api.ask(self._api.web.views_open(trigger_id=pressed.trigger, view=modal))
        except NotifyError as error:
            log.warning("a question in Slack was not asked: %s", error)
            if ASKED_ALREADY not in str(error):
                await self._whisper(pressed, NOT_ASKED)

    async def _whisper(self, pressed: Pressed, answer: Answer) -> None:
        if not answer.text or not pressed.channel:
            return
        text = f":no_entry: {escape(answer.text)}" if answer.alert else escape(answer.text)
        call = self._api.web.chat_postEphemeral(channel=pressed.channel, user=pressed.user, text=text)
        try:
            await self._api.ask(call)
        except NotifyError as error:
            # The press itself counts, and the card will show it.
            log.info("an answer in Slack was not shown: %s", error)


def _verdict(pressed: Pressed, answer: Answer) -> dict[str, Any] | None:
    """What an answer's modal does: None closes it."""
    if not pressed.in_window:
        return None
    if answer.prompt is not None:
        return another(answer.prompt, pressed)
    return mistake(answer.text) if answer.alert else None


async def _acknowledge(socket: ClientWebSocketResponse, envelope: str, verdict: dict[str, Any] | None) -> None:
    try:
        await socket.send_json({"envelope_id": envelope} | ({"payload": verdict} if verdict else {}))
    except (ClientError, OSError):
        # It comes again over the next connection and is known by its key.
        log.info("an acknowledgement to Slack did not go out: the connection is gone")
