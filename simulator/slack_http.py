"""Slack's Web API over HTTP: `/api/<method>`, and the websocket of Socket Mode at `/socket`."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from simulator.faults import middleware
from simulator.slack_channels import BOT_USER, Channel, Message, RefusedError, channel_json, message_json
from simulator.slack_state import Workspace

Parameters = Mapping[str, Any]
Method = Callable[[Workspace, Parameters], dict[str, Any]]


def make_app(slack: Workspace) -> web.Application:
    """The aiohttp application, to be mounted under any prefix."""

    async def call(request: web.Request) -> web.Response:
        try:
            return web.json_response({"ok": True, **await _run(slack, request)})
        except RefusedError as refused:
            return _refusal(refused)

    async def close(_app: web.Application) -> None:
        await slack.socket.cut()

    app = web.Application(middlewares=[middleware(slack.faults)], client_max_size=10 * 2**20)
    app.router.add_get("/socket", slack.socket.serve)
    app.router.add_route("*", "/api/{method}", call)
    app.on_shutdown.append(close)
    return app


async def _run(slack: Workspace, request: web.Request) -> dict[str, Any]:
    name = request.match_info["method"]
    parameters = await _parameters(request)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(parameters.get("token", ""))
    if not token:
        raise RefusedError("not_authed")
    if name == "apps.connections.open":
        return _open_connection(slack, request, token)
    if token != slack.bot_token:
        raise RefusedError("invalid_auth")
    if name not in METHODS:
        raise RefusedError("unknown_method")
    return METHODS[name](slack, parameters)


def _open_connection(slack: Workspace, request: web.Request, token: str) -> dict[str, Any]:
    if token != slack.app_token:
        raise RefusedError("not_allowed_token_type" if token == slack.bot_token else "invalid_auth")
    prefix = request.path.partition("/api/")[0]
    scheme = "wss" if request.scheme == "https" else "ws"
    return {"url": f"{scheme}://{request.host}{prefix}/socket?ticket={slack.socket.ticket()}&app_id=A01"}


def _refusal(refused: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error": str(refused)}
    if refused.said:
        body |= {"errors": list(refused.said), "response_metadata": {"messages": list(refused.said)}}
    if refused.retry_after is None:
        return web.json_response(body)
    return web.json_response(body, status=429, headers={"Retry-After": str(refused.retry_after)})


async def _parameters(request: web.Request) -> Parameters:
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise RefusedError("invalid_json") from None
        if not isinstance(body, dict):
            raise RefusedError("json_not_object")
        return {**request.query, **body}
    return {**request.query, **await request.post()}


def _auth_test(_slack: Workspace, _parameters: Parameters) -> dict[str, Any]:
    return {"url": "https://simulated.slack.com/", "team": "Simulated", "user": "otklik", "team_id": "T01"} | {
        "user_id": BOT_USER,
        "bot_id": "B01",
        "is_enterprise_install": False,
    }


def _post_message(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    metadata = _json(parameters, "metadata")
    channel, message = slack.post(
        str(parameters.get("channel", "")),
        str(parameters.get("text", "")),
        _json(parameters, "blocks"),
        metadata if isinstance(metadata, dict) else None,
        thread=str(parameters["thread_ts"]) if parameters.get("thread_ts") else None,
        broadcast=_is_true(parameters, "reply_broadcast"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message_json(channel, message)}


def _update(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    channel = str(parameters.get("channel", ""))
    text = str(parameters.get("text", ""))
    message = slack.update(channel, str(parameters.get("ts", "")), text, _json(parameters, "blocks"))
    shown = message_json(slack.by_id(channel), message)
    return {"channel": channel, "ts": message.ts, "text": text, "message": shown}


def _delete(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    channel, ts = str(parameters.get("channel", "")), str(parameters.get("ts", ""))
    slack.delete(channel, ts)
    return {"channel": channel, "ts": ts}


def _post_ephemeral(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    channel, user, text = (str(parameters.get(name, "")) for name in ("channel", "user", "text"))
    blocks, thread = _json(parameters, "blocks"), parameters.get("thread_ts")
    ts = slack.whisper(channel, user, text, blocks=blocks, thread=str(thread) if thread else None)
    return {"message_ts": ts}


def _history(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    channel = _read(slack, parameters)
    return _page(channel, channel.top()[::-1], parameters)


def _replies(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    """The message itself first, then its answers, oldest first."""
    channel = _read(slack, parameters)
    parent = channel.messages.get(str(parameters.get("ts", "")))
    if parent is None:
        raise RefusedError("thread_not_found")
    return _page(channel, [parent, *channel.replies(parent.ts)], parameters)


def _read(slack: Workspace, parameters: Parameters) -> Channel:
    channel = slack.by_id(str(parameters.get("channel", "")))
    if not channel.joined:
        raise RefusedError("not_in_channel")
    return channel


def _page(channel: Channel, messages: Sequence[Message], parameters: Parameters) -> dict[str, Any]:
    oldest = float(parameters.get("oldest") or 0)
    limit = min(int(parameters.get("limit") or 100), 999)
    start = int(parameters.get("cursor") or 0)
    wanted = _is_true(parameters, "include_all_metadata")
    found = [message for message in messages if float(message.ts) > oldest]
    more = len(found) > start + limit
    return {
        "messages": [message_json(channel, one, metadata=wanted) for one in found[start : start + limit]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def _open_talk(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    """The talk with one person; the real method opens one with several too, which no app here wants."""
    return {"channel": {"id": slack.open_talk(str(parameters.get("users", ""))).id}}


def _list(slack: Workspace, _parameters: Parameters) -> dict[str, Any]:
    channels = [channel_json(channel) for channel in slack.channels.values() if channel.of is None]
    return {"channels": channels, "response_metadata": {"next_cursor": ""}}


def _info(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    return {"channel": channel_json(slack.by_id(str(parameters.get("channel", ""))))}


def _open_view(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    modal = slack.modals.open(str(parameters.get("trigger_id", "")), _json(parameters, "view"))
    return {"view": modal.json()}


def _update_view(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    modal = slack.modals.update(str(parameters.get("view_id", "")), _json(parameters, "view"))
    return {"view": modal.json()}


METHODS: Final[Mapping[str, Method]] = {
    "auth.test": _auth_test,
    "chat.delete": _delete,
    "chat.postEphemeral": _post_ephemeral,
    "chat.postMessage": _post_message,
    "chat.update": _update,
    "conversations.history": _history,
    "conversations.info": _info,
    "conversations.list": _list,
    "conversations.open": _open_talk,
    "conversations.replies": _replies,
    "views.open": _open_view,
    "views.update": _update_view,
}


def _is_true(parameters: Parameters, name: str) -> bool:
    return str(parameters.get(name, "")).lower() in ("1", "true")


def _json(parameters: Parameters, name: str) -> object:
    """A parameter that is JSON inside a form, or the value itself inside a JSON body."""
    value = parameters.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise RefusedError(f"invalid_{name}_format") from None
