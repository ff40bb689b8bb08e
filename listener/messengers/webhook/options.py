"""What is set for webhooks: each receiver's secrets by its name, and the road to all of them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from alerts.notifiers.webhook.signing import PREFIX, SHORTEST_KEY, key_of
from listener.environment import STRAIGHT, Reader, Road, Secret
from listener.pasted import json_slip

SECRETS: Final = "WEBHOOK_SECRETS"
_SHAPE: Final = 'нужен JSON вида {"desk": "whsec_…"} или, пока секрет меняют, {"desk": ["новый", "прежний"]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOptions:
    """The first of a receiver's secrets signs first; what comes in may be signed by any of them."""

    by_name: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict)
    road: Road = STRAIGHT

    def secrets(self) -> tuple[str, ...]:
        return (*(secret for secrets in self.by_name.values() for secret in secrets), *self.road.secrets())

    def keys(self) -> dict[str, tuple[bytes, ...]]:
        return {
            name: tuple(key_of(secret.reveal()) for secret in secrets) for name, secrets in self.by_name.items()
        }


def read_options(reader: Reader) -> WebhookOptions:
    return WebhookOptions(by_name=_by_name(reader), road=reader.road("WEBHOOK"))


def _by_name(reader: Reader) -> dict[str, tuple[Secret, ...]]:
    raw = reader.text_or_file(SECRETS)
    try:
        value = json.loads(raw or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        reader.complain(SECRETS, f"{_SHAPE}: {json_slip(raw)}")
        return {}
    by_name = {name: tuple(_secrets(secrets)) for name, secrets in value.items()}
    for name, secrets in by_name.items():
        if not secrets:
            reader.complain(SECRETS, f"«{name}»: {_SHAPE}")
        for place, secret in enumerate(secrets, start=1):
            if not _is_key(secret):
                reader.complain(SECRETS, f"«{name}», {place}-й секрет: {_wrong(secret)}")
    return {name: secrets for name, secrets in by_name.items() if secrets and all(map(_is_key, secrets))}


def _secrets(value: Any) -> Iterator[Secret]:
    """None for what is neither a text nor a list of texts."""
    listed = value if isinstance(value, list) else [value]
    if all(isinstance(each, str) and each for each in listed):
        yield from map(Secret, listed)


def _is_key(secret: Secret) -> bool:
    try:
        key_of(secret.reveal())
    except ValueError:
        return False
    return True


def _wrong(secret: Secret) -> str:
    if secret.startswith(PREFIX):
        return f"после {PREFIX} нужен base64 от {SHORTEST_KEY} случайных байтов и больше"
    return f"короче {SHORTEST_KEY} знаков; сделайте новый: echo {PREFIX}$(openssl rand -base64 32)"
