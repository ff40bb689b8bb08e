"""The matcher: which brands a text speaks of, where, and why we think so."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from domain.brand import Brand, Match
from listener.brands.letters import fold, visible
from listener.brands.patterns import TRIGGERS, compile_brand
from listener.brands.scan import Hit, Scanner, Sentences

NEAR_WORDS: Final = 12
"""A companion this many words away speaks for a homonym whatever stands between."""

SENTENCE_WORDS: Final = 40
"""Within one sentence the companion may be further away; texts without full stops need some bound."""


class Matcher:
    """All brands compiled together. Building takes milliseconds a brand; `match` is safe to call from threads."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._brands: Final = tuple(brands)
        self._scanner: Final = Scanner(
            pattern for number, brand in enumerate(brands) for pattern in compile_brand(number, brand)
        )

    def match(self, text: str) -> list[Match]:
        """The brands named in the text, in the order of the config; spans are characters of `text` itself."""
        clean, places = visible(text)
        folded = fold(clean)
        if not self._scanner.worth_scanning(clean, folded):
            return []
        found = self._scanner.hits(clean, folded)
        matches = []
        for number in sorted(found):
            brand = self._brands[number]
            named = _named(brand, found[number], folded)
            if named:
                words = tuple((places[start], places[end - 1] + 1) for start, end in _spans(named))
                matches.append(
                    Match(brand=brand.id, words=words, reason=_reason(brand, named, found[number], clean))
                )
        return matches


def _named(brand: Brand, hits: Sequence[Hit], folded: str) -> list[Hit]:
    """The hits that name the brand: not vetoed by `never_when`, and with a companion where one is needed."""
    vetoed = {place for hit in hits if hit.kind == "never" for place in range(hit.first - 1, hit.last + 2)}
    alive = [
        hit
        for hit in hits
        if hit.kind in TRIGGERS and (hit.kind == "account" or vetoed.isdisjoint(range(hit.first, hit.last + 1)))
    ]
    if not alive or not brand.only_when or any(hit.kind != "name" for hit in alive):
        return alive
    companions = [hit for hit in hits if hit.kind == "companion"]
    if not companions:
        return []
    sentences = Sentences(folded)
    return [hit for hit in alive if _companion(hit, companions, sentences) is not None]


def _companion(name: Hit, companions: Sequence[Hit], sentences: Sentences) -> Hit | None:
    """The nearest companion on either side that is near enough. `companions` are in order of `first`."""
    right = bisect_left(companions, name.last + 1, key=lambda hit: hit.first)
    left = bisect_left(companions, name.first, key=lambda hit: hit.first)
    around = [companions[place] for place in (left - 1, right) if 0 <= place < len(companions)]
    for hit in sorted(around, key=lambda one: _distance(name, one)):
        away = _distance(name, hit)
        together = sentences.of(hit.start) == sentences.of(name.start)
        if 0 < away <= NEAR_WORDS or (together and 0 < away <= SENTENCE_WORDS):
            return hit
    return None


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


_STRENGTH: Final = {"account": 0, "long_name": 1, "phrase": 2, "name": 3}


def _reason(brand: Brand, named: Sequence[Hit], hits: Sequence[Hit], text: str) -> str:
    best = min(named, key=lambda hit: (_STRENGTH[hit.kind], hit.how != "", hit.start))
    quote = text[best.start : best.end]
    if best.kind == "account":
        return f"упомянут аккаунт {quote.lstrip('[*')}"
    if best.kind == "phrase":
        return f"есть фраза «{quote}»"
    reason = f"названо «{quote}»" + (f" ({best.how})" if best.how else "")
    if best.kind == "name" and brand.only_when:
        near = _companion(best, [hit for hit in hits if hit.kind == "companion"], Sentences(fold(text)))
        reason += f" рядом с «{text[near.start : near.end]}»" if near else " вместе с однозначным упоминанием"
    return reason
