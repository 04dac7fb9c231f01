"""Updates brought by Telegram itself: a small server that says yes only when an update is stored.

Importing this imports aiohttp's server, which takes 10 MB and some tenths of a second: only who has a webhook does.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from weakref import WeakValueDictionary

from aiohttp import web
from telegram import Update
from telegram.error import BadRequest

from adapters.telegram.brought import Webhook
from adapters.telegram.client import Bot
from adapters.telegram.failures import WebhookError
from adapters.telegram.intake import Intake
from adapters.telegram.reading import KINDS, chat_of, sender_of
from core.about import about
from core.ports import StoreError

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_LONGEST_BODY = 1_000_000
_READ_S = 10.0
_FINISH_S = 5.0


class WebhookServer:
    """Takes one update for each request; the messages of one chat in order."""

    def __init__(self, bot: Bot, intake: Intake, webhook: Webhook) -> None:
        self._bot = bot
        self._intake = intake
        self._webhook = webhook
        self.serves = False
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def run(self) -> None:
        """Listen until cancelled. Raises WebhookError, and TelegramError when the webhook could not be set."""
        app = web.Application(client_max_size=_LONGEST_BODY)
        app.add_routes([web.post(self._webhook.path, self._answer)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_FINISH_S)
        await runner.setup()
        try:
            await self._listen(runner)
            await self._announce()
            self.serves = True
            await asyncio.Event().wait()
        finally:
            self.serves = False
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        place = f"{self._webhook.host}, port {self._webhook.port}"
        try:
            await web.TCPSite(runner, self._webhook.host, self._webhook.port).start()
        except OSError as error:
            raise WebhookError(f"{place} cannot be listened at: {error.strerror}.") from error

    async def _announce(self) -> None:
        """One connection at a time keeps the messages of a chat in order on their way, too."""
        try:
            await self._bot.set_webhook(
                self._webhook.url, max_connections=1, allowed_updates=KINDS, secret_token=self._webhook.secret
            )
        except BadRequest as error:
            raise WebhookError(f"Telegram refuses the webhook's address: {error.message.rstrip('.')}.") from None

    async def _answer(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, self._webhook.secret.encode()):
            return web.Response(status=403)
        update = await self._read(request)
        if update is None:
            return web.Response(status=400)
        chat = chat_of(update)
        async with self._locks.setdefault(chat, asyncio.Lock()):
            with about(sender_of(update)):
                return await self._taken(update)

    async def _taken(self, update: Update) -> web.Response:
        try:
            await self._intake.take(update)
        except StoreError:
            return web.Response(status=503)
        return web.Response()

    async def _read(self, request: web.Request) -> Update | None:
        try:
            async with asyncio.timeout(_READ_S):
                body = await request.read()
            return Update.de_json(json.loads(body), self._bot)
        except (TimeoutError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
