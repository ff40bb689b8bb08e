"""The rules in force: what the config decides, replaced as a whole when it is read anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from listener.decision import Decider
from listener.networks.accounts import is_page_of
from listener.talking import Talking


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what is decided, and with what cards are worded and presses understood."""

    decider: Decider
    context: CardContext

    @property
    def elsewhere(self) -> Elsewhere:
        return Elsewhere(context=self.context, engineers="engineers")

    def talking(self, now: datetime) -> Talking:
        """What joins the private messages that are heard now to cases."""
        return Talking(
            brand_of=self.brand_of,
            wanted="invited",
            invited_for=timedelta(days=14),
            deadlines=self.decider.promise(now),
            on_shift=self.decider.on_shift(now),
            elsewhere=self.elsewhere,
        )

    def brand_of(self, network: str, page: str) -> str | None:
        """The brand whose page it is; of several that share it the first."""
        brands = (brand.id for brand in self.decider.brands.values() if is_page_of(brand, network, page))
        return next(brands, None)
