"""Telegram behind the port: messages out, and a run that brings messages in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from telegram.constants import ChatAction
from telegram.error import InvalidToken, TelegramError

from adapters.telegram.admission import Admission
from adapters.telegram.asides import Asides
from adapters.telegram.brought import Webhook
from adapters.telegram.client import OFFICIAL_URL, Client
from adapters.telegram.commands import list_commands
from adapters.telegram.delivery import Delivery
from adapters.telegram.downloads import Downloads
from adapters.telegram.failures import pause_s, refused_token, undelivered, unusable
from adapters.telegram.intake import Intake, Receive
from adapters.telegram.polling import Poller
from adapters.telegram.timing import DEFAULT, Backoff, Timing
from core.messages import Outbound
from core.model import Conversation
from core.ports import DeliveryError
from core.roles import Role
from core.speech import Speech, VoiceNote

if TYPE_CHECKING:
    from adapters.telegram.webhook import WebhookServer

_log = logging.getLogger(__name__)


class TelegramPlatform:
    """One bot. `receive` is given every message and raises StoreError for one that could not be taken.

    Nothing has to be received for messages to be sent and notes to be fetched.
    """

    def __init__(  # noqa: PLR0913 - three are there for every bot, five have their defaults
        self,
        token: str,
        receive: Receive,
        roles: Sequence[Role],
        *,
        api_base_url: str = OFFICIAL_URL,
        webhook: Webhook | None = None,
        allowed_users: Collection[int] = (),
        listens: bool = True,
        timing: Timing = DEFAULT,
    ) -> None:
        """Everyone may use it unless `allowed_users` names some; `listens`: whether voice notes are of any use.

        Raises BadTokenError for what cannot be a token, and PlatformError for a proxy that cannot be used.
        """
        self._client = Client(token, api_base_url, timing)
        self._bot = self._client.bot
        self._timing = timing
        self._webhook = webhook
        self._source: Poller | WebhookServer | None = None
        self._asides = Asides(timing)
        admission = Admission(allowed_users)
        known = {role.id for role in roles}
        self._intake = Intake(self._bot, receive, known, admission, self._asides, listens=listens)
        self._delivery = Delivery(self._bot)
        self._downloads = Downloads(self._bot, self._client.web, timing)

    @property
    def serves(self) -> bool:
        """Whether what candidates write comes in just now."""
        return self._source is not None and self._source.serves

    async def open(self) -> None:
        """Be ready to send where nothing is received. Raises PlatformError, also where it was ready and is no more.

        The next message tries again.
        """
        await self.check()

    async def check(self) -> str:
        """The bot's name. Raises PlatformError."""
        try:
            async with asyncio.timeout(self._timing.send_s):
                return f"@{(await self._bot.get_me()).username}"
        except Exception as error:  # noqa: BLE001 - another server at that address can answer anything
            raise unusable(error, self._client.address) from None

    async def run(self) -> None:
        """Serve until cancelled. Raises BadTokenError and WebhookError."""
        backoff = Backoff(self._timing)
        while True:
            try:
                await self._serve()
            except InvalidToken:
                raise refused_token(self._client.address) from None  # the library's words hold the token
            except TelegramError as error:
                _log.warning("Telegram cannot be reached (%s); trying again.", type(error).__name__)
                await asyncio.sleep(max(backoff.pause(), pause_s(error)))

    async def _serve(self) -> None:
        await self._bot.get_me()  # the library keeps the name, which the reading of group commands needs
        listing = asyncio.create_task(self._list_commands())
        try:
            self._source = await self._opened_source()
            await self._source.run()
        finally:
            self._source = None
            listing.cancel()
            await asyncio.gather(listing, return_exceptions=True)

    async def _opened_source(self) -> Poller | WebhookServer:
        if self._webhook is None:
            await self._bot.delete_webhook()
            return Poller(self._bot, self._intake, self._timing)
        from adapters.telegram.webhook import WebhookServer  # noqa: PLC0415 - not everybody has one

        return WebhookServer(self._bot, self._intake, self._webhook)

    async def _list_commands(self) -> None:
        """Nobody waits for the list, and without it everything works; it is tried again at the next start."""
        try:
            async with asyncio.timeout(self._timing.send_s):
                await list_commands(self._bot)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would hear of it
            _log.warning("The list of commands could not be set (%s).", type(error).__name__)

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        """Deliver a message, a long one in pieces; tried again with its `key`, it goes on after those that arrived.

        Its speech is a voice message with the words under it, or before them where they are too long for that.

        Raises DeliveryError, RefusedMessageError when it never will be taken, UnreachableError when nothing will be.
        """
        try:
            async with asyncio.timeout(self._timing.send_s):
                await self._delivery.bring(conversation.chat, message, key, speech)
        except DeliveryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the message has not arrived
            raise undelivered(error) from None  # the library's words may hold the candidate's

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        """Show for some seconds that something is being worked on; never raises."""
        action = ChatAction.RECORD_VOICE if speaking else ChatAction.TYPING
        try:
            async with asyncio.timeout(self._timing.read_s):
                await self._bot.send_chat_action(conversation.chat, action)
        except Exception as error:  # noqa: BLE001 - nobody needs it
            _log.debug("The typing indicator failed: %s", type(error).__name__)

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:  # noqa: ARG002 - the port's
        """The sound of a voice note. Raises NoteUnavailableError, NoteGoneError and UnusableSoundError."""
        return await self._downloads.fetch(note)

    async def close(self) -> None:
        """End what is under way and the connections."""
        await self._asides.close()
        await self._client.close()
