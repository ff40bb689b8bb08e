"""The model card's list of files: a shipped model that is not the one the card describes is not used."""

import re
from pathlib import Path
from typing import Final

ENCODER: Final = Path(__file__).parent / "models" / "encoder.onnx"
CARD: Final = Path(__file__).parent / "models" / "CARD.md"

MAX_BYTES: Final = 64_000_000
"""No model of ours has half of it: what is larger is refused before it is read."""

_SHA256: Final = re.compile(r"SHA-256 `([0-9a-f]{64})`")


def listed(card: Path = CARD) -> frozenset[str]:
    """The SHA-256 of the model files that the card describes."""
    return frozenset(_SHA256.findall(card.read_text(encoding="utf-8")))


def unlisted(path: Path, shipped: Path, sha256: str) -> str | None:
    """Why a file must not be used, in Russian; None for one that the card lists, and for anybody's own file."""
    if path.resolve() != shipped.resolve() or sha256 in listed():
        return None
    return f"{path}: это не та модель, что описана в карточке {CARD.name}: файл подменён или повреждён"


def too_large(path: Path) -> str | None:
    """Why a file must not even be read, in Russian. Raises OSError where there is none."""
    size = path.stat().st_size
    if size <= MAX_BYTES:
        return None
    return f"{path}: {size / 1e6:.0f} МБ, а модели больше {MAX_BYTES / 1e6:.0f} МБ не бывает: это не модель"
