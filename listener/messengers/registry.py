"""Every messenger there is that has people and chats of its own; the console is none of them."""

from collections.abc import Mapping
from typing import Any, Final

from listener.messengers.messenger import Messenger
from listener.messengers.slack.messenger import OF_SLACK
from listener.messengers.telegram.messenger import OF_TELEGRAM
from listener.messengers.webhook.messenger import OF_WEBHOOK

MESSENGERS: Final[Mapping[str, Messenger[Any]]] = {
    "slack": OF_SLACK,
    "telegram": OF_TELEGRAM,
    "webhook": OF_WEBHOOK,
}

AS_READ: Final = tuple(sorted(MESSENGERS.values(), key=lambda messenger: messenger.rank))
"""In the order in which people read of them: files, questions, check-ups."""
