"""What taps have taught, for commands that judge a text as the running daemon would."""

import os
from pathlib import Path

from classifiers.corrected import InForce
from listener.commands.config import must_exist
from listener.environment import SettingsError
from listener.settings import read_settings


def learned() -> InForce:
    """The correction in force by the settings' database; none where there is no such database.

    Of one that cannot be read it is said so, and the text is judged without.
    """
    try:
        url = read_settings(os.environ, Path(".env")).database_url
        must_exist(url)
    except SettingsError:
        return InForce()
    # Who has no database must not wait for its libraries.
    from listener.commands.learned_store import read_learned  # noqa: PLC0415

    return read_learned(url)
