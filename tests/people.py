"""People for tests, with their users in the messengers."""

from domain.person import MessengerId, messenger_id


def users(**by_messenger: str) -> dict[MessengerId, str]:
    """`users(telegram="111", slack="U01")`."""
    return {messenger_id(name): user for name, user in by_messenger.items()}
