"""The files of a first config, with comments for whoever goes on from there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from listener.config.latin import latin_id
from listener.messengers.registry import AS_READ
from listener.networks.network import Network
from listener.networks.registry import NETWORKS
from listener.starting.wishes import COMPANIONS, Wishes, every, forms

CONSOLE: Final = "console: true                    # пока чатов нет, карточки видны в окне программы"
SECRETS: Final = ".env"
_IN_QUOTES: Final = re.compile(r"[«\"„“]\s*([^«»\"„“”]*\w)\s*[»\"“”]")


def files(wishes: Wishes, example: str) -> Mapping[Path, str]:
    """Path (below the folder to write to) → text. `example` is the example of `.env`."""
    return {
        Path("config") / "brands" / f"{wishes.id}.yaml": brand_yaml(wishes),
        Path("config") / "routes.yaml": routes_yaml(wishes),
        Path("config") / "people.yaml": people_yaml(wishes),
        Path("config") / "words.yaml": WORDS,
        Path("config") / "templates.yaml": TEMPLATES,
        Path("config") / "policy.yaml": POLICY,
        Path(SECRETS): example,
    }


def by_hand(path: Path, wishes: Wishes) -> str:
    """What the newcomer must write into a file that is there already."""
    return "  ".join(_chats(wishes)) if path.name == "routes.yaml" else ""


def brand_yaml(wishes: Wishes) -> str:
    found = ", ".join(forms(wishes.name))
    lines = [
        "# Что слушать и что считать упоминанием. После правки: listener check",
        f"id: {wishes.id}",
        f"title: {_quoted(wishes.name)}",
        f"# Сами находятся: {found} и другие формы. Прозвища и опечатки впишите сюда же, через запятую.",
        *_short_name(wishes.name),
        f"names: [{_quoted(wishes.name)}]",
        *_companions(wishes),
    ]
    accounts = ", ".join(f"{name}: [{page}]" for name, page in wishes.pages.items())
    lines.append(f"accounts: {{{accounts}}}" if accounts else "# accounts: {сеть: [страница]}   # страницы бренда")
    lines.append("watch:")
    lines += [f"  {name}: {{{_watch(network, wishes)}}}" for name, network in NETWORKS.items()]
    lines.append("alert: {complaint_at: 0.6}         # с какой вероятности жалобы заводить обращение")
    lines += [
        f"limits: {{{name}_usd_per_day: 5}}         # сколько долларов в день можно тратить на {network.short}"
        for name, network in NETWORKS.items()
        if network.price is not None
    ]
    return "\n".join(lines) + "\n"


def _short_name(name: str) -> list[str]:
    """People leave out what stands around the quotes: of «Фитнес-клуб „Гантеля“» they write «гантеля»."""
    found = _IN_QUOTES.search(name)
    if found is None or found[0] == name:
        return []
    return [
        f"# Пишут просто «{found[1]}»? Впишите и так: names: [{_quoted(name)}, {_quoted(found[1])}]. Если это",
        "# ещё и обычное слово, скажите в only_when, что должно стоять рядом.",
    ]


def _companions(wishes: Wishes) -> list[str]:
    if not wishes.ordinary:
        return ["# only_when: [слово, слово]          # если имя — обычное слово: что должно стоять рядом"]
    return [
        f"# «{wishes.name}» — обычное слово: рядом должно стоять одно из этих. Поправьте под себя.",
        f"only_when: [{', '.join(COMPANIONS)}]",
    ]


def _watch(network: Network[Any], wishes: Wishes) -> str:
    page = wishes.pages.get(network.id)
    values = {
        "search": "true",
        "mentions": "true" if page else "false",
        "pages": f"[{page}]" if page else "[]",
        "every": every(network, wishes.brand()),
    }
    return ", ".join(f"{key.name}: {values[key.means]}" for key in network.watch if key.means in values)


def routes_yaml(wishes: Wishes) -> str:
    shown = "\n    ".join(_chats(wishes)) or CONSOLE
    owner = f"\n    owner: {person(wishes)}   # кто отвечает: id из people.yaml" if wishes.person else ""
    return f"""\
# Кому приходят карточки. Получатель — имя и его чаты. Номер чата подскажет бот: напишите ему /id.
receivers:
  support:
    {shown}{owner}
route:
  to: support                        # всё, что не подошло ни под один маршрут
  routes: []                         # сверху вниз, берётся первый подходящий
notices: {{config: support, troubles: support}}   # кому сказать, что настройки не приняты; что сломалось
sla: {{warn: 15m, due: 30m, breach: 60m}}   # сроки ответа в рабочем времени
# Часов работы нет: карточки приходят круглые сутки. Чтобы ночью приходили только срочные, уберите решётки:
# hours:
#   weekdays: ["09:00-21:00"]
#   weekend: ["10:00-18:00"]
#   holidays: russia
#   night: urgent                    # срочные сразу, остальные ждут утра
#   timezone: Europe/Moscow
"""


def _chats(wishes: Wishes) -> list[str]:
    return [f"{messenger}: [{address}]" for messenger, address in wishes.chats.items()]


def person(wishes: Wishes) -> str:
    return latin_id(wishes.person or "") or "first"


def people_yaml(wishes: Wishes) -> str:
    asked = [messenger for messenger in AS_READ if messenger.beginning is not None]
    found = " ".join(messenger.users.found for messenger in asked)
    if not wishes.person:
        first = asked[0]
        return f"""\
# Кто может нажимать кнопки. {found}
people: []
#  - {{id: anna, name: Анна Иванова, role: operator, {first.id}: {first.users.example}, gender: f}}
"""
    keys = " или ".join(f"{messenger.id}:" for messenger in asked)
    return f"""\
# Кто может нажимать кнопки. {found}
people:
  - {{id: {person(wishes)}, name: {_quoted(wishes.person)}, role: lead}}   # допишите {keys}
"""


WORDS: Final = """\
# Слова-приметы: тема и её слова (в любой форме), и слова, с которыми обращение срочное.
topics: {}
urgent: [прокуратура, суд, роспотребнадзор]
"""
TEMPLATES: Final = """\
# Заготовки ответов. Вставки: {имя} — клиент, {оператор} — вы, {ссылка} — куда написать, {тема} — о чём жалоба,
# {разобрался|разобралась} — мужская и женская форма. Когда и кому не писать, решает policy.yaml.
templates:
  Приглашение в личные сообщения: |
    {имя}, здравствуйте! Нам жаль, что так вышло. Напишите, пожалуйста, в личные сообщения: {ссылка}.
    {оператор}
"""
POLICY: Final = """\
# Как отвечать клиентам: кому, когда и с чьего согласия. Так и без него; чтобы изменить, уберите решётку.
# approach: {per_author: 1, days: 30}   # кто к вам не обращался: не больше стольких раз за столько дней
# messages: invited                     # личные сообщения: invited — кого позвали, all — все, off — ничьи
# invited_days: 14                      # столько дней сообщение относится к приглашению
# approve: {by: lead}                   # что проверяет старший: впишите topics: [возврат]
# night: "22:00-09:00"                  # ночью не пишем, если человек не писал за последний час
# engineers: {answer_within: 30m}       # кого спросить кнопкой «Инженерам»: впишите receiver
# removal: off                          # on — можно удалить запись автора со своей страницы
# preview: first                        # показывать перед отправкой: first — первое сообщение, always — каждое
# surges: {notice: usual}               # жалоб больше обычного — одно происшествие; off — карточки как всегда
"""


def _quoted(text: str) -> str:
    """As YAML reads it back, whatever signs it has; Russian words and blanks need no quotes."""
    return text if _RUSSIAN.fullmatch(text) else "'" + text.replace("'", "''") + "'"


_RUSSIAN: Final = re.compile(r"[А-Яа-яЁё]+(?: [А-Яа-яЁё]+)*")
