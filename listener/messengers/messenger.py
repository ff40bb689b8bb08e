"""What a messenger is: its names, its tokens, how its chats and users are written, what is built of them."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from alerts.routing import Chat
from domain.person import MessengerId
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.environment import Options, Reader

if TYPE_CHECKING:  # loads every card; `listener health` runs every few seconds and tells nobody
    from alerts.ports import Inbox, Notifier, PromptBook

OptionsT = TypeVar("OptionsT", bound=Options)
OptionsT_contra = TypeVar("OptionsT_contra", bound=Options, contravariant=True)


class Diagnose(Protocol[OptionsT_contra]):
    """The ladder from the network to every chat."""

    def __call__(
        self, options: OptionsT_contra, chats: tuple[Chat, ...], look: Look, *, send_test: float | None
    ) -> AsyncIterator[Line]:
        """`send_test`: seconds to wait for the button of a test card; None sends none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressKey:
    """One part of a chat's address. A number is whole, and `least` bounds it; a flag that is not written is false.

    `wrong` is said to whoever writes a name in a number's place; `meant` says better of what can be read, or None.
    """

    name: str
    help: str
    required: bool = False
    kind: Literal["number", "text", "flag"] = "number"
    least: int | None = None
    wrong: str = ""
    meant: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is wrong with an address that has the right shape, in Russian; `key` is None for the whole of it."""

    message: str
    key: str | None = None
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chats:
    """How its chats are written in routes.yaml: `keys` of one address; without keys it is one text.

    `chat` makes the address a chat of the program. `slips` are an address's own mistakes, given the users of the
    people who are known.
    """

    help: str
    keys: tuple[AddressKey, ...] = ()
    chat: Callable[[Any], Chat]
    slips: Callable[[Chat, frozenset[str]], Iterator[Slip]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """How a person's user is written in people.yaml: as `pattern` says, or, without one, a number from 1 up.

    `wrong` is said, in Russian, to whoever writes something else, `negative` to whoever writes a number below;
    `found` says where it is found, `example` is one. `slips` are the mistakes of one that has the right shape.
    `key` is how the file calls it where that is not the messenger's id; `can_be_told`: alone, in a private chat.
    """

    help: str
    found: str
    example: str
    pattern: str | None = None
    wrong: str
    negative: str = ""
    key: str = ""
    can_be_told: bool = True
    slips: Callable[[str], Iterator[str]] = lambda _user: iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What `listener init` asks: the flag's word and help, the question in Russian.

    `address` makes the answer one address of routes.yaml, as it is written there; empty for none. It raises
    ValueError, in Russian, for what can be none.
    """

    metavar: str
    help: str
    question: str
    address: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger(Generic[OptionsT]):
    """Everything that the rest of the program may know of a messenger; `registry.MESSENGERS` holds them all.

    `title` is read by operators, `rank` is its place wherever people read of several, `guide` the document that
    connects it. `open` builds its notifier and its inbox, or nothing where it has no tokens. Of one without a
    `beginning` no newcomer is asked.
    """

    id: MessengerId
    title: str
    rank: int
    guide: str
    chats: Chats
    users: Users
    beginning: Beginning | None
    options: Callable[[Reader], OptionsT]
    open: "Callable[[OptionsT, Callable[[], datetime], PromptBook], tuple[Notifier, Inbox] | None]"
    diagnose: Diagnose[OptionsT]

    @property
    def user_key(self) -> str:
        """How people.yaml calls a person's user here."""
        return self.users.key or self.id
