"""Random trees of routes, random mentions for them, and the world in which both live."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from alerts.candidate import Candidate
from alerts.routing import AuthorList, Chat, Receiver, Route, Routing, When
from alerts.routing.linter import WEEK, Around
from alerts.routing.regions import Region
from alerts.sla import Hours
from domain.person import Absence, Person
from tests.fakes import a_candidate

BRANDS: Final = ("vasilek", "lyutik")
NETWORKS: Final = ("vk", "x")
TOPICS: Final = ("связь", "цена", "возврат")
INTENTS: Final = ("vent", "solve", "question")
LANGUAGES: Final = ("ru", "latin", "other")
WORDS: Final = ("суд", "вернуть", "=верните", "вернуть деньги")
IMPLIED: Final = {
    "суд": {"суд"},
    "вернуть": {"вернуть"},
    "=верните": {"=верните", "вернуть"},
    "вернуть деньги": {"вернуть деньги", "вернуть"},
}
"""As the texts have it: where «верните» stands «вернуть» does in one of its forms."""
AUTHORS: Final = (
    AuthorList(name="пресса", members=frozenset({"vk:1", "x:ria"})),
    AuthorList(name="свои", members=frozenset({"vk:2", "vk:one"})),
    AuthorList(name="x:ria", members=frozenset({"x:ria"})),
)
SPANS: Final = ((time(9), time(18)), (time(22), time(9)), (time(18), time.max), (time(12, 10), time(12, 20)))
ZONE: Final = "Europe/Moscow"
ALL_DAY: Final = Hours(
    weekdays=((time(0), time.max),), weekend=((time(0), time.max),), holidays=None, night="hold", timezone=ZONE
)
NAMES: Final = ("r1", "r2", "r3")
SKILLS: Final = ("связь", "цена")
OLGA: Final = Person(id="olga", name="Ольга", role="operator", skills=("связь",))
IVAN: Final = Person(id="ivan", name="Иван", role="operator", skills=("цена",))
SHIFTS: Final = {
    "ivan": Hours(weekdays=((time(9), time(18)),), weekend=(), holidays=None, night="hold", timezone=ZONE)
}
STAFFS: Final = ((OLGA, IVAN), (replace(OLGA, absence=Absence()), IVAN))
WORLD: Final = Around(
    heard=frozenset((brand, network) for brand in BRANDS for network in NETWORKS),
    urgent_at=0.9,
    people=STAFFS[0],
    implied=IMPLIED,
)


def some(names: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Nothing is asked, or some of the names."""
    asked = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)
    return st.one_of(st.just(()), st.just(()), asked)


def floor(*levels: float) -> st.SearchStrategy[float | None]:
    return st.one_of(st.none(), st.none(), st.sampled_from(levels))


conditions = st.builds(
    When,
    brands=some(BRANDS),
    networks=some(NETWORKS),
    topics=some(TOPICS),
    intents=some(INTENTS),
    languages=some(LANGUAGES),
    authors=some(AUTHORS),
    words=some(WORDS),
    hours=some(SPANS),
    days=some(("weekdays", "weekend")),
    skills=some(SKILLS),
    urgency_at=floor(0.5, 0.9),
    complaint_at=floor(0.7),
    reach_at=floor(100, 1000),
)
ends = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True).map(tuple)
leaves = st.builds(Route, when=conditions, to=ends)
routes = st.recursive(
    leaves,
    lambda below: st.builds(
        Route,
        when=conditions,
        to=st.one_of(st.just(()), ends),
        routes=st.lists(below, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=6,
)


def receiver(name: str, **fields: Any) -> Receiver:
    return replace(
        Receiver(name=name, chats=(Chat(messenger="console", chat=name),), owner="anna"),  # type: ignore[arg-type]
        **fields,
    )


trees = st.builds(
    Routing,
    receivers=st.just(tuple(map(receiver, NAMES))),
    default=ends,
    routes=st.lists(routes, max_size=4).map(tuple),
    hours=st.just(ALL_DAY),
    shifts=st.just(SHIFTS),
    people=st.sampled_from(STAFFS),
)


@st.composite
def mentions(draw: st.DrawFn) -> tuple[Candidate, datetime]:
    """A mention of the world, and when it is decided on."""
    network = draw(st.sampled_from(NETWORKS))
    number, handle = draw(st.sampled_from({"vk": [("1", "one"), ("2", None)], "x": [("7", "ria")]}[network]))
    stranger = draw(st.booleans())
    day, clock = draw(st.sampled_from(sorted(WEEK.values()))), draw(st.times())
    candidate = a_candidate(
        brand=draw(st.sampled_from(BRANDS)),
        network=network,
        author_id="900" if stranger else number,
        author_handle=None if stranger else handle,
        topics=tuple(draw(st.sets(st.sampled_from(TOPICS)))),
        intent=draw(st.sampled_from(INTENTS)),
        language=draw(st.sampled_from(LANGUAGES)),
        spoken=tuple({other for word in draw(st.sets(st.sampled_from(WORDS))) for other in IMPLIED[word]}),
        urgency=draw(st.floats(0, 0.99)),
        complaint=draw(st.floats(0, 0.99)),
        reach=draw(st.one_of(st.none(), st.integers(0, 5000))),
    )
    return candidate, datetime.combine(day, clock, ZoneInfo(ZONE))


def whole_world(*moments: Any) -> Region:
    return Region(
        where=WORLD.heard,
        intents=frozenset(INTENTS),
        languages=frozenset(LANGUAGES),
        moments=frozenset(moments),
        known=dict.fromkeys(SKILLS, frozenset(moments)),
    )


def staffed(*skills: str) -> Routing:
    """A tree without routes, and somebody at work who knows all that."""
    expert = Person(id="expert", name="Знаток", role="operator", skills=skills)
    return Routing(receivers=(receiver("r1"),), default=("r1",), hours=ALL_DAY, people=(expert,))


def one_of(region: Region) -> tuple[Candidate, Routing, datetime] | None:
    """One of the region: a candidate, who works, and when; None where its author would need too many names."""
    names = [min(asked - region.authors.barred) for asked in region.authors.asked]
    where = sorted(pair for pair in region.where if all(name.startswith(f"{pair[1]}:") for name in names))
    if len(set(names)) > 2 or not where:
        return None
    brand, network = where[0]
    plain = [name.partition(":")[2] for name in dict.fromkeys(names)]
    moment = min(region.moments)
    candidate = a_candidate(
        brand=brand,
        network=network,
        author_id=plain[0] if plain else "900",
        author_handle=plain[-1] if plain else None,
        topics=tuple(min(asked - region.topics.barred) for asked in region.topics.asked),
        intent=min(region.intents),
        language=min(region.languages),
        spoken=tuple(min(asked - region.words.barred) for asked in region.words.asked),
        urgency=region.urgency[0],
        complaint=region.complaint[0],
        reach=int(region.reach[0]),
    )
    there = staffed(*(min(asked - region.skills.barred) for asked in region.skills.asked))
    return candidate, there, datetime.combine(WEEK[moment.day], moment.clock, ZoneInfo(ZONE))
