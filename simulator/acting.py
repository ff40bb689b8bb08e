"""The `/sim/` endpoints through which somebody acts as an operator: press, write, answer what a bot asks."""

from typing import Any, Final

from simulator.world import World

LONGEST_LINE: Final = 4096


class Acting:
    """What makes no sense raises ValueError or LookupError with the reason."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def press(self, body: dict[str, Any]) -> dict[str, Any]:
        """A button under a message."""
        user, name = body["user"], str(body["name"])
        if body["messenger"] == "telegram":
            chat, message, data = int(body["chat"]), int(body["message"]), str(body["data"])
            shown = await self._world.telegram.press_and_see(chat, message, data, user=int(user), name=name)
            answered = {"answered": shown is not None}
            return answered | {"toast": shown.text if shown else None, "alert": bool(shown and shown.alert)}
        channel, ts, action = str(body["channel"]), str(body["ts"]), str(body["action_id"])
        await self._world.slack.press(channel, ts, action, body.get("value"), user=str(user), name=name)
        return {"toast": None}

    async def write(self, body: dict[str, Any]) -> dict[str, Any]:
        """A line in the chat, or an answer to a message there (in Slack: in its thread)."""
        text, user, name, to = _line(body), body["user"], str(body["name"]), body.get("reply_to")
        if body["messenger"] == "slack":
            thread = None if to is None else str(to)
            if text.startswith("/"):
                return await self._command(str(body["channel"]), text, str(user), name, thread)
            write = self._world.slack.write
            return {"message": await write(str(body["channel"]), text, user=str(user), name=name, thread=thread)}
        topic = body.get("topic")
        number = self._world.telegram.write(
            int(body["chat"]),
            text,
            user=int(user),
            name=name,
            reply_to=None if to is None else int(to),
            topic=None if topic is None else int(topic),
        )
        return {"message": number}

    async def _command(self, channel: str, text: str, user: str, name: str, thread: str | None) -> dict[str, Any]:
        command, _, rest = text.partition(" ")
        if thread is not None:
            raise ValueError(f"{command} в ветках не работает, так устроен Slack: напишите в канал")
        await self._world.slack.command(channel, command, rest.strip(), user=user, name=name)
        return {"message": None}

    async def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer that the latest prompt to this person in Telegram has opened."""
        answer = self._world.telegram.answer_prompt
        return {"message": answer(int(body["chat"]), _line(body), user=int(body["user"]), name=str(body["name"]))}

    async def submit(self, body: dict[str, Any]) -> dict[str, Any]:
        """The modal in Slack, filled in by label or block_id; `result` is what the person sees then."""
        values = {str(name): str(value or "") for name, value in dict(body["values"]).items()}
        return {"result": await self._world.slack.submit(str(body["user"]), values)}

    async def close(self, body: dict[str, Any]) -> dict[str, Any]:
        """The modal in Slack, closed without being sent."""
        await self._world.slack.close(str(body["user"]))
        return {}


def _line(body: dict[str, Any]) -> str:
    text = str(body["text"]).strip()[:LONGEST_LINE]
    if not text:
        raise ValueError("напишите текст")
    return text
