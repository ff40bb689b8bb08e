"""The simulated VK as a whole: what people write in it, and the HTTP that clients see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from simulator.faults import Faults, middleware
from simulator.people import Writer
from simulator.vk import shapes
from simulator.vk.access import Caller, Counters, VkFault, identify
from simulator.vk.attachments import Attachment
from simulator.vk.channel import Channel
from simulator.vk.methods import Call, Methods
from simulator.vk.talks import Said, Talks
from simulator.vk.world import Community, Entry, World
from simulator.vk.writing import Writing

SERVICE_TOKEN: Final = "service-token-of-the-simulator"  # noqa: S105  # opens nothing but this simulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A call that arrived: what tests hold against the official schemas. The token is left out."""

    method: str
    values: dict[str, str]


class Vk:
    """A VK of one's own. Writing is plain calls; reading goes through `app`.

    `counters.per_second` and `counters.per_day` switch VK's limits on; `faults` makes requests go wrong.
    `foreign_walls` is the error (15, 27 or 213) that a community meets on others' walls, None: it may comment.
    `closed` are the posts whose comments are closed.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.world = World()
        self.channels: dict[int, Channel] = {}
        self.service_token = SERVICE_TOKEN
        self.faults = Faults()
        self.counters = Counters()
        self.calls: list[Heard] = []
        self.talks = Talks()
        self.foreign_walls: int | None = None
        self.closed: set[str] = set()
        self.answered: Callable[[str], object] = lambda _: None
        self.wrote: Callable[[Said], object] = lambda _: None
        """Called with the place of what a community has said by its token."""
        self._deleted: dict[str, Entry] = {}
        self._tokens: dict[str, Caller] = {SERVICE_TOKEN: Caller(holder="service")}
        self._methods = {**Methods(self.world, self.channels).table, **Writing(self).table}

    def add_community(
        self, group_id: int, screen_name: str, name: str, members: int, token: str | None = None
    ) -> None:
        """A community with a token is one's own; of a foreign one there is only the wall."""
        self.world.communities[group_id] = Community(
            number=group_id, screen_name=screen_name, name=name, members=members, token=token
        )
        if token is not None:
            self.channels[group_id] = Channel(group_id)
            self._tokens[token] = Caller(holder="group", group=group_id)

    def add_keeper(self, token: str) -> None:
        """The token of a person who keeps the communities."""
        self._tokens[token] = Caller(holder="user")

    def revoke(self, token: str) -> None:
        """From now on the token is answered with error 5."""
        self._tokens.pop(token, None)

    def post(
        self,
        author: Writer,
        text: str,
        *,
        at: datetime | None = None,
        owner: int | None = None,
        signed: bool = False,
        suggested: bool = False,
        attachments: Sequence[Attachment] = (),
    ) -> str:
        """Write on the author's own wall or on that of `owner` (negative: a community). Returns `<owner>_<id>`.

        `signed`: the community publishes it as its own, with the author's name under it. `suggested`: it waits
        for that, and only the community sees it.
        """
        self.world.people[author.number] = author
        entry = self._entry(owner or author.number, author.number, text, at, attachments)
        if signed:
            entry = replace(entry, author=entry.owner, signer=author.number)
        return self._write(replace(entry, suggested=suggested))

    def publish(self, suggestion: str) -> str:
        """The community publishes what was suggested, signed; it gets a new number. Returns `<owner>_<id>`."""
        entry = self.world.entries.pop(suggestion)
        return self._write(
            replace(entry, author=entry.owner, signer=entry.author, suggested=False, at=self._clock())
        )

    def repost(self, author: Writer, shared: str, text: str = "", *, at: datetime | None = None) -> str:
        """Share a post on the own wall, with or without own words. Returns `<owner>_<id>`.

        A community whose post it is hears of it.
        """
        self.world.people[author.number] = author
        copied = self.world.entries[shared]
        entry = self.world.write(replace(self._entry(author.number, author.number, text, at), copied=copied))
        channel = self.channels.get(-copied.owner)
        if channel is not None:
            channel.tell("wall_repost", shapes.post(entry, self.world))
        return entry.place

    def community_post(
        self, group_id: int, text: str, *, at: datetime | None = None, attachments: Sequence[Attachment] = ()
    ) -> str:
        """The community's own voice on its own wall."""
        return self._write(self._entry(-group_id, -group_id, text, at, attachments))

    def comment(
        self,
        author: Writer,
        text: str,
        *,
        post: str,
        at: datetime | None = None,
        reply_to: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> str:
        """Comment on a post, or answer the comment `reply_to` under it. Returns `<owner>_<id>`."""
        self.world.people[author.number] = author
        return self._comment(author.number, text, post, at, reply_to, attachments)

    def community_comment(
        self, group_id: int, text: str, *, post: str, at: datetime | None = None, reply_to: str | None = None
    ) -> str:
        """The community answers under a post, or to the comment `reply_to` there."""
        return self._comment(-group_id, text, post, at, reply_to, ())

    def topic_comment(self, author: Writer, text: str, *, group_id: int, topic: int) -> str:
        """Write in a discussion of a community. Returns `<owner>_<topic>_<id>`."""
        self.world.people[author.number] = author
        entry = self._entry(-group_id, author.number, text, None)
        return self._write(replace(entry, kind="topic", parent=topic))

    def edit(self, id: str, text: str) -> None:  # noqa: A002  # the word that callers of every network use
        """Communities hear of edited comments; of an edited post nobody does, it is seen when it is read again."""
        entry = self.world.edit(id, text, self._clock())
        edited = {"comment": "wall_reply_edit", "topic": "board_post_edit"}.get(entry.kind)
        if edited is not None:
            self._tell(edited, entry)

    def delete(self, id: str, *, by: int | None = None) -> None:  # noqa: A002  # as above
        """By its author, or by somebody else (negative: the community). Of a deleted post nobody hears."""
        entry = self.world.delete(id)
        channel = self.channels.get(-entry.owner)
        gone: dict[str, Any] = {"id": entry.number}
        if channel is not None and entry.kind == "comment":
            gone |= {"owner_id": entry.owner, "post_id": entry.parent, "deleter_id": by or entry.author}
            channel.tell("wall_reply_delete", gone)
        if channel is not None and entry.kind == "topic":
            channel.tell("board_post_delete", gone | {"topic_owner_id": entry.owner, "topic_id": entry.parent})
        self._deleted[id] = entry

    def restore(self, id: str) -> None:  # noqa: A002  # as above
        """A deleted comment is there again; the community hears of it."""
        entry = self.world.restore(self._deleted.pop(id))
        if entry.kind == "comment":
            self._tell("wall_reply_restore", entry)

    def was_deleted(self, id: str) -> bool:  # noqa: A002  # as above
        return id in self._deleted

    def message(
        self,
        author: Writer,
        text: str,
        *,
        group_id: int,
        ref: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> int:
        """A person writes to a community, by a link with `ref` or not; from then on it may answer. Its number."""
        self.world.people[author.number] = author
        self.talks.stances[group_id, author.number] = "allows"
        number, hung = author.number, tuple(attachments)
        said = self.talks.say(
            Said(
                group=group_id, peer=number, author=number, text=text, at=self._clock(), ref=ref, attachments=hung
            )
        )
        client = {"button_actions": ["text"], "keyboard": True, "inline_keyboard": True, "carousel": False}
        self._tell_group(group_id, "message_new", {"message": said.row(), "client_info": client | {"lang_id": 0}})
        return said.number

    def community_message(
        self, group_id: int, person: int, text: str, *, random_id: int = 0, admin: int | None = None
    ) -> Said:
        """The community writes, by its token or (`admin`) by somebody in VK's own pages; it hears of that too."""
        draft = Said(group=group_id, peer=person, author=-group_id, text=text, at=self._clock())
        said = self.talks.say(replace(draft, random_id=random_id, admin=admin))
        self._tell_group(group_id, "message_reply", said.row())
        return said

    def edit_message(self, group_id: int, number: int, text: str) -> None:
        """By whoever wrote it."""
        said = self.talks.find(group_id, number)
        if said is None:
            raise LookupError(number)
        changed = self.talks.change(said, text=text, edited=self._clock())
        self._tell_group(group_id, "message_edit", changed.row())

    def allow_messages(self, person: Writer, group_id: int) -> None:
        self.world.people[person.number] = person
        self.talks.stances[group_id, person.number] = "allows"
        self._tell_group(group_id, "message_allow", {"user_id": person.number, "key": ""})

    def deny_messages(self, person: Writer, group_id: int) -> None:
        self.world.people[person.number] = person
        self.talks.stances[group_id, person.number] = "denies"
        self._tell_group(group_id, "message_deny", {"user_id": person.number})

    def app(self) -> web.Application:
        """The HTTP side; its long-poll addresses follow whatever host and path it is reached under."""
        app = web.Application(middlewares=[middleware(self.faults)], client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/method/{method}", self._answer)
        app.router.add_get("/longpoll/{group:[0-9]+}", self._long_poll)
        app.on_shutdown.append(self._close_channels)
        return app

    def _entry(
        self, owner: int, author: int, text: str, at: datetime | None, attachments: Sequence[Attachment] = ()
    ) -> Entry:
        when, hung = at or self._clock(), tuple(attachments)
        return Entry(owner=owner, number=0, author=author, text=text, at=when, kind="post", attachments=hung)

    def _comment(
        self,
        author: int,
        text: str,
        post: str,
        at: datetime | None,
        reply_to: str | None,
        attachments: Sequence[Attachment],
    ) -> str:
        parent = self.world.entries[post]
        above = self.world.entries[reply_to] if reply_to else None
        entry = replace(
            self._entry(parent.owner, author, text, at, attachments),
            kind="comment",
            parent=parent.number,
            reply_to=above.number if above else None,
            root=(above.root or above.number) if above else None,
        )
        return self._write(entry)

    def _write(self, entry: Entry) -> str:
        kept = self.world.write(entry)
        new = {"post": "wall_post_new", "comment": "wall_reply_new", "topic": "board_post_new"}
        self._tell(new[kept.kind], kept)
        return kept.place

    def _tell(self, kind: str, entry: Entry) -> None:
        channel = self.channels.get(-entry.owner)
        if channel is not None:
            channel.tell(kind, shapes.event_object(entry, self.world))

    def _tell_group(self, group_id: int, kind: str, item: dict[str, Any]) -> None:
        if group_id in self.channels:
            self.channels[group_id].tell(kind, item)

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        form = await request.post()
        values = {key: str(value) for key, value in (*request.query.items(), *form.items())}
        token = values.pop("access_token", None)
        self.calls.append(Heard(method=method, values=values))
        try:
            return web.json_response({"response": self._respond(request, method, token, values)})
        except VkFault as fault:
            asked = [{"key": key, "value": value} for key, value in ({"method": method} | values).items()]
            error = {"error_code": fault.code, "error_msg": fault.words, "request_params": asked, **fault.more}
            return web.json_response({"error": error})

    def _respond(self, request: web.Request, method: str, token: str | None, values: dict[str, str]) -> Any:
        caller = identify(token, self._tokens, method)
        if "v" not in values:
            raise VkFault(8, "Invalid request: v (version) is required")
        now = self._clock()
        self.counters.count(token or "", method, now.date())
        path = request.path.rpartition("/method/")[0]
        call = Call(caller=caller, values=values, now=now, root=f"{request.scheme}://{request.host}{path}")
        return self._methods[method](call)

    async def _long_poll(self, request: web.Request) -> web.Response:
        channel = self.channels.get(int(request.match_info["group"]))
        query = request.query
        if channel is None or query.get("act") != "a_check":
            return web.Response(status=404)
        wait = query.get("wait", "25")
        seconds = float(wait) if wait.isdecimal() else 25.0
        return web.json_response(await channel.check(query.get("key", ""), query.get("ts", ""), seconds))

    async def _close_channels(self, _: web.Application) -> None:
        for channel in self.channels.values():
            channel.close()
