"""The people who write in the simulated networks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """`number` is the account's id on its network; `handle` the screen name without @, `city` where he says he
    lives.
    """

    number: int
    first_name: str
    last_name: str
    handle: str
    followers: int = 0
    female: bool = False
    city: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
