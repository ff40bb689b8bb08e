"""A check-up of the machine: settings' files, the database, `var/`, the clock, the model."""

import asyncio
import contextlib
import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import asyncpg

from alerts.russian import counted, lasted, plural
from classifiers.model import ModelError
from classifiers.tiers import missing, open_judge
from listener.database_url import sqlite_file
from listener.diagnosis.line import Line, bad, ok, warn
from listener.diagnosis.look import Look
from listener.settings import Settings

SOUND_SQLITE: Final = (3, 51, 3)
"""From here on two writers cannot damage each other's WAL (sqlite.org/wal.html)."""
SKEW: Final = 30.0
PATIENCE: Final = 10.0
ILL: Final = """
    SELECT messenger, chat, topic, state, since, until, reason, (
        SELECT count(*) FROM card_views WHERE card_views.messenger = chats.messenger
        AND card_views.chat = chats.chat AND card_views.topic = chats.topic
        AND card_views.state IN ('due', 'sending', 'digest') AND card_views.delivered_at IS NULL
    ) FROM chats ORDER BY messenger, chat, topic
"""
KNOWS_CHATS: Final = "SELECT to_regclass('chats') IS NOT NULL"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


async def diagnose(settings: Settings, look: Look) -> AsyncIterator[Line]:
    file = sqlite_file(settings.database_url)
    if settings.database_url.startswith("sqlite"):
        lines = await asyncio.to_thread(lambda: list(_sqlite(file, look)))
        for line in lines:
            yield line
    else:
        async for line in _postgres(settings.database_url, look):
            yield line
    yield await asyncio.to_thread(_model, settings)


def clock(look: Look) -> Line | None:
    """Ours against the servers', as their answers' `Date` has it; None when nobody answered."""
    if not look.clocks:
        return None
    ahead = -median(look.clocks)
    if abs(ahead) < SKEW:
        return ok("часы", f"сходятся с серверами ({abs(ahead):.0f} с)")
    where = "спешат" if ahead > 0 else "отстают"
    remedy = "включите сверку времени: timedatectl set-ntp true"
    return bad("часы", f"{where} на {abs(ahead):.0f} с: сроки и поиск будут сбиваться", remedy)


def _sqlite(file: Path | None, look: Look) -> Iterator[Line]:
    if sqlite3.sqlite_version_info < SOUND_SQLITE:
        remedy = "replay и resend запускайте, когда listener run остановлен; PostgreSQL этого не боится"
        yield warn("SQLite", f"{sqlite3.sqlite_version}: две программы сразу могут повредить файл", remedy)
    else:
        yield ok("SQLite", sqlite3.sqlite_version)
    if file is None:
        return
    folder = file.parent
    if not file.exists():
        yield _new_file(file)
        return
    yield _sound(file)
    yield from _permissions(folder, file, fix=look.fix)
    yield from _ill_in_sqlite(file, look)


def _new_file(file: Path) -> Line:
    """Whether the first start could make the file."""
    folder = next(parent for parent in (file.parent, *file.parent.parents) if parent.exists())
    if not folder.is_dir():
        return bad("база", f"{folder} — файл, а нужна папка", "уберите его или смените LISTENER_DATABASE_URL")
    if os.access(folder, os.W_OK):
        return ok("база", f"{file}: появится при первом запуске")
    return bad(
        "база", f"{file}: папка {folder} закрыта для записи", "дайте права на неё или смените …_DATABASE_URL"
    )


def _sound(file: Path) -> Line:
    if file.is_dir():
        return bad("база", f"{file} — папка, а нужен файл", "уберите её или смените LISTENER_DATABASE_URL")
    try:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return bad("база", f"{file}: не читается ({error})", "верните копию: docs/runbook.md, «Database»")
    if verdict != "ok":
        return bad("база", f"{file}: повреждена ({verdict[:80]})", "верните копию: docs/runbook.md, «Database»")
    if not os.access(file, os.W_OK):
        return bad("база", f"{file}: закрыта для записи", f"chmod u+w {file}")
    return ok("база", f"{file}, {file.stat().st_size / 1e6:.1f} МБ, цела")


def _permissions(folder: Path, file: Path, *, fix: bool) -> Iterator[Line]:
    """The base holds customers' words: nobody else on the machine may read them."""
    open_to_others = [path for path in (folder, file) if path.stat().st_mode & OTHERS]
    if open_to_others and fix:
        folder.chmod(0o700)
        file.chmod(0o600)
        yield ok("права", f"{folder} закрыта от чужих сейчас")
    elif open_to_others:
        remedy = f"listener doctor --fix, или chmod 700 {folder} && chmod 600 {file}"
        yield warn("права", f"{', '.join(map(str, open_to_others))}: читает кто угодно на этой машине", remedy)
    else:
        yield ok("права", f"{folder} закрыта от чужих")


def _ill_in_sqlite(file: Path, look: Look) -> Iterator[Line]:
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=PATIENCE)) as connection,
    ):
        yield from _chats(connection.execute(ILL).fetchall(), look)


def _chats(ill: Sequence[Sequence[Any]], look: Look) -> Iterator[Line]:
    if not ill:
        yield ok("чаты", "по записям демона все берут карточки")
    for row in ill:
        yield _ill(row, look)


def _ill(row: Sequence[Any], look: Look) -> Line:
    """A chat as the daemon has noted it."""
    messenger, chat, topic, state, since, until, reason, waiting = row
    what = f"чат {messenger} {chat}" + (f", тема {topic}" if topic else "")
    passed = lasted(timedelta(seconds=max(0.0, look.now() - since / 1e6)))
    left = until / 1e6 - look.now()
    waits = f"{plural(waiting, 'ждёт', 'ждут', 'ждут')} {counted(waiting, 'карточка', 'карточки', 'карточек')}"
    if state == "parked":
        says = f"не берёт карточек {passed}: {reason}; {waits}"
        return bad(what, says, "см. строки этого мессенджера выше; починенный чат получит всё сам")
    rest = f"ещё {lasted(timedelta(seconds=left))}" if left > 0 else "срок вышел, вот-вот попробуем"
    return warn(what, f"просил подождать {passed} назад ({rest}): {reason}; {waits}", "пройдёт само")


async def _postgres(address: str, look: Look) -> AsyncIterator[Line]:
    try:
        connection = await asyncpg.connect(address, timeout=PATIENCE)
        try:
            version = await connection.fetchval("show server_version")
            ill = await connection.fetch(ILL) if await connection.fetchval(KNOWS_CHATS) else None
        finally:
            await connection.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
        says, remedy = _postgres_fault(error)
        yield bad("PostgreSQL", f"{says} ({type(error).__name__})", remedy)
        return
    yield ok("PostgreSQL", f"отвечает, {version}")
    if ill is not None:
        for line in _chats([tuple(row) for row in ill], look):
            yield line


def _postgres_fault(error: BaseException) -> tuple[str, str]:
    """What the error means; its own words may hold the address."""
    for kind, meaning in _POSTGRES.items():
        if isinstance(error, kind):
            return meaning
    return "не подключиться", "проверьте LISTENER_DATABASE_URL"


_POSTGRES: Final[dict[type[BaseException], tuple[str, str]]] = {
    asyncpg.InvalidPasswordError: ("имя или пароль не подходят", "проверьте их в LISTENER_DATABASE_URL"),
    asyncpg.InvalidAuthorizationSpecificationError: (
        "этого имени не пускают",
        "проверьте имя в LISTENER_DATABASE_URL и pg_hba.conf",
    ),
    asyncpg.InvalidCatalogNameError: ("такой базы нет", "createdb ИМЯ, или поправьте имя в LISTENER_DATABASE_URL"),
    ConnectionRefusedError: ("сервер не принимает соединений", "запущен ли он, тот ли порт"),
    TimeoutError: ("сервер молчит", "проверьте сервер и порт, межсетевой экран"),
    OSError: ("сервера не найти", "проверьте его имя в LISTENER_DATABASE_URL"),
}


def _model(settings: Settings) -> Line:
    try:
        open_judge(settings.model, second=settings.second_opinion)
    except ModelError as error:
        return bad("модель", str(error), "установите Отклик заново или уберите LISTENER_MODEL")
    if settings.second_opinion and (reason := missing()):
        return warn(
            "модель", f"второго мнения нет: {reason}", "LISTENER_SECOND_OPINION=off, или поставьте otklik[second]"
        )
    return ok("модель", "обе ступени целы" if settings.second_opinion else "цела, второе мнение выключено")
