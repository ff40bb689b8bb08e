"""VK's objects as mentions: lenient towards what is missing, plain about what is broken."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mention import Author, Mention
from listener.mention_format import MalformedMentionError
from listener.networks.vk.events import EventsOnce, heard_object
from listener.networks.vk.items import read_comment, read_people, read_post, read_topic_comment
from listener.networks.vk.longpoll import read_look, read_server
from listener.ports import SourceError

POST: dict[str, Any] = {"id": 7, "owner_id": -1, "from_id": 5, "date": 1_795_000_000, "text": "плохо"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    ["id", "owner_id", "from_id", "date", "text", "post_id", "views", "type", "post_type", "topic_id", "to_id"]
)


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
def test_whatever_the_event_it_is_heard_passed_over_or_malformed(update: object) -> None:
    try:
        item = heard_object(update, -1)
    except MalformedMentionError:
        return
    assert item is None or isinstance(item, dict)


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
