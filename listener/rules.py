"""The rules in force: what the config decides, replaced as a whole when it is read anew."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from classifiers.pace import Pace
from domain.brand import Messages
from listener.decision import Decider
from listener.networks.accounts import brand_of_page
from listener.reader import ReadsApart
from listener.talking import Talking


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what is decided, and with what cards are worded and presses understood.

    `pace` is the judge's: whoever hands it batches says there how much waits behind them. `apart` reads in a
    process of its own; without it texts are read here, by the decider.
    """

    decider: Decider
    context: CardContext
    pace: Pace = field(default_factory=Pace)
    apart: ReadsApart | None = None

    @property
    def elsewhere(self) -> Elsewhere:
        return Elsewhere(context=self.context)

    def talking(self, now: datetime) -> Talking:
        """What joins the private messages that are heard now to cases."""
        policy = self.context.policy
        return Talking(
            brand_of=self.brand_of,
            wanted=self.messages_of,
            invited_for=timedelta(days=policy.invited_days),
            deadlines=self.decider.promise(now),
            promises=self.decider.promises(now),
            on_shift=self.decider.on_shift(now),
            elsewhere=self.elsewhere,
        )

    def messages_of(self, brand: str) -> Messages:
        """Whose private messages become the brand's cases: its own file says so, or the policy for all."""
        known = self.decider.brands.get(brand)
        return (known.messages if known else None) or self.context.policy.messages

    def brand_of(self, network: str, page: str) -> str | None:
        """The brand whose page it is; of several that share it the first."""
        return brand_of_page(network, page, self.decider.brands.values())
