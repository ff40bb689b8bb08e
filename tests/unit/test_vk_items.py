"""VK's objects as mentions: lenient towards what is missing, plain about what is broken."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mention import Author, Deletion, Mention, NetworkId, Quote
from listener.mention_format import MalformedMentionError
from listener.networks.vk.events import EventsOnce, deletion, heard_item, read_update
from listener.networks.vk.items import author_id, read_item, read_people
from listener.networks.vk.items import read_comment as comment_of
from listener.networks.vk.items import read_post as post_of
from listener.networks.vk.items import read_topic_comment as topic_comment_of
from listener.networks.vk.longpoll import read_look, read_server
from listener.ports import SourceError

VK = NetworkId("vk")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
POST: dict[str, Any] = {"id": 7, "owner_id": -1, "from_id": 5, "date": 1_795_000_000, "text": "плохо"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    [
        *(
            "id",
            "owner_id",
            "from_id",
            "date",
            "text",
            "post_id",
            "views",
            "type",
            "post_type",
            "topic_id",
            "to_id",
        ),
        *("attachments", "copy_history", "signer_id", "reply_to_comment", "edited", "thread", "deleted"),
    ]
)


def read_post(row: object, people: Mapping[int, Author]) -> Mention:
    return post_of(read_item(row), people)


def read_comment(row: object, people: Mapping[int, Author]) -> Mention:
    return comment_of(read_item(row), people)


def read_topic_comment(row: object, people: Mapping[int, Author]) -> Mention:
    return topic_comment_of(read_item(row), people)


def test_a_post_on_a_wall_is_read_by_the_walls_audience() -> None:
    people = {-1: Author(id="-1", name="Клуб", followers=900), 5: Author(id="5", name="Ира", followers=3)}
    assert read_post(POST, people).reach == 900


@pytest.mark.parametrize(
    ("views", "reach"), [({"count": 1200}, 1200), (1200, 1200), (None, 900), ({"count": "x"}, 900)]
)
def test_views_count_in_either_shape(views: object, reach: int) -> None:
    people = {-1: Author(id="-1", name="Клуб", followers=900)}
    assert read_post(POST | {"views": views}, people).reach == reach


def test_a_post_on_a_communitys_wall_says_whose_page_it_is_on() -> None:
    people = read_people({"groups": [{"id": 9, "name": "Ромашка", "screen_name": "romashka_help"}, {"id": 8}]})
    assert read_post(POST | {"owner_id": -9}, people).place == "vk:romashka_help"
    assert read_post(POST | {"owner_id": -8}, people).place is None
    assert read_post(POST | {"owner_id": 501}, people).place is None


def test_a_result_of_type_reply_is_a_comment_on_its_post() -> None:
    heard = read_post(POST | {"post_type": "reply", "post_id": 3}, {})
    assert (heard.kind, heard.id, heard.thread) == ("comment", "-1_7", "-1_3")


def test_a_topics_comment_never_shares_an_id_with_the_wall() -> None:
    talk = read_topic_comment(POST | {"topic_id": 3, "topic_owner_id": -1}, {})
    assert talk.id != read_post(POST, {}).id


def test_a_comment_that_names_no_post_is_malformed() -> None:
    with pytest.raises(MalformedMentionError):
        read_comment(POST, {})


def test_profiles_without_names_get_their_number() -> None:
    people = read_people({"profiles": [{"id": 5}], "groups": [{"id": 1, "name": None, "members_count": True}]})
    assert people == {5: Author(id="5", name="id5"), -1: Author(id="-1", name="club1")}


PEOPLE = {
    -1: Author(id="-1", name="Ромашка", handle="romashka_help", followers=900),
    5: Author(id="5", name="Ира"),
    -8: Author(id="-8", name="Подслушано"),
}


def test_the_author_of_a_signed_post_is_who_signed_it_and_the_community_its_place() -> None:
    signed = read_post(POST | {"from_id": -8, "owner_id": -8, "signer_id": 5}, PEOPLE)
    assert signed.author.name == "Ира"
    unsigned = read_post(POST | {"from_id": -8, "owner_id": -8}, PEOPLE)
    assert unsigned.author.name == "Подслушано"


def test_a_suggestion_published_on_the_own_wall_is_its_author_s_and_an_editor_s_signature_is_none() -> None:
    published = POST | {"from_id": -1, "owner_id": -1, "signer_id": 5, "created_by": 6}
    assert author_id(read_item(published)) == 5
    assert author_id(read_item(published | {"created_by": 5})) == -1


def test_a_repost_has_the_reposter_s_words_first_and_the_original_beside_them() -> None:
    original = POST | {
        "id": 3,
        "owner_id": -8,
        "from_id": -8,
        "text": "Ромашка, верните &quot;деньги&quot;, [id9|Пётр]",
    }
    older = POST | {"id": 2, "text": "ещё раньше"}
    mention = read_post(POST | {"text": "", "copy_history": [original, older]}, PEOPLE)
    assert mention.text == ""
    assert mention.quoted == Quote(
        id="-8_3", author="Подслушано", text='Ромашка, верните "деньги", Пётр', url="https://vk.com/wall-8_3"
    )
    assert read_post(POST | {"copy_history": [None, {"id": 5}]}, PEOPLE).quoted is None


def test_the_words_of_attachments_stand_apart_from_the_author_s() -> None:
    attachments = [
        {"type": "link", "link": {"url": "https://a.b", "title": "Ромашка снова лежит", "description": "Новости"}},
        {"type": "poll", "poll": {"question": "Работает?", "answers": [{"text": "нет"}, {"text": "да"}, None]}},
        {"type": "photo", "photo": {"text": "чек &amp; договор", "sizes": []}},
        {"type": "photo", "photo": {"text": ""}},
        {"type": "audio", "audio": {"artist": "Кто-то", "title": "Песня"}},
        {"type": "video", "video": None},
        {"type": ["poll"]},
        None,
    ]
    mention = read_post(POST | {"attachments": attachments}, PEOPLE)
    assert mention.text == "плохо"
    assert mention.attached == ("Ромашка снова лежит\nНовости", "Работает?\nнет\nда", "чек & договор")


def test_entities_are_undone_once() -> None:
    text = "&quot;Ромашка&quot; &amp; &lt;связь&gt;&#39; &amp;lt; <br>AT&T ?a=1&copy=2"
    assert read_post(POST | {"text": text}, {}).text == '"Ромашка" & <связь>\' &lt; \nAT&T ?a=1&copy=2'


def test_an_edited_post_says_when() -> None:
    assert read_post(POST | {"edited": 1_795_000_060}, {}).edited_at == datetime.fromtimestamp(1_795_000_060, UTC)
    assert read_post(POST | {"edited": "вчера"}, {}).edited_at is None


def test_a_comment_names_what_it_answers_the_comment_before_the_post() -> None:
    row = POST | {"post_id": 3}
    assert read_comment(row, {}).parent == Quote(id="-1_3", url="https://vk.com/wall-1_3")
    answer = read_comment(row | {"reply_to_comment": 4}, {})
    assert answer.parent == Quote(id="-1_4", url="https://vk.com/wall-1_3?reply=4")
    assert answer.thread == "-1_3"


def test_one_odd_field_costs_itself_alone() -> None:
    odd = {"views": [], "edited": 10**30, "attachments": 5, "signer_id": "5", "copy_history": {}, "thread": True}
    assert read_post(POST | odd, PEOPLE) == read_post(POST, PEOPLE)


@pytest.mark.parametrize(
    ("kind", "gone", "id_", "deleter"),
    [
        ("wall_reply_delete", {"owner_id": -77, "id": 5, "deleter_id": 1, "post_id": 3}, "-77_5", "1"),
        ("board_post_delete", {"topic_owner_id": -77, "topic_id": 3, "id": 5}, "-77_3_5", None),
    ],
)
def test_a_deletion_names_the_mention_that_is_gone(
    kind: str, gone: dict[str, int], id_: str, deleter: str | None
) -> None:
    heard = deletion(read_update({"type": kind, "object": gone}), NOON)
    assert heard == Deletion(network=VK, id=id_, at=NOON, deleter=deleter)
    with pytest.raises(MalformedMentionError):
        deletion(read_update({"type": kind, "object": {"id": 5}}), NOON)


@given(st.dictionaries(keys, json_values), json_values, json_values)
def test_whatever_the_json_reading_gives_a_mention_or_says_that_it_is_malformed(
    fields: dict[str, Any], profiles: object, groups: object
) -> None:
    people = read_people({"profiles": profiles, "groups": groups})
    for read in (read_post, read_comment, read_topic_comment):
        try:
            mention = read(POST | {"topic_owner_id": -1} | fields, people)
        except MalformedMentionError:
            continue
        assert isinstance(mention, Mention)
        assert mention.published_at.tzinfo is not None


@given(json_values)
def test_whatever_the_event_it_is_heard_passed_over_or_malformed(thing: object) -> None:
    for kind in ("wall_reply_new", "wall_reply_delete", "board_post_delete", "like_add"):
        for update in (thing, {"type": kind, "object": thing}):
            try:
                event = read_update(update)
                item, gone = heard_item(event), deletion(event, NOON)
            except MalformedMentionError:
                continue
            assert item is None or item.date is not None
            assert gone is None or gone.id


@given(json_values)
def test_whatever_the_long_poll_answers_it_is_understood_or_refused(answer: object) -> None:
    for read in (read_look, read_server):
        with pytest.raises(SourceError):
            read(answer)


@pytest.mark.parametrize(
    ("answer", "state", "ts"),
    [
        ({"ts": "4", "updates": []}, "events", "4"),
        ({"ts": 4, "updates": []}, "events", "4"),
        ({"failed": 1, "ts": 8}, "outdated", "8"),
        ({"failed": 1}, "lost", None),
        ({"failed": 2}, "expired", None),
        ({"failed": 3}, "lost", None),
    ],
)
def test_the_long_polls_answers_are_told_apart(answer: object, state: str, ts: str | None) -> None:
    look = read_look(answer)
    assert (look.state, look.ts) == (state, ts)


def test_a_long_poll_address_without_a_scheme_is_encrypted_and_a_foreign_plain_one_refused() -> None:
    assert read_server({"server": "lp.vk.com/wh1", "key": "k", "ts": "1"}).url == "https://lp.vk.com/wh1"
    with pytest.raises(SourceError):
        read_server({"server": "http://lp.vk.com/wh1", "key": "k", "ts": "1"})


def test_an_event_counts_as_seen_only_after_its_cursor_came_back() -> None:
    once, update = EventsOnce(), {"event_id": "a"}
    once.handed_over("cursor 2", [update])
    once.stored("cursor 1")
    assert once.fresh([update, update]) == [update]
    once.handed_over("cursor 2", [update])
    once.stored("cursor 2")
    assert once.fresh([update]) == []
