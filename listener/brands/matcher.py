"""The matcher: which brands a text speaks of, where, and why we think so."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from classifiers.plain import plain
from domain.brand import Brand, Match
from listener.brands.forms import AS_WRITTEN
from listener.brands.homonyms import Page, Weighed, weigh
from listener.brands.letters import fold
from listener.brands.patterns import TRIGGERS, Pattern, compile_brand
from listener.brands.scan import Hit, Scanner, Sentences

NEAR_WORDS: Final = 12
"""A companion this many words away speaks for a homonym whatever stands between."""

SENTENCE_WORDS: Final = 40
"""Within one sentence the companion may be further away; texts without full stops need some bound."""

_ASKED: Final = 3
"""Companions on each side that are asked: the nearest may be the one that means nothing."""


class Matcher:
    """All brands compiled together. Building takes milliseconds a brand; `match` is safe to call from threads."""

    def __init__(self, brands: Sequence[Brand], marks: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._brands: Final = tuple(brands)
        patterns = [
            pattern for number, brand in enumerate(brands) for pattern in compile_brand(number, brand, marks or {})
        ]
        self._scanner: Final = Scanner(patterns, _slippery(patterns, brands))

    def missed(self, text: str) -> list[Match]:
        """Brands whose name stands in the text and is not taken for them, with what was missing as the reason."""
        reading = plain(text)
        clean, folded = reading.text, fold(reading.text)
        found, tokens = self._scanner.hits(clean, folded)
        page = Page(clean, folded, tokens)
        misses = []
        for number in sorted(found):
            brand, hits = self._brands[number], found[number]
            names = [hit for hit in hits if hit.kind in TRIGGERS]
            if names and not _named(brand, hits, page):
                words = tuple(reading.written(start, end) for start, end in _spans(names))
                misses.append(Match(brand=brand.id, words=words, reason=_missing(names, hits, page)))
        return misses

    def match(self, text: str) -> list[Match]:
        """The brands named in the text, in the order of the config; spans are characters of `text` itself."""
        reading = plain(text)
        clean, folded = reading.text, fold(reading.text)
        found, tokens = self._scanner.hits(clean, folded)
        if not found:
            return []
        page = Page(clean, folded, tokens)
        matches = []
        for number in sorted(found):
            brand = self._brands[number]
            named = _named(brand, found[number], page)
            if named:
                words = tuple(reading.written(start, end) for start, end in _spans(hit for hit, _ in named))
                reason = _reason(named, page)
                matches.append(Match(brand=brand.id, words=words, reason=reason))
        return matches


def _slippery(patterns: Sequence[Pattern], brands: Sequence[Brand]) -> Iterator[str]:
    """The forms of names in which one slip of the finger is looked through: not of those that are words anyway."""
    for pattern in patterns:
        brand = brands[pattern.brand]
        named = pattern.kind in ("name", "long_name") and pattern.literal is None
        if named and brand.misspelled and not brand.only_when:
            for word in pattern.words:
                yield from (form for form, how in word.spellings.items() if how == AS_WRITTEN)


Named = tuple[Hit, Weighed | None]
"""A hit that names the brand, with what speaks for it where that had to be weighed."""


def _named(brand: Brand, hits: Sequence[Hit], page: Page) -> list[Named]:
    """The hits that name the brand: not vetoed by `never_when`, and a homonym where enough speaks for it."""
    alive = _alive([hit for hit in hits if hit.kind in TRIGGERS], [hit for hit in hits if hit.kind == "never"])
    if not alive or not brand.only_when or any(hit.kind != "name" for hit in alive):
        return [(hit, None) for hit in alive]
    companions = _only_companions(hits)
    weighed = ((hit, _weighed(hit, companions, page)) for hit in alive)
    return [(hit, weight) for hit, weight in weighed if weight.names_the_brand]


def _alive(names: Sequence[Hit], forbidding: Sequence[Hit]) -> list[Hit]:
    """The names that no phrase of `never_when` touches; an account cannot be mistaken."""
    vetoed = {place for hit in forbidding for place in range(hit.first - 1, hit.last + 2)}
    return [hit for hit in names if hit.kind == "account" or vetoed.isdisjoint(range(hit.first, hit.last + 1))]


def _only_companions(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.kind == "companion"]


def _weighed(name: Hit, companions: Sequence[Hit], page: Page) -> Weighed:
    """A homonym with the companion that speaks most for it, and with everything else that does."""
    near = [*_companions(name, companions, page.sentences), None]
    weighed = [weigh(name, companion, page) for companion in near]
    return max(weighed, key=lambda each: (each.names_the_brand, each.weight)) if len(weighed) > 1 else weighed[0]


def _companions(name: Hit, companions: Sequence[Hit], sentences: Sentences) -> list[Hit]:
    """The companions on either side that are near enough, nearest first, a few of them."""
    right = bisect_left(companions, name.last + 1, key=lambda hit: hit.first)
    left = bisect_left(companions, name.first, key=lambda hit: hit.first)
    around = [*companions[max(0, left - _ASKED) : left], *companions[right : right + _ASKED]]
    return [hit for hit in sorted(around, key=lambda hit: _distance(name, hit)) if _is_near(name, hit, sentences)]


def _is_near(name: Hit, hit: Hit, sentences: Sentences) -> bool:
    away = _distance(name, hit)
    together = sentences.of(hit.start) == sentences.of(name.start)
    return 0 < away <= NEAR_WORDS or (together and 0 < away <= SENTENCE_WORDS)


def _distance(name: Hit, other: Hit) -> int:
    """Words between the two; 0 or less when they overlap."""
    return max(other.first - name.last, name.first - other.last)


def _spans(hits: Iterable[Hit]) -> list[tuple[int, int]]:
    """The hits' places in order, overlapping ones merged."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((hit.start, hit.end) for hit in hits):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _missing(names: Sequence[Hit], hits: Sequence[Hit], page: Page) -> str:
    """Why none of the names counts, in Russian."""
    name = page.text[names[0].start : names[0].end]
    forbidding = [hit for hit in hits if hit.kind == "never"]
    if forbidding and not _alive(names, forbidding):
        return f"«{name}» есть, но это отменяет never_when: «{page.text[forbidding[0].start : forbidding[0].end]}»"
    companions = _only_companions(hits)
    if not companions:
        return f"имя «{name}» есть, спутника из only_when рядом нет"
    near = page.text[companions[0].start : companions[0].end]
    return f"имя «{name}» есть, но рядом лишь «{near}», а прочее говорит о другом смысле или стоит далеко"


_STRENGTH: Final = {"account": 0, "long_name": 1, "phrase": 2, "name": 3}


def _reason(named: Sequence[Named], page: Page) -> str:
    best, weighed = min(named, key=lambda pair: (_STRENGTH[pair[0].kind], pair[0].how != "", pair[0].start))
    quote = page.text[best.start : best.end]
    if best.kind == "account":
        return f"упомянут аккаунт {quote.lstrip('[*')}"
    if best.kind == "phrase":
        return f"есть фраза «{quote}»"
    reason = f"названо «{quote}»" + (f" ({best.how})" if best.how else "")
    if weighed is None:
        return reason
    return f"{reason} {' и '.join(weighed.signs[: 1 if weighed.companion else 2])}"
