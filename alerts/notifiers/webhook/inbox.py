"""What other programs ask in people's names, at the program's own port: signed, in time, once for each key."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from alerts.cards.orders import Order, OrderError, read_order
from alerts.cards.prompt import Prompt
from alerts.notifiers.webhook import WEBHOOK
from alerts.notifiers.webhook.signing import Flaw, Signed, verify
from alerts.ports import Answer, OnPress, Press, Response
from alerts.routing import Chat

log = logging.getLogger(__name__)

SCHEMA: Final = "otklik.answer/1"
REMEMBERED: Final = 4_096
"""Keys whose bodies are known: another body under one of them is a mistake over there that is said."""
UNFOUND: Final = frozenset({"no_case", "elsewhere"})
SAID_EVERY: Final = timedelta(minutes=1)
AGAIN_LATER: Final = 5
"""Seconds after which a request that could not be stored may come again, under the same key."""


class WebhookInbox:
    """`keys` are each receiver's by its name."""

    def __init__(self, keys: Mapping[str, Sequence[bytes]], now: Callable[[], datetime]) -> None:
        self._keys = keys
        self._now = now
        self._on_press: OnPress | None = None
        self._bodies: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._unsigned = 0
        self._said_at: datetime | None = None

    @property
    def deaf(self) -> None:
        """Who writes to our port knows by himself when he is not heard."""
        return None

    async def run(self, on_press: OnPress) -> None:
        """The port brings what there is; until this runs, and when it has ended, nothing is taken."""
        self._on_press = on_press
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._on_press = None

    async def call(self, chat: Chat, headers: Mapping[str, str], body: bytes) -> Response:
        now = self._now()
        signed = verify(self._keys.get(chat.chat, ()), headers, body, now)
        if not isinstance(signed, Signed):
            self._count(chat.chat, signed, now)
            return _refused(401, signed, "Запрос не подписан как надо; см. docs/webhook.md")
        if headers.get("Idempotency-Key", signed.id) != signed.id:
            return _refused(400, "bad_key", "Idempotency-Key должен быть равен webhook-id: подписан он")
        if self._is_reused(chat.chat, signed.id, body):
            return _refused(
                422, "key_reused", "С этим ключом уже приходило другое тело: каждому запросу свой ключ"
            )
        try:
            order = read_order(_object(body))
        except OrderError as error:
            return _refused(400, "bad_order", str(error), field=error.field)
        return await self._press(chat, signed.id, order, now)

    async def _press(self, chat: Chat, key: str, order: Order, now: datetime) -> Response:
        if self._on_press is None:
            return _later("Сейчас нажатия не принимаются: повторите тем же ключом")
        press = Press(
            messenger=WEBHOOK,
            key=f"{chat.chat}:{key}",
            user=order.user,
            user_name=order.user_name,
            case=order.case,
            action=order.action,
            at=now,
            value=order.value,
            chat=chat.chat,
        )
        try:
            answer = await self._on_press(press)
        except Exception:
            # One bad request must not look like a lost connection; it is known by its key when it comes again.
            log.exception("a request in the name of %s failed", chat.chat)
            return _later("Не получилось: повторите тем же ключом")
        return _response(answer)

    def _count(self, name: str, flaw: Flaw, now: datetime) -> None:
        """Anybody can send what is not signed: neither the log nor the disk is his."""
        self._unsigned += 1
        if self._said_at is not None and abs(now - self._said_at) < SAID_EVERY:
            return
        log.warning("requests at /hooks that are refused: %d, the last as %s: %s", self._unsigned, name, flaw)
        self._unsigned, self._said_at = 0, now

    def _is_reused(self, name: str, key: str, body: bytes) -> bool:
        """What a key did is kept in the store for good, and is never done twice; this only names a mistake."""
        digest = sha256(body).digest()
        known = self._bodies.setdefault((name, key), digest)
        if len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)
        return known != digest


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise OrderError("body", "a JSON object is wanted")
    return value


def _response(answer: Answer) -> Response:
    if answer.reason == "not_stored":
        return _later(answer.text)
    if answer.prompt is not None:
        return Response(status=202, body=_body(reason="to_be_confirmed", ask=answer.prompt))
    if answer.reason is None:
        return Response(status=200, body=_body(done=True, message=answer.text))
    status = 403 if answer.reason == "stranger" else 404 if answer.reason in UNFOUND else 409
    return _refused(status, answer.reason, answer.text)


def _refused(status: int, reason: str, message: str, *, field: str | None = None) -> Response:
    return Response(status=status, body=_body(reason=reason, message=message, field=field))


def _later(message: str) -> Response:
    body = _body(reason="not_stored", message=message, retry_after=AGAIN_LATER)
    return Response(status=503, body=body)


def _body(
    *,
    done: bool = False,
    reason: str | None = None,
    message: str = "",
    field: str | None = None,
    ask: Prompt | None = None,
    retry_after: int | None = None,
) -> dict[str, Any]:
    """docs/webhook-answer.schema.json says the same."""
    return {
        "schema": SCHEMA,
        "done": done,
        "reason": reason,
        "message": message,
        **({"field": field} if field else {}),
        **({"retry_after": retry_after} if retry_after else {}),
        **({"ask": _ask(ask)} if ask else {}),
    }


def _ask(prompt: Prompt) -> dict[str, Any]:
    """What the person is to read, and what there is to answer; `to` comes back in the order `answer`."""
    return {
        "to": prompt.action,
        "title": prompt.title,
        "text": prompt.question,
        "options": [{"value": option.value, "label": option.label} for option in prompt.options],
        "longest": prompt.longest,
        "initial": prompt.initial,
    }
