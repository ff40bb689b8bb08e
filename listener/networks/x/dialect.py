"""A brand as X's search query, at most 512 characters: X bends no Russian word, so forms are listed."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from classifiers.morphology import analyzer
from domain.brand import Brand
from listener.brands.forms import inflected
from listener.brands.letters import ROMAN_SCHEMES, fold, is_cyrillic, words_of

LONGEST_QUERY: Final = 512
"""Characters of a recent-search query on the self-serve plan."""

# Cases as often as they are met in complaints: «Билайн», «у Билайна», «в Билайне», «к Билайну», «Билайном».
_CASES: Final = ("nomn", "gent", "loct", "accs", "datv", "ablt")


def x_query(brand: Brand) -> str:
    """One query for X, at most 512 characters: X bends no Russian word, so forms are listed, most frequent first.

    No `lang:` is set: short posts with a Latin brand name are often taken for another language. Companions of
    a homonym are not asked for: their own forms would not fit, and the matcher drops the strangers afterwards.
    """
    accounts = brand.accounts.get("x", ())
    own = [f"-from:{account}" for account in dict.fromkeys(accounts)]
    tail = " ".join(["-is:retweet", *own])
    room = LONGEST_QUERY - len(tail) - len("() ")
    if room < LONGEST_QUERY // 2:
        # A long list of own accounts must not crowd out the names; triage drops own posts anyway.
        tail, room = "-is:retweet", LONGEST_QUERY - len("() -is:retweet")
    chosen: list[str] = []
    for term in dict.fromkeys(_terms(brand)):
        cost = len(term) + (len(" OR ") if chosen else 0)
        if cost <= room:
            chosen.append(term)
            room -= cost
    return f"({' OR '.join(chosen)}) {tail}"


def _terms(brand: Brand) -> Iterator[str]:
    """Everything worth asking for, the most useful first: names, accounts, spellings, cases in turn, phrases."""
    names = [name for name in brand.names if words_of(name)]
    yield from (_quoted(fold(name)) for name in names)
    yield from (f"@{account}" for account in brand.accounts.get("x", ()))
    for name in names:
        yield from _spellings(name)
    declined = [list(_declined(words_of(name), fold(name))) for name in names]
    for cases in zip_longest(*declined):
        yield from (_quoted(form) for form in cases if form)
    yield from (_quoted(phrase.strip('"«»')) for phrase in brand.phrases if "*" not in phrase)
    for words in map(words_of, names):
        if len(words) == 1 and is_cyrillic(words[0]):
            yield from sorted(inflected(words[0]), key=lambda form: (len(form), form))


def _spellings(name: str) -> Iterator[str]:
    """The name without its gaps, and in Latin letters."""
    words = words_of(name)
    yield "".join(words)
    if not is_cyrillic(fold(name)):
        return
    for way in sorted({tuple(word.translate(scheme) for word in words) for scheme in ROMAN_SCHEMES}):
        yield "".join(way)
        if not _compact(name):
            yield _quoted(" ".join(way))


def _declined(words: tuple[str, ...], name: str) -> Iterator[str]:
    """The name in each case; a word without a nominative reading stays: «банка москвы», «банку москвы»."""
    gap = "" if _compact(name) else "-" if "-" in name else " "
    for case in _CASES:
        bent = [_bent(word, case) for word in words]
        # «Альфа-Банк» is one word to the grammar: only its end is bent.
        yield gap.join((*words[:-1], bent[-1]) if gap == "-" else bent)


def _bent(word: str, case: str) -> str:
    forms = inflected(word, same_number=True)
    if len(forms) == 1:
        return word
    for parse in analyzer().parse(word):
        bent = parse.inflect({case}) if parse.tag.case == "nomn" else None
        if bent is not None and fold(bent.word) in forms:
            return fold(bent.word)
    return word


def _compact(name: str) -> bool:
    return name.strip().isalnum()


def _quoted(text: str) -> str:
    """The text as one term: words with anything but letters and digits between them are a phrase to X."""
    clean = text.replace('"', " ").strip()
    return clean if clean.isalnum() else f'"{clean}"'
