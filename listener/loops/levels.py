"""Where `complaint_at: auto` stands: the brands' levels follow their own latest verdicts and the day's cards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from classifiers.threshold import level_for
from domain.brand import Brand
from listener.decision import Decider
from listener.store.decisions import DecisionStore

EVERY: Final = timedelta(minutes=10)
PAST: Final = timedelta(days=7)
"""A week has quiet days and loud ones."""
LATEST: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Level:
    at: datetime
    per_day: int
    level: float


class Levels:
    """Looks a brand's verdicts up anew every ten minutes."""

    def __init__(self, decisions: DecisionStore) -> None:
        self._decisions = decisions
        self._known: dict[str, _Level] = {}

    async def applied(self, decider: Decider, now: datetime) -> Decider:
        """The decider with the levels of this moment."""
        following = [brand for brand in decider.brands.values() if brand.follows_budget and brand.per_day]
        if not following:
            return decider
        levels = await self._levels(following, now)
        brands = {
            name: replace(brand, complaint_at=levels.get(name, brand.complaint_at))
            for name, brand in decider.brands.items()
        }
        return replace(decider, brands=brands)

    async def _levels(self, brands: Iterable[Brand], now: datetime) -> Mapping[str, float]:
        levels = {}
        for brand in brands:
            known, cards = self._known.get(brand.id), brand.per_day or 0
            if known is None or known.per_day != cards or not known.at <= now < known.at + EVERY:
                said = await self._decisions.latest(brand.id, now - PAST, LATEST)
                days = (now - said[-1][0]) / timedelta(days=1) if said else 0.0
                level = level_for([complaint for _, complaint in said], days, cards)
                known = self._known[brand.id] = _Level(now, cards, level)
            levels[brand.id] = known.level
        return levels
