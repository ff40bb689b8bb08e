"""What becomes of a published text: its author edits it, deletes it, goes on; others share it or answer it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from simulator.corpus import Corpus, House
from simulator.people import Writer
from simulator.publishing import Published, Publishing
from simulator.vk import Vk
from simulator.vk.attachments import Attachment, words
from simulator.x import X

NEIGHBOURS: Final = 209_001
"""A community that is no brand's: people's letters are published there with their names."""


class Customers:
    """Everything takes the id of something published, as the daemon stores it. Raises LookupError for another."""

    def __init__(
        self, corpus: Corpus, publishing: Publishing, vk: Vk, x: X, clock: Callable[[], datetime]
    ) -> None:
        self._corpus = corpus
        self._publishing = publishing
        self._vk = vk
        self._x = x
        self._clock = clock
        self._first: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        vk.add_community(NEIGHBOURS, "podslushano_zarechye", "Подслушано в Заречье", 15_700)

    def edits(self, id: str, text: str) -> Published:  # noqa: A002 - the word that everybody here uses
        """The author changes the text. On X that is another post, with another id."""
        item = self._alive(id)
        if item.network == "x":
            number = self._x.edit(item.id, text)
            versions = (*item.versions, item.id)
            return self._publishing.change(item, id=number, text=text, versions=versions, edited_at=self._clock())
        self._vk.edit(item.id, text)
        return self._publishing.change(item, text=text, edited_at=self._clock())

    def deletes(self, id: str, *, by_brand: bool = False) -> Published:  # noqa: A002 - as above
        """The author deletes the text; `by_brand`: the brand does, on its own page in VK."""
        item = self._alive(id)
        if item.network == "x":
            self._x.delete(item.id)
        else:
            house = self._publishing.house_of(item)
            if by_brand and (house is None or not item.id.startswith(f"-{house.group}_")):
                raise LookupError("чужая страница: бренд может удалять только у себя")
            self._vk.delete(item.id, by=-house.group if by_brand and house else None)
        return self._publishing.change(item, deleted_at=self._clock())

    def writes_again(self, id: str, text: str, *, complaint: bool | None = None) -> Published:  # noqa: A002
        """The author goes on in the same thread: answers the brand, if it has answered, or the own text."""
        item = self._publishing.find(id)
        to = self._publishing.find(self._answers.get(self._begin(item), item.id))
        return self._says(item.author, text, to=to, like=item, complaint=complaint)

    def brand_answers(self, id: str, text: str, *, brand: str | None = None) -> Published:  # noqa: A002
        """The brand's own voice, in public. Raises LookupError when it is not known whose customer that is."""
        item = self._alive(id)
        house = next((one for one in self._corpus.houses if one.id == brand), self._publishing.house_of(item))
        if house is None:
            raise LookupError("чей это клиент, не сказано: укажите brand")
        said = self._says(self._voice(house), text, to=item, like=item, complaint=False, house=house)
        self._answers[self._begin(item)] = said.id
        return said

    def shares(self, id: str, name: str, text: str = "") -> Published:  # noqa: A002 - as above
        """Somebody shares a post of VK on the own wall, with or without own words."""
        item = self._alive(id)
        writer = self._publishing.visitor(name)
        return self.reposted(item, writer, text)

    def reposted(self, item: Published, writer: Writer, text: str) -> Published:
        """The same by a person of the corpus."""
        if item.place not in ("wall", "community"):
            raise LookupError("поделиться можно только записью ВКонтакте")
        return self._publishing.note(
            Published(
                id=self._vk.repost(writer, item.id, text),
                network="vk",
                place="wall",
                author=writer,
                text=text,
                at=self._clock(),
                brand=item.brand,
                kinds=("repost",),
                shared=item.id,
            )
        )

    def signs(self, writer: Writer, text: str, *, brand: str | None = None, own: bool = False) -> Published:
        """A reader's letter, published with its author's name by a community: the neighbours', or the brand's."""
        house = next((one for one in self._corpus.houses if one.id == brand), None)
        group = house.group if own and house else NEIGHBOURS
        return self._publishing.note(
            Published(
                id=self._vk.post(writer, text, owner=-group, signed=True),
                network="vk",
                place="wall",
                author=writer,
                text=text,
                at=self._clock(),
                brand=brand,
                complaint=True if brand else None,
                kinds=("signed",),
            )
        )

    def hangs(
        self, writer: Writer, text: str, attachments: Sequence[Attachment], *, brand: str | None = None
    ) -> Published:
        """A post on the own wall in VK with something that hangs on it."""
        return self._publishing.note(
            Published(
                id=self._vk.post(writer, text, attachments=attachments),
                network="vk",
                place="wall",
                author=writer,
                text=text,
                at=self._clock(),
                brand=brand,
                complaint=True if brand else None,
                kinds=("attachment",),
                words=words(attachments),
            )
        )

    def hear_on_vk(self, place: str) -> Published | None:
        """A brand's community has said something by its token: whoever goes on in that thread answers it."""
        entry = self._vk.world.entries[place]
        house = next((one for one in self._corpus.houses if one.group == -entry.author), None)
        answered = f"{entry.owner}_{entry.reply_to or entry.parent}"
        return self._heard(house, place, answered, entry.text, "comment")

    def hear_on_x(self, number: str) -> Published | None:
        """The same of its account on X."""
        post = self._x.find(number)
        house = next((one for one in self._corpus.houses if self._voice(one) == post.author), None)
        answered = str(post.reply_to.number) if post.reply_to else ""
        return self._heard(house, number, answered, post.text, "reply")

    # ------------------------------------------------------------ private

    def _heard(self, house: House | None, id: str, answered: str, text: str, place: str) -> Published | None:  # noqa: A002
        try:
            item = self._publishing.find(answered)
        except KeyError:
            return None
        if house is None:
            return None
        said = Published(
            id=id,
            network=item.network,
            place=place,
            author=self._voice(house),
            text=text,
            at=self._clock(),
            under=answered,
            brand=house.id,
            complaint=False,
            kinds=("own", "api"),
        )
        self._first[id] = self._begin(item)
        self._answers[self._begin(item)] = id
        return self._publishing.note(said)

    def _says(
        self,
        writer: Writer,
        text: str,
        *,
        to: Published,
        like: Published,
        complaint: bool | None,
        house: House | None = None,
    ) -> Published:
        """`to` is what is answered; `like`: the thread that it belongs to."""
        if to.network == "x" and to.author != writer:
            text = f"@{to.author.handle} {text}"  # X's own client begins an answer with whom it answers
        if to.place == "comment":
            text = f"{_address(to.author, self._vk.world.entries[to.id].author)}, {text}"
        item = Published(
            id=self._put(writer, text, to, house),
            network=like.network,
            place="reply" if like.network == "x" else "comment",
            author=writer,
            text=text,
            at=self._clock(),
            under=to.id,
            brand=house.id if house else like.brand,
            complaint=complaint,
            kinds=("own",) if house else ("thread",),
        )
        self._first[item.id] = self._begin(like)
        return self._publishing.note(item)

    def _put(self, writer: Writer, text: str, to: Published, house: House | None) -> str:
        if to.network == "x":
            return self._x.post(writer, text, reply_to=to.id)
        owner = to.id.partition("_")[0]
        below = to.place == "comment"
        post = f"{owner}_{self._vk.world.entries[to.id].parent}" if below else to.id
        answered = to.id if below else None
        if house is not None:
            return self._vk.community_comment(house.group, text, post=post, reply_to=answered)
        return self._vk.comment(writer, text, post=post, reply_to=answered)

    def _begin(self, item: Published) -> str:
        return self._first.get(item.id, item.id)

    def _alive(self, id: str) -> Published:  # noqa: A002 - as above
        item = self._publishing.find(id)
        if item.deleted_at is not None:
            raise LookupError(f"{id}: уже удалено")
        return item

    def _voice(self, house: House) -> Writer:
        return self._corpus.writers[house.account]


def _address(writer: Writer, account: int) -> str:
    """How VK's own client begins an answer to a comment: mark-up inside the text."""
    return f"[club{-account}|{writer.first_name}]" if account < 0 else f"[id{account}|{writer.first_name}]"
