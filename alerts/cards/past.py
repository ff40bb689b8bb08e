"""The customer's past with the brand, and the others of his thread: in short on the card, whole for who asks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from alerts.cards.asking import Pressed, Reply, explained
from alerts.cards.context import CardContext
from alerts.cards.masking import masked
from alerts.cards.quoting import in_short
from alerts.cards.wording import ENDINGS, MAX_NAME, STANDINGS, Wording, cause_title
from alerts.cases.case import Case, EarlierCase, Neighbour, complains
from alerts.russian import NBSP, quoted

PAST: Final = "past"
"""The action: its presses alone look for more than the card shows."""
NOTHING_MORE: Final = "Больше о клиенте ничего не известно: раньше он на этот бренд не жаловался"
NAMED: Final = 3
"""Others of the thread with their names on the card."""
COUNTED: Final = 10
"""Others of the thread that the card counts; it knows whether there are more."""
MOST: Final = 20
"""Cases and others that are named to who asks."""
MAX_OTHER: Final = 40
MAX_TEXT: Final = 120
LONGEST: Final = 3_000
"""Characters of the answer: Telegram takes 4 096."""
BARS: Final = "▁▂▃▄▅▆▇█"
"""From a calm word to a certain complaint."""
FEWEST_BARS: Final = 3


def earlier_words(earlier: EarlierCase, longest: int) -> str:
    """«решено: «Нет связи»», with as many characters of the text; what is gone from the network has none."""
    said = f": «{in_short(earlier.text, longest)}»" if earlier.text.strip() else ""
    return f"{ending_words(earlier)}{said}"


def ending_words(ended: EarlierCase | Neighbour) -> str:
    """How a case ended, or where it stands."""
    title = ENDINGS.get(ended.outcome) if ended.outcome else None
    return title.lower() if title else STANDINGS[ended.standing]


def tone_line(case: Case) -> str:
    """«Недовольство от раза к разу: ▃▅█», the oldest first and this case last; two bars would tell nothing."""
    now = max((mention.complaint for mention in case.mentions if complains(mention)), default=None)
    known = [each for each in (*(earlier.complaint for earlier in case.earlier), now) if each is not None]
    if not case.earlier or len(known) < FEWEST_BARS:
        return ""
    bars = "".join(BARS[min(int(each * len(BARS)), len(BARS) - 1)] for each in known)
    return f"Недовольство от раза к разу: {bars}"


def neighbours_line(case: Case) -> str:
    """«В этой ветке ещё недовольны: Пётр (№ 15), Мария (№ 18) и ещё 4».

    It says nothing of how these cases stand: a card is drawn when its own case changes, and they go on without it.
    """
    if not case.neighbours:
        return ""
    named = ", ".join(f"{_name(each)} (№{NBSP}{each.case})" for each in case.neighbours[:NAMED])
    hidden = min(len(case.neighbours), COUNTED) - NAMED
    if len(case.neighbours) > COUNTED:
        more = f" и больше {hidden} других"
    else:
        more = f" и ещё {hidden}" if hidden > 0 else ""
    unhappy = "недоволен" if len(case.neighbours) == 1 else "недовольны"
    return f"В этой ветке ещё {unhappy}: {named}{more}"


def has_more(case: Case, _context: CardContext, _now: datetime) -> bool:
    """Whether the card leaves something out: it cuts what was, and does not say how the others stand."""
    return bool(case.earlier or case.neighbours)


def what_was(pressed: Pressed) -> Reply:
    """All of it, masked: a messenger may have to show it where all read. Nothing happens to the case."""
    case = pressed.case
    if not case.earlier and not case.neighbours:
        return explained(pressed, NOTHING_MORE)
    return explained(pressed, in_short_lines("\n".join(filter(None, _lines(case, pressed.words)))))


def in_short_lines(text: str) -> str:
    """Whole lines, as many as there is room for."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition("\n")[0] + "\n…"


def _lines(case: Case, words: Wording) -> Iterator[str]:
    name = masked(in_short(case.author_name, MAX_NAME)) or "Клиент"
    if case.earlier:
        yield f"{name} и {quoted(case.brand_title)}, раньше:"
        if len(case.earlier) > MOST:
            yield f"(последние {MOST}, были и ещё)"
        yield from (_earlier(each, words) for each in case.earlier[-MOST:])
        yield tone_line(case)
    else:
        yield f"{name}: раньше жалоб на {quoted(case.brand_title)} не было."
    if case.neighbours:
        shown, more = case.neighbours[:MOST], len(case.neighbours) > MOST
        last = f", последние {MOST}" if more else ""
        yield f"\nВ этой ветке ещё недовольны{last}:"
        yield from (f"№{NBSP}{each.case}, {masked(_name(each))}: {ending_words(each)}" for each in shown)


def _earlier(each: EarlierCase, words: Wording) -> str:
    ended = ending_words(each) + (f" ({cause_title(each.cause)})" if each.cause else "")
    said = f": «{masked(in_short(each.text, MAX_TEXT))}»" if each.text.strip() else ""
    return f"№{NBSP}{each.case}, {words.day(each.opened_at)}, {ended}{said}"


def _name(each: Neighbour) -> str:
    return in_short(each.author_name, MAX_OTHER) or "Без имени"
