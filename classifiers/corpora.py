"""The labelled data sets as examples: text, the brand's place in it, label; for training and evaluation only."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from classifiers import other_trades
from classifiers.examples import DataError, Domain, Example, rows
from classifiers.polarity import COUNTED, read_polarity
from classifiers.readings import (
    ATTITUDES,
    COMMENTS,
    LATER,
    NEGATIVES,
    READ,
    TRADES,
    negatives,
    read_attitudes,
    read_moods,
    read_trades,
    readings,
)
from classifiers.taught import NO_ANSWERS, TAUGHT, Taught, answer_key, taught_answers
from classifiers.text import OTHER_BRAND
from domain.span import Span
from domain.verdict import LABELS, Label

# The names under which the brands of SentiRuEval are found in its tweets; to mask them, nothing else.
BRAND_NAMES: Final[Mapping[str, re.Pattern[str]]] = {
    brand: re.compile(rf"(?<![a-zа-яё])(?:{names})", re.IGNORECASE)
    for brand, names in {
        "beeline": r"[бп]илайн\w*|пч[её]лайн\w*|bee?line\w*",
        "mts": r"мтс\w*|mts\w*|ru_mts|мобильны[ехм]\w* телесистем\w*",
        "megafon": r"мегафон\w*|мегаф\w*|megafon\w*|megaphone\w*",
        "tele2": r"теле\s?-?2\w*|tele\s?-?2\w*|т[еэ]ледва",
        "rostelecom": r"ростелеком\w*|рос\s?телеком\w*|rostelecom\w*|rostelekom\w*|онлайм\w*",
        "komstar": r"комстар\w*|[kс]omstar\w*|comstar\w*",
        "skylink": r"скай\s?-?линк\w*|sky\s?-?link\w*",
        "sberbank": r"сбер\s?банк\w*|сбер(?:а|е|у|ом)?\b|sberbank\w*|sber\b",
        "vtb": r"втб(?:\s?-?24)?\w*|vtb(?:\s?-?24)?\w*",
        "gazprom": r"газпром\s?-?банк\w*|газпром\w*|gazprom\s?bank\w*",
        "alfabank": r"альфа\s?-?банк\w*|альф[аеуы]\b|alfa\s?-?_?bank\w*",
        "bankmoskvy": r"банк\w* москвы|bank\w* of moscow|bank_?moskvy|бм\b",
        "raiffeisen": r"рай?фф?айзен\w*(?:\s?-?банк\w*)?|raiffeisen\w*",
        "uralsib": r"уралсиб\w*|uralsib\w*",
        "rshb": r"россельхоз\s?-?банк\w*|россельхоз\w*|рсхб\w*|rshb\w*",
    }.items()
}
OWN: Final = Path(__file__).parent / "models" / "own_examples.tsv"
PAIRS: Final = OWN.with_name("pairs.tsv")
"""More of them, complaints beside nearly the same words; the second tier alone learns them (decision 0109)."""
_PLACE: Final = "{b}"

_PRESS: Final = re.compile(
    r"https?:|t\.co|[«»]|санкци|акци[ийя]\s|сообща|заяви|\bСМИ\b|\bФАС\b|\bсуд|\bЦБ\b|млн|млрд|миллион|прибыл|убыт"
    r"|штраф|украин|крым|пресс|обвин|гендиректор|инвест|аналитик|рейтинг|новост|ограбл|взрыв|доступ к рынк",
    re.IGNORECASE,
)
_CUSTOMER: Final = re.compile(
    r"\b(?:я|мне|меня|мой|моя|мо[её]|моего|моей|мою|нам|вы|вас|вам|ваш\w*|почему|бля\w*|сук[аи]|пизд\w*|ху[йеё]\w*"
    r"|достал\w*|ужас\w*|отврат\w*|хрен\w*|г[ао]вн\w*|дозвон\w*|не работает|тупит|лагает|бесит)\b"
    r"|!!|\(\(|[😡🤬😤😠]",
    re.IGNORECASE,
)
_KINDS: Final[Mapping[str, Label]] = {
    "vent": "negative",
    "solve": "negative",
    "troll": "negative",
    "praise": "positive",
}


_COMMENT: Final = "ok-"
_ASKED: Final = 6
"""One comment in so many is asked about: 12 000 in all."""
_NOISE: Final = re.compile(r"(?:https?://|t\.co/)\S*|@\w+|\brt\b")
_LETTERS: Final = re.compile(r"[^a-zа-яё]+")
_DEDUP_LETTERS: Final = 70
BRANDED: Final[tuple[Domain, ...]] = ("telecom", "banks")
"""Where attitudes to a brand are labelled, and a mention can be a complaint about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpora:
    """`tones` are the lexicons' (see `classifiers.features.TONES`); `about` goes into the model's header.

    `unseen` are the read tweets that no model is trained on.
    """

    examples: list[Example]
    tones: Mapping[str, str]
    about: Mapping[str, Any]
    unseen: Sequence[Example] = ()


def tweets(path: Path, domain: Domain, answers: Mapping[int, Taught] = NO_ANSWERS) -> Iterator[Example]:
    """SentiRuEval rows, one example a (tweet, brand) pair; those without labels take what was read of them."""
    tested, negative, attitudes = readings(), negatives(), read_attitudes()
    for row in rows(path):
        for brand in row["brands"]:
            pair = (row["id"], brand)
            if isinstance(row["brands"], dict):
                label, kind = row["brands"][brand], negative.get(pair)
            else:
                label, kind = attitudes.get(pair, (None, None))
            example = brand_example(row["text"], brand, label, domain)
            read = tested.get(pair)
            complaint = read.complaint if read else example.complaint if kind is None else kind == "complaint"
            yield replace(
                example,
                test="etalon" in path.name,
                read=read,
                complaint=complaint,
                taught=answers.get(answer_key(*pair)),
                post=pair,
            )


def brand_example(text: str, brand: str, label: str | None, domain: Domain) -> Example:
    for other, names in BRAND_NAMES.items():
        if other != brand:
            text = names.sub(OTHER_BRAND, text)
    named = BRAND_NAMES.get(brand)
    spans = tuple(found.span() for found in named.finditer(text)) if named else ()
    known = cast(Label | None, label)
    return Example(
        text=text, brand=spans, label=known, domain=domain, complaint=sounds_like_complaint(text, known)
    )


def sounds_like_complaint(text: str, label: Label | None) -> bool | None:
    """No public set labels complaints: negative to the brand and not worded like press. None without a label."""
    if label is None:
        return None
    if label != "negative":
        return False
    return bool(_CUSTOMER.search(text)) or not (_PRESS.search(text) or text.count(OTHER_BRAND) > 1)


def general_tweets(path: Path) -> Iterator[Example]:
    """RuSentiTweet's three classes; `speech` and `skip` are left out, as its authors' references do."""
    for row in rows(path):
        if row["label"] in LABELS:
            complaint = None if row["label"] == "negative" else False
            yield Example(text=row["text"], brand=(), label=row["label"], domain="general", complaint=complaint)


def emotions(path: Path) -> Iterator[Example]:
    """CEDR: joy is positive, sadness, fear and anger negative, no emotion neutral; surprise says neither."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            kinds = set(re.findall(r"\d", row["labels"]))
            if "2" in kinds or ("0" in kinds and len(kinds) > 1):
                continue
            label: Label = "neutral" if not kinds else "positive" if kinds == {"0"} else "negative"
            yield Example(text=row["text"], brand=(), label=label, domain="emotions")


def news_sentences(path: Path) -> Iterator[Example]:
    """RuSentNE: attitude of a news sentence towards a named person, organisation or country."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            span = (int(row["entity_pos_start_rel"]), int(row["entity_pos_end_rel"]))
            label = LABELS[int(row["label"]) + 1]
            yield Example(text=row["sentence"], brand=(span,), label=label, domain="news", complaint=False)


def comments(path: Path) -> Iterator[str]:
    """Texts of OK.ru's comments, in the file's order. Raises DataError where a row has no text."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as raw:
        lines = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
        for number, row in enumerate(lines, 1):
            if row.get("text") is None:
                raise DataError(f"{path.name}: row {number} has no `text`")
            yield " ".join(row["text"].split())


def read_comments(
    path: Path, answers: Mapping[int, Taught] = NO_ANSWERS, complains: Mapping[str, bool] | None = None
) -> Iterator[Example]:
    """The comments whose mood was read, and of the others one in so many, for the second tier to teach."""
    moods = read_moods()
    complains = read_trades() if complains is None else complains
    for number, text in enumerate(comments(path)):
        post = (f"{_COMMENT}{number}", "")
        read = number in moods
        if (read and moods[number] is None) or not (read or number % _ASKED == 0):
            continue
        taught = answers.get(answer_key(*post))
        # Drawn at random, they are anybody's quarrels: none of those looked at speaks to a company.
        angry = False if read and f"okml:{number}" not in complains else None
        yield Example(
            text=text,
            brand=(),
            label=moods.get(number),
            domain="comments",
            complaint=angry,
            taught=taught,
            post=post,
        )


def read_posts(train: Path, complains: Mapping[str, bool]) -> Iterator[Example]:
    """What was read of other trades: as on the brand's own page, for no name of theirs is known for certain."""
    for post, text in posts(train):
        if post in complains:
            yield Example(text=text, brand=(), label=None, domain="read", complaint=complains[post])


def posts(train: Path) -> Iterator[tuple[str, str]]:
    """Every comment, tweet and sentence that may have been read of other trades: id (`read_trades`) and text."""
    yield from ((f"okml:{number}", text) for number, text in enumerate(comments(train / "okmlcup_toxic.csv.zip")))
    yield from ((f"tweet:{row['id']}", row["text"]) for row in rows(train / "rusentitweet_train.jsonl.gz"))
    yield from _emotional(train / "cedr_train.csv")


def _emotional(path: Path) -> Iterator[tuple[str, str]]:
    """CEDR's texts by their number in the file."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from ((f"cedr:{number}", row["text"]) for number, row in enumerate(csv.DictReader(lines)))


def own_examples(path: Path = OWN) -> Iterator[Example]:
    """Invented texts of shops, deliveries, banks and the like, with and without the brand's place (`{b}`)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition("\t")
        label, complaint = _KINDS.get(kind, "neutral"), kind in ("vent", "solve")
        span = marked_place(text)
        yield Example(text=text, brand=span, label=label, domain="own", complaint=complaint)
        if span:
            bare = text.replace(_PLACE, "").strip(" ,.")
            yield Example(text=bare, brand=(), label=label, domain="own", complaint=complaint)


def marked_place(text: str) -> tuple[Span, ...]:
    """Where `{b}` stands for the brand in a text of ours."""
    start = text.find(_PLACE)
    return ((start, start + len(_PLACE)),) if start >= 0 else ()


def read_corpora(data: Path, *, with_x: bool = True, taught: Path | None = TAUGHT, later: bool = False) -> Corpora:
    """Everything that a model may be trained on; `with_x=False` leaves out tweets and what was counted on them.

    `taught` are the second tier's answers, None for those who make them or measure without them. `later` adds what
    the second tier alone learns.
    """
    train, lexicons = data / "train", data / "lexicons"
    answers = taught_answers(taught) if taught and with_x else NO_ANSWERS
    files = [OWN, COMMENTS, train / "okmlcup_toxic.csv.zip"]
    complains = read_trades() | (read_trades(LATER) if later else {})
    examples = [*own_examples(), *(own_examples(PAIRS) if later else ())]
    examples += read_comments(files[-1], answers, complains)
    if with_x:
        for domain in BRANDED:
            for name in ("2015_{}_train", "2015_{}_etalon", "2016_{}_unlabelled"):
                files.append(train / f"sentirueval{name.format(domain)}.jsonl.gz")
                examples += tweets(files[-1], domain, answers)
        files += [
            READ,
            NEGATIVES,
            ATTITUDES,
            TRADES,
            *([taught] if taught else []),
            train / "rusentitweet_train.jsonl.gz",
        ]
        examples += general_tweets(files[-1])
        examples += read_posts(train, complains)
    files += [train / "cedr_train.csv", train / "rusentne2023_train.csv"]
    examples += [*emotions(files[-2]), *news_sentences(files[-1])]
    files += [train / name for name in other_trades.FILES]
    examples += [one for one in other_trades.examples(train) if with_x or one.domain != "mentions"]
    counted = COUNTED if with_x else {}
    files += [lexicons / f"{name}_lexicon.csv.xz" for name in (*counted, "experts")]
    about = {"with_x": with_x, "data": {file.name: _checksum(file) for file in files}}
    unseen = [one for one in examples if one.read and not one.read.teaches]
    examples = [one for one in examples if not one.read or one.read.teaches]
    known = {dedup_key(one) for one in examples if one.post}
    unseen = [one for one in unseen if dedup_key(one) not in known]  # a copy of what teaches measures nothing
    return Corpora(examples=examples, tones=read_polarity(lexicons, counted), about=about, unseen=unseen)


def dedup_key(example: Example) -> str:
    """What near copies have in common, whichever brand is asked about: first letters, no link, name or sign."""
    text = example.text
    for start, end in reversed(example.brand):
        text = text[:start] + " " + text[end:]
    return _LETTERS.sub(" ", _NOISE.sub(" ", text.lower())).strip()[:_DEDUP_LETTERS]


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
