"""What reading X costs."""

from typing import Final

# Thousandths of a dollar, from X's price list (x-api/getting-started/pricing) as read on 2026-08-22.
POST_READ: Final = 5
USER_READ: Final = 10
DIRECT_READ: Final = 10
"""A private message."""
COUNT: Final = 5
"""A question for the number of posts."""
