"""What hangs on a post or a comment in VK and carries words: links, polls, photos, videos, documents."""

from collections.abc import Sequence
from typing import Any, Final

Attachment = dict[str, Any]

UPLOADED: Final = 1_763_000_000
"""Some second of November 2025: nobody looks when a thing was uploaded."""


def link(title: str, url: str, *, description: str = "") -> Attachment:
    """A shared page: its title is often all that the author says."""
    return {"type": "link", "link": {"url": url, "title": title, "caption": "", "description": description}}


def poll(question: str, answers: Sequence[str], *, owner: int = 1) -> Attachment:
    rows = [{"id": at, "text": text, "votes": 0, "rate": 0.0} for at, text in enumerate(answers, 1)]
    closed = dict.fromkeys(("multiple", "closed", "is_board", "can_edit", "can_report", "disable_unvote"), False)
    body = {"id": 1, "owner_id": owner, "question": question, "answers": rows, "votes": 0, "end_date": 0}
    return {"type": "poll", "poll": body | closed | {"can_vote": True, "can_share": True, "created": UPLOADED}}


def photo(text: str = "", *, owner: int = 1) -> Attachment:
    """`text` is what stands under the photo."""
    body = {"id": 1, "album_id": -7, "owner_id": owner, "date": UPLOADED, "text": text, "has_tags": False}
    return {"type": "photo", "photo": body | {"sizes": []}}


def video(title: str, *, description: str = "", owner: int = 1) -> Attachment:
    body = {"id": 1, "owner_id": owner, "title": title, "description": description, "duration": 30}
    return {"type": "video", "video": body | {"date": UPLOADED, "type": "video"}}


def doc(title: str, *, owner: int = 1) -> Attachment:
    body = {"id": 1, "owner_id": owner, "title": title, "size": 1000, "ext": title.rpartition(".")[2] or "pdf"}
    return {"type": "doc", "doc": body | {"url": "https://vk.com/doc1_1", "date": UPLOADED, "type": 1}}


def words(attachments: Sequence[Attachment]) -> str:
    """Everything that people read in them, in one line."""
    said: list[str] = []
    for one in attachments:
        body = one[one["type"]]
        said += [body.get(name, "") for name in ("title", "description", "question", "text")]
        said += [answer["text"] for answer in body.get("answers", ())]
    return " ".join(filter(None, said))
