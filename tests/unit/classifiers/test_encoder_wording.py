"""What the encoder reads of a text: brands, links and people replaced, any text at all, and a vocabulary cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.source import Shape, Source
from classifiers.encoder.vocabulary import cut
from classifiers.encoder.wording import (
    BEGIN,
    BRAND_ID,
    END,
    MAX_TOKENS,
    OTHER,
    OTHER_ID,
    PAD,
    SPECIAL,
    UNKNOWN,
    encode,
    padded,
    wording,
)
from classifiers.text import BRAND, OTHER_BRAND
from tests.unit.classifiers.tiny_encoder import PIECES, tokens

any_text = st.text(st.characters(exclude_categories=()))


def _pieces(said: str) -> list[str]:
    (ids,) = encode(tokens(), [said])
    return [PIECES[at] for at in ids.tolist()]


@pytest.mark.parametrize(
    ("text", "brand", "said"),
    [
        ("Ромашка не отвечает", ((0, 7),), f" {BRAND}  не отвечает"),
        ("я в Ромашка Банк ходил", ((4, 16),), f"я в  {BRAND}  ходил"),
        (f"ушёл от {OTHER_BRAND} к Ромашке", ((12, 19),), f"ушёл от  {OTHER}  к  {BRAND} "),
        ("см. https://vk.ru/wall-1_2?x=%D0 и t.co/abc", (), "см.  и "),
        ("@romashka [id1|Анна Ива] спасибо", (), "спасибо"),
        ("спросите @romashka или [id1|Анну], ау", (), "спросите @ или @, ау"),
        ("пишу на a@b.ru", (), "пишу на a@.ru"),
        ("тaриф мтc и wifi", (), "тариф мтс и wifi"),
        ("Ёлки 3aря", (), "Ёлки заря"),
        ("ужаааасно, 1000 раз!!! длинная", (), "ужасно, 1000 раз!!! длинная"),
    ],
)
def test_what_must_not_be_learned_by_heart_is_replaced(
    text: str, brand: tuple[tuple[int, int], ...], said: str
) -> None:
    assert wording(text, brand) == said


def test_the_brand_and_other_brands_take_their_rows() -> None:
    (ids,) = encode(tokens(), [wording(f"не {OTHER_BRAND} а ромашка", ((7, 14),))])
    assert ids.tolist() == [BEGIN, PIECES.index("▁не"), OTHER_ID, *_ids("▁", "а"), BRAND_ID, END]


def test_a_text_becomes_the_likeliest_pieces() -> None:
    assert _pieces("нет дети! щ") == ["<s>", "▁не", "т", "▁", "д", "ет", "и", "!", "▁", "щ", "</s>"]


def test_what_the_vocabulary_lacks_is_unknown() -> None:
    (ids,) = encode(tokens(), ["а🙂б"])
    assert ids.tolist() == [BEGIN, *_ids("▁", "а"), UNKNOWN, *_ids("б"), END]


@pytest.mark.parametrize("text", ["<s>", "</s>", "<pad>", "<unk>", "а <pad> б", "▁", "\0"])
def test_a_text_cannot_write_the_signs_of_the_frame(text: str) -> None:
    (ids,) = encode(tokens(), [wording(text)])
    assert not {BEGIN, PAD, END, BRAND_ID, OTHER_ID} & set(ids[1:-1].tolist())


def test_half_an_emoji_reads_as_an_unknown_sign() -> None:
    (ids,) = encode(tokens(), [wording("а\ud83d")])
    assert ids.tolist() == [BEGIN, *_ids("▁", "а"), UNKNOWN, END]


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b"])
def test_a_text_without_words_still_begins_and_ends(text: str) -> None:
    (ids,) = encode(tokens(), [wording(text)])
    assert (ids[0], ids[-1]) == (BEGIN, END)
    assert len(ids) <= 4


def test_of_a_long_text_the_beginning_is_read_and_it_ends() -> None:
    (ids,) = encode(tokens(), [wording("не " * 1_000)])
    assert len(ids) == MAX_TOKENS
    assert (ids[0], ids[-1]) == (BEGIN, END)
    assert set(ids[1:-1].tolist()) == {PIECES.index("▁не")}


@settings(deadline=None)
@given(any_text, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=3))
def test_any_text_can_be_read(text: str, brand: list[tuple[int, int]]) -> None:
    (ids,) = encode(tokens(), [wording(text, brand)])
    assert ids.dtype == np.int64
    assert 2 <= len(ids) <= MAX_TOKENS
    assert (ids[0], ids[-1]) == (BEGIN, END)
    assert ids.min() >= 0
    assert ids.max() < len(PIECES)


@settings(deadline=None)
@given(st.lists(any_text, min_size=1, max_size=4))
def test_padding_stands_behind_each_text_alone(texts: list[str]) -> None:
    rows = encode(tokens(), map(wording, texts))
    for whole, row in zip(padded(rows), rows, strict=True):
        assert np.array_equal(whole[: len(row)], row)
        assert (whole[len(row) :] == PAD).all()


def test_the_cut_vocabulary_keeps_russian_signs_and_what_is_seen_twice() -> None:
    source = _source("▁не", "ет", "▁Мос", "!", "▁🙂", "7", "▁", "wi", "fi", "ção", "字", "<mask>")
    model, rows = cut(source, ["нет wifi", f"{BRAND} wi wi fi {OTHER}", "字"])
    made = SentencePieceProcessor(model_proto=model)
    pieces = [made.id_to_piece(at) for at in range(made.get_piece_size())]
    assert pieces == [*SPECIAL, "▁не", "ет", "▁Мос", "!", "▁🙂", "7", "▁", "wi", "fi"]
    numbers = [source.pieces.index(piece) for piece in pieces[len(SPECIAL) :]]
    assert np.array_equal(rows[len(SPECIAL) :], source.tensors["emb.word"][numbers])
    assert [made.get_score(at) for at in range(len(SPECIAL), len(pieces))] == pytest.approx(
        source.scores[numbers].tolist()
    )


def test_special_pieces_keep_their_rows_the_brand_takes_that_of_the_mask() -> None:
    source = _source("▁не", "<mask>")
    _, rows = cut(source, ["не"])
    origins = [source.pieces.index(piece) for piece in ("<s>", "<pad>", "</s>", "<unk>", "<mask>", "<unk>")]
    assert np.array_equal(rows[: len(SPECIAL)], source.tensors["emb.word"][origins])


def test_the_cut_vocabulary_reads_russian_as_the_whole_one_does() -> None:
    source = _source("▁не", "ет", "▁", "н", "а", "字", "<mask>")
    model, _ = cut(source, [])
    made = SentencePieceProcessor(model_proto=model)
    assert made.encode("не нет а", out_type=str) == ["▁не", "▁", "н", "ет", "▁", "а"]


def test_the_same_texts_cut_the_same_vocabulary() -> None:
    source = _source("▁не", "wi", "fi", "<mask>")
    assert cut(source, ["wi wi fi"])[0] == cut(source, ["wi wi fi"])[0]


def _source(*pieces: str) -> Source:
    """A vocabulary in e5's order: the four special pieces first."""
    whole = (*SPECIAL[:4], *pieces)
    return Source(
        shape=Shape(hidden=3, layers=0, heads=1, inner=1, positions=1, epsilon=1e-12),
        pieces=whole,
        scores=-np.arange(len(whole), dtype=np.float32),
        tensors={"emb.word": np.arange(3.0 * len(whole), dtype=np.float32).reshape(-1, 3)},
    )


def _ids(*pieces: str) -> list[int]:
    return [PIECES.index(piece) for piece in pieces]
