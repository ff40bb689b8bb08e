"""Search queries: few for VK, which bends words itself; short and full of forms for X, which does not."""

from hypothesis import given
from hypothesis import strategies as st

from domain.brand import Brand
from listener.networks.vk.dialect import vk_queries
from listener.networks.x.dialect import LONGEST_QUERY, x_query
from simulator.vk.words import matches

WORDS = st.sampled_from(["Ромашка", "ромашки", "Телеком", "телекома", "связь", "ТВ", "romashka"])


def brand(*names: str, **more: object) -> Brand:
    return Brand(id="it", title="it", names=names, **more)  # type: ignore[arg-type]  # only tuples are passed on


def test_vk_is_asked_once_for_each_name_that_finds_something_new() -> None:
    assert vk_queries(brand("Зелком", "Зелком Телеком", "ЗЕЛКОМ", "zelcom")) == ("Зелком", "zelcom")


def test_what_a_shorter_query_finds_is_not_asked_again_a_homonym_s_full_name_included() -> None:
    queries = vk_queries(
        brand("Ромашка Телеком", "Ромашка", only_when=("связь",), phrases=('"ромашка тв"', "ромашк*"))
    )
    assert queries == ("Ромашка",)


def test_vk_bends_words_so_a_phrase_with_the_name_in_another_case_is_covered() -> None:
    assert vk_queries(brand("Ромашка", phrases=('"поддержка ромашки"', '"цветочный оператор"'))) == (
        "Ромашка",
        '"цветочный оператор"',
    )


def test_an_exact_phrase_covers_only_exact_phrases_that_hold_it() -> None:
    exact = ('"цветочный оператор"', '"наш цветочный оператор"', '"оператор цветочный"')
    assert vk_queries(brand("Ромашка", phrases=(*exact, "цветочный оператор связи"))) == (
        "Ромашка",
        '"цветочный оператор"',
        '"оператор цветочный"',
        "цветочный оператор связи",
    )


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=6), st.data())
def test_whatever_a_dropped_query_would_find_another_one_finds(names: list[str], data: st.DataObject) -> None:
    phrases = tuple(f'"{name}"' for name in names if data.draw(st.booleans()))
    queries = vk_queries(brand(*names, phrases=phrases))
    assert len(queries) <= len({*names, *phrases})
    for text in (*names, *(phrase.strip('"') for phrase in phrases)):
        assert any(matches(query, f"вот {text} опять") for query in queries)


def test_x_is_asked_for_the_cases_and_spellings_without_the_brand_itself() -> None:
    query = x_query(brand("Ромашка", accounts={"x": ("romashka_ru",)}))
    assert query.startswith("(ромашка OR @romashka_ru OR romashka OR ромашки OR ромашке OR ромашку OR ромашкой")
    assert query.endswith(") -is:retweet -from:romashka_ru")


def test_a_name_of_several_words_is_bent_as_a_whole() -> None:
    query = x_query(brand("Банк Рассвета"))
    assert '"банка рассвета"' in query
    assert "банкрассвета" in query
    assert '"bank rassveta"' in query


def test_x_never_gets_more_than_its_plan_takes() -> None:
    many = brand(*(f"Имябренда{chr(letter)}" for letter in range(ord("а"), ord("я"))))
    assert len(x_query(many)) <= LONGEST_QUERY
    crowded = brand("Ромашка", accounts={"x": tuple(f"own_account_number_{n}" for n in range(30))})
    assert len(x_query(crowded)) <= LONGEST_QUERY
    assert "ромашка" in x_query(crowded)
