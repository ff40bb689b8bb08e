"""Reads labelled texts to measure the judge on: JSONL rows with the attitudes and complaints that people saw."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from classifiers.corpora import BRAND_NAMES, brand_example, sounds_like_complaint
from classifiers.examples import DataError, Domain, Example
from classifiers.text import spans_of
from domain.verdict import LABELS, Label

ROWS: Final = """\
A row of FILE (JSON lines, .gz or not) has a `text` and what people said of it, at least one of:
  "label": "negative"                                    the text's mood (negative, neutral, positive)
  "brands": {"beeline": "negative", "mts": null}         attitude to each brand; null: nobody knows
  "complaint": true                                      whether a customer complains (of every brand of the row)
  "complaints": {"beeline": true, "mts": false}          the same, brand by brand
  "brand": "romashka", "words": [[0, 7]]                 the one brand that label and complaint are about, and
                                                         where it is named, as `listener export labels` writes
and perhaps "domain": "shops", any name: figures are given by domain. Without it the brands of SentiRuEval are
`telecom` or `banks`, all else is `general`. Where no row of a domain says `complaint`, an attitude worded like a
customer's stands in for it, and the output says so. Rows labelled `speech` or `skip` are left out.
Texts that the model was trained on flatter it: measure on others."""

_TELECOM: Final = ("beeline", "mts", "megafon", "tele2", "rostelecom", "komstar", "skylink")
_SKIPPED: Final = ("speech", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """`told` are the domains whose complaints people labelled; `skipped` rows have a label that is no mood."""

    examples: Sequence[Example]
    told: frozenset[str]
    skipped: int


class _Told(NamedTuple):
    example: Example
    complaint: bool
    """Whether people said so, of this text and brand."""


def read_gold(path: Path) -> Gold:
    """Rows as `ROWS` describes them. Raises DataError with every bad row on a line of its own, OSError."""
    found: list[_Told] = []
    faults: list[str] = []
    skipped = 0
    for number, line in _lines(path):
        row, wrong = _row(line)
        faults += [f"{path}:{number}: {fault}" for fault in wrong]
        if not wrong:
            told = list(_told(row))
            found += told
            skipped += not told
    if faults:
        raise DataError("\n".join(faults))
    domains = frozenset(one.example.domain for one in found if one.complaint)
    return Gold(examples=[_settled(one, domains) for one in found], told=domains, skipped=skipped)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not blank."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        try:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        except EOFError:
            raise DataError(f"{path}: файл обрывается, gzip не дописан") from None


def _row(line: bytes) -> tuple[dict[str, Any], list[str]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}, ["не JSON"]
    if not isinstance(row, dict):
        return {}, ["нужен объект JSON: {…}"]
    return row, list(_faults(row))


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(row.get("text"), str):
        yield "нет `text` или это не строка"
    domain = row.get("domain")
    if domain is not None and not (isinstance(domain, str) and domain.strip()):
        yield f"`domain` — название, а не {_shown(domain)}"
    if row.get("label") not in (None, *LABELS, *_SKIPPED):
        yield f"`label`: {_shown(row['label'])}; бывает {', '.join((*LABELS, *_SKIPPED))}"
    if not isinstance(row.get("complaint"), bool | None):
        yield f"`complaint`: {_shown(row['complaint'])}; бывает true или false"
    yield from _wrong_place(row)
    wrong = [*_wrong_brands(row, "brands", LABELS), *_wrong_brands(row, "complaints", (True, False))]
    yield from wrong
    if not wrong and not _says(row):
        yield "нет ни `label`, ни оценки в `brands`, ни `complaint`: мерить не с чем"


def _wrong_place(row: Mapping[str, Any]) -> Iterator[str]:
    brand, spans = row.get("brand"), row.get("words")
    if brand is not None and not (isinstance(brand, str) and brand.strip()):
        yield f"`brand` — название бренда, а не {_shown(brand)}"
    if brand is not None and (row.get("brands") or row.get("complaints")):
        yield "или `brand`, или `brands` с `complaints`: вместе они спорят"
    if spans is not None and spans_of(spans, len(str(row.get("text")))) is None:
        yield f"`words` — места имени в тексте, [[начало, конец], …], а не {_shown(spans)}"


def _wrong_brands(row: Mapping[str, Any], name: str, allowed: Iterable[object]) -> Iterator[str]:
    brands = row.get(name)
    if brands is None or (name == "brands" and _is_list_of_names(brands)):
        return
    if not isinstance(brands, dict):
        yield f"`{name}` — объект «бренд: оценка», а не {_shown(brands)}"
        return
    known = {json.dumps(one) for one in (*allowed, None)}
    for brand, value in brands.items():
        if json.dumps(value) not in known:
            yield f"`{name}`, {brand}: {_shown(value)}; бывает {', '.join(sorted(known))}"


def _is_list_of_names(brands: object) -> bool:
    return isinstance(brands, list) and all(isinstance(one, str) for one in brands)


def _shown(value: object) -> str:
    """A foreign value as it stands in the file, not longer than a message bears."""
    shown = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def _says(row: Mapping[str, Any]) -> bool:
    brands = row.get("brands")
    values = [row.get("label"), row.get("complaint"), *(row.get("complaints") or {}).values()]
    values += brands.values() if isinstance(brands, dict) else ()
    return any(value is not None for value in values)


def _told(row: Mapping[str, Any]) -> Iterator[_Told]:
    """One for each brand of which something is known, or one for the text; none for a label that is no mood."""
    complaints, labels = row.get("complaints") or {}, row.get("brands") or _one_brand(row)
    for brand in dict.fromkeys((*labels, *complaints)):
        label = labels.get(brand) if isinstance(labels, dict) else None
        complaint = complaints.get(brand, row.get("complaint"))
        if label is not None or complaint is not None:
            yield _with(complaint, _branded(row, brand, label))
    if not labels and not complaints:
        label = cast(Label, row["label"]) if row.get("label") in LABELS else None
        if label is not None or row.get("complaint") is not None:
            implied = False if label in ("neutral", "positive") else None
            domain = _domain(row.get("domain") or "general")
            example = Example(text=row["text"], brand=(), label=label, domain=domain, complaint=implied)
            yield _with(row.get("complaint"), example)


def _one_brand(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row's one `brand` with the attitude that its `label` is then."""
    known = row.get("label") if row.get("label") in LABELS else None
    return {row["brand"]: known} if row.get("brand") else {}


def _branded(row: Mapping[str, Any], brand: str, label: str | None) -> Example:
    """A brand of no contest is where the row says, else looked for by its name, in any case, with any ending."""
    usual = ("telecom" if brand in _TELECOM else "banks") if brand in BRAND_NAMES else "general"
    domain = _domain(row.get("domain") or usual)
    if row.get("brand") and (spans := spans_of(row.get("words"), len(row["text"]))):
        known = cast(Label | None, label)
        complaint = sounds_like_complaint(row["text"], known)
        return Example(text=row["text"], brand=spans, label=known, domain=domain, complaint=complaint)
    one = brand_example(row["text"], brand, label, domain)
    if brand in BRAND_NAMES or not brand.strip():
        return one
    names = re.compile(rf"(?<!\w){re.escape(brand)}\w*", re.IGNORECASE)
    return replace(one, brand=tuple(found.span() for found in names.finditer(one.text)))


def _with(complaint: bool | None, example: Example) -> _Told:  # noqa: FBT001 (a label of the data)
    """With what people said of the complaint, or with what its label implies if they said nothing."""
    if complaint is None:
        return _Told(example, complaint=False)
    return _Told(replace(example, complaint=complaint), complaint=True)


def _domain(name: str) -> Domain:
    """Training weighs domains by name, measuring takes any."""
    return cast(Domain, name)


def _settled(one: _Told, domains: frozenset[str]) -> Example:
    """Where people told complaints, only what they told counts: a rule's guesses would water it down."""
    guessed = one.example.domain in domains and not one.complaint
    return replace(one.example, complaint=None) if guessed else one.example
