"""What becomes of a changed config, in words for the people who write it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alerts.russian import counted
from listener.config.values import Mistake

MOST: Final = 5
LONGEST: Final = 300
_REFUSED: Final = "Новые настройки не приняты, в силе прежние."
_AGAIN: Final = "Исправьте и сохраните файл: Отклик прочитает его сам."


def refused(mistakes: Sequence[Mistake] | str, folder: Path) -> str:
    """The mistakes with file and line, the files by their places in the folder; or what else was wrong."""
    if isinstance(mistakes, str):
        return f"{_REFUSED} {mistakes}"
    lines = [_line(mistake, folder) for mistake in mistakes[:MOST]]
    if (more := len(mistakes) - MOST) > 0:
        lines.append(f"И ещё {counted(more, 'ошибка', 'ошибки', 'ошибок')}: все назовёт listener check")
    return "\n".join([_REFUSED, *lines, _AGAIN])


def accepted(brands: int) -> str:
    return f"Настройки приняты: {counted(brands, 'бренд', 'бренда', 'брендов')}."


def _line(mistake: Mistake, folder: Path) -> str:
    path = Path(mistake.file)
    place = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    said = mistake.message if len(mistake.message) <= LONGEST else mistake.message[:LONGEST] + "…"
    return f"• {place}, строка {mistake.line}: {said}"
