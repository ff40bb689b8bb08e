"""A check-up of webhooks: each receiver's secret, the road to it, and on request a signed event about nothing."""

import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from alerts.notifiers.webhook.addresses import is_loopback
from alerts.notifiers.webhook.notifier import WebhookNotifier
from alerts.notifiers.webhook.resolver import CarefulResolver, ForbiddenAddressError
from alerts.ports import NotifyError
from alerts.routing import Chat, Endpoint
from listener.diagnosis.line import Line, bad, off, ok, warn
from listener.diagnosis.look import Look
from listener.diagnosis.wire import ROAD, Wire
from listener.messengers.webhook.build import connector_of
from listener.messengers.webhook.messenger import GUIDE
from listener.messengers.webhook.options import WebhookOptions

SETTING: Final = "LISTENER_WEBHOOK_SECRETS"


async def diagnose(
    options: WebhookOptions, chats: tuple[Chat, ...], look: Look, *, send_test: float | None = None
) -> AsyncIterator[Line]:
    """Receiver by receiver; `send_test`, however many seconds, sends each an event about nothing."""
    if not chats:
        yield off("получатели", _nobody(options, look))
    for chat in chats:
        async for line in _receiver(options, chat, look, send_test=send_test is not None):
            yield line
    names = {chat.chat for chat in chats}
    for name in sorted(options.by_name.keys() - names if look.config_read else ()):
        yield warn(
            name, "секрет есть, а в routes.yaml такого получателя нет", f"впишите его ({GUIDE}) или уберите"
        )


def _nobody(options: WebhookOptions, look: Look) -> str:
    if not look.config_read:
        return "какие, неизвестно: настройки с ошибками"
    return f"не заданы ({GUIDE})" if not options.by_name else "ни один маршрут не ведёт в другую программу"


async def _receiver(options: WebhookOptions, chat: Chat, look: Look, *, send_test: bool) -> AsyncIterator[Line]:
    name, endpoint = chat.chat, chat.endpoint
    if endpoint is None:
        return
    yield _secret(options, name)
    if endpoint.whole:
        yield ok(f"{name}, данные", "телефоны и адреса клиентов уходят целиком (whole: true)")
    road = await _road(options, endpoint, look)
    for line in road:
        yield Line(what=f"{name}, {line.what}", state=line.state, says=line.says, remedy=line.remedy)
    if endpoint.answers:
        yield _door(name)
    if send_test and name in options.by_name and all(line.state != "bad" for line in road):
        yield await _probe(options, chat, endpoint, lambda: datetime.fromtimestamp(look.now(), UTC))


async def _road(options: WebhookOptions, endpoint: Endpoint, look: Look) -> list[Line]:
    parts = urlsplit(endpoint.url)
    near = endpoint.private or is_loopback(endpoint.url)
    if not options.road.proxies:
        try:
            await CarefulResolver(private=near).resolve(parts.hostname or "", parts.port or 443)
        except ForbiddenAddressError as error:
            return [bad(ROAD, f"адрес внутренний, туда не пойдём: {error}", "если так и надо: private: true")]
        except OSError:
            pass  # the road itself says so, and what to do
    wire = Wire("Webhook", endpoint.url, options.road, look, written="url в routes.yaml")
    try:
        return await wire.road()
    finally:
        await wire.close()


def _secret(options: WebhookOptions, name: str) -> Line:
    secrets = options.by_name.get(name, ())
    if not secrets:
        return bad(name, "секрета нет: события не уйдут", f'{SETTING}={{"{name}": "whsec_…"}}, см. {GUIDE}')
    if len(secrets) > 1:
        return ok(name, f"секретов {len(secrets)}: подписываем каждым, пока вы меняете его там")
    return ok(name, "секрет есть")


def _door(name: str) -> Line:
    says = f"ответы принимаются: POST /hooks/{name} на адресе LISTENER_HTTP_BIND"
    return ok(f"{name}, ответы", f"{says}; снаружи его открывает ваш обратный прокси с https")


async def _probe(options: WebhookOptions, chat: Chat, endpoint: Endpoint, now: Callable[[], datetime]) -> Line:
    what = f"{chat.chat}, проба"
    notifier = WebhookNotifier(options.keys(), now, connector_of(options))
    try:
        await notifier.probe(chat, f"otklik-ping-{uuid.uuid4().hex}")
    except NotifyError as error:
        return bad(what, f"событие ping не принято: {error}", _remedy(error))
    finally:
        await notifier.close()
    return ok(what, f"событие ping принято ({endpoint.url})")


def _remedy(error: NotifyError) -> str:
    if error.retry_after is not None:
        return "программа не отвечает или просит подождать: повторите позже, посмотрите её журнал"
    if error.closed:
        return f"сверьте секрет и url на обеих сторонах; что значит её ответ — {GUIDE}, «Что отвечать»"
    return "программа не поняла события: покажите её разработчику docs/webhook-event.schema.json"
