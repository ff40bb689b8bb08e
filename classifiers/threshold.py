"""What `complaint_at: auto` means: the probability that gives a brand as many cards as its operators can take.

Where a trade is new to the judge its probabilities are not to be believed, but their order is better: of the
latest mentions the likeliest complaints are shown, as many as fit a day. A brand's own labels take over.
"""

from collections.abc import Sequence
from typing import Final

USUAL: Final = 0.6
"""Until enough was heard, and for whoever sets nothing."""
LEAST_HEARD: Final = 100
LOWEST: Final = 0.2
"""Below it nearly nothing complains, however few the cards."""
HIGHEST: Final = 0.9


def level_for(said: Sequence[float], days: float, cards: int) -> float:
    """The level at which the mentions of the last `days`, with the probabilities `said`, give `cards` a day."""
    if len(said) < LEAST_HEARD or days <= 0:
        return USUAL
    shown = int(cards * days)
    if shown <= 0:
        return HIGHEST
    if shown >= len(said):
        return LOWEST
    return min(HIGHEST, max(LOWEST, sorted(said, reverse=True)[shown - 1]))
