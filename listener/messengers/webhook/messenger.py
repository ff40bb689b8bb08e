"""Webhooks as a messenger: their name, their secrets, what is built of them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from alerts.notifiers.webhook import WEBHOOK
from alerts.routing import Chat
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.messengers.messenger import Messenger
from listener.messengers.webhook.chats import CHATS, USERS
from listener.messengers.webhook.options import WebhookOptions, read_options

if TYPE_CHECKING:
    from alerts.ports import Inbox, Notifier, PromptBook

GUIDE: Final = "docs/webhook.md"


def _open(
    options: WebhookOptions, now: Callable[[], datetime], _prompts: "PromptBook"
) -> "tuple[Notifier, Inbox] | None":
    if not options.secrets():  # nor is the library loaded
        return None
    from listener.messengers.webhook.build import build_webhook  # noqa: PLC0415 - loads the cards; few commands tell

    return build_webhook(options, now)


def _diagnose(
    options: WebhookOptions, chats: tuple[Chat, ...], look: Look, *, send_test: float | None
) -> AsyncIterator[Line]:
    from listener.messengers.webhook.doctor import diagnose  # noqa: PLC0415 - only the doctor asks

    return diagnose(options, chats, look, send_test=send_test)


OF_WEBHOOK: Final = Messenger(
    id=WEBHOOK,
    title="Webhook",
    rank=3,
    guide=GUIDE,
    chats=CHATS,
    users=USERS,
    beginning=None,
    options=read_options,
    open=_open,
    diagnose=_diagnose,
)
