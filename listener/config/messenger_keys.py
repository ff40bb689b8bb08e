"""The parts of the files whose keys are the messengers: made from what each messenger says of itself."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final, Literal, assert_never

from pydantic import Field, StrictInt, StringConstraints, create_model

from alerts.routing import Chat
from domain.person import MessengerId
from listener.config.types import Model, PersonId, Switch, Text
from listener.messengers.messenger import AddressKey, Chats, Messenger, Users
from listener.messengers.registry import AS_READ


def _part(key: AddressKey) -> tuple[Any, Any]:
    match key.kind:
        case "number":
            return _number(key)
        case "flag":
            return Annotated[Switch, Field(description=key.help)], False
        case "text":
            kind = Text if key.required else Text | None
            return Annotated[kind, Field(description=key.help)], ... if key.required else None
        case _:
            assert_never(key.kind)


def _number(key: AddressKey) -> tuple[Any, Any]:
    bounds: dict[str, Any] = {} if key.least is None else {"ge": key.least}
    if key.required:
        return Annotated[StrictInt, Field(description=key.help, **bounds)], ...
    return Annotated[StrictInt | None, Field(description=key.help, **bounds)], None


def _address(messenger: Messenger[Any]) -> Any:
    """The type of one address: a model of its keys, or a text."""
    if not messenger.chats.keys:
        return Text
    keys: dict[str, Any] = {key.name: _part(key) for key in messenger.chats.keys}
    name = f"{messenger.id.capitalize()}ChatFile"
    return create_model(name, __base__=Model, __doc__=f"Чат {messenger.title}.", **keys)


def _addresses(messenger: Messenger[Any]) -> tuple[Any, Any]:
    one = _address(messenger)
    listed = list[one]  # type: ignore[valid-type]  # known when the program starts
    return Annotated[listed, Field(description=messenger.chats.help)], []


def _user(users: Users) -> tuple[Any, Any]:
    if users.pattern is None:
        return Annotated[StrictInt | None, Field(ge=1, description=users.help)], None
    word = Annotated[Text, StringConstraints(pattern=users.pattern)]
    return Annotated[word | None, Field(description=users.help)], None


def _keys(base: type[Model], keys: Mapping[str, tuple[Any, Any]]) -> type[Model]:
    """A part of a file with keys, type and default, that are made from the registry of messengers."""
    made: dict[str, Any] = dict(keys)
    return create_model("Keys", __base__=base, **made)


class ChatsFile(  # its keys are the messengers
    _keys(Model, {messenger.id: _addresses(messenger) for messenger in AS_READ})  # type: ignore[misc]
):
    """Чаты получателя."""

    def chats(self) -> Iterator[tuple[MessengerId, int, Chat]]:
        """Each with its messenger and its place there, as the file has them."""
        for messenger in AS_READ:
            for place, address in enumerate(getattr(self, messenger.id)):
                yield messenger.id, place, messenger.chats.chat(_plain(address, messenger.chats))


class NamedFile(Model):
    """Кто это."""

    id: Annotated[
        PersonId | None,
        Field(description="Короткое имя латиницей, потом не меняйте; нет ключа — берётся из имени"),
    ] = None
    name: Annotated[Text, Field(description="Имя и фамилия")]
    role: Annotated[Literal["operator", "lead", "engineer"], Field(description="operator, lead или engineer")]


class UsersFile(  # its keys are the messengers
    _keys(NamedFile, {messenger.user_key: _user(messenger.users) for messenger in AS_READ})  # type: ignore[misc]
):
    """Кто это, и кто он в мессенджерах."""

    def users(self) -> Mapping[MessengerId, str]:
        """The person's users, by messenger."""
        written = {messenger.id: getattr(self, messenger.user_key) for messenger in AS_READ}
        return {messenger: str(user) for messenger, user in written.items() if user is not None}


def _plain(address: Any, chats: Chats) -> Any:
    return {key.name: getattr(address, key.name) for key in chats.keys} if chats.keys else address


IDS: Final = tuple(messenger.id for messenger in AS_READ)
USER_KEYS: Final[Mapping[MessengerId, str]] = {messenger.id: messenger.user_key for messenger in AS_READ}
"""How people.yaml calls a person's user in each messenger."""
PROGRAMS: Final = frozenset(messenger.id for messenger in AS_READ if not messenger.users.can_be_told)
"""Where nobody can be told anything in private."""
NOT_A_NUMBER: Final[Mapping[str, str]] = {
    **{key.name: key.wrong for messenger in AS_READ for key in messenger.chats.keys if key.wrong},
    **{each.user_key: each.users.wrong for each in AS_READ if each.users.pattern is None},
}
"""What is said to whoever writes a word where a number of a messenger stands, by key."""
MEANT: Final[Mapping[str, Callable[[str], str | None]]] = {
    key.name: key.meant for messenger in AS_READ for key in messenger.chats.keys if key.meant
}
"""What reads a number out of what was written in its place, by key."""
TOO_SMALL: Final[Mapping[str, str]] = {
    messenger.user_key: messenger.users.negative for messenger in AS_READ if messenger.users.negative
}
PATTERNS: Final[Mapping[str, str]] = {
    messenger.users.pattern: messenger.users.wrong for messenger in AS_READ if messenger.users.pattern
}
"""What is wanted where a user is written, by the pattern that it must have."""
