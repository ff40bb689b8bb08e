"""The config as typed values, whole and valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.outreach.policy import DEFAULT, Policy
from alerts.routing import Routing
from domain.brand import Brand
from domain.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The brand's own markers (words.yaml): topic → its words; `urgent` words that raise urgency, and those on
    `watch`, which are only counted.
    """

    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    urgent: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Receivers, by name, of words that belong to no case. `config`: a changed config was refused; `troubles`:
    something broke, or is well again; `escalations`: engineers are asked too often, or no more; `learning`: how
    the judge has changed.
    """

    config: str | None = None
    troubles: str | None = None
    escalations: str | None = None
    learning: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    brands: tuple[Brand, ...]
    routing: Routing
    people: tuple[Person, ...] = ()
    words: Words = field(default_factory=Words)
    templates: Mapping[str, str] = field(default_factory=dict)
    notices: Notices = field(default_factory=Notices)
    policy: Policy = DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong and what to do, in Russian. `line` counts from 1; `warning` does not stop the daemon."""

    file: str
    line: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ConfigError(Exception):
    """The configuration cannot be used; carries every mistake at once."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes
