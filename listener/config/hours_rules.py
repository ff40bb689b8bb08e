"""What no single value of the hours and deadlines can show: an order that cannot be, blocks that overlap."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listener.config.schema import HoursFile, SlaFile
from listener.config.types import seconds
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree


def sla_mistakes(tree: Tree, sla: SlaFile) -> Iterator[Mistake]:
    if not seconds(sla.warn) < seconds(sla.due) < seconds(sla.breach):
        message = f"сроки идут по порядку: warn < due < breach, а тут {sla.warn}, {sla.due}, {sla.breach}"
        yield tree.mistake(("sla",), message)


def hours_mistakes(tree: Tree, hours: HoursFile) -> Iterator[Mistake]:
    days: Mapping[str, Sequence[str]] = {"weekdays": hours.weekdays, "weekend": hours.weekend}
    for day, blocks in days.items():
        order = sorted(range(len(blocks)), key=blocks.__getitem__)
        for before, after in pairwise(order):
            if blocks[after].partition("-")[0] < blocks[before].partition("-")[2]:
                message = f"часы «{blocks[before]}» и «{blocks[after]}» пересекаются: соедините их в одни"
                yield tree.mistake(("hours", day, after), message)
    if not hours.weekdays and not hours.weekend:
        yield tree.mistake(
            ("hours",), "ни одного рабочего часа: впишите weekdays или уберите hours (круглые сутки)"
        )
    try:
        ZoneInfo(hours.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"часовой пояс «{hours.timezone}» неизвестен: пишут так: Europe/Moscow, Asia/Yekaterinburg"
        yield tree.mistake(("hours", "timezone"), message)
