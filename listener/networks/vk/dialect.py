"""A brand as VK's search queries, as few as its daily quota asks: VK bends Russian words itself."""

from dataclasses import dataclass

from domain.brand import Brand
from listener.brands.forms import inflected
from listener.brands.letters import words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """A text to search VK for; an `exact` one stands in quotes and finds only these words side by side."""

    text: str
    words: tuple[str, ...]
    exact: bool

    def covers(self, other: "_Query") -> bool:
        """Whether everything that `other` finds is found by this one too, whatever the forms of its words."""
        if not self.exact:
            return all(not inflected(word).isdisjoint(other.words) for word in self.words)
        starts = range(len(other.words) - len(self.words) + 1)
        return other.exact and any(other.words[at : at + len(self.words)] == self.words for at in starts)


def vk_queries(brand: Brand) -> tuple[str, ...]:
    """The texts to search VK for, one call each, and one a name will do.

    Every query costs a call of the daily quota each time, so what another query finds anyway is not asked.
    """
    asked = [_query(text) for text in (*brand.names, *(phrase for phrase in brand.phrases if "*" not in phrase))]
    kept: list[_Query] = []
    for query in sorted(asked, key=lambda query: (len(query.words), query.exact)):
        if query.words and not any(other.covers(query) for other in kept):
            kept.append(query)
    return tuple(dict.fromkeys(query.text for query in asked if query in kept))


def _query(text: str) -> _Query:
    text = text.strip()
    return _Query(text=text, words=words_of(text), exact=text.startswith('"'))
