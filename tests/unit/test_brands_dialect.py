"""Search queries: few for VK, which bends words itself; short and full of forms for X, which does not."""

from listener.brands.brand import Brand
from listener.brands.dialect import X_QUERY_LENGTH, vk_queries, x_query


def brand(*names: str, **more: tuple[str, ...]) -> Brand:
    return Brand(id="it", title="it", names=names, **more)  # type: ignore[arg-type]  # only tuples are passed on


def test_vk_is_asked_once_for_each_name_that_finds_something_new() -> None:
    assert vk_queries(brand("Зелком", "Зелком Телеком", "ЗЕЛКОМ", "zelcom")) == ("ЗЕЛКОМ", "zelcom")


def test_the_full_name_of_a_homonym_is_asked_for_beside_the_short_one() -> None:
    queries = vk_queries(
        brand("Ромашка", "Ромашка Телеком", only_when=("связь",), phrases=('"ромашка тв"', "ромашк*"))
    )
    assert queries == ("Ромашка", "Ромашка Телеком", '"ромашка тв"')


def test_x_is_asked_for_the_cases_and_spellings_without_the_brand_itself() -> None:
    query = x_query(brand("Ромашка", accounts_x=("romashka_ru",)))
    assert query.startswith("(ромашка OR @romashka_ru OR romashka OR ромашки OR ромашке OR ромашку OR ромашкой")
    assert query.endswith(") -is:retweet -from:romashka_ru")


def test_a_name_of_several_words_is_bent_as_a_whole() -> None:
    query = x_query(brand("Банк Рассвета"))
    assert '"банка рассвета"' in query
    assert "банкрассвета" in query
    assert '"bank rassveta"' in query


def test_x_never_gets_more_than_its_plan_takes() -> None:
    many = brand(*(f"Имябренда{chr(letter)}" for letter in range(ord("а"), ord("я"))))
    assert len(x_query(many)) <= X_QUERY_LENGTH
    crowded = brand("Ромашка", accounts_x=tuple(f"own_account_number_{n}" for n in range(30)))
    assert len(x_query(crowded)) <= X_QUERY_LENGTH
    assert "ромашка" in x_query(crowded)
