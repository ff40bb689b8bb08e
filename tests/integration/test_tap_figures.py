"""Watch words over the real store: counted in texts about a brand, with what people said of those they saw."""

from alerts.cases.commands import Close, NotComplaint
from listener.store.stores import Stores
from listener.tap_figures import reason_figures, word_figures
from tests.contract.store_samples import NOW, complain, do, keep, later, mention


async def test_a_word_is_counted_in_any_form_with_what_people_said_of_it(store: Stores) -> None:
    texts = ("Выпала пломба", "Пломбу поставили криво", "Пломбы дорогие", "Врач опоздал")
    for number, text in enumerate(texts, start=1):
        await complain(store, mention(number, text=text, thread=f"t{number}"))
    await do(store, Close(), case=1)
    await do(store, NotComplaint(), case=2)
    await do(store, Close(), case=4)
    await keep(store, mention(9, text="Пломба, и никакого бренда"))
    found = await word_figures(store.database, ("пломба", "=опоздал", "наркоз"), later(10))
    assert [(one.word, one.hits, one.tapped, one.complaints) for one in found] == [
        ("пломба", 3, 2, 1),
        ("=опоздал", 1, 1, 1),
        ("наркоз", 0, 0, 0),
    ]


async def test_without_words_nothing_is_read(store: Stores) -> None:
    assert await word_figures(store.database, (), NOW) == []


async def test_reasons_are_counted_by_what_people_said_of_their_cards(store: Stores) -> None:
    for number in range(1, 4):
        await complain(store, mention(number, thread=f"t{number}"))
    await do(store, Close(), case=1)
    await do(store, NotComplaint(), case=2)
    (one,) = await reason_figures(store.database, NOW)
    assert (one.count, one.contradicted, one.is_doubted) == (2, 1, False)
    assert await reason_figures(store.database, later(1)) == []
