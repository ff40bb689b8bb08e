"""Where `complaint_at: auto` stands: levels follow the brands' latest verdicts, the day's cards, and taps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from classifiers.bootstrap import Ranged
from classifiers.threshold import Calibration, level_for
from domain.brand import Brand
from listener.decision import Decider
from listener.store.decisions import DecisionStore

EVERY: Final = timedelta(minutes=10)
PAST: Final = timedelta(days=7)
"""A week has quiet days and loud ones."""
LATEST: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Where a brand's level stands, and what share of its cards should be complaints by the taps, if any tell."""

    brand: Brand
    level: float
    precision: Ranged | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    at: datetime
    asked: tuple[int, float | None, Calibration | None]
    level: float


class Levels:
    """Looks a brand's verdicts up anew every ten minutes."""

    def __init__(self, decisions: DecisionStore) -> None:
        self._decisions = decisions
        self._known: dict[str, _Known] = {}

    async def applied(self, decider: Decider, now: datetime) -> Decider:
        """The decider with the levels of this moment."""
        following = followers(decider)
        if not following:
            return decider
        levels = await self._levels(following, decider.corrections.calibrations, now)
        brands = {
            name: replace(brand, complaint_at=levels.get(name, brand.complaint_at))
            for name, brand in decider.brands.items()
        }
        return replace(decider, brands=brands)

    async def followed(self, decider: Decider, now: datetime) -> list[Followed]:
        """Where each level stands, to be told to people."""
        calibrations = decider.corrections.calibrations
        found = []
        for brand in followers(decider):
            said, days = await self._heard(brand, now)
            calibration = calibrations.get(brand.id)
            level = level_for(said, days, brand.per_day or 0, calibration, brand.precision)
            precision = calibration.precision(said, level) if calibration is not None else None
            found.append(Followed(brand=brand, level=level, precision=precision))
        return found

    async def _levels(
        self, brands: Iterable[Brand], calibrations: Mapping[str, Calibration], now: datetime
    ) -> Mapping[str, float]:
        levels = {}
        for brand in brands:
            known, asked = (
                self._known.get(brand.id),
                (brand.per_day or 0, brand.precision, calibrations.get(brand.id)),
            )
            if known is None or known.asked != asked or not known.at <= now < known.at + EVERY:
                said, days = await self._heard(brand, now)
                cards, wanted, calibration = asked
                level = level_for(said, days, cards, calibration, wanted)
                known = self._known[brand.id] = _Known(now, asked, level)
            levels[brand.id] = known.level
        return levels

    async def _heard(self, brand: Brand, now: datetime) -> tuple[list[float], float]:
        """The probabilities of the last week's texts, and in how many days they were heard."""
        said = await self._decisions.latest(brand.id, now - PAST, LATEST)
        days = (now - said[-1][0]) / timedelta(days=1) if said else 0.0
        return [complaint for _, complaint in said], days


def followers(decider: Decider) -> list[Brand]:
    """The brands whose level follows their budget."""
    return [brand for brand in decider.brands.values() if brand.follows_budget and brand.per_day]
