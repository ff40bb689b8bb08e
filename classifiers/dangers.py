"""What makes a card by itself: harm to people or animals, money taken, a threat to life, a court.

Rules like the lists of `classifiers.lexicon`, beside the complaint's score: «После ужина слегли всей семьёй» is
calm in its words and cannot wait. The words are in `lexicons/dangers.txt`.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from classifiers.lexicon import Near
from classifiers.word_lists import entries
from domain.verdict import Label

LIFE: Final = "угроза жизни"
HEALTH: Final = "здоровье"
CHILDREN: Final = "дети"
ANIMALS: Final = "животные"
MONEY: Final = "деньги"
COURT: Final = "суд"

KINDS: Final = (LIFE, HEALTH, CHILDREN, ANIMALS, MONEY, COURT)
"""The gravest first, as a card names them; the staff's own urgent words follow, each by itself."""

PAST: Final = "прошло или о других"
"""The signal of a danger that is past, another's or only thought of."""

KIN: Final = "свои"
"""The signal of the author's family: where the brand is named, what befell them is his own (decision 0142)."""

_LISTS: Final = entries("dangers.txt")

DANGERS: Final[Mapping[str, tuple[Near, ...]]] = {kind: _LISTS[kind] for kind in KINDS}
PAST_WORDS: Final = tuple(word for entry in _LISTS[PAST] for word in entry.words)
KIN_WORDS: Final = tuple(word for entry in _LISTS[KIN] for word in entry.words)

NAMELESS: Final = "nameless"
"""The signal that nobody is named: it stands on the brand's own page, and whoever asks there asks the brand."""
_OWN: Final = "first person"
_CONTENT: Final = frozenset({"thanks", PAST})
"""The label alone is not believed: the calm words of a harmed customer may sound content."""
_TOLD_BY_OTHERS: Final = frozenset({"reports", "sells"})
_SEEN: Final = 0.5
_SUSPECTED: Final = 0.2
"""Below it none of 27 texts that were read told of a danger of the author's own (decision 0129)."""
_SURELY_NONE: Final = 0.05
"""Below it «я» says nothing either: «я отравилась рыбой, сама виновата»."""


def dangers_of(
    named: AbstractSet[str], urgent: Sequence[str], signals: AbstractSet[str], label: Label, complaint: float
) -> tuple[str, ...]:
    """The kinds that a customer tells of himself, then the staff's own words that he used.

    News and advertisements tell of others' dangers, and who is content is past his. Where the judge sees no
    complaint, a word that speaks of a past danger or of another's is believed; where he does not even suspect
    one, who tells must say that it is his own or, of a brand that he names, his family's.
    """
    if not named and not urgent:
        return ()
    content = label == "positive" and not signals.isdisjoint(_CONTENT)
    if content or (signals & _TOLD_BY_OTHERS and _OWN not in signals):
        return ()
    if complaint < _SEEN and PAST in signals:
        return tuple(urgent)
    own = _OWN in signals or (KIN in signals and NAMELESS not in signals)
    if complaint < (_SURELY_NONE if own else _SUSPECTED):
        return tuple(urgent)
    return (*(kind for kind in KINDS if kind in named), *urgent)
