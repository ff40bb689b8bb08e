"""What no single value of a brand file can show: entries run together, addresses for names, one name for two."""

import re
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from pydantic import BaseModel

from listener.brands.letters import fold, words_of
from listener.config.schema import AUTO, AlertFile, BrandFile
from listener.config.types import seconds
from listener.config.typos import account_meant, look_alike, stranger
from listener.config.values import Mistake
from listener.config.yaml_tree import Place, Tree
from listener.networks.registry import NETWORKS

_SHORTEST_NAME: Final = 3
_SHORTEST_PREFIX: Final = 3
_LISTS: Final = ("names", "only_when", "never_when", "phrases")
_GLUED: Final = re.compile(r"[;|\n]")
_ASIDE: Final = re.compile(r"[(\[]|\w{3,}\s*/\s*\w{3,}")
_LEGAL_FORM: Final = re.compile(r"^(?:ООО|АО|ПАО|ЗАО|ОАО|ИП)\s+", re.IGNORECASE)
_MAIL: Final = re.compile(r"\S+@\S+\.\w+")
_RARELY: Final = 0.95
_SLOW: Final = 3600.0
_FAST: Final = 10.0
_A_CENT_OR_TWO: Final = 1.0
_A_FORTUNE: Final = 1000.0


def brand_mistakes(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    """Everything but what only the matcher can tell (`finding`)."""
    for key in _LISTS:
        yield from _entry_mistakes(tree, key, getattr(brand, key))
    for place, name in enumerate(brand.names):
        yield from _name_mistakes(tree, brand, place, name)
    for key in ("phrases", "only_when", "never_when"):
        yield from _phrase_mistakes(tree, key, getattr(brand, key))
    yield from _watch_mistakes(tree, brand)
    yield from _threshold_mistakes(tree, brand.alert)
    yield from _money_mistakes(tree, brand)
    for place, author in enumerate(brand.ignore_authors):
        if "*" in author:
            message = f"звёздочка в «{author}» ничего не значит: авторов называют по одному"
            yield tree.mistake(("ignore_authors", place), message)


def repeated_brands(brands: Sequence[tuple[Tree, BrandFile]]) -> Iterator[Mistake]:
    """What belongs to one brand alone and stands in two: ids; else titles, names, pages."""
    whose: dict[str, str] = {}
    for tree, brand in brands:
        if whose.setdefault(brand.id, tree.file) != tree.file:
            message = f"id «{brand.id}» уже занят в {whose[brand.id]}: у каждого бренда свой id"
            yield tree.mistake(("id",), message)
    pages = {f"accounts.{name}": attrgetter(f"accounts.{name}") for name in NETWORKS}
    for key, owned in (_OWNED | pages).items():
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
    what = {"names": "имя", "phrases": "фраза"}.get(key, "страница")
    advice = "оставьте в одном" + ("" if apart or key != "names" else " или разведите спутниками (only_when)")
    message = f"{what} «{value}» уже у бренда {first.id} ({other.file}): карточка придёт дважды; {advice}"
    path = (key, place) if key in _OWNED else tuple(key.split("."))
    return tree.mistake(path, message, warning=apart or key != "names")


def _entry_mistakes(tree: Tree, key: str, entries: Sequence[str]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if entry.casefold() in seen:
            yield tree.mistake((key, place), f"«{entry}» уже стоит в этом списке: оставьте один раз", warning=True)
        seen.add(entry.casefold())
        if word := look_alike(entry):
            message = f"в «{word}» {stranger(word)}: соцсети такого не найдут, наберите слово заново"
            yield tree.mistake((key, place), message)
        if _GLUED.search(entry):
            message = f"«{_one_line(entry)}» — это несколько значений в одном: разделите их запятыми, без кавычек"
            yield tree.mistake((key, place), message)
        elif "," in entry:
            message = f"запятая внутри «{entry}»: вместе эти слова не встретятся; закройте кавычки перед запятой"
            yield tree.mistake((key, place), message)


def _name_mistakes(tree: Tree, brand: BrandFile, place: int, name: str) -> Iterator[Mistake]:
    letters = sum(letter.isalnum() for letter in name)
    if not letters:
        yield tree.mistake(("names", place), f"в имени «{name}» нет ни одной буквы: по нему ничего не найти")
    elif name.startswith("@") or account_meant(name):
        account = account_meant(name) or name.removeprefix("@")
        message = f"«{name}» — страница, а не имя: впишите её в accounts, без адреса и знака @: {account}"
        yield tree.mistake(("names", place), message)
    elif advice := _as_people_say(name):
        yield tree.mistake(("names", place), f"«{name}» люди так не пишут: {advice}", warning=True)
    elif letters < _SHORTEST_NAME and not brand.only_when:
        message = f"имя «{name}» короче трёх букв и встретится повсюду: добавьте спутников в only_when"
        yield tree.mistake(("names", place), message, warning=True)


def _as_people_say(name: str) -> str | None:
    """What to write instead of a name that stands so in a register or a signature, and in nobody's complaint."""
    if _MAIL.fullmatch(name):
        return "это адрес почты; впишите имя"
    if _ASIDE.search(name):
        return "скобки и косую черту уберите, каждое имя впишите отдельно, через запятую"
    if (form := _LEGAL_FORM.match(name)) and len(name) > form.end():
        bare = name[form.end() :].strip(' «»"')
        return f"впишите «{bare}»"
    return None


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
    watched = {name: keys for name, keys in brand.watch if keys is not None}
    for name, keys in watched.items():
        yield from _watch_keys(tree, name, keys, own=getattr(brand.accounts, name))
    empty = [name for name in NETWORKS if name in brand.watch.model_fields_set and name not in watched]
    for name in empty:
        message = f"после «{name}:» пусто: впишите {name}: {{search: true}} или уберите ключ"
        yield tree.mistake(("watch", name), message, warning=True)
    if not (watched or empty):
        networks = " или ".join(NETWORKS)
        yield tree.mistake(("watch",), f"бренд нигде не слушают: впишите в watch {networks}", warning=True)


def _watch_keys(tree: Tree, name: str, keys: BaseModel, own: Sequence[str]) -> Iterator[Mistake]:
    network, here = NETWORKS[name], ("watch", name)
    heard = False
    for key in network.watch:
        value, place = getattr(keys, key.name), (*here, key.name)
        heard = heard or (bool(value) and key.means in ("search", "mentions", "pages"))
        if value is True and key.means == "later":
            yield tree.mistake(place, f"{key.name} пока не поддерживается: поставьте false")
        if value is True and key.means == "mentions" and not own:
            message = f"чтобы слушать упоминания, впишите свой аккаунт: accounts: {{{name}: […]}}"
            yield tree.mistake(place, message)
        if key.means == "pages":
            yield from _own_pages(tree, place, value, own)
        if key.means == "every" and (odd := _odd_cadence(value)):
            yield tree.mistake(place, f"поиск раз в {value}: {odd}; обычно ставят от 1m до 15m", warning=True)
    if not heard:
        message = f"в {network.short} ничего не слушается: поставьте search: true или уберите {name} из watch"
        yield tree.mistake(here, message, warning=True)


def _odd_cadence(every: str) -> str | None:
    asked = seconds(every).total_seconds()
    if asked > _SLOW:
        return "ответ в течение часа не получится"
    return "раньше ничего не услышать, а лимит сети уйдёт" if asked < _FAST else None


def _own_pages(tree: Tree, here: Place, pages: Sequence[str], own: Sequence[str]) -> Iterator[Mistake]:
    known = {_compared(page.removeprefix("@")) for page in own}
    for place, page in enumerate(pages):
        if _compared(page.removeprefix("@")) not in known:
            message = f"страницы «{page}» нет в accounts — впишите и туда, чтобы свои записи не стали жалобами"
            yield tree.mistake((*here, place), message, warning=True)


def _threshold_mistakes(tree: Tree, alert: AlertFile) -> Iterator[Mistake]:
    path, at = ("alert", "complaint_at"), alert.complaint_at
    if at == AUTO:
        if alert.per_day is None:
            message = "auto подбирает порог под число карточек в день: впишите рядом per_day, например per_day: 30"
            yield tree.mistake(path, message)
        return
    if alert.precision is not None:
        message = "precision работает только с complaint_at: auto: иначе порог стоит там, где вы его поставили"
        yield tree.mistake(("alert", "precision"), message)
    if at == 0:
        yield tree.mistake(path, "порог 0: карточкой станет каждое упоминание; обычно ставят 0.6", warning=True)
    elif at > _RARELY:
        message = f"порог {at:g}: столь уверенной жалобы почти не бывает, карточек не будет; обычно ставят 0.6"
        yield tree.mistake(path, message, warning=True)


def _money_mistakes(tree: Tree, brand: BrandFile) -> Iterator[Mistake]:
    for key, usd in brand.limits:
        if usd is not None and usd < _A_CENT_OR_TWO:
            message = f"{usd:g} $ в день — это меньше сотни записей, потом до завтра тишина; обычно ставят 5"
            yield tree.mistake(("limits", key), message, warning=True)
        elif usd is not None and usd > _A_FORTUNE:
            message = f"{usd:g} долларов в день — не описка? Это предел трат, обычно ставят 5"
            yield tree.mistake(("limits", key), message, warning=True)


def _compared(value: str) -> str:
    return " ".join(words_of(value)) or fold(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())


_OWNED: Final[dict[str, Callable[[BrandFile], Sequence[str]]]] = {
    "title": lambda brand: (brand.title,),
    "names": lambda brand: brand.names,
    "phrases": lambda brand: brand.phrases,
}
"""What is one brand's own, beside the pages of each network."""
