"""Everyone's posts that name a brand: newsfeed.search, a page at a time, back to what is already stored."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.brand import Brand, Watch
from domain.mention import Author, Mention
from listener.mention_format import MalformedMentionError
from listener.networks.bounded import AnswerTooLargeError
from listener.networks.reading import read
from listener.networks.vk.client import VkClient
from listener.networks.vk.items import PEOPLE_FIELDS, author_id, authors_of, read_item, read_people, read_post
from listener.networks.vk.network import VK
from listener.networks.vk.people import People
from listener.networks.vk.progress import Progress, read_progress, write_progress
from listener.networks.vk.quota import METHOD, Quota
from listener.networks.vk.quotes import Quotes
from listener.networks.vk.shapes import Item, Page
from listener.ports import Batch, Clock, Gap, SourceError

log = logging.getLogger(__name__)

PAGE: Final = 200
WINDOW: Final = 1000
"""VK gives no more than this many results of one time window, however one pages; the rest needs an `end_time`."""
MOST_PAGES: Final = 50
LOOK_BACK: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    mentions: tuple[Mention, ...]
    dates: tuple[int, ...]
    size: int
    total: int | None
    next_from: str | None


@dataclass(slots=True, kw_only=True)
class _Found:
    """What one fetch has gathered: mentions by id, the last page's dates, whether it reached the end."""

    progress: Progress
    mentions: dict[str, Mention] = field(default_factory=dict)
    last_dates: tuple[int, ...] = ()
    seen: int = 0
    pages: int = 0
    ended: bool = False
    gaps: tuple[Gap, ...] = ()


class VkSearch:
    """One brand's search. A fetch takes one query's window (at most 1000 results); `more` asks for the rest."""

    network = VK.id

    def __init__(
        self,
        brand: Brand,
        queries: Sequence[str],
        client: VkClient,
        quota: Quota,
        clock: Clock,
        *,
        look_back: timedelta = LOOK_BACK,
    ) -> None:
        watch = brand.watch.get(self.network)
        self.name = f"vk.search:{brand.id}"
        self._every = (watch or Watch()).every
        self._queries = tuple(dict.fromkeys(queries))
        self._client = client
        self._quota = quota
        self._clock = clock
        self._look_back = look_back
        self._people = People(client)
        self._quotes = Quotes(client)
        self._turn = 0
        quota.join(len(self._queries))

    @property
    def every(self) -> timedelta | None:
        """The brand's own cadence, slower when the day's quota runs out."""
        return self._quota.delay(self._every)

    async def fetch(self, cursor: str | None) -> Batch:
        if not self._queries:
            return Batch()
        now, look_back = int(self._clock.now().timestamp()), int(self._look_back.total_seconds())
        progress = read_progress(cursor, self._queries, now=now, look_back=look_back)
        query = self._queries[self._turn]
        try:
            found = await self._window(query, progress[query].begun(now))
        except SourceError:
            # The next query gets its chance even when this one can never be answered.
            self._next_query()
            raise
        progress[query] = found.progress
        more = not found.ended or self._next_query()
        oldest_first = tuple(reversed(found.mentions.values()))
        return Batch(mentions=oldest_first, cursor=write_progress(progress), more=more, gaps=found.gaps)

    async def close(self) -> None:
        await self._quotes.close()
        await self._client.close()

    def _next_query(self) -> bool:
        """Turn to the next query; False when the round is over."""
        self._turn = (self._turn + 1) % len(self._queries)
        return self._turn != 0

    async def _window(self, query: str, progress: Progress) -> _Found:
        """Page until the end or the window's limit. A failure after the first page keeps what came before it."""
        found = _Found(progress=progress)
        next_from: str | None = None
        for _ in range(MOST_PAGES):
            try:
                page = await self._page(query, progress, next_from)
            except AnswerTooLargeError as error:
                return self._too_large(found, error)
            except SourceError:
                if not found.last_dates:
                    raise
                return self._broken_off(found)
            self._gather(found, page)
            if page.next_from is None or page.next_from == next_from or not page.size:
                return self._broken_off(found) if _cut_short(found.seen, page.total) else self._ended(found)
            if found.seen >= WINDOW:
                break
            next_from = page.next_from
        return self._broken_off(found)

    async def _page(self, query: str, progress: Progress, next_from: str | None) -> _Page:
        """One page; a page too large to hold is asked for again in smaller pieces before giving up."""
        for count in (PAGE, PAGE // 10, 1):
            values: dict[str, object] = {"q": query, "count": count, "extended": 1, "fields": PEOPLE_FIELDS}
            values["start_time"] = progress.start_time
            if progress.until is not None:
                values["end_time"] = progress.until
            if next_from is not None:
                values["start_from"] = next_from
            await self._quota.spend()
            try:
                return await self._read(await self._client.call(METHOD, **values))
            except AnswerTooLargeError:
                if count == 1:
                    raise
            except SourceError as error:
                if error.unreachable:
                    # A network that is down is looked at every few seconds: that must not use up the day.
                    await self._quota.give_back()
                raise
        raise AssertionError  # pragma: no cover  # the loop ends by return or raise

    async def _read(self, answer: object) -> _Page:
        try:
            page = read(answer, Page)
        except MalformedMentionError:
            raise SourceError(f"VK {METHOD}: ответ непонятен (нет списка items)") from None
        items = [item for row in page.items if (item := self._item(row)) is not None]
        people = read_people(answer) if isinstance(answer, Mapping) else {}
        strangers = {number for item in items for number in authors_of(item)} - people.keys()
        if strangers:
            people |= await self._people.find(strangers)
        read_now = [(mention, item.date) for item in items if (mention := self._mention(item, people)) is not None]
        mentions = await self._quotes.answered([mention for mention, _ in read_now])
        return _Page(
            mentions=tuple(mentions),
            dates=tuple(date for _, date in read_now),
            size=len(page.items),
            total=page.total_count,
            next_from=page.next_from or None,
        )

    def _item(self, row: Any) -> Item | None:
        try:
            item = read_item(row)
            author_id(item)
        except MalformedMentionError as error:
            log.warning("source %s: one result skipped: %s", self.name, error)
            return None
        return item

    def _mention(self, item: Item, people: Mapping[int, Author]) -> Mention | None:
        try:
            return read_post(item, people)
        except MalformedMentionError as error:
            log.warning("source %s: one result skipped: %s", self.name, error)
            return None

    def _gather(self, found: _Found, page: _Page) -> None:
        now = int(self._clock.now().timestamp())
        found.mentions |= {mention.id: mention for mention in page.mentions}
        found.last_dates = page.dates or found.last_dates
        found.seen += page.size
        found.pages += 1
        found.progress = found.progress.saw(page.dates, now)

    def _ended(self, found: _Found) -> _Found:
        crowded = found.pages > 1 or found.progress.until is not None
        found.progress = found.progress.done(int(self._clock.now().timestamp()), crowded=crowded)
        found.ended = True
        return found

    def _broken_off(self, found: _Found) -> _Found:
        """Stop in the middle of a round: the next fetch goes on before the oldest page of this one."""
        if not found.last_dates:
            return self._ended(found)
        found.progress, lost = found.progress.back_to(found.last_dates)
        if lost:
            second = min(found.last_dates)
            found.gaps += (
                self._gap(second, second + 1, f"за одну секунду больше {WINDOW} записей: часть VK не отдаёт"),
            )
        return self._ended(found) if found.progress.at_bottom else found

    def _too_large(self, found: _Found, error: AnswerTooLargeError) -> _Found:
        """Step over what cannot be read; otherwise one monstrous post would make the search deaf for good."""
        now = int(self._clock.now().timestamp())
        until = found.progress.until or now
        found.gaps += (self._gap(found.progress.start_time, until, f"{error}: поиск пропустил часть записей"),)
        found.progress = found.progress.saw((now,), now)
        return self._ended(found)

    def _gap(self, since: int, until: int, cause: str) -> Gap:
        return Gap(since=datetime.fromtimestamp(since, UTC), until=datetime.fromtimestamp(until, UTC), cause=cause)


def _cut_short(seen: int, total: int | None) -> bool:
    """Whether the pages ended because of VK's window and not because there is no more.

    VK filters its pages, so a full window may hold somewhat less; `total_count` alone is not to be trusted.
    """
    return seen >= WINDOW * 4 // 5 and (total is None or total > seen)
