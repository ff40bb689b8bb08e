"""The methods of the simulated VK: parameters in, the `response` out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from simulator.vk import shapes
from simulator.vk.access import Caller, VkFault
from simulator.vk.channel import Channel
from simulator.vk.words import matches
from simulator.vk.world import PERMISSIONS, Entry, World

WINDOW: Final = 1000
"""The search gives no more results than this, however one pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: who asks, with which parameters (all text, as forms are), when and at which address."""

    caller: Caller
    values: Mapping[str, str]
    now: datetime
    root: str

    def number(self, name: str, default: int | None = None, *, least: int = 0, most: int | None = None) -> int:
        """A whole number, or error 100 as VK words it."""
        text = self.values.get(name, "")
        if not text and default is not None:
            return default
        if not text.removeprefix("-").isdecimal():
            raise missing(name, "is undefined" if not text else "not integer")
        number = int(text)
        if number < least:
            raise missing(name, f"should be greater or equal to {least}")
        if most is not None and number > most:
            raise missing(name, f"should be less or equal to {most}")
        return number

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(part.strip() for part in self.values.get("fields", "").split(","))

    @property
    def extended(self) -> bool:
        return self.values.get("extended") == "1"


def missing(name: str, why: str) -> VkFault:
    return VkFault(100, f"One of the parameters specified was missing or invalid: {name} {why}")


class Methods:
    """The methods over one world; `channels` are the communities' long polls."""

    def __init__(self, world: World, channels: Mapping[int, Channel]) -> None:
        self._world = world
        self._channels = channels
        self.table: Mapping[str, Callable[[Call], Any]] = {
            "groups.getById": self._groups,
            "groups.getLongPollServer": self._long_poll_server,
            "groups.getLongPollSettings": self._long_poll_settings,
            "groups.getTokenPermissions": self._permissions,
            "groups.setLongPollSettings": self._set_long_poll,
            "newsfeed.search": self._search,
            "users.get": self._users,
            "utils.getServerTime": lambda call: int(call.now.timestamp()),
            "utils.resolveScreenName": self._resolve,
            "wall.get": self._wall,
            "wall.getById": self._posts,
            "wall.getComments": self._comments,
        }

    def _search(self, call: Call) -> dict[str, Any]:
        count = call.number("count", 30, most=200)
        day_ago = int((call.now - timedelta(days=1)).timestamp())
        start, end = call.number("start_time", day_ago), call.number("end_time", int(call.now.timestamp()))
        query = call.values.get("q", "")
        every = [
            entry
            for entry in self._world.newest()
            if _public(entry) and start <= entry.seconds <= end and matches(query, entry.everything)
        ]
        offset = _offset(call.values.get("start_from", ""))
        window = every[:WINDOW]
        page = window[offset : offset + count]
        answer = self._listed(call, page, [shapes.found(entry, self._world) for entry in page])
        answer |= {"count": len(window), "total_count": len(every)}
        following = offset + len(page)
        return answer | ({"next_from": f"{following}/{len(every)}"} if page and following < len(window) else {})

    def _wall(self, call: Call) -> dict[str, Any]:
        owner = self._wall_owner(call)
        offset, count = call.number("offset", 0), call.number("count", 20, most=100)
        posts = [entry for entry in self._world.newest("post", owner) if _public(entry)]
        page = posts[offset : offset + count]
        rows = [shapes.post(entry, self._world) for entry in page]
        return self._listed(call, page, rows) | {"count": len(posts)}

    def _wall_owner(self, call: Call) -> int:
        community = self._world.community_by_name(call.values.get("domain", ""))
        if community is not None:
            return -community.number
        return call.number("owner_id", least=-(2**62))

    def _posts(self, call: Call) -> dict[str, Any]:
        wanted = call.values.get("posts", "").split(",")
        page = [entry for place in wanted if (entry := self._world.entries.get(place)) and entry.kind == "post"]
        return self._listed(call, page, [shapes.post(entry, self._world) for entry in page])

    def _comments(self, call: Call) -> dict[str, Any]:
        owner, post = call.number("owner_id", least=-(2**62)), call.number("post_id", least=1)
        if f"{owner}_{post}" not in self._world.entries:
            raise VkFault(15, "Access denied: post was not found")
        offset, count = call.number("offset", 0), call.number("count", 10, most=100)
        shown = call.number("thread_items_count", 0, most=10)
        under = call.number("comment_id", 0)
        every = self._world.comments(owner, post)
        level = [entry for entry in every if (entry.root or 0) == under]
        if call.values.get("sort") == "desc":
            level.reverse()
        page = level[offset : offset + count]
        rows = [self._with_thread(entry, every, shown=bool(shown), deep=bool(under)) for entry in page]
        answer = self._listed(call, [*page, *every] if shown else page, rows)
        return answer | {"count": len(every), "current_level_count": len(level), "can_post": True}

    def _with_thread(self, entry: Entry, every: list[Entry], *, shown: bool, deep: bool) -> dict[str, Any]:
        if deep:
            return shapes.comment(entry, self._world)
        thread = [one for one in every if one.root == entry.number]
        row = shapes.comment(entry, self._world, thread)
        return row if shown else row | {"thread": row["thread"] | {"items": []}}

    def _listed(self, call: Call, entries: list[Entry], rows: list[dict[str, Any]]) -> dict[str, Any]:
        people = shapes.people_of(entries, self._world, call.fields) if call.extended else {}
        return {"items": rows, **people}

    def _groups(self, call: Call) -> dict[str, Any]:
        wanted = call.values.get("group_ids") or call.values.get("group_id") or str(call.caller.group or "")
        found = [self._world.community_by_name(name.strip()) for name in wanted.split(",")]
        if not any(found):
            raise missing("group_ids", "is undefined")
        return {"groups": [shapes.group(one, call.fields) for one in found if one], "profiles": []}

    def _users(self, call: Call) -> list[dict[str, Any]]:
        people = self._world.people
        by_handle = {writer.handle: writer for writer in people.values()}
        answer = []
        for name in call.values.get("user_ids", "").split(","):
            bare = name.strip().removeprefix("id")
            writer = people.get(int(bare)) if bare.isdecimal() else by_handle.get(name.strip())
            if writer is not None:
                answer.append(shapes.user(writer, call.fields))
        return answer

    def _resolve(self, call: Call) -> dict[str, Any]:
        name = call.values.get("screen_name") or ""
        if not name:
            raise missing("screen_name", "is undefined")
        community = self._world.community_by_name(name)
        if community is not None:
            return {"type": "group", "object_id": community.number}
        users = [writer.number for writer in self._world.people.values() if writer.handle == name]
        return {"type": "user", "object_id": users[0]} if users else {}

    def _channel(self, call: Call) -> Channel:
        group = call.number("group_id", least=1)
        call.caller.own(group)
        return self._channels[group]

    def _permissions(self, call: Call) -> dict[str, Any]:
        names = self._world.communities[call.caller.group or 0].permissions
        rows = [{"name": name, "setting": PERMISSIONS[name]} for name in names]
        return {"mask": sum(row["setting"] for row in rows), "permissions": rows}

    def _long_poll_server(self, call: Call) -> dict[str, str]:
        channel = self._channel(call)
        if not channel.enabled:
            raise VkFault(100, "One of the parameters specified was missing or invalid: longpoll is not enabled")
        return {"key": channel.key, "server": f"{call.root}/longpoll/{channel.group}", "ts": channel.ts}

    def _long_poll_settings(self, call: Call) -> dict[str, Any]:
        channel = self._channel(call)
        return {"is_enabled": channel.enabled, "api_version": "5.199", "events": dict(channel.settings)}

    def _set_long_poll(self, call: Call) -> int:
        channel = self._channel(call)
        channel.enabled = bool(call.number("enabled", int(channel.enabled), most=1))
        for event in channel.settings:
            channel.settings[event] = call.number(event, channel.settings[event], most=1)
        return 1


def _public(entry: Entry) -> bool:
    """Found and shown to everybody: no discussion, no suggestion, nothing deleted."""
    return entry.kind != "topic" and not entry.suggested and not entry.gone


def _offset(start_from: str) -> int:
    head = start_from.partition("/")[0]
    return int(head) if head.isdecimal() else 0
