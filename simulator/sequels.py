"""What happens now and then beside the corpus: answers, edits, deletions, reposts, letters, attachments."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from simulator.corpus import Corpus, Sequel, SequelKind
from simulator.customers import Customers
from simulator.people import Writer
from simulator.publishing import Published, Publishing
from simulator.vk import attachments

EVERY: Final = 5
"""Texts of the corpus to one such event."""
REMEMBERED: Final = 60
"""Texts that something may still happen to."""
PAUSE: Final = 3
"""Events between what is published and what happens to it: time enough for a card."""


class Sequels:
    """Takes the kinds of events in turn; what cannot happen yet is left out."""

    def __init__(self, corpus: Corpus, publishing: Publishing, customers: Customers, *, seed: int = 0) -> None:
        self._corpus = corpus
        self._publishing = publishing
        self._customers = customers
        self._random = random.Random(seed)
        self._recent: deque[str] = deque(maxlen=REMEMBERED)
        self._count = 0
        self._turn = 0
        self._acts: Sequence[Callable[[], bool]] = (
            self._answered,
            self._gone_on,
            self._edited,
            self._letter,
            self._deleted,
            self._shared,
            self._hung,
            self._hidden,
        )

    def after(self, item: Published) -> None:
        """Something was published; every fifth time something else happens."""
        self._recent.append(item.id)
        self._count += 1
        if self._count % EVERY:
            return
        for _ in self._acts:
            act = self._acts[self._turn % len(self._acts)]
            self._turn += 1
            if act():
                return

    # ------------------------------------------------------------ the events; False: nothing to happen to

    def _answered(self) -> bool:
        """A brand answers a complaint."""
        item = self._one(lambda one: one.complaint is True and self._heard(one))
        if item is None:
            return False
        said = self._customers.brand_answers(item.id, self._text("brand").text)
        self._recent.append(said.id)
        return True

    def _gone_on(self) -> bool:
        """The customer answers the brand."""
        answer = self._one(self._owned, latest=True)
        if answer is None or answer.under is None:
            return False
        said = self._customers.writes_again(answer.under, self._text("answer").text)
        self._recent.remove(answer.id)
        self._recent.append(said.id)
        return True

    def _edited(self) -> bool:
        item = self._one(lambda one: one.complaint is True and one.edited_at is None and self._heard(one))
        if item is None:
            return False
        sequel = self._text("edit", "retraction")
        self._customers.edits(item.id, f"{item.text}\n{sequel.text}" if sequel.kind == "edit" else sequel.text)
        return True

    def _deleted(self) -> bool:
        """The author thinks better of it."""
        return self._vanishes(by_brand=False)

    def _hidden(self) -> bool:
        """The brand deletes a complaint on its own page."""
        return self._vanishes(by_brand=True)

    def _vanishes(self, *, by_brand: bool) -> bool:
        item = self._one(lambda one: one.complaint is True and _on_own_page(one))
        if item is None:
            return False
        self._customers.deletes(item.id, by_brand=by_brand)
        self._recent.remove(item.id)
        return True

    def _shared(self) -> bool:
        """Somebody shares a complaint without a word."""
        item = self._one(lambda one: one.place == "wall" and one.complaint is True)
        if item is None:
            return False
        self._customers.reposted(item, self._writer(), "")
        return True

    def _letter(self) -> bool:
        letter = self._text("signed")
        self._customers.signs(self._writer(), letter.text, brand=letter.brand)
        return True

    def _hung(self) -> bool:
        """A text whose point is in what hangs on it."""
        kinds: tuple[SequelKind, ...] = ("link", "poll", "photo")
        sequel = self._text(*kinds)
        hung = {
            "link": lambda: attachments.link(sequel.title, sequel.url),
            "poll": lambda: attachments.poll(sequel.title, sequel.options),
            "photo": lambda: attachments.photo(sequel.title),
        }[sequel.kind]()
        self._customers.hangs(self._writer(), sequel.text, [hung], brand=sequel.brand)
        return True

    # ------------------------------------------------------------ private

    def _one(self, wanted: Callable[[Published], bool], *, latest: bool = False) -> Published | None:
        known = [self._publishing.find(number) for number in list(self._recent)[:-PAUSE]]
        fits = [one for one in known if one.deleted_at is None and wanted(one)]
        if not fits:
            return None
        return fits[-1] if latest else self._random.choice(fits)

    @staticmethod
    def _heard(item: Published) -> bool:
        """What is said below it reaches the brand: on its own page, and where it is addressed on X."""
        return item.network == "x" or _on_own_page(item)

    @staticmethod
    def _owned(item: Published) -> bool:
        return "own" in item.kinds

    def _text(self, *kinds: SequelKind) -> Sequel:
        return self._random.choice([one for one in self._corpus.sequels if one.kind in kinds])

    def _writer(self) -> Writer:
        people = [writer for key, writer in self._corpus.writers.items() if key[0] in "fm"]
        return self._random.choice(people)


def _on_own_page(item: Published) -> bool:
    return item.place == "comment" and item.id.startswith("-")
