"""Corrections as files beside the database: what was learned, in plain JSON, its checksum and a card to read."""

from pathlib import Path
from typing import Final

import orjson

from classifiers.correction import Correction, checksum, to_row

FOLDER: Final = Path("var/models")
_SHOWN: Final = 15


def keep_files(correction: Correction, version: str, folder: Path = FOLDER) -> None:
    """Write `VERSION.json` and its card `VERSION.md`. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    content = orjson.dumps(to_row(correction), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    for name, data in ((f"{version}.json", content), (f"{version}.md", card(correction).encode())):
        unfinished = folder / f".{name}.new"
        unfinished.write_bytes(data)
        unfinished.replace(folder / name)


def card(correction: Correction) -> str:
    """What a person should know of it before he trusts it."""
    about, weights = correction.about, correction.weights
    stems = sorted(
        ((name.removeprefix("stem:"), weight) for name, weight in weights.items() if name.startswith("stem:")),
        key=lambda pair: pair[1],
    )
    others = sorted(
        ((name, weight) for name, weight in weights.items() if not name.startswith("stem:")),
        key=lambda pair: -abs(pair[1]),
    )
    taps = f"жалоб {about.get('complaints', '—')}, не жалоб {about.get('others', '—')}"
    lines = [
        f"# Поправка {correction.version}",
        "",
        f"Сделана {about.get('trained_at', '—')} из нажатий: {taps}. Прибавляется к логарифму шансов жалобы,",
        f"который даёт {correction.base}; сама модель не меняется.",
        "",
        f"SHA-256 содержимого: `{checksum(correction)}`",
        "",
        f"Начала слов за жалобу: {_listed(stems[::-1][:_SHOWN])}",
        "",
        f"Начала слов против: {_listed(stems[:_SHOWN])}",
        "",
        f"Прочее: {_listed(others[:_SHOWN])}",
        "",
        "В файле — начала слов ваших клиентов: не пересылайте его и не выкладывайте.",
    ]
    return "\n".join(lines) + "\n"


def _listed(pairs: list[tuple[str, float]]) -> str:
    return ", ".join(f"{name} ({weight:+.2f})" for name, weight in pairs) or "—"
