"""The simulated X: people post and write, programs search by a bearer token and speak in an account's name."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from aiohttp import web

from simulator.faults import Faults, middleware
from simulator.people import Writer
from simulator.x.answers import (
    RefusedError,
    counts,
    forbidden,
    invalid,
    lookup,
    no_such_user,
    page,
    too_many,
    unauthorized,
    user,
)
from simulator.x.demands import (
    Demand,
    next_token,
    read_counts,
    read_fields,
    read_lookup,
    read_mentions,
    read_search,
)
from simulator.x.fields import POST_FIELDS, USER_FIELDS
from simulator.x.keys import AccountKeys, Family, Keys
from simulator.x.posts import Post, Posts, time_of
from simulator.x.query import Matches, QueryError, parse_query
from simulator.x.talks import Directs
from simulator.x.writing import Asked, Writing

WINDOW: Final = timedelta(minutes=15)
LONGEST_QUERY: Final = 512
"""X's limit for everybody without an Enterprise contract, read 2026-08-22."""

PER_ACCOUNT: Final = {"create": 100, "delete": 50, "dm_send": 15, "dm_events": 15, "me": 75, "timeline": 900}
"""Requests a quarter of an hour in an account's name: docs.x.com, rate limits, read 2026-08-22."""

WHOLE: Final = "read-write-directmessages"
NO_MESSAGES: Final = (
    "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
)

Answer = Callable[[web.Request], dict[str, Any]]
Spoken = Callable[[Asked], dict[str, Any]]


@dataclass(slots=True)
class _Meter:
    """Requests to one endpoint in its present window."""

    limit: int
    used: int = 0
    resets_at: datetime | None = None

    def count(self, now: datetime) -> bool:
        """Count a request; False when it is one too many."""
        if self.resets_at is None or now >= self.resets_at:
            self.used, self.resets_at = 0, now + WINDOW
        self.used += 1
        return self.used <= self.limit

    def headers(self) -> dict[str, str]:
        if self.resets_at is None:
            return {}
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(max(0, self.limit - self.used)),
            "x-rate-limit-reset": str(int(self.resets_at.timestamp())),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """A request in an account's name and X's answer: what tests hold against X's description."""

    method: str
    route: str
    query: dict[str, str]
    body: Any
    status: int
    answer: dict[str, Any]


class X:
    """One X for everybody. `settle` is how long search waits before it shows a post (30 s on the real one).

    `token`: the only bearer token let in; None lets in any. `limits` are requests a quarter of an hour by
    endpoint: `search`, `mentions`, `users`, `tweets`, and in an account's name those of PER_ACCOUNT. `requests`
    counts what came in. `keys` are the accounts' ways in, `directs` their messages.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        token: str | None = None,
        limits: Mapping[str, int] | None = None,
        settle: timedelta = timedelta(0),
    ) -> None:
        self.faults = Faults()
        self.requests = 0
        self.calls: list[Spoke] = []
        self.token = token
        self._clock = clock
        self._settle = settle
        self._posts = Posts()
        self._accounts: dict[str, Writer] = {}
        limits = {
            "search": 450,
            "counts": 300,
            "mentions": 450,
            "users": 300,
            "tweets": 300,
            **PER_ACCOUNT,
            **(limits or {}),
        }
        self._meters = {name: _Meter(limit=limit) for name, limit in limits.items()}
        self._account_meters: dict[tuple[str, int], _Meter] = {}
        self.keys = Keys()
        self.directs = Directs()
        self.writing = Writing(posts=self._posts, directs=self.directs, accounts=self._accounts)
        self.answered: Callable[[str], object] = lambda _: None
        """Called with the number of what an account has posted by its keys."""
        self.wrote: Callable[[str], object] = lambda _: None
        """The same of what it has written in private."""

    def post(
        self,
        author: Writer,
        text: str,
        *,
        at: datetime | None = None,
        reply_to: str | None = None,
        quoting: str | None = None,
        seen_at: datetime | None = None,
    ) -> str:
        """Publish and return the post's number; `seen_at` is when search begins to find it.

        Raises LookupError when `reply_to` or `quoting` is not there.
        """
        answered = self._existing(reply_to) if reply_to is not None else None
        quoted = self._existing(quoting) if quoting is not None else None
        self.register(author)
        time = at or self._clock()
        post = self._posts.add(author, text, time, reply_to=answered, seen_at=seen_at or time, quoting=quoted)
        return str(post.number)

    def edit(self, number: str, text: str, *, at: datetime | None = None) -> str:
        """Within an hour and five times, of which nobody here keeps count; returns the new version's number."""
        return str(self._posts.edit(self._existing(number).number, text, at or self._clock()).number)

    def delete(self, number: str) -> None:
        """Every version goes; search and the look-up by number do not know it any more."""
        self._posts.remove(self._existing(number).number)

    def register(self, account: Writer) -> None:
        """Make an account known that has not posted, such as a brand's own."""
        self._accounts[account.handle.casefold()] = account

    def give_keys(self, keys: AccountKeys) -> None:
        """From now on these keys speak in the account's name."""
        self.register(keys.account)
        self.keys.signed[keys.token] = keys

    def give_consent(self, family: Family) -> None:
        """From now on the family's refresh token leads to access tokens of its account."""
        self.register(family.account)
        self.keys.families.append(family)

    def direct(self, sender: Writer, handle: str, text: str, *, urls: tuple[str, ...] = ()) -> str:
        """Somebody writes to the account of that name in private, which may answer from then on. Its number."""
        self.register(sender)
        account = self._accounts.get(handle.casefold())
        if account is None:
            raise LookupError(f"there is no account {handle}")
        return str(self.directs.say(sender, account, text, self._clock(), urls).number)

    def find(self, number: str) -> Post:
        """Raises LookupError."""
        return self._existing(number)

    def snapshot(self, latest: int = 50) -> list[dict[str, Any]]:
        """The latest posts for people to look at, newest first."""
        return [
            {
                "id": str(post.number),
                "author": post.author.name,
                "handle": post.author.handle,
                "text": post.text,
                "at": post.at.isoformat(),
                "reply_to": str(post.reply_to.number) if post.reply_to else None,
            }
            for post in islice(self._posts.newest_first(after=0, before=None), latest)
        ]

    def app(self) -> web.Application:
        app = web.Application(middlewares=[middleware(self.faults)])
        app.router.add_get("/2/tweets", self._serve("tweets", self._lookup))
        app.router.add_get("/2/tweets/search/recent", self._serve("search", self._search))
        app.router.add_get("/2/tweets/counts/recent", self._serve("counts", self._counts))
        app.router.add_get("/2/users/by/username/{username}", self._serve("users", self._by_username))
        app.router.add_get("/2/users/{id}/mentions", self._serve("mentions", self._mentions))
        speak, writing = self._serve_account, self.writing
        app.router.add_post("/2/oauth2/token", self._token)
        app.router.add_post("/2/tweets", speak("create", writing.post, status=201))
        app.router.add_delete("/2/tweets/{id:[0-9]+}", speak("delete", writing.delete))
        app.router.add_get("/2/users/me", speak("me", writing.me))
        app.router.add_get("/2/users/{id:[0-9]+}", speak("users", writing.person))
        app.router.add_get("/2/users/{id:[0-9]+}/tweets", self._serve_both("timeline"))
        app.router.add_get("/2/dm_events", speak("dm_events", writing.events))
        app.router.add_get("/2/dm_events/{event_id:[0-9]+}", speak("dm_events", writing.event))
        app.router.add_delete("/2/dm_events/{event_id:[0-9]+}", speak("dm_send", writing.forget))
        talk = "/2/dm_conversations/with/{participant_id:[0-9]+}"
        app.router.add_get(talk + "/dm_events", speak("dm_events", writing.events))
        app.router.add_post(talk + "/messages", speak("dm_send", writing.message, status=201))
        return app

    def _serve_account(
        self, endpoint: str, answer: Spoken, *, status: int = 200
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            self.requests += 1
            now, headers = self._clock(), dict[str, str]()
            try:
                account = self._account(request)
                meter = self._account_meters.setdefault(
                    (endpoint, account.number), _Meter(limit=self._meters[endpoint].limit)
                )
                allowed = meter.count(now)
                headers = meter.headers() | {"x-access-level": self.keys.level(account)}
                if not allowed:
                    raise too_many()
                if endpoint.startswith("dm_") and self.keys.level(account) not in ("", WHOLE):
                    raise forbidden(NO_MESSAGES)
                body = await request.json() if request.body_exists else {}
                asked = Asked(account=account, path=request.match_info, query=request.query, body=body, now=now)
                said = answer(asked)
                if endpoint == "create":
                    self.answered(said["data"]["id"])
                if endpoint == "dm_send" and "dm_event_id" in said["data"]:
                    self.wrote(said["data"]["dm_event_id"])
                self._note(request, body, status, said)
                return web.json_response(said, status=status, headers=headers)
            except RefusedError as problem:
                self._note(request, {}, problem.status, problem.body)
                return _problem(problem, headers)

        return serve

    def _serve_both(self, endpoint: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """An account's posts, which its own keys and an app's are shown alike, each in a window of its own."""
        own, everybodys = (
            self._serve_account(endpoint, self.writing.timeline),
            self._serve(endpoint, self._posts_of),
        )

        async def serve(request: web.Request) -> web.Response:
            return await (own(request) if self._is_account(request) else everybodys(request))

        return serve

    def _note(self, request: web.Request, body: Any, status: int, answer: dict[str, Any]) -> None:
        resource = request.match_info.route.resource
        route = resource.canonical[resource.canonical.index("/2/") :] if resource is not None else request.path
        query = dict(request.query)
        self.calls.append(
            Spoke(method=request.method, route=route, query=query, body=body, status=status, answer=answer)
        )

    async def _token(self, request: web.Request) -> web.Response:
        """OAuth 2.0: a refresh token for the next pair."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return web.json_response(self.keys.refreshed(form, self._clock()))
        except RefusedError as problem:
            return web.json_response(problem.body, status=problem.status)

    def _serve(self, endpoint: str, answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        meter = self._meters[endpoint]

        async def serve(request: web.Request) -> web.Response:
            self.requests += 1
            try:
                self._let_in(request)
                if not meter.count(self._clock()):
                    raise too_many()
                return web.json_response(answer(request), headers=meter.headers())
            except RefusedError as problem:
                return _problem(problem, meter.headers())

        return serve

    def _account(self, request: web.Request) -> Writer:
        header, address = request.headers.get("Authorization", ""), str(request.url.with_query(None))
        return self.keys.account_of(request.method, address, request.query.items(), header, self._clock())

    def _let_in(self, request: web.Request) -> None:
        """An app by its bearer token, or an account in its own name."""
        if self._is_account(request):
            self._account(request)
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token or (self.token is not None and token != self.token):
            raise unauthorized()

    def _is_account(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme == "OAuth" or any(family.access == token for family in self.keys.families)

    def _posts_of(self, request: web.Request) -> dict[str, Any]:
        return self.writing.posts_of(request.match_info["id"], request.query, self._clock())

    def _search(self, request: web.Request) -> dict[str, Any]:
        now = self._clock()
        demand = read_search(request.query, now, self._settle)
        matches = self._asked(request)
        return self._page(demand, lambda post: _shown(post, now) and matches(post))

    def _counts(self, request: web.Request) -> dict[str, Any]:
        """All of the time that was asked for stands in one row."""
        now = self._clock()
        demand, matches = read_counts(request.query, now, self._settle), self._asked(request)
        posts = self._posts.newest_first(after=demand.after, before=demand.before)
        found = sum(_shown(post, now) and matches(post) for post in posts)
        return counts(found, time_of(demand.after), now)

    def _asked(self, request: web.Request) -> Matches:
        """What the query finds. Raises RefusedError."""
        query = request.query.get("query", "")
        if not 1 <= len(query) <= LONGEST_QUERY:
            raise invalid("query", query, f"query must be 1 to {LONGEST_QUERY} characters, it has {len(query)}")
        try:
            return parse_query(query)
        except QueryError as error:
            raise invalid("query", query, f"There were errors processing your request: {error}") from None

    def _mentions(self, request: web.Request) -> dict[str, Any]:
        now = self._clock()
        demand = read_mentions(request.query, now)
        wanted = request.match_info["id"]
        handle = next((key for key, one in self._accounts.items() if str(one.number) == wanted), None)
        if handle is None:
            return no_such_user("id", wanted)
        return self._page(demand, lambda post: _shown(post, now) and handle in post.mentioned)

    def _lookup(self, request: web.Request) -> dict[str, Any]:
        """A hundred posts by their numbers; those that are gone are named as problems beside the others."""
        asked = read_lookup(request.query)
        found = [self._posts.get(int(number)) for number in asked.numbers]
        posts = [post for post in found if post is not None]
        gone = [number for number, post in zip(asked.numbers, found, strict=True) if post is None]
        return lookup(posts, gone, fields=asked.fields, users=asked.users)

    def _by_username(self, request: web.Request) -> dict[str, Any]:
        username = request.match_info["username"]
        fields = read_fields(request.query, "user.fields", USER_FIELDS)
        read_fields(request.query, "tweet.fields", POST_FIELDS)
        account = self._accounts.get(username.casefold())
        return no_such_user("username", username) if account is None else {"data": user(account, fields)}

    def _page(self, demand: Demand, wanted: Callable[[Post], bool]) -> dict[str, Any]:
        within = self._posts.newest_first(after=demand.after, before=demand.before)
        posts = list(islice(filter(wanted, within), demand.size + 1))
        shown = posts[: demand.size]
        token = next_token(shown[-1].number) if len(posts) > demand.size else None
        return page(shown, fields=demand.fields, users=demand.users, token=token)

    def _existing(self, number: str) -> Post:
        post = self._posts.get(int(number)) if number.isdecimal() else None
        if post is None:
            raise LookupError(f"there is no post {number}")
        return post


def _problem(problem: RefusedError, headers: Mapping[str, str]) -> web.Response:
    return web.json_response(
        problem.body, status=problem.status, headers=headers, content_type="application/problem+json"
    )


def _shown(post: Post, now: datetime) -> bool:
    return post.latest and post.seen_at <= now
