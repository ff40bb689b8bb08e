"""What reading and speaking on X costs, at most: X's price list leaves some of it open."""

from typing import Final

from alerts.outreach.outbound import Outbound
from listener.networks.x.length import ADDRESS_PATTERN

# Thousandths of a dollar, from X's price list (x-api/getting-started/pricing) as read on 2026-08-22.
POST_READ: Final = 5
USER_READ: Final = 10
DIRECT_READ: Final = 10
"""A private message."""
COUNT: Final = 5
"""A question for the number of posts."""
POST_SAID: Final = 15
"""An answer to who named the account may cost 10 alone; which of the two is billed X does not say."""
ADDRESS_SAID: Final = 200
"""A post with an address in it. Whether X's own button into private is one, its list does not say."""
DIRECT_SAID: Final = 15
DELETED: Final = 10


def price_of(outbound: Outbound) -> int:
    """The most that X takes for it."""
    match outbound.kind:
        case "invite":
            return ADDRESS_SAID
        case "reply":
            return ADDRESS_SAID if ADDRESS_PATTERN.search(outbound.text) else POST_SAID
        case "message":
            return DIRECT_SAID
        case "take_back":
            return DELETED
        case "edit" | "remove" | "restore":
            return 0
