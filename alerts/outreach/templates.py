"""Templates: an answer's words prepared by the staff, with places for whom it speaks to and who speaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

INSERTIONS: Final = ("имя", "оператор", "ссылка", "тема")
"""What may stand in braces beside the two forms of a verb: {разобрался|разобралась}."""

NAME: Final = "{имя}"
LINK: Final = "{ссылка}"
TOPIC: Final = "{тема}"
OPERATOR: Final = "{оператор}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`name` is what operators choose by."""

    name: str
    text: str

    @property
    def invites(self) -> bool:
        return LINK in self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """`name` is None where the customer's account shows none, `link` where the address goes out in another way.

    `gender` is the operator's, for «разобрался» or «разобралась»; None: nobody has said it.
    """

    name: str | None = None
    operator: str = ""
    gender: Literal["f", "m"] | None = None
    link: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is wrong with a template. `unknown`: nothing ever stands in `{what}`; `brace`: one is not closed."""

    kind: Literal["unknown", "brace", "empty_form"]
    what: str


def fill(text: str, filling: Filling) -> str:
    """The words with everything in its place; what there is nothing for goes, with what belongs to it."""
    filled = _FORMS.sub(lambda form: _form(form["m"], form["f"], filling.gender), text)
    filled = filled.replace(NAME, filling.name) if filling.name else _without_name(filled)
    filled = filled.replace(LINK, filling.link) if filling.link else _BEFORE_LINK.sub("", filled)
    filled = filled.replace(TOPIC, filling.topic) if filling.topic else _without_topic(filled)
    filled = filled.replace(OPERATOR, filling.operator)
    return "\n".join(" ".join(line.split()) for line in filled.strip().splitlines()).strip()


def slips(text: str) -> Iterator[Slip]:
    """Everything in braces that no answer can be filled with."""
    rest = _BRACES.sub("", text)
    if "{" in rest or "}" in rest:
        yield Slip(kind="brace", what=rest[max(rest.find("{"), rest.find("}")) :][:20])
    for found in _BRACES.finditer(text):
        inside = found[1].strip()
        if "|" in inside:
            forms = [form.strip() for form in inside.split("|")]
            if len(forms) != 2 or not any(forms):
                yield Slip(kind="empty_form", what=inside)
        elif found[1] not in INSERTIONS:
            yield Slip(kind="unknown", what=inside)


def _form(masculine: str, feminine: str, gender: Literal["f", "m"] | None) -> str:
    """Both where nobody has said which, «рад(а)», «разобрался/разобралась»: a guess would be read by customers."""
    if gender is not None or masculine == feminine:
        return feminine if gender == "f" else masculine
    if not feminine:
        return f"({masculine})"
    more = feminine.removeprefix(masculine)
    return f"{masculine}({more})" if more != feminine or not masculine else f"{masculine}/{feminine}"


def _without_name(text: str) -> str:
    """«{имя}, здравствуйте!» is «Здравствуйте!», and «Спасибо, {имя}!» is «Спасибо!»."""
    begun = _NAME_FIRST.sub(lambda found: found["before"] + found["next"].upper(), text)
    return _NAME_INSIDE.sub("", begun)


def _without_topic(text: str) -> str:
    """Without the sentence that speaks of it."""
    lines = []
    for line in text.splitlines():
        sentences = _SENTENCES.split(line)
        kept = [sentence for sentence in sentences if TOPIC not in sentence]
        if kept or not line.strip():
            lines.append(" ".join(kept))
    return "\n".join(lines)


_BRACES: Final = re.compile(r"\{([^{}\n]*)\}")
_FORMS: Final = re.compile(r"\{(?P<m>[^{}|\n]*)\|(?P<f>[^{}|\n]*)\}")
_NAME_FIRST: Final = re.compile(r"(?P<before>^|[.!?…]\s+|\n\s*)\{имя\}\s*[,!.]?\s*(?P<next>\w?)")
_NAME_INSIDE: Final = re.compile(r",\s*\{имя\}|\s*\{имя\},?")
_BEFORE_LINK: Final = re.compile(r"\s*[:—–-]?\s*\{ссылка\}")
_SENTENCES: Final = re.compile(r"(?<=[.!?…])\s+")
