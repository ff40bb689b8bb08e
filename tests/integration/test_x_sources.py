"""The X sources over real sockets against the simulated X, in good times and bad."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.brand import Brand, Watch
from domain.mention import Quote
from listener.environment import Secret
from listener.networks.accounts import is_own_account
from listener.networks.x.build import build_x
from listener.networks.x.client import Timeouts, XClient
from listener.networks.x.credentials import Bearer
from listener.networks.x.options import XOptions
from listener.networks.x.pagination import Pagination
from listener.networks.x.posts import read_page
from listener.networks.x.search import XSearch
from listener.networks.x.snowflake import number_at
from listener.ports import Batch, Source, SourceError
from simulator.faults import Fault
from simulator.people import Writer
from simulator.x import X

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN = "AAAA-very-secret-token"
OLGA = Writer(
    number=501, first_name="Ольга", last_name="Панова", handle="olga_p", followers=1200, female=True, city="Омск"
)
PAVEL = Writer(number=502, first_name="Павел", last_name="Жук", handle="pzhuk")
BRAND = Writer(number=900, first_name="Ромашка", last_name="Телеком", handle="romashka_ru")
SEARCH = "/2/tweets/search/recent"


@dataclass
class Hands:
    """A clock that is moved by hand."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()

    def move(self, **parts: float) -> None:
        self.time += timedelta(**parts)


@dataclass
class Purse:
    """The store's budget in memory: refuses what would pass the limit, counts the rest."""

    spent: dict[str, int] = field(default_factory=dict)

    async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
        if self.spent.get(key, 0) + amount > limit:
            raise SourceError("spent", held_back=True, retry_after=60)
        self.spent[key] = self.spent.get(key, 0) + amount

    async def used(self, key: str) -> int:
        return self.spent.get(key, 0)


@dataclass
class World:
    x: X
    clock: Hands
    address: str
    purse: Purse = field(default_factory=Purse)
    opened: list[Source] = field(default_factory=list)

    def sources(self, brand: Brand, query: str = "ромашка") -> list[Source]:
        settings = XOptions(api_url=self.address, bearer_token=Secret(TOKEN))
        sources = build_x([brand], settings, self.purse, self.clock, lambda _: [query])
        self.opened += sources
        return sources

    def search(self, query: str = "ромашка", timeouts: Timeouts | None = None) -> Source:
        client = XClient(Bearer(TOKEN), self.address, self.clock, timeouts)
        pagination = Pagination("x.search:romashka", self.clock, None)
        source = XSearch("x.search:romashka", query, timedelta(seconds=60), client, pagination)
        self.opened.append(source)
        return source


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = Hands()
    x = X(clock.now, token=TOKEN)
    root = web.Application()
    root.add_subapp("/x", x.app())
    async with TestServer(root) as server:
        world = World(x=x, clock=clock, address=str(server.make_url("/x/")))
        yield world
        for source in world.opened:
            await source.close()


def brand(*, mentions: bool = False, search: bool = True, usd: float | None = None) -> Brand:
    return Brand(
        id="romashka",
        title="Ромашка",
        names=("Ромашка",),
        accounts={"x": ("romashka_ru",)},
        watch={"x": Watch(search=search, mentions=mentions, every=timedelta(seconds=60))},
        usd_per_day={} if usd is None else {"x": usd},
    )


async def drain(source: Source, cursor: str | None) -> tuple[list[Batch], str | None]:
    """Fetch as the pipeline does: again at once while there is more, from the cursor last given."""
    batches = []
    while True:
        batch = await source.fetch(cursor)
        batches.append(batch)
        cursor = batch.cursor or cursor
        if not batch.more:
            return batches, cursor


def ids(batches: list[Batch]) -> list[str]:
    return [one.id for batch in batches for one in batch.mentions]


async def test_a_post_arrives_as_a_mention_with_everything_a_card_needs(world: World) -> None:
    number = world.x.post(OLGA, "Ромашка, третий день нет связи & <всё>", at=NOON - timedelta(minutes=2))
    (mention,) = (await world.search().fetch(None)).mentions
    assert mention.network == "x"
    assert mention.kind == "post"
    assert mention.id == number
    assert mention.url == f"https://x.com/olga_p/status/{number}"
    assert (mention.author.id, mention.author.name, mention.author.handle) == ("501", "Ольга Панова", "olga_p")
    assert mention.author.followers == mention.reach == 1200
    assert mention.author.city == "Омск"
    assert mention.text == "Ромашка, третий день нет связи & <всё>"
    assert mention.published_at == NOON - timedelta(minutes=2)
    assert mention.thread is None


async def test_a_reply_hangs_on_its_conversation(world: World) -> None:
    first = world.x.post(OLGA, "тишина", at=NOON - timedelta(minutes=3))
    middle = world.x.post(PAVEL, "что?", at=NOON - timedelta(minutes=2), reply_to=first)
    world.x.post(OLGA, "ромашка не работает", at=NOON - timedelta(minutes=1), reply_to=middle)
    (mention,) = (await world.search().fetch(None)).mentions
    assert mention.kind == "reply"
    assert mention.thread == first


async def test_the_first_look_goes_back_one_hour_and_no_further(world: World) -> None:
    world.x.post(OLGA, "ромашка вчера", at=NOON - timedelta(hours=2))
    recent = world.x.post(OLGA, "ромашка сейчас", at=NOON - timedelta(minutes=59))
    batches, _ = await drain(world.search(), None)
    assert ids(batches) == [recent]


async def test_later_looks_bring_new_posts_and_few_old_ones(world: World) -> None:
    source = world.search()
    old = world.x.post(OLGA, "ромашка раз", at=NOON - timedelta(minutes=30))
    _, cursor = await drain(source, None)
    world.clock.move(minutes=1)
    new = world.x.post(PAVEL, "ромашка два")
    world.clock.move(seconds=1)
    batches, cursor = await drain(source, cursor)
    assert ids(batches) == [new]
    assert old not in ids(batches)
    world.clock.move(hours=1)
    await drain(source, cursor)
    batches, _ = await drain(source, cursor)
    assert ids(batches) in ([], [new])


async def test_a_quiet_brand_is_not_asked_for_the_same_post_for_ever(world: World) -> None:
    source = world.search()
    world.x.post(OLGA, "ромашка", at=NOON)
    cursor: str | None = None
    seen = 0
    for _ in range(30):
        batches, cursor = await drain(source, cursor)
        seen += len(ids(batches))
        world.clock.move(minutes=1)
    assert 1 <= seen <= 6  # the overlap of five minutes, then never again


@pytest.mark.parametrize(
    "number", ["99999999999999999999", str(2**63 - 1), str(number_at(NOON + timedelta(days=40)))]
)
async def test_a_number_that_x_cannot_have_come_to_does_not_carry_the_bookmark_along(
    world: World, number: str
) -> None:
    source = world.search()
    odd = {"id": number, "author_id": "501", "text": "ромашка", "created_at": "2026-11-22T11:59:00Z"}
    body = {"data": [odd], "meta": {"newest_id": number, "result_count": 1}}
    world.x.faults.add(Fault(path="search/recent", kind="json", body=body))
    batches, cursor = await drain(source, None)
    assert ids(batches) == [number]
    world.clock.move(minutes=1)
    new = world.x.post(PAVEL, "ромашка два")
    world.clock.move(seconds=1)
    batches, _ = await drain(source, cursor)
    assert ids(batches) == [new]
    assert not [gap for batch in batches for gap in batch.gaps]


def test_a_clock_that_was_set_back_does_not_hold_the_bookmark() -> None:
    there, next_one = number_at(NOON), number_at(NOON) + 1
    page = {"data": [{"id": str(next_one), "author_id": "501", "text": "ромашка"}], "meta": {}}
    assert read_page(page, NOON - timedelta(days=60), since=there).newest == next_one
    assert read_page(page, NOON - timedelta(days=60), since=None).newest is None


async def test_a_number_that_nobody_can_read_costs_its_post_alone() -> None:
    of_now = f'"created_at": "{NOON:%Y-%m-%dT%H:%M:%SZ}", "author_id": "501", "text": "ромашка"'
    posts = [f'{{"id": {number}, {of_now}}}' for number in ("9" * 5000, '"41"')]

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(
            text=f'{{"data": [{", ".join(posts)}], "meta": {{}}}}', content_type="application/json"
        )

    app = web.Application()
    app.router.add_get("/2/tweets/search/recent", answer)
    async with TestServer(app) as server:
        world = World(x=X(lambda: NOON, token=TOKEN), clock=Hands(), address=str(server.make_url("/")))
        source = world.search()
        try:
            page = await source.fetch(None)
        finally:
            await source.close()
    assert [mention.id for mention in page.mentions] == ["41"]


@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "-1", "nan", "\u0663", "many"])
@pytest.mark.parametrize("name", ["limit", "remaining", "reset"])
async def test_a_number_of_requests_that_cannot_be_costs_no_answer(world: World, name: str, number: str) -> None:
    reset = str(int(NOON.timestamp()) + 60)
    headers = {f"x-rate-limit-{one}": "10" for one in ("limit", "remaining")} | {"x-rate-limit-reset": reset}
    body = {"data": [], "meta": {"result_count": 0}}
    fault = Fault(path="search/recent", kind="json", body=body, headers=headers | {f"x-rate-limit-{name}": number})
    world.x.faults.add(fault)
    source = world.search()
    _, cursor = await drain(source, None)
    new = world.x.post(PAVEL, "ромашка")
    world.clock.move(seconds=1)
    batches, _ = await drain(source, cursor)
    assert ids(batches) == [new]


async def test_a_post_that_search_finds_late_is_not_lost(world: World) -> None:
    source = world.search()
    late = world.x.post(
        OLGA, "ромашка поздно", at=NOON - timedelta(seconds=20), seen_at=NOON + timedelta(minutes=2)
    )
    early = world.x.post(PAVEL, "ромашка рано", at=NOON - timedelta(seconds=10))
    batches, cursor = await drain(source, None)
    assert ids(batches) == [early]
    world.clock.move(minutes=3)
    batches, _ = await drain(source, cursor)
    assert late in ids(batches)


async def test_a_backlog_of_many_pages_comes_whole_and_page_by_page(world: World) -> None:
    wanted = {
        world.x.post(OLGA, f"ромашка {number}", at=NOON - timedelta(seconds=number)) for number in range(450)
    }
    batches, _ = await drain(world.search(), None)
    assert [len(batch.mentions) for batch in batches] == [100, 100, 100, 100, 50]
    assert set(ids(batches)) == wanted


async def test_a_walk_killed_between_pages_goes_on_from_the_stored_cursor(world: World) -> None:
    wanted = [world.x.post(OLGA, f"ромашка {n}", at=NOON - timedelta(seconds=n)) for n in range(250)]
    first = await world.search().fetch(None)
    world.clock.move(seconds=30)
    fresh = world.x.post(PAVEL, "ромашка тем временем")
    world.clock.move(seconds=1)
    rest, _ = await drain(world.search(), first.cursor)
    assert ids(rest)[0] == fresh
    assert set(ids([first, *rest])) == {*wanted, fresh}


async def test_what_is_posted_while_an_outage_is_read_again_comes_before_its_older_pages(world: World) -> None:
    outage = [world.x.post(OLGA, f"ромашка {n}", at=NOON - timedelta(seconds=n)) for n in range(450)]
    source = world.search()
    heard = [await source.fetch(None), await source.fetch((await source.fetch(None)).cursor)]
    world.clock.move(seconds=31)
    live = [world.x.post(PAVEL, f"ромашка сейчас {n}") for n in range(150)]
    world.clock.move(seconds=1)
    rest, _ = await drain(source, heard[-1].cursor)
    assert [len(batch.mentions) for batch in rest] == [100, 50, 100, 100, 50]
    assert set(ids(rest[:2])) == set(live)
    assert set(ids([*heard, *rest])) == {*outage, *live}


async def test_a_look_at_what_is_new_that_is_killed_between_pages_goes_on_from_the_stored_cursor(
    world: World,
) -> None:
    outage = [world.x.post(OLGA, f"ромашка {n}", at=NOON - timedelta(seconds=n)) for n in range(250)]
    first = await world.search().fetch(None)
    world.clock.move(minutes=1)
    live = [world.x.post(PAVEL, f"ромашка сейчас {n}") for n in range(150)]
    world.clock.move(seconds=1)
    second = await world.search().fetch(first.cursor)
    rest, cursor = await drain(world.search(), second.cursor)
    assert set(ids([second, rest[0]])) == set(live)
    assert set(ids([first, second, *rest])) == {*outage, *live}
    world.clock.move(minutes=1)
    later = world.x.post(OLGA, "ромашка потом")
    world.clock.move(seconds=1)
    assert later in ids((await drain(world.search(), cursor))[0])


async def test_a_look_at_what_is_new_that_x_refuses_holds_up_no_page_of_the_outage(world: World) -> None:
    outage = {world.x.post(OLGA, f"ромашка {n}", at=NOON - timedelta(seconds=n)) for n in range(250)}
    source = world.search()
    first = await source.fetch(None)
    world.clock.move(minutes=1)
    world.x.faults.add(Fault(path=SEARCH, kind="json", status=400, body={"title": "Invalid Request"}))
    refused = await source.fetch(first.cursor)
    assert (refused.mentions, refused.more) == ((), True)
    rest, _ = await drain(source, refused.cursor)
    assert set(ids([first, *rest])) == outage


async def test_an_outage_leaves_half_of_xs_window_to_what_is_posted_now(world: World) -> None:
    world.x._meters["search"].limit = 8
    for n in range(1200):
        world.x.post(OLGA, f"ромашка {n}", at=NOON - timedelta(seconds=n))
    source = world.search()
    rests, cursor = [], None
    for _ in range(6):
        batch = await source.fetch(cursor)
        assert batch.more, "the outage is not read again yet"
        rests.append(batch.rests)
        cursor = batch.cursor
    assert rests == [False] * 4 + [True] * 2
    world.clock.move(minutes=1)
    live = world.x.post(PAVEL, "ромашка сейчас")
    world.clock.move(seconds=1)
    assert ids([await source.fetch(cursor)]) == [live]


async def test_the_lower_bound_does_not_move_before_the_walk_is_over(world: World) -> None:
    for n in range(150):
        world.x.post(OLGA, f"ромашка {n}", at=NOON - timedelta(seconds=n))
    batch = await world.search().fetch(None)
    assert batch.more
    assert batch.cursor is not None
    assert json.loads(batch.cursor)["start"] == (NOON - timedelta(hours=1)).isoformat()


async def test_a_token_that_x_has_forgotten_begins_the_walk_anew(world: World) -> None:
    wanted = {world.x.post(OLGA, f"ромашка {n}", at=NOON - timedelta(seconds=n)) for n in range(150)}
    source = world.search()
    first = await source.fetch(None)
    assert first.cursor is not None
    row = json.loads(first.cursor)
    row["walk"]["token"] = "nonsense"
    again = await source.fetch(json.dumps(row))
    assert not again.more
    batches, _ = await drain(source, again.cursor)
    assert set(ids(batches)) == wanted


async def test_a_daemon_that_slept_two_days_misses_nothing(world: World) -> None:
    source = world.search()
    world.x.post(OLGA, "ромашка до", at=NOON)
    _, cursor = await drain(source, None)
    world.clock.move(days=1)
    asleep = world.x.post(PAVEL, "ромашка во сне")
    world.clock.move(days=1)
    batches, _ = await drain(source, cursor)
    assert asleep in ids(batches)
    assert not any(batch.gaps for batch in batches)


async def test_a_daemon_that_slept_ten_days_says_what_it_may_have_missed(world: World) -> None:
    source = world.search()
    world.x.post(OLGA, "ромашка до", at=NOON)
    _, cursor = await drain(source, None)
    world.clock.move(days=5)
    reachable = world.x.post(PAVEL, "ромашка во сне")
    world.clock.move(days=5)
    batches, cursor = await drain(source, cursor)
    assert ids(batches) == [reachable]
    (gap,) = batches[0].gaps
    assert gap.since is not None
    assert f"{gap.since:%Y-%m-%d}" == "2026-11-22"
    batches, _ = await drain(source, cursor)
    assert batches[0].gaps == ()


async def test_a_cursor_that_cannot_be_read_begins_anew(world: World) -> None:
    number = world.x.post(OLGA, "ромашка", at=NOON - timedelta(minutes=1))
    for cursor in ("", "null", "[]", '{"since": "x"}', '{"walk": 1, "since": "5"}', "{}"):
        batches, _ = await drain(world.search(), cursor)
        assert ids(batches) == [number]


async def test_the_mentions_of_an_account_are_heard_and_its_number_is_asked_once(world: World) -> None:
    world.x.register(BRAND)
    source, _ = world.sources(brand(mentions=True, search=False))
    assert source.name == "x.mentions:romashka:romashka_ru"
    number = world.x.post(OLGA, "@romashka_ru почему снова не работает?", at=NOON - timedelta(minutes=1))
    batches, cursor = await drain(source, None)
    assert ids(batches) == [number]
    asked = world.x.requests
    await drain(source, cursor)
    assert world.x.requests == asked + 1


async def test_what_an_account_answers_on_xs_own_pages_is_heard_as_its_own(world: World) -> None:
    world.x.register(BRAND)
    asked = world.x.post(OLGA, "@romashka_ru когда?")
    romashka = brand(mentions=True, search=False)
    _, source = world.sources(romashka)
    assert source.name == "x.answers:romashka_ru"
    world.x.post(BRAND, "@olga_p К вечеру", reply_to=asked)
    world.x.post(OLGA, "@romashka_ru жду")
    batches, cursor = await drain(source, None)
    ((answer,),) = [batch.mentions for batch in batches if batch.mentions]
    assert (answer.text, answer.parent.id if answer.parent else None) == ("@olga_p К вечеру", asked)
    assert is_own_account(answer, (romashka,))
    world.clock.move(hours=1)
    assert ids((await drain(source, cursor))[0]) in ([], [answer.id])


@pytest.mark.parametrize("body", [{}, {"unheard": None}, {"data": {"id": "x"}}, {"errors": "odd"}])
async def test_an_odd_answer_about_the_account_pauses_nobody(world: World, body: object) -> None:
    source, _ = world.sources(brand(mentions=True, search=False))
    world.x.faults.add(Fault(path="/2/users/by", kind="json", body=body))
    with pytest.raises(SourceError) as caught:
        await source.fetch(None)
    assert not caught.value.permanent


async def test_an_account_that_does_not_exist_calls_a_person(world: World) -> None:
    source, _ = world.sources(brand(mentions=True, search=False))
    with pytest.raises(SourceError, match="romashka_ru") as caught:
        await source.fetch(None)
    assert caught.value.permanent


async def test_no_token_means_no_sources(world: World) -> None:
    assert build_x([brand()], XOptions(), world.purse, world.clock, lambda _: ("ромашка",)) == []


async def test_a_query_that_x_would_refuse_for_its_length_makes_no_source(world: World) -> None:
    assert world.sources(brand(), query="я" * 513) == []
    assert [one.name for one in world.sources(brand(), query="я" * 512)] == ["x.search:romashka"]


async def test_reading_is_counted_in_dollars_each_post_and_author_once_a_day(world: World) -> None:
    (source,) = world.sources(brand(usd=5))
    for n in range(3):
        world.x.post(OLGA, f"ромашка {n}", at=NOON)
    _, cursor = await drain(source, None)
    assert world.purse.spent == {"x:mills:romashka": 3 * 5 + 10}
    batches, _ = await drain(source, cursor)
    assert len(ids(batches)) == 3
    assert world.purse.spent == {"x:mills:romashka": 3 * 5 + 10}


async def test_a_spent_day_holds_the_source_back_and_loses_nothing(world: World) -> None:
    (source,) = world.sources(brand(usd=0.02))
    for n in range(3):
        world.x.post(OLGA, f"ромашка {n}", at=NOON)
    batches, cursor = await drain(source, None)
    assert len(ids(batches)) == 3
    asked = world.x.requests
    with pytest.raises(SourceError, match=r"0\.02 \$") as caught:
        await source.fetch(cursor)
    assert caught.value.held_back
    assert caught.value.retry_after == 60
    assert world.x.requests == asked


async def test_a_refused_query_calls_a_person(world: World) -> None:
    with pytest.raises(SourceError, match="invalid operator") as caught:
        await world.search(query="foo:bar").fetch(None)
    assert caught.value.permanent


async def test_a_wrong_token_calls_a_person_and_is_not_in_the_message(world: World) -> None:
    world.x.token = "another"
    with pytest.raises(SourceError, match="401") as caught:
        await world.search().fetch(None)
    assert caught.value.permanent
    assert TOKEN not in str(caught.value)


async def test_a_used_up_window_is_waited_for_and_not_knocked_at_again(world: World) -> None:
    world.x._meters["search"].limit = 2
    source = world.search()
    cursor: str | None = None
    for _ in range(2):
        _, cursor = await drain(source, cursor)
    for _ in range(3):
        with pytest.raises(SourceError) as caught:
            await source.fetch(cursor)
        assert caught.value.held_back
        assert caught.value.retry_after == pytest.approx(900, abs=2)
    assert world.x.requests == 2
    world.clock.move(minutes=15, seconds=1)
    await source.fetch(cursor)


HTML = Fault(path=SEARCH, kind="html")
BAD_ANSWERS = {
    "an HTML page with 200": (HTML, "text/html"),
    "an HTML page with 502": (Fault(path=SEARCH, kind="html", status=502), "502"),
    "an empty 500": (Fault(path=SEARCH, kind="status", status=500), "500"),
    "an empty 200": (Fault(path=SEARCH, kind="status", status=200), "200"),
    "a redirect": (Fault(path=SEARCH, kind="status", status=302, headers={"Location": "/elsewhere"}), "302"),
    "a JSON list": (Fault(path=SEARCH, kind="json", body=[1]), "JSON object"),
    "a JSON null": (Fault(path=SEARCH, kind="json", body=None), "JSON object"),
    "an empty object": (Fault(path=SEARCH, kind="json", body={}), "unknown fields"),
    "posts that are no list": (Fault(path=SEARCH, kind="json", body={"data": "x", "meta": {}}), "no page"),
    "only errors": (Fault(path=SEARCH, kind="json", body={"errors": [{"detail": "надолго"}]}), "надолго"),
    # aiohttp itself asks a second time after a cut, so it takes two to be seen.
    "a cut connection": (Fault(path=SEARCH, kind="reset", times=2), "does not answer"),
    "a dripping answer": (Fault(path=SEARCH, kind="trickle", seconds=3), "does not answer"),
    "a hanging answer": (Fault(path=SEARCH, kind="hang", seconds=3), "does not answer"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_a_bad_answer_is_an_error_to_try_again_and_the_next_good_one_is_heard(
    world: World, name: str
) -> None:
    fault, words = BAD_ANSWERS[name]
    world.x.faults.add(Fault(**{key: getattr(fault, key) for key in fault.__slots__}))
    number = world.x.post(OLGA, "ромашка", at=NOON)
    never = fault.kind in {"hang", "trickle"}
    source = world.search(timeouts=Timeouts(total=0.5, connect=0.5, read=0.3) if never else None)
    with pytest.raises(SourceError, match=words) as caught:
        await source.fetch(None)
    assert not caught.value.permanent
    assert TOKEN not in str(caught.value)
    batches, _ = await drain(source, None)
    assert ids(batches) == [number]


@pytest.mark.parametrize(
    ("fault", "permanent", "wait"),
    [
        ({"status": 429, "headers": {"x-rate-limit-reset": str(int(NOON.timestamp()) + 40)}}, False, 41),
        ({"status": 429, "headers": {"x-rate-limit-reset": "soon"}}, False, 60),
        ({"status": 429, "headers": {"x-rate-limit-reset": "0"}}, False, 60),
        ({"status": 429, "headers": {"x-rate-limit-reset": "-1", "retry-after": "1e999"}}, False, 900),
        ({"status": 429, "headers": {"x-rate-limit-reset": "99999999999"}}, False, 900),
        ({"status": 429, "headers": {"retry-after": "7"}}, False, 7),
        ({"status": 429}, False, 60),
        ({"status": 503, "headers": {"retry-after": "30"}}, False, 30),
        ({"status": 503, "headers": {"retry-after": "99999999999999"}}, False, 86_400),
        ({"status": 503, "headers": {"retry-after": "nan"}}, False, None),
        ({"status": 503, "headers": {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}}, False, None),
        ({"status": 402}, True, None),
        ({"status": 403}, True, None),
        ({"status": 404}, False, None),
    ],
)
async def test_every_status_has_its_consequence(
    world: World, *, fault: dict[str, object], permanent: bool, wait: float | None
) -> None:
    world.x.faults.add(Fault(path=SEARCH, kind="status", **fault))  # type: ignore[arg-type]  # a table of parts
    with pytest.raises(SourceError) as caught:
        await world.search().fetch(None)
    assert caught.value.permanent == permanent
    assert caught.value.retry_after == wait
    assert caught.value.held_back == (fault["status"] == 429)
    assert caught.value.unreachable == (fault["status"] == 503)


async def test_a_usage_cap_has_no_reset_and_is_looked_at_again_in_an_hour(world: World) -> None:
    body = {
        "type": "https://api.twitter.com/2/problems/usage-capped",
        "title": "UsageCapExceeded",
        "period": "Monthly",
    }
    world.x.faults.add(Fault(path=SEARCH, kind="json", status=429, body=body))
    with pytest.raises(SourceError, match="monthly cap") as caught:
        await world.search().fetch(None)
    assert caught.value.held_back
    assert caught.value.retry_after == 3600


async def test_a_server_that_sends_the_token_back_does_not_get_it_into_our_message(world: World) -> None:
    world.x.faults.add(Fault(path=SEARCH, kind="json", status=500, body={"detail": f"bad header {TOKEN}"}))
    with pytest.raises(SourceError, match=r"bad header \*\*\*"):
        await world.search().fetch(None)


async def test_broken_posts_are_left_out_and_the_others_heard(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    good = {
        "id": "2124356565342355456",
        "author_id": "7",
        "text": "ромашка",
        "created_at": "2026-11-22T11:59:00.000Z",
    }
    rows = [
        good | {"id": "11", "text": None},
        good | {"id": "12", "author_id": None},
        good | {"id": "13", "created_at": "вчера"},
        good | {"id": None},
        good | {"id": "14", "text": 5},
        "not a post",
        None,
        good | {"id": "15", "referenced_tweets": [{"type": "retweeted", "id": "1"}]},
        good | {"id": "16", "referenced_posts": [{"type": "retweeted", "id": "1"}]},
        good,
    ]
    body = {"data": rows, "includes": {"users": [None, {"id": 7}]}, "meta": {"result_count": 8}}
    world.x.faults.add(Fault(path=SEARCH, kind="json", body=body))
    batch = await world.search().fetch(None)
    (mention,) = batch.mentions
    assert mention.id == good["id"]
    assert mention.author.name == "id7"
    assert mention.url == f"https://x.com/i/status/{good['id']}"
    assert "`text`: Expected `str`, got `null`" in caplog.text


async def test_parts_that_x_cannot_give_do_not_stop_the_rest(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    body = {
        "data": [{"id": "2124356565342355456", "author_id": "7", "text": "ромашка"}],
        "errors": [
            {"title": "Not Found Error", "detail": "Could not find user with id: [7].", "type": "about:blank"}
        ],
        "meta": {"result_count": 1},
    }
    world.x.faults.add(Fault(path=SEARCH, kind="json", body=body))
    batch = await world.search().fetch(None)
    assert len(batch.mentions) == 1
    assert batch.mentions[0].published_at.year == 2026
    assert "Could not find user" in caplog.text


async def test_an_account_that_x_does_not_have_is_named_with_what_to_do(world: World) -> None:
    typo = replace(brand(mentions=True, search=False), accounts={"x": ("romashka_typo",)})
    for source in world.sources(typo):
        with pytest.raises(SourceError, match="аккаунта @romashka_typo в X нет: исправьте accounts") as refused:
            await source.fetch(None)
        assert refused.value.permanent


async def test_an_endless_body_is_cut_off(world: World) -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 1_000_000)
        except ConnectionError:
            return response

    app = web.Application()
    app.router.add_get(SEARCH, flood)
    async with TestServer(app) as server:
        client = XClient(Bearer(TOKEN), str(server.make_url("/")), world.clock)
        with pytest.raises(SourceError, match="слишком велик"):
            await client.search("ромашка", {}, None)
        await client.close()


async def test_a_text_of_two_hundred_megabytes_costs_its_post_and_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    good = '{"id": "12", "author_id": "7", "text": "ромашка", "created_at": "2026-11-22T11:59:00Z"}'

    async def monster(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"data": [{"id": "11", "author_id": "7", "text": "')
        for _ in range(200):
            await response.write("ы".encode() * 500_000)
        await response.write(f'"}}, {good}], "meta": {{"result_count": 2}}}}'.encode())
        return response

    app = web.Application()
    app.router.add_get(SEARCH, monster)
    async with TestServer(app) as server:
        client = XClient(Bearer(TOKEN), str(server.make_url("/")), world.clock)
        source = XSearch("x", "ромашка", timedelta(1), client, Pagination("x", world.clock, None))
        assert ids([await source.fetch(None)]) == ["12"]
        await source.close()
    assert "post 11: `text`: Expected `str`, got `null`" in caplog.text


async def test_a_server_that_knows_only_the_new_field_names_is_understood(world: World) -> None:
    asked: list[dict[str, str]] = []

    async def renamed(request: web.Request) -> web.Response:
        asked.append(dict(request.query))
        if "tweet.fields" in request.query:
            error = {"parameters": {"tweet.fields": ["…"]}, "message": "unknown parameter"}
            return web.json_response({"errors": [error], "title": "Invalid Request"}, status=400)
        post = {"id": "2124356565342355456", "author_id": "7", "text": "коротко", "note_post": {"text": "длинно"}}
        return web.json_response({"data": [post], "meta": {"result_count": 1}})

    app = web.Application()
    app.router.add_get(SEARCH, renamed)
    async with TestServer(app) as server:
        client = XClient(Bearer(TOKEN), str(server.make_url("/")), world.clock)
        source = XSearch("x", "ромашка", timedelta(1), client, Pagination("x", world.clock, None))
        assert (await source.fetch(None)).mentions[0].text == "длинно"
        await source.fetch(None)
        await source.close()
    assert ["tweet.fields" in one for one in asked] == [True, False, False]
    assert "note_post" in asked[-1]["post.fields"]


async def test_own_posts_are_known_by_number_where_x_names_no_authors(world: World) -> None:
    asked: list[str] = []

    async def search(_: web.Request) -> web.Response:
        rows = [
            {"id": number, "author_id": author, "text": "ромашка"} for number, author in (("5", "900"), ("6", "7"))
        ]
        for row in rows:
            row["created_at"] = "2026-11-22T11:59:00.000Z"
        return web.json_response({"data": rows, "meta": {"result_count": 2}})

    async def user(request: web.Request) -> web.Response:
        asked.append(request.match_info["name"])
        if len(asked) == 1:
            return web.Response(status=503)
        return web.json_response({"data": {"id": "900", "name": "Ромашка", "username": "romashka_ru"}})

    app = web.Application()
    app.router.add_get(SEARCH, search)
    app.router.add_get("/2/users/by/username/{name}", user)
    async with TestServer(app) as server:
        settings = XOptions(api_url=str(server.make_url("/")), bearer_token=Secret(TOKEN))
        (source,) = build_x([brand()], settings, world.purse, world.clock, lambda _: ["ромашка"])
        batches = [await source.fetch(None) for _ in range(3)]
        await source.close()
    own = [[is_own_account(mention, (brand(),)) for mention in batch.mentions] for batch in batches]
    assert [[mention.id for mention in batch.mentions] for batch in batches] == [["5", "6"]] * 3
    assert own == [[False, False], [True, False], [True, False]]
    assert asked == ["romashka_ru", "romashka_ru"]


async def test_an_edited_post_is_the_same_mention_with_another_text(world: World) -> None:
    first, second = str(number_at(NOON)), str(number_at(NOON + timedelta(minutes=5)))
    rows = [
        {
            "id": second,
            "author_id": "7",
            "text": "ромашка, починили",
            "created_at": "2026-11-22T12:05:00.000Z",
            "conversation_id": first,
            "edit_history_tweet_ids": [first, second],
        },
        {"id": first, "author_id": "7", "text": "ромашка лежит", "edit_history_tweet_ids": [first]},
    ]
    world.x.faults.add(Fault(path=SEARCH, kind="json", body={"data": rows, "meta": {}}))
    edited, before = (await world.search().fetch(None)).mentions
    assert (edited.id, before.id) == (first, first)
    assert (edited.published_at, edited.edited_at) == (NOON, NOON + timedelta(minutes=5))
    assert before.edited_at is None
    assert edited.thread is None
    assert edited.url.endswith(second)


async def test_what_a_post_answers_and_shows_is_named_and_read_where_x_gives_it(world: World) -> None:
    rows = [
        {
            "id": "2124356565342355456",
            "author_id": "7",
            "text": "и у нас",
            "created_at": "2026-11-22T11:59:00.000Z",
            "referenced_tweets": [{"type": "replied_to", "id": "11"}, {"type": "quoted", "id": "12"}, None],
            "entities": {"urls": [{"title": "Ромашка &amp; Ко", "description": "Опять авария"}, {}, 5]},
        }
    ]
    given = [{"id": "12", "author_id": "8", "text": "нет &lt;связи&gt;"}]
    includes = {"tweets": given, "users": [{"id": "8", "name": "Пётр", "username": "petr"}]}
    world.x.faults.add(Fault(path=SEARCH, kind="json", body={"data": rows, "includes": includes, "meta": {}}))
    (mention,) = (await world.search().fetch(None)).mentions
    assert mention.kind == "reply"
    assert mention.parent == Quote(id="11", url="https://x.com/i/status/11")
    assert mention.quoted == Quote(id="12", author="Пётр", text="нет <связи>", url="https://x.com/i/status/12")
    assert mention.attached == ("Ромашка & Ко\nОпять авария",)


async def test_a_server_that_repeats_its_token_is_not_walked_for_ever(world: World) -> None:
    body = {"data": [{"id": "5", "author_id": "7", "text": "ромашка", "created_at": "2026-11-22T11:59:00Z"}]}
    world.x.faults.add(Fault(path=SEARCH, kind="json", body=body | {"meta": {"next_token": "same"}}, times=50))
    batches, _ = await drain(world.search(), None)
    assert len(batches) == 2


async def test_a_closed_source_lets_the_others_go_on(world: World) -> None:
    world.x.register(BRAND)
    first, second, _ = world.sources(brand(mentions=True))
    await first.fetch(None)
    await first.close()
    await second.fetch(None)
