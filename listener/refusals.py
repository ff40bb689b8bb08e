"""Why the system refuses a file, a folder or a port, in Russian: its own words are English."""

import errno
import socket
from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[int, str]] = {
    errno.EACCES: "нет прав",
    errno.EADDRINUSE: "занят другой программой",
    errno.EADDRNOTAVAIL: "такого адреса у этой машины нет",
    errno.EDQUOT: "место кончилось",
    errno.EEXIST: "здесь уже стоит файл",
    errno.EIO: "диск сбоит",
    errno.EISDIR: "это папка",
    errno.ELOOP: "ссылка ведёт сама в себя",
    errno.EMFILE: "открыто слишком много файлов",
    errno.ENAMETOOLONG: "слишком длинное имя",
    errno.ENOENT: "такого файла нет",
    errno.ENOSPC: "место кончилось",
    errno.ENOTDIR: "на пути стоит файл вместо папки",
    errno.EPERM: "нет прав",
    errno.EROFS: "диск только для чтения",
}


_REMEDIES: Final[Mapping[int, str]] = {
    errno.EACCES: "дайте на него права тому, кто запускает Отклик",
    errno.EEXIST: "уберите его",
    errno.ENOSPC: "освободите место",
    errno.EPERM: "дайте на него права тому, кто запускает Отклик",
    errno.EROFS: "выберите другую папку",
}


def refused(error: OSError) -> str:
    """What was refused, why, and what to do where that is known."""
    remedy = _REMEDIES.get(error.errno or 0)
    return f"{error.filename or 'система'}: {refusal(error)}" + (f"; {remedy}" if remedy else "")


def refusal(error: OSError) -> str:
    """The system's words where there are none of ours."""
    if isinstance(error, socket.gaierror):
        return "такое имя не находится"
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
