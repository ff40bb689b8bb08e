"""The part of `config/README.md` that the code knows: topics and intents; run as a module, it writes it anew."""

import sys
from pathlib import Path
from typing import Final

from alerts.russian import INTENT_TITLES
from classifiers.lexicon import TOPICS
from listener.config.schema import WhenFile

BEGIN: Final = "<!-- listener.config.handbook пишет отсюда -->"
END: Final = "<!-- и досюда -->"
SHOWN: Final = 8
ORDINARY: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя-")


def handbook() -> str:
    """Between the marks: what a route's `topics` and `intents` may be."""
    topics = [f"| `{topic}` | {', '.join(_examples(words))} |" for topic, words in TOPICS.items()]
    intents = [f"| `{intent}` | {INTENT_TITLES[intent]} |" for intent in _intents()]
    return "\n".join(
        [
            BEGIN,
            "",
            f"Встроенных тем {len(topics)}; тема с тем же именем в `words.yaml` добавляет к ним слова.",
            "",
            "| тема | узнаётся, например, по словам |",
            "|---|---|",
            *topics,
            "",
            "Намерения (`intents`):",
            "",
            "| намерение | что значит |",
            "|---|---|",
            *intents,
            "",
            END,
        ]
    )


def with_handbook(text: str) -> str:
    """The document with its part written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + handbook() + after


def _intents() -> list[str]:
    """As the schema of routes.yaml has them."""
    items: list[str] = WhenFile.model_json_schema()["properties"]["intents"]["items"]["enum"]
    return items


def _examples(words: tuple[str, ...]) -> list[str]:
    """Plain words in Russian, the first few."""
    return [word for word in words if ORDINARY.issuperset(word)][:SHOWN]


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("config/README.md")
    path.write_text(with_handbook(path.read_text(encoding="utf-8")), encoding="utf-8")
