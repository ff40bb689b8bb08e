"""The Bot API over HTTP: `/bot<token>/<method>` with form, JSON or query parameters."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from aiohttp import web

from simulator.faults import middleware
from simulator.telegram_chats import BOT, chat_json, message_json, user_json
from simulator.telegram_checks import RefusedError
from simulator.telegram_state import Messenger
from simulator.telegram_updates import ConflictError

Parameters = Mapping[str, Any]
Shape = TypeVar("Shape")
Method = Callable[[Messenger, Parameters], Awaitable[Any]]


def make_app(telegram: Messenger) -> web.Application:
    """The aiohttp application, to be mounted under any prefix."""

    async def call(request: web.Request) -> web.Response:
        try:
            return web.json_response({"ok": True, "result": await _run(telegram, request)})
        except RefusedError as refused:
            return _refusal(refused)

    app = web.Application(middlewares=[middleware(telegram.faults)], client_max_size=50 * 2**20)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", call)
    return app


async def _run(telegram: Messenger, request: web.Request) -> Any:
    if request.match_info["token"] != telegram.token:
        raise RefusedError(401, "Unauthorized")
    method = {name.lower(): method for name, method in METHODS.items()}.get(request.match_info["method"].lower())
    if method is None:
        raise RefusedError(404, "Not Found: method not found")
    return await method(telegram, await _parameters(request))


def _refusal(refused: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": str(refused)}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)


async def _parameters(request: web.Request) -> Parameters:
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise RefusedError(400, "Bad Request: can't parse JSON object")
        return {**request.query, **body}
    return {**request.query, **await request.post()}


async def _get_me(telegram: Messenger, _parameters: Parameters) -> Any:
    rights = {"can_join_groups": True, "can_read_all_group_messages": not telegram.privacy}
    return {**BOT, **rights, "supports_inline_queries": False}


async def _get_updates(telegram: Messenger, parameters: Parameters) -> Any:
    try:
        return await telegram.updates.poll(
            offset=_number(parameters, "offset") or 0,
            limit=_number(parameters, "limit") or 100,
            timeout=_number(parameters, "timeout") or 0,
            allowed=_json(parameters, "allowed_updates", list),
        )
    except ConflictError:
        raise RefusedError(
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        ) from None


async def _send_message(telegram: Messenger, parameters: Parameters) -> Any:
    chat = _chat_id(parameters)
    reply = _json(parameters, "reply_parameters", dict) or {}
    message = telegram.send(
        chat,
        str(parameters.get("text", "")),
        markup=_json(parameters, "reply_markup", dict) or {},
        topic=_number(parameters, "message_thread_id"),
        html=_is_html(parameters),
        reply_to=_number(reply, "message_id"),
        or_without=bool(reply.get("allow_sending_without_reply")),
    )
    return message_json(telegram.chats[chat], message)


async def _edit_message_text(telegram: Messenger, parameters: Parameters) -> Any:
    chat = _chat_id(parameters)
    message = telegram.edit(
        chat,
        _number(parameters, "message_id") or 0,
        str(parameters.get("text", "")),
        markup=_json(parameters, "reply_markup", dict) or {},
        html=_is_html(parameters),
    )
    return message_json(telegram.chats[chat], message)


async def _edit_message_reply_markup(telegram: Messenger, parameters: Parameters) -> Any:
    chat = _chat_id(parameters)
    markup = _json(parameters, "reply_markup", dict) or {}
    message = telegram.edit_markup(chat, _number(parameters, "message_id") or 0, markup)
    return message_json(telegram.chats[chat], message)


async def _delete_message(telegram: Messenger, parameters: Parameters) -> Any:
    telegram.delete(_chat_id(parameters), _number(parameters, "message_id") or 0)
    return True


async def _answer_callback_query(telegram: Messenger, parameters: Parameters) -> Any:
    text = parameters.get("text")
    query, alert = str(parameters.get("callback_query_id", "")), _is_true(parameters, "show_alert")
    telegram.answer_query(query, None if text is None else str(text), alert=alert)
    return True


async def _get_chat(telegram: Messenger, parameters: Parameters) -> Any:
    shown = chat_json(telegram.chat(_chat_id(parameters)))
    return {**shown, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


async def _get_chat_member(telegram: Messenger, parameters: Parameters) -> Any:
    person, standing = telegram.member(_chat_id(parameters), _number(parameters, "user_id") or 0)
    user = user_json(person) if person else BOT
    return {"status": standing, "user": user, **_RIGHTS.get(standing, {})}


async def _delete_webhook(_telegram: Messenger, _parameters: Parameters) -> Any:
    return True


_NO_GIFTS: Final = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
    False,
)

_ADMINISTRATOR: Final = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_RESTRICTED: Final = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
_RIGHTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "administrator": dict.fromkeys(_ADMINISTRATOR, False) | {"can_manage_chat": True, "can_delete_messages": True},
    "restricted": dict.fromkeys(_RESTRICTED, False) | {"is_member": True, "until_date": 0},
}
"""What getChatMember says beside the status."""

METHODS: Final[Mapping[str, Method]] = {
    "answerCallbackQuery": _answer_callback_query,
    "deleteMessage": _delete_message,
    "deleteWebhook": _delete_webhook,
    "editMessageReplyMarkup": _edit_message_reply_markup,
    "editMessageText": _edit_message_text,
    "getChat": _get_chat,
    "getChatMember": _get_chat_member,
    "getMe": _get_me,
    "getUpdates": _get_updates,
    "sendMessage": _send_message,
}


def _chat_id(parameters: Parameters) -> int:
    number = _number(parameters, "chat_id")
    if number is None:
        raise RefusedError(400, "Bad Request: chat_id is empty")
    return number


def _number(parameters: Parameters, name: str) -> int | None:
    value = parameters.get(name)
    if value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError:
        raise RefusedError(400, f'Bad Request: field "{name}" must be a number') from None


def _is_html(parameters: Parameters) -> bool:
    mode = str(parameters.get("parse_mode", "")).lower()
    if mode not in ("", "html"):
        raise RefusedError(400, "Bad Request: unsupported parse_mode")
    return mode == "html"


def _is_true(parameters: Parameters, name: str) -> bool:
    return str(parameters.get(name, "")).lower() in ("1", "true")


def _json(parameters: Parameters, name: str, kind: type[Shape]) -> Shape | None:
    """A parameter that is JSON inside a form, or the value itself inside a JSON body."""
    value = parameters.get(name)
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else None
        except ValueError:
            value = object()
    if value is not None and not isinstance(value, kind):
        raise RefusedError(400, f"Bad Request: can't parse {name.replace('_', ' ')} JSON object")
    return value
