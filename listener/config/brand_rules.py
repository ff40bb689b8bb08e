"""What no single value of a brand file can show: entries run together, addresses for names, one name for two."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from listener.brands.letters import fold, words_of
from listener.config.schema import BrandFile, seconds
from listener.config.typos import account_meant
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree

_SHORTEST_NAME: Final = 3
_SHORTEST_PREFIX: Final = 3
_LISTS: Final = ("names", "only_when", "never_when", "phrases")
_GLUED: Final = re.compile(r"[;|\n]")
_RARELY: Final = 0.95
_SLOW: Final = 3600.0


def brand_mistakes(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    """Everything but what only the matcher can tell (`finding`)."""
    for key in _LISTS:
        yield from _entry_mistakes(tree, key, getattr(brand, key))
    for place, name in enumerate(brand.names):
        yield from _name_mistakes(tree, brand, place, name)
    for key in ("phrases", "only_when", "never_when"):
        yield from _phrase_mistakes(tree, key, getattr(brand, key))
    yield from _watch_mistakes(tree, brand)
    yield from _threshold_mistakes(tree, brand.alert.complaint_at)


def repeated_brands(brands: Sequence[tuple[Tree, BrandFile]]) -> Iterator[Mistake]:
    """What belongs to one brand alone and stands in two: ids; else titles, names, pages."""
    whose: dict[str, str] = {}
    for tree, brand in brands:
        if whose.setdefault(brand.id, tree.file) != tree.file:
            message = f"id «{brand.id}» уже занят в {whose[brand.id]}: у каждого бренда свой id"
            yield tree.mistake(("id",), message)
    for key, owned in _OWNED.items():
        first: dict[str, tuple[Tree, BrandFile]] = {}
        for tree, brand in brands:
            for place, value in enumerate(owned(brand)):
                other = first.setdefault(_compared(value), (tree, brand))
                if other[1].id != brand.id:
                    yield _shared(key, place, value, (tree, brand), other)


def _shared(
    key: str, place: int, value: str, here: tuple[Tree, BrandFile], there: tuple[Tree, BrandFile]
) -> Mistake:
    tree, brand = here
    other, first = there
    if key == "title":
        message = f"название «{value}» уже у бренда {first.id}: на карточках их не различить"
        return tree.mistake(("title",), message, warning=True)
    apart = bool(brand.only_when and first.only_when)
    what = "имя" if key == "names" else "страница"
    advice = "оставьте в одном" + ("" if apart or key != "names" else " или разведите спутниками (only_when)")
    message = f"{what} «{value}» уже у бренда {first.id} ({other.file}): карточка придёт дважды; {advice}"
    path = ("names", place) if key == "names" else tuple(key.split("."))
    return tree.mistake(path, message, warning=apart or key != "names")


def _entry_mistakes(tree: Tree, key: str, entries: Sequence[str]) -> Iterator[Mistake]:
    for place, entry in enumerate(entries):
        if _GLUED.search(entry):
            message = f"«{_one_line(entry)}» — это несколько значений в одном: разделите их запятыми, без кавычек"
            yield tree.mistake((key, place), message)
        elif "," in entry and key != "names":
            message = f"запятая внутри «{entry}»: вместе эти слова не встретятся; закройте кавычки перед запятой"
            yield tree.mistake((key, place), message)


def _name_mistakes(tree: Tree, brand: BrandFile, place: int, name: str) -> Iterator[Mistake]:
    letters = sum(letter.isalnum() for letter in name)
    if not letters:
        yield tree.mistake(("names", place), f"в имени «{name}» нет ни одной буквы: по нему ничего не найти")
    elif name.startswith("@") or account_meant(name):
        account = account_meant(name) or name.removeprefix("@")
        message = f"«{name}» — страница, а не имя: впишите её в accounts, например accounts: {{vk: [{account}]}}"
        yield tree.mistake(("names", place), message)
    elif letters < _SHORTEST_NAME and not brand.only_when:
        message = f"имя «{name}» короче трёх букв и встретится повсюду: добавьте спутников в only_when"
        yield tree.mistake(("names", place), message, warning=True)


def _phrase_mistakes(tree: Tree, key: str, phrases: Sequence[str]) -> Iterator[Mistake]:
    for place, phrase in enumerate(phrases):
        words = phrase.split()
        if not any(letter.isalnum() for letter in phrase):
            yield tree.mistake((key, place), f"во фразе «{phrase}» нет ни одной буквы")
        elif any("*" in word.rstrip('"»').removesuffix("*") for word in words):
            message = f"в «{phrase}» звёздочка не на конце слова: она значит «начало слова»"
            yield tree.mistake((key, place), message)
        elif any(word.endswith("*") and len(word) <= _SHORTEST_PREFIX for word in words):
            yield tree.mistake((key, place), f"в «{phrase}» перед звёздочкой нужно хотя бы три буквы")


def _watch_mistakes(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    vk, x = brand.watch.vk, brand.watch.x
    if vk is not None and vk.streaming:
        yield tree.mistake(("watch", "vk", "streaming"), "streaming пока не поддерживается: поставьте false")
    if x is not None and x.stream:
        yield tree.mistake(("watch", "x", "stream"), "stream пока не поддерживается: поставьте false")
    if x is not None and x.mentions and not brand.accounts.x:
        message = "чтобы слушать упоминания, впишите свой аккаунт: accounts: {x: […]}"
        yield tree.mistake(("watch", "x", "mentions"), message)
    if vk is None and x is None:
        yield tree.mistake(("watch",), "бренд нигде не слушают: впишите в watch vk или x", warning=True)
    if vk is not None and not vk.search and not vk.community:
        message = "в VK ничего не слушается: поставьте search: true или впишите сообщество в community"
        yield tree.mistake(("watch", "vk"), message, warning=True)
    if x is not None and not x.search and not x.mentions:
        message = "в X ничего не слушается: поставьте search: true или mentions: true"
        yield tree.mistake(("watch", "x"), message, warning=True)
    yield from _slow(tree, brand)
    yield from _own_pages(tree, brand)


def _slow(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    for network, watch in (("vk", brand.watch.vk), ("x", brand.watch.x)):
        if watch is not None and watch.search and seconds(watch.every).total_seconds() > _SLOW:
            message = f"поиск раз в {watch.every}: ответ в течение часа не получится; обычно ставят от 1m до 15m"
            yield tree.mistake(("watch", network, "every"), message, warning=True)


def _own_pages(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    own = {_compared(page.removeprefix("@")) for page in brand.accounts.vk}
    for place, page in enumerate(brand.watch.vk.community if brand.watch.vk else ()):
        if _compared(page.removeprefix("@")) not in own:
            message = (
                f"сообщества «{page}» нет в accounts: vk — впишите и туда, чтобы свои записи не стали жалобами"
            )
            yield tree.mistake(("watch", "vk", "community", place), message, warning=True)


def _threshold_mistakes(tree: Tree, at: float) -> Iterator[Mistake]:
    path = ("alert", "complaint_at")
    if at == 0:
        yield tree.mistake(path, "порог 0: карточкой станет каждое упоминание; обычно ставят 0.6", warning=True)
    elif at > _RARELY:
        message = f"порог {at:g}: столь уверенной жалобы почти не бывает, карточек не будет; обычно ставят 0.6"
        yield tree.mistake(path, message, warning=True)


def _compared(value: str) -> str:
    return " ".join(words_of(value)) or fold(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())


_OWNED: Final[dict[str, Callable[[BrandFile], Sequence[str]]]] = {
    "title": lambda brand: (brand.title,),
    "names": lambda brand: brand.names,
    "accounts.vk": lambda brand: brand.accounts.vk,
    "accounts.x": lambda brand: brand.accounts.x,
}
