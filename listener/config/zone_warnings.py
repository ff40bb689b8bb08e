"""The holes of the tree of routes as warnings in Russian, at the line where they can be mended."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, assert_never

from alerts.routing import Routing
from alerts.routing.linter import (
    Around,
    Hole,
    NeverHolds,
    NobodyOnCall,
    NobodyOwns,
    NobodyRings,
    NobodySent,
    NobodyStandsIn,
    NobodyWorks,
    NothingLeft,
    Place,
    TakesAll,
    holes,
)
from alerts.russian import MONTHS
from listener.config.values import Mistake
from listener.config.yaml_tree import Place as FilePlace
from listener.config.yaml_tree import Tree

_DAYS: Final = {"weekdays": "в будни", "weekend": "в выходные"}


def zone_warnings(tree: Tree, routing: Routing, around: Around, titles: Mapping[str, str]) -> Iterator[Mistake]:
    """`titles` are the brands' by their ids."""
    names = {person.id: person.name for person in around.people}
    for hole in holes(routing, around):
        place, message = _said(hole, titles, names)
        yield tree.mistake(place, message, warning=True)


def _said(hole: Hole, titles: Mapping[str, str], names: Mapping[str, str]) -> tuple[FilePlace, str]:
    match hole:
        case NeverHolds():
            return (*_in_file(hole.place), "when"), _never(hole)
        case TakesAll() | NothingLeft():
            return _all_taken(hole)
        case NobodySent():
            return ("receivers", hole.receiver), _nobody_sent(hole)
        case NobodyOwns():
            nobody, receivers = _nobody_answers(hole, titles), _quoted(hole.receivers)
            return ("receivers", hole.receivers[0]), f"{nobody}: у {receivers} нет owner; впишите, кто отвечает"
        case NobodyWorks():
            return (*_in_file(hole.place), "to"), f"{_nobody_answers(hole, titles)} {_nobody_works(hole)}"
        case NobodyStandsIn() | NobodyOnCall() | NobodyRings():
            return _said_of_people(hole, titles, names)
        case _:
            assert_never(hole)


def _said_of_people(
    hole: NobodyStandsIn | NobodyOnCall | NobodyRings, titles: Mapping[str, str], names: Mapping[str, str]
) -> tuple[FilePlace, str]:
    match hole:
        case NobodyStandsIn():
            return ("receivers", hole.receiver, hole.duty), _nobody_stands_in(hole, names)
        case NobodyOnCall():
            return ("receivers", hole.receivers[0]), _nobody_on_call(hole, titles)
        case _:
            return ("receivers", hole.receiver, hole.duty), _nobody_rings(hole, names)


def _never(hole: NeverHolds) -> str:
    if hole.why == "contradiction":
        return "маршрут никогда не сработает: его условия исключают друг друга или условия маршрута выше"
    if hole.by is not None:
        return f"сюда ничего не придёт: всё забирает маршрут {_number(hole.by)} выше; поставьте этот перед ним"
    return "сюда ничего не придёт: всё забирают маршруты выше; поставьте этот перед ними"


def _all_taken(hole: TakesAll | NothingLeft) -> tuple[FilePlace, str]:
    if isinstance(hole, NothingLeft):
        message = "до этого to дело не дойдёт: всё забирают маршруты внутри; уберите его или сузьте их условия"
        return (*_in_file(hole.place), "to"), message
    above = "route.to" if len(hole.place) == 1 else f"to маршрута {_number(hole.place[:-1])}"
    why = "условие пустое и подходит всему" if hole.empty else "условие подходит всему, что сюда приходит"
    return (*_in_file(hole.place), "when"), f"{why}: до маршрутов ниже и до {above} дело не дойдёт"


def _nobody_sent(hole: NobodySent) -> str:
    why = "маршруты, которые его называют, не сработают" if hole.named else "ни один маршрут его не называет"
    return f"в «{hole.receiver}» ничего не придёт: {why}"


def _nobody_on_call(hole: NobodyOnCall, titles: Mapping[str, str]) -> str:
    """«никто не отвечает за «возврат» ночью, если срочно: у «money» нет on_call»."""
    nobody = f"{_nobody_answers(hole, titles)} вне часов работы, если срочно"
    return f"{nobody}: у {_quoted(hole.receivers)} нет on_call, а у других есть; впишите, кого звать"


def _nobody_answers(hole: NobodyOwns | NobodyWorks | NobodyOnCall, titles: Mapping[str, str]) -> str:
    return f"никто не отвечает за {_subject(hole, titles)}"


def _nobody_works(hole: NobodyWorks) -> str:
    """«в выходные: «money» тогда не работает, а другие работают»."""
    when, are = _DAYS[hole.day], "не работает" if len(hole.receivers) == 1 else "не работают"
    if not hole.whole:
        when += " " + ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in hole.spans)
    return f"{when}: {_quoted(hole.receivers)} тогда {are}, а другие работают; добавьте часы или получателя"


def _nobody_stands_in(hole: NobodyStandsIn, names: Mapping[str, str]) -> str:
    who = names.get(hole.person, hole.person)
    since = "" if hole.day.year == 1 else f" с {hole.day.day} {MONTHS[hole.day.month - 1]}"
    return f"{_duty(hole, who)}, но{since} отсутствует, и вместо никого: впишите substitute"


def _nobody_rings(hole: NobodyRings, names: Mapping[str, str]) -> str:
    who = names.get(hole.person, hole.person)
    return f"{_duty(hole, who)}, но в его мессенджерах этого человека нет: впишите, под кем он там, в people.yaml"


def _duty(hole: NobodyStandsIn | NobodyRings, who: str) -> str:
    verb = "отвечает" if hole.duty == "owner" else "дежурит"
    return f"за «{hole.receiver}» {verb} {who}"


def _subject(hole: NobodyOwns | NobodyWorks | NobodyOnCall, titles: Mapping[str, str]) -> str:
    """What nobody answers for: topics, brands, or a route that is known by neither."""
    brands = _quoted([titles.get(brand, brand) for brand in hole.brands])
    if hole.topics:
        return _quoted(hole.topics) + (f" (бренд {brands})" if brands else "")
    if brands:
        return f"бренд {brands}" if len(hole.brands) == 1 else f"бренды {brands}"
    return "то, что не подошло ни под один маршрут" if not hole.place else f"маршрут {_number(hole.place)}"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map("«{}»".format, names))


def _number(place: Place) -> str:
    return ".".join(map(str, place))


def _in_file(place: Place) -> FilePlace:
    path: list[str | int] = ["route"]
    for number in place:
        path += ["routes", number - 1]
    return tuple(path)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
