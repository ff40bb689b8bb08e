"""Slack as a messenger: its name, its tokens, what is built of them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from alerts.notifiers.slack import SLACK
from alerts.routing import Chat
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.messengers.messenger import Messenger
from listener.messengers.slack.chats import BEGINNING, CHATS, USERS
from listener.messengers.slack.options import SlackOptions, read_options

if TYPE_CHECKING:
    from alerts.ports import Inbox, Notifier, PromptBook

GUIDE: Final = "docs/connect-slack.ru.md"


def _open(
    options: SlackOptions, now: Callable[[], datetime], _prompts: "PromptBook"
) -> "tuple[Notifier, Inbox] | None":
    if not options.secrets():  # nor is the library loaded
        return None
    from listener.messengers.slack.build import build_slack  # noqa: PLC0415 - loads slack_sdk; few commands tell

    return build_slack(options, now)


def _diagnose(
    options: SlackOptions, chats: tuple[Chat, ...], look: Look, *, send_test: float | None
) -> AsyncIterator[Line]:
    from listener.messengers.slack.doctor import diagnose  # noqa: PLC0415 - only the doctor asks

    return diagnose(options, chats, look, send_test=send_test)


OF_SLACK: Final = Messenger(
    id=SLACK,
    title="Slack",
    rank=2,
    guide=GUIDE,
    chats=CHATS,
    users=USERS,
    beginning=BEGINNING,
    options=read_options,
    open=_open,
    diagnose=_diagnose,
)
