"""Which VK sources the brands and the tokens give."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain.brand import Brand, Watch
from listener.environment import Secret
from listener.networks.vk.build import build_vk
from listener.networks.vk.options import VkOptions
from listener.networks.vk.worker import Worker, WorkerClosedError
from listener.ports import Source
from simulator.vk.words import matches
from tests.vk_parts import BRAND, Hands, Purse

OPTIONS = VkOptions(
    api_url="http://127.0.0.1:9/method/",
    service_token=Secret("service"),
    community_tokens={"Romashka_Help": Secret("community")},
)


def built(*brands: Brand, options: VkOptions = OPTIONS) -> Sequence[Source]:
    return build_vk(brands, options, Purse(), Hands(), lambda brand: brand.names)


def test_a_watched_brand_has_its_search_and_its_community() -> None:
    assert [one.name for one in built(BRAND)] == ["vk.search:romashka", "vk.community:romashka_help"]


def test_a_community_of_two_brands_is_heard_once() -> None:
    names = [one.name for one in built(BRAND, replace(BRAND, id="second"))]
    assert names.count("vk.community:romashka_help") == 1


def test_a_brand_that_does_not_watch_vk_has_no_source() -> None:
    assert built(replace(BRAND, watch={}), replace(BRAND, watch={"vk": Watch(search=False)})) == []


def test_without_a_service_token_the_community_is_still_heard_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    names = [one.name for one in built(BRAND, options=replace(OPTIONS, service_token=None))]
    assert names == ["vk.community:romashka_help"]
    assert "LISTENER_VK_SERVICE_TOKEN" in caplog.text


def test_a_community_without_a_token_is_named_and_the_search_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    names = [one.name for one in built(BRAND, options=replace(OPTIONS, community_tokens={}))]
    assert names == ["vk.search:romashka"]
    assert "romashka_help" in caplog.text


async def test_the_clients_threads_end_with_the_last_source() -> None:
    worker = Worker("one")
    assert await worker.run(lambda: 6 * 7) == 42
    (thread,) = (one for one in threading.enumerate() if one.name == "one")
    worker.close()
    thread.join(timeout=5)
    assert not thread.is_alive()
    with pytest.raises(WorkerClosedError):
        await worker.run(lambda: 1)


async def test_a_jobs_error_is_its_callers() -> None:
    worker = Worker("two")
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 // 0)
    assert await worker.run(lambda: "alive") == "alive"
    worker.close()


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("ромашка", "Недоволен ромашкой!", True),
        ("ромашка", "Рома пришёл", False),
        ("ромашка связь", "связи у ромашки нет", True),
        ("ромашка связь", "ромашка цветёт", False),
        ('"ромашка тв"', "Ромашка ТВ не показывает", True),
        ('"ромашка тв"', "ромашка на тв", False),
        ("ромашка -чай", "чай с ромашкой", False),
        ("ёлка", "Елки зелёные", True),
        ("", "что угодно", False),
    ],
)
def test_the_simulated_search_forgives_word_forms(query: str, text: str, found: bool) -> None:  # noqa: FBT001
    assert matches(query, text) is found
