"""A prompt: what a command still needs to know, asked of the person who pressed its button."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to choose. `value` comes back with the press; at most 32 ASCII characters of it.

    `is_primary`: what most people will want, shown so where a messenger can.
    """

    value: str
    label: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A question about one case: with `options` one of them is to be chosen, without any a text is to be written.

    `title` is short («Заметка к № 12»), `question` says what is asked for, `hint` stands in the empty field,
    `longest` is the most characters that are taken, `initial` what stands in the field to be changed. `copies`
    goes to the person's clipboard, where the messenger has a button for that.
    """

    case: int
    action: str
    title: str
    question: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    longest: int = 1_000
    initial: str = ""
    copies: str = ""
