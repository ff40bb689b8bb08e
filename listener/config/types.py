"""The values of the config files: words, durations, names, each with the mistake that it can be."""

import re
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.functional_validators import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from listener.config.yaml_tree import YamlWord
from listener.networks.registry import AUTHOR_PATTERN, NETWORKS

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_NIGHT: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_BLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


def _duration(value: str) -> str:
    if _DURATION.fullmatch(value) is None:
        raise PydanticCustomError("duration", "duration")
    return value


def _duration_or_off(value: str) -> str:
    if value != "off" and _DURATION.fullmatch(value) is None:
        raise PydanticCustomError("duration_or_off", "duration_or_off")
    return value


def _block(value: str) -> str:
    if _BLOCK.fullmatch(value) is None:
        raise PydanticCustomError("block", "block")
    start, _, end = value.partition("-")
    if start >= end:
        raise PydanticCustomError("block_order", "block_order")
    return value


def _night(value: str) -> str:
    if value != "off" and (_NIGHT.fullmatch(value) is None or value[:5] == value[6:]):
        raise PydanticCustomError("night", "night")
    return value


def _span(value: str) -> str:
    """A part of the day, over midnight too; 24:00 ends one."""
    start, _, end = value.partition("-")
    if not (_BLOCK.fullmatch(value) or _NIGHT.fullmatch(value)) or start == end:
        raise PydanticCustomError("span", "span")
    return value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if len(value) == len("2026-12-01") else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> str:
    raise PydanticCustomError("day", "day")


def _off(value: Any) -> Any:
    """YAML reads a bare `off` as a word of its own; here it is what people mean."""
    return "off" if value is False or str(value) == "off" else value


def _not_a_yaml_word(value: Any) -> Any:
    if isinstance(value, YamlWord):
        raise PydanticCustomError("yaml_word", "yaml_word", {"word": str(value)})
    return value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _not_empty(value: list[str]) -> list[str]:
    if not value:
        raise PydanticCustomError("empty_list", "empty_list")
    return value


def _can_be_found(value: str) -> str:
    """A word that no text can have would be looked for in vain for ever."""
    wanted = value.removeprefix("=")
    if "=" in wanted or not wanted.strip():
        raise PydanticCustomError("never_found", "never_found")
    return value


Text = Annotated[
    str,
    BeforeValidator(_not_a_yaml_word),
    StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=4000),
]
Switch = Annotated[bool, BeforeValidator(_not_a_yaml_word), Field(strict=True)]
Duration = Annotated[Text, AfterValidator(_duration), Field(json_schema_extra={"pattern": "^[1-9][0-9]*[smhd]$"})]
DurationOrOff = Annotated[
    Text,
    BeforeValidator(_off),
    AfterValidator(_duration_or_off),
    Field(json_schema_extra={"pattern": "^([1-9][0-9]*[smhd]|off)$"}),
]
Block = Annotated[Text, AfterValidator(_block)]
TimeSpan = Annotated[Text, AfterValidator(_span)]
Day = Annotated[Text, AfterValidator(_day)]
Off = BeforeValidator(_off)
Night = Annotated[Text, Off, AfterValidator(_night)]
Texts = Annotated[list[Text], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})]
TimeSpans = Annotated[
    list[TimeSpan],
    AfterValidator(_not_empty),
    BeforeValidator(_one_or_many),
    Field(json_schema_extra={"type": ["string", "array"]}),
]
Marker = Annotated[Text, AfterValidator(_can_be_found)]
Markers = Annotated[list[Marker], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})]
Authors = Annotated[
    list[Annotated[Text, StringConstraints(pattern=AUTHOR_PATTERN)]],
    AfterValidator(_not_empty),
    Field(json_schema_extra={"minItems": 1}),
]
Names = Annotated[
    Texts,
    BeforeValidator(_one_or_many),
    Field(json_schema_extra={"type": ["string", "array"]}),
]
Dollars = Annotated[float, Field(strict=True, gt=0)]
Probability = Annotated[float, Field(strict=True, ge=0, le=1)]
Identifier = Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
PersonId = Annotated[Text, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}$")]
NetworkName = Literal[*NETWORKS]  # type: ignore[valid-type]  # known when the program starts
Author = Annotated[Text, StringConstraints(pattern=AUTHOR_PATTERN)]
Account = Annotated[Text, StringConstraints(pattern=r"^@?[A-Za-z0-9_.]+$")]


def seconds(text: str) -> timedelta:
    """A checked duration (90s, 15m, 1h) as a timedelta."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


class Model(BaseModel):
    """Unknown keys are mistakes: a mistyped key that is silently ignored is found too late."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
