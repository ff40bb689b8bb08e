"""The `/sim/` endpoints through which somebody acts as a customer, as a brand in public, or as a stranger."""

from typing import Any, Final

from simulator.private import ref_of
from simulator.world import World

LONGEST_TEXT: Final = 15_895
"""VK's own bound for a post."""
LONGEST_NAME: Final = 60


class Speaking:
    """Each answers with the row of what was published or changed; no sense raises ValueError or LookupError."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def publish(self, body: dict[str, Any]) -> dict[str, Any]:
        """A new text; with `community` a comment under that brand's latest post in VK."""
        text = _text(body)
        if body["network"] not in ("vk", "x"):
            raise ValueError("сеть — vk или x")
        community = body.get("community") or None
        return self._world.publishing.by_hand(body["network"], _name(body), text, community=community).row()

    async def edit(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._world.customers.edits(str(body["id"]), _text(body)).row()

    async def delete(self, body: dict[str, Any]) -> dict[str, Any]:
        by_brand = body.get("by", "author") == "brand"
        return self._world.customers.deletes(str(body["id"]), by_brand=by_brand).row()

    async def again(self, body: dict[str, Any]) -> dict[str, Any]:
        """The same author goes on in the same thread."""
        return self._world.customers.writes_again(str(body["id"]), _text(body)).row()

    async def brand(self, body: dict[str, Any]) -> dict[str, Any]:
        """The brand answers in public."""
        brand = body.get("brand") or None
        return self._world.customers.brand_answers(str(body["id"]), _text(body), brand=brand).row()

    async def share(self, body: dict[str, Any]) -> dict[str, Any]:
        """Somebody shares a post of VK, without a word or with some."""
        text = str(body.get("text", "")).strip()[:LONGEST_TEXT]
        return self._world.customers.shares(str(body["id"]), _name(body), text).row()

    async def message(self, body: dict[str, Any]) -> dict[str, Any]:
        """A customer writes in private, by a link into the talk (`link`, or its `ref`) or by himself."""
        network, person, house = self._world.private.customer(body)
        ref = str(body.get("ref") or "") or ref_of(str(body.get("link") or ""))
        return self._world.private.writes(network, person, house, _text(body), ref=ref)

    async def edit_message(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._world.private.edits(str(body["id"]), _text(body))

    async def permit(self, body: dict[str, Any]) -> dict[str, Any]:
        """A customer lets a brand's community in VK write to him, or forbids it."""
        _, person, house = self._world.private.customer({"network": "vk", **body})
        self._world.private.permits(person, house, allow=bool(body["allow"]))
        return {"allow": bool(body["allow"])}

    async def comments(self, body: dict[str, Any]) -> dict[str, Any]:
        """The comments under a post of VK are closed, or opened."""
        self._world.private.closes(str(body["id"]), closed=bool(body["closed"]))
        return {"closed": bool(body["closed"])}


def _text(body: dict[str, Any]) -> str:
    text = str(body["text"]).strip()[:LONGEST_TEXT]
    if not text:
        raise ValueError("напишите текст")
    return text


def _name(body: dict[str, Any]) -> str:
    return str(body.get("author", "")).strip()[:LONGEST_NAME] or "Гость"
