"""How much a brand is spoken of and what reading it costs, in words for whoever sets it up."""

import asyncio
from datetime import timedelta
from math import ceil
from typing import Any, Final

from alerts.russian import NBSP, counted, decimal, lasted
from domain.brand import Brand
from listener.clock import SystemClock
from listener.diagnosis.look import Look
from listener.diagnosis.wire import SilentError
from listener.environment import Options
from listener.networks.network import Network, Price
from listener.networks.registry import NETWORKS
from listener.settings import Settings

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)
MONTH: Final = 30


def print_today(settings: Settings, brand: Brand) -> None:
    """One line for each network that the brand is searched for in: what the last 24 hours would have brought."""
    look = Look(now=lambda: SystemClock().now().timestamp())
    for name, options in settings.networks.items():
        watch = brand.watch.get(name)
        if watch is not None and watch.search:
            print(f"  {NETWORKS[name].short}: {asyncio.run(_today(NETWORKS[name], options, brand, look))}")


async def _today(network: Network[Any], options: Options, brand: Brand, look: Look) -> str:
    try:
        found = await network.today(brand, options, look)
    except SilentError as error:
        return f"не узнать: {error.line.says}"
    if found is None:
        return "ключа ещё нет, сколько упоминаний — неизвестно" + (
            f"; платят за найденное: {network.price.words}" if network.price else ""
        )
    says = f"за сутки {counted(found, 'упоминание', 'упоминания', 'упоминаний')}"
    return f"{says}, {_of_a_day(network.price, found, brand, network.id)}" if network.price else says


def _of_a_day(price: Price, found: int, brand: Brand, network: str) -> str:
    usd, limit = price.usd * found, brand.usd_per_day.get(network)
    says = f"такой день стоит до {_dollars(usd)}, месяц до {_dollars(usd * MONTH)}"
    return (
        f"{says}; предел {_dollars(limit)} в день кончится раньше" if limit is not None and limit < usd else says
    )


def cadence(network: Network[Any], brand: Brand) -> str:
    """«раз в 2 мин, 720 запросов в сутки; платят за найденное: …»."""
    watch = brand.watch[network.id]
    calls = ceil(len(network.queries(brand)) * (DAY / watch.every))
    asked = counted(calls, "запрос", "запроса", "запросов")
    says = f"раз в {_every(watch.every)}, {asked} в сутки"
    return f"{says}; {_bound(network.price, brand, network.id)}" if network.price else says


def _every(span: timedelta) -> str:
    return f"{span // SECOND}{NBSP}с" if span % MINUTE else lasted(span)


def _bound(price: Price, brand: Brand, network: str) -> str:
    says, limit = f"платят за найденное: {price.words}", brand.usd_per_day.get(network)
    if limit is None:
        return f"{says}; предела трат нет, впишите limits: {{{network}_usd_per_day: 5}}"
    posts = counted(int(limit / price.usd), "запись", "записи", "записей")
    return f"{says}; не больше {_dollars(limit)} в день, это {posts}, и {_dollars(limit * MONTH)} в месяц"


def _dollars(usd: float) -> str:
    return f"{decimal(usd, 0 if usd == int(usd) else 2)} $"
