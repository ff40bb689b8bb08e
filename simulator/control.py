"""The simulator's page and the `/sim/` endpoints behind it: look, press, publish, break, speed up."""

import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any, Final, get_args

from aiohttp import web

from simulator.acting import Acting
from simulator.faults import Fault, FaultKind
from simulator.operators import OPERATORS
from simulator.publishing import UnknownBrandError
from simulator.speaking import Speaking
from simulator.world import ABOUT, ABOUT_PRIVATE, World

LATEST: Final = 40
FASTEST: Final = 1000.0
PAGE_FILES: Final = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "composer.js": "text/javascript",
    "feed.js": "text/javascript",
    "guide.js": "text/javascript",
    "markup.js": "text/javascript",
    "messenger.js": "text/javascript",
    "modal.js": "text/javascript",
    "slack.js": "text/javascript",
    "talks.js": "text/javascript",
    "telegram.js": "text/javascript",
    "world.js": "text/javascript",
    "write.js": "text/javascript",
}
NOTHING_FROM_ELSEWHERE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def control_routes(world: World) -> list[web.RouteDef]:
    """The routes of the page and of `/sim/`."""
    control, acting, speaking = Control(world), Acting(world), Speaking(world)
    return [
        web.get("/", _page),
        web.get("/page/{name}", _page_file),
        web.get("/sim/state", control.state),
        web.get("/sim/published", control.published),
        web.post("/sim/press", _json(acting.press)),
        web.post("/sim/write", _json(acting.write)),
        web.post("/sim/answer", _json(acting.answer)),
        web.post("/sim/submit", _json(acting.submit)),
        web.post("/sim/close", _json(acting.close)),
        web.post("/sim/publish", _json(speaking.publish)),
        web.post("/sim/edit", _json(speaking.edit)),
        web.post("/sim/delete", _json(speaking.delete)),
        web.post("/sim/again", _json(speaking.again)),
        web.post("/sim/brand", _json(speaking.brand)),
        web.post("/sim/share", _json(speaking.share)),
        web.post("/sim/message", _json(speaking.message)),
        web.post("/sim/message/edit", _json(speaking.edit_message)),
        web.post("/sim/permit", _json(speaking.permit)),
        web.post("/sim/comments", _json(speaking.comments)),
        web.post("/sim/faults", _json(control.faults)),
        web.post("/sim/traffic", _json(control.traffic)),
    ]


class Control:
    """What the endpoints do; a request that makes no sense raises ValueError or LookupError with the reason."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def state(self, request: web.Request) -> web.Response:
        """Everything the page shows; `latest` bounds the messages of each chat, `all` lifts the bound."""
        asked = request.query.get("latest", str(LATEST))
        latest = None if asked == "all" else int(asked) if asked.isdecimal() else LATEST
        return web.json_response(self._state(latest), dumps=_dumps)

    async def published(self, request: web.Request) -> web.Response:
        """Everything published from number `since` on, oldest first."""
        asked = request.query.get("since", "0")
        items = self._world.publishing.published[int(asked) if asked.isdecimal() else 0 :]
        return web.json_response({"published": [item.row() for item in items]}, dumps=_dumps)

    async def faults(self, body: dict[str, Any]) -> dict[str, Any]:
        where = self._world.faults[str(body.pop("where"))]
        fault = Fault(**body)
        if fault.kind not in get_args(FaultKind):
            raise ValueError(f"нет такой поломки; есть {', '.join(get_args(FaultKind))}")
        where.add(fault)
        return {"waiting": len(where.waiting)}

    async def traffic(self, body: dict[str, Any]) -> dict[str, Any]:
        self._world.traffic.rate = min(FASTEST, float(body["rate"]))
        return {"rate": self._world.traffic.rate}

    def _state(self, latest: int | None) -> dict[str, Any]:
        world = self._world
        telegram = [_cut(chat, chat["messages"], latest) for chat in world.telegram.snapshot()["chats"]]
        slack = world.slack.snapshot()
        channels = [_cut(channel, _in_threads(channel["messages"], latest), None) for channel in slack["channels"]]
        publishing = world.publishing
        feed = publishing.published if latest is None else publishing.published[-latest:]
        return {
            "telegram": {"chats": telegram},
            "slack": {"channels": channels, "modals": slack["modals"]},
            "feed": [item.row() for item in reversed(feed)],
            "talks": world.private.talks() if latest is None else world.private.talks()[-latest:],
            "counters": {"published": len(publishing.published), **publishing.counters},
            "rate": world.traffic.rate,
            "people": [{"name": one.name, "telegram": one.telegram, "slack": one.slack} for one in OPERATORS],
            "brands": [{"id": house.id, "title": house.title} for house in world.corpus.houses],
        }


def _cut(place: dict[str, Any], messages: list[dict[str, Any]], latest: int | None) -> dict[str, Any]:
    shown = messages if latest is None else messages[-latest:]
    is_private = bool(place.get("of")) or (isinstance(place["id"], int) and place["id"] > 0)
    about = ABOUT_PRIVATE if is_private else ABOUT.get(place["id"], "")
    return {**place, "messages": shown, "total": len(place["messages"]), "about": about}


def _in_threads(messages: list[dict[str, Any]], latest: int | None) -> list[dict[str, Any]]:
    """The threads in which something was said last, whole: an old card whose thread goes on is among them."""
    threads: dict[str, str] = {}
    for message in messages:
        top = message["thread"] or message["ts"]
        threads.pop(top, None)
        threads[top] = message["ts"]
    kept = set(list(threads)[-latest:] if latest is not None else threads)
    return [message for message in messages if (message["thread"] or message["ts"]) in kept]


def _json(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Reads a JSON object and answers one; anything else is refused with the reason.

    Only application/json is taken: a page of another site cannot send that without being asked first.
    """

    async def serve(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return _refused("нужен JSON с Content-Type: application/json", status=415)
        try:
            body = await request.json()
            return web.json_response(await answer(dict(body)), dumps=_dumps)
        except UnknownBrandError as error:
            return _refused(f"нет сообщества «{error}»")
        except LookupError as error:
            return _refused(f"нет такого: {error}", status=404)
        except (TypeError, ValueError) as error:
            return _refused(str(error))

    return serve


def _refused(error: str, status: int = 400) -> web.Response:
    return web.json_response({"error": error}, status=status, dumps=_dumps)


async def _page(_request: web.Request) -> web.Response:
    return _file("index.html", "text/html")


async def _page_file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in PAGE_FILES:
        raise web.HTTPNotFound
    return _file(name, PAGE_FILES[name])


def _file(name: str, content_type: str) -> web.Response:
    text = (files("simulator") / "page" / name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=content_type, headers=NOTHING_FROM_ELSEWHERE)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
