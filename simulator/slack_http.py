"""Slack's Web API over HTTP: `/api/<method>`, and the websocket of Socket Mode at `/socket`."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web

from simulator.faults import middleware
from simulator.slack_state import BOT_USER, RefusedError, Workspace, message_json

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
    )
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message)}


def _update(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    channel = str(parameters.get("channel", ""))
    text = str(parameters.get("text", ""))
    message = slack.update(channel, str(parameters.get("ts", "")), text, _json(parameters, "blocks"))
    return {"channel": channel, "ts": message.ts, "text": text, "message": message_json(message)}


def _post_ephemeral(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    texts = (str(parameters.get(name, "")) for name in ("channel", "user", "text"))
    return {"message_ts": slack.whisper(*texts)}


def _history(slack: Workspace, parameters: Parameters) -> dict[str, Any]:
    channel = slack.by_id(str(parameters.get("channel", "")))
    oldest = float(parameters.get("oldest") or 0)
    limit = min(int(parameters.get("limit") or 100), 999)
    start = int(parameters.get("cursor") or 0)
    wanted = str(parameters.get("include_all_metadata", "")).lower() in ("1", "true")
    found = [message for ts, message in reversed(channel.messages.items()) if float(ts) > oldest]
    more = len(found) > start + limit
    return {
        "messages": [message_json(message, metadata=wanted) for message in found[start : start + limit]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def _list(slack: Workspace, _parameters: Parameters) -> dict[str, Any]:
    channels = [
        {"id": channel.id, "name": channel.name, "is_channel": True, "is_archived": channel.archived}
        for channel in slack.channels.values()
    ]
    return {"channels": channels, "response_metadata": {"next_cursor": ""}}


METHODS: Final[Mapping[str, Method]] = {
    "auth.test": _auth_test,
    "chat.postEphemeral": _post_ephemeral,
    "chat.postMessage": _post_message,
    "chat.update": _update,
    "conversations.history": _history,
    "conversations.list": _list,
}


def _json(parameters: Parameters, name: str) -> object:
    """A parameter that is JSON inside a form, or the value itself inside a JSON body."""
    value = parameters.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise RefusedError(f"invalid_{name}_format") from None
