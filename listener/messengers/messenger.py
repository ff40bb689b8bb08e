"""What a messenger is: its name, its tokens, how it is opened, how it is asked whether it works."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from alerts.ports import Inbox, Notifier, PromptBook
from alerts.routing import Chat
from domain.person import MessengerId
from listener.diagnosis.line import Line
from listener.diagnosis.wire import Look
from listener.environment import Options, Reader

OptionsT = TypeVar("OptionsT", bound=Options)
OptionsT_contra = TypeVar("OptionsT_contra", bound=Options, contravariant=True)


class Diagnose(Protocol[OptionsT_contra]):
    """The ladder from the network to every chat."""

    def __call__(
        self, options: OptionsT_contra, chats: tuple[Chat, ...], look: Look, *, send_test: float | None
    ) -> AsyncIterator[Line]:
        """`send_test`: seconds to wait for the button of a test card; None sends none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger(Generic[OptionsT]):
    """Everything that the rest of the program may know of a messenger; `registry.MESSENGERS` holds them all.

    `title` is read by operators, `rank` is its place wherever people read of several, `guide` the document that
    connects it. `open` builds its notifier and its inbox, or nothing where it has no tokens.
    """

    id: MessengerId
    title: str
    rank: int
    guide: str
    options: Callable[[Reader], OptionsT]
    open: Callable[[OptionsT, Callable[[], datetime], PromptBook], tuple[Notifier, Inbox] | None]
    diagnose: Diagnose[OptionsT]
