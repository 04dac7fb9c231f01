"""Discord as the core sees it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager

import discord

from adapters.discord import address, drawing
from adapters.discord.admission import Admission
from adapters.discord.client import Connection, ShardedConnection
from adapters.discord.delivery import Parcel, deliver
from adapters.discord.downloads import Downloads
from adapters.discord.examination import examined
from adapters.discord.failures import (
    FAILED,
    MISSING_ACCESS,
    UNKNOWN_MEMBER,
    UNKNOWN_SERVER,
    PlatformError,
    UnreachablePlatformError,
    delivery_error,
    passing,
    platform_error,
)
from adapters.discord.intake import Intake
from adapters.discord.missed import LastSeen, Missed
from adapters.discord.rooms import Rooms
from adapters.shards import Shards
from core.messages import Inbound, Outbound
from core.model import Conversation
from core.ports import DeliveryError, NoteUnavailableError, UnreachableError
from core.roles import Role
from core.speech import Speech, VoiceNote

CONNECTING_S = 10.0
"""How long a message waits for a connection before it is left for later; our own choice."""
LONGEST_PAUSE_S = 60.0
_NO_MORE = "There is no connection to Discord any more."
_LOGIN_FAILED = (*FAILED, discord.ClientException)
_log = logging.getLogger(__name__)


class DiscordPlatform:
    """Serves one bot. Only one can be pointed at an address of its own (`api_base_url`) in a process.

    Nothing has to be received for messages to be sent and notes to be fetched: without `run` it logs in when the first
    is. `shards` are those that are received here where several processes share a bot, None where this one has them all.
    Where `allowed_users` or `allowed_servers` names any, only they and the members of those servers are let in.
    `listens`: whether voice notes are of any use.
    """

    def __init__(  # noqa: PLR0913 - its parts and settings, each by name
        self,
        token: str,
        *,
        receive: Callable[[Inbound], Awaitable[bool]],
        typing: Callable[[Conversation], None],
        roles: Sequence[Role] = (),
        last_seen: LastSeen | None = None,
        api_base_url: str | None = None,
        allowed_users: Collection[int] = (),
        allowed_servers: Collection[int] = (),
        listens: bool = True,
        shards: Shards | None = None,
        first_pause_s: float = 1.0,
    ) -> None:
        self._token = token
        self._typing = typing
        self._roles = roles
        self._shards = shards
        self._leads = shards is None or shards.hold_direct_messages
        self._first_pause_s = first_pause_s
        self._rooms = Rooms()
        self._missed = Missed(last_seen if self._leads else None, first_pause_s)
        admission = Admission(allowed_users, allowed_servers, self._is_member)
        self._downloads = Downloads(api_base_url)
        self._intake = Intake(receive, self._missed, admission, self._downloads, listens=listens)
        self._strange_servers: set[int] = set()
        self._client: Connection | None = None
        self._logging_in = asyncio.Lock()
        self._connected = asyncio.Event()
        self._is_run = self._closed = False
        address.point_at(api_base_url)
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # voice calls are not used, so not missed
        library = logging.getLogger("discord")
        library.setLevel(max(library.getEffectiveLevel(), logging.INFO))  # below that it logs what candidates write

    @property
    def serves(self) -> bool:
        """Whether what candidates write comes in just now."""
        return self._client is not None and self._client.serves

    async def open(self) -> None:
        """Be ready to send where nothing is received. Raises PlatformError, also where it was ready and is no more.

        The next message tries again.
        """
        try:
            async with asyncio.timeout(CONNECTING_S):
                await (await self._opened()).application_info()
        except _LOGIN_FAILED as error:
            raise platform_error(error) or passing(error) from None

    async def run(self) -> None:
        """Serve until cancelled or closed. Raises PlatformError when Discord refuses the bot."""
        self._is_run = True
        pause = self._first_pause_s
        while not self._closed:
            try:
                await self._serve()
            except UnreachablePlatformError:
                return  # closed while it logged in
            except _LOGIN_FAILED as error:
                if refused := platform_error(error):
                    raise refused from None
                pause = self._first_pause_s if self._connected.is_set() else min(2 * pause, LONGEST_PAUSE_S)
                _log.warning("%s Trying again in %g s.", passing(error), pause)
                self._connected.clear()
                await asyncio.sleep(pause)

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        """Deliver a message: in several posts when it is long, in an earlier one's place when it replaces that."""
        chat = int(conversation.chat)
        try:
            async with self._reached() as client:
                by_form = await self._rooms.is_thread(client, chat)
                answers = "" if by_form else message.answers  # in a thread, replies would need one more permission
                posts = drawing.posts(message, by_form=by_form)
                await deliver(client, chat, Parcel(posts, key, message.replaces, answers, speech))
        except FAILED as error:
            failure = delivery_error(error)
            if isinstance(failure, UnreachableError):
                self._rooms.forget(conversation.chat)
            raise failure from None

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:  # noqa: ARG002 - the same sign
        """Show for some seconds that something is being worked on."""
        if self._is_run and not self._connected.is_set():
            return
        try:
            async with self._reached() as client:
                await client.get_partial_messageable(int(conversation.chat)).typing()
        except (*FAILED, DeliveryError) as error:
            _log.debug("The typing indicator could not be shown: %s", type(error).__name__)

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:  # noqa: ARG002 - the note says where
        """The sound of a voice note, whose reference names channel, message and file."""
        try:
            async with self._reached() as client:
                return await self._downloads.fetch(client, client.web, note)
        except DeliveryError as error:
            raise NoteUnavailableError(str(error)) from None

    async def check(self) -> str:
        """The bot's own name and what there is to say about it; nothing is changed. Raises PlatformError."""
        try:
            async with self._new_client() as client:
                await client.login(self._token)
                return await examined(client)
        except _LOGIN_FAILED as error:
            raise platform_error(error) or passing(error) from None

    async def close(self) -> None:
        """Take nothing more."""
        self._closed = True
        if self._client is not None:
            await self._client.close()

    async def _serve(self) -> None:
        client = await self._logged_in()
        try:
            if self._leads:
                await client.tell_commands()
            await address.find_gateway(client)
            self._connected.set()
            await _connect(client)
        finally:
            await self._missed.end()
            await client.close()

    async def _opened(self) -> Connection:
        """The connection where nothing is received. Raises PlatformError."""
        try:
            client = await self._logged_in()
        except _LOGIN_FAILED as error:
            raise platform_error(error) or passing(error) from None
        self._connected.set()
        return client

    async def _logged_in(self) -> Connection:
        """The connection, a new one where there is none.

        Raises what a failed login raises, and UnreachablePlatformError once everything is closed.
        """
        async with self._logging_in:
            if self._client is None or self._client.is_closed():
                self._check_open()
                client = self._new_client()
                try:
                    await client.login(self._token)
                    self._check_open()
                except BaseException:
                    await client.close()
                    raise
                self._client = client
            return self._client

    def _check_open(self) -> None:
        if self._closed:
            raise UnreachablePlatformError(_NO_MORE)

    def _new_client(self) -> Connection:
        given = (self._intake, self._missed, self._rooms, self._typing, self._roles)
        return ShardedConnection(self._shards, *given) if self._shards else Connection(*given)

    async def _is_member(self, server: int, account: int) -> bool:
        """Whether somebody is in a server. Raises DeliveryError, and what a failed request raises."""
        try:
            async with self._reached() as client:
                await client.http.get_member(server, account)
        except discord.HTTPException as error:
            if error.code not in {MISSING_ACCESS, UNKNOWN_SERVER, UNKNOWN_MEMBER}:
                raise
            if error.code != UNKNOWN_MEMBER and server not in self._strange_servers:
                self._strange_servers.add(server)
                _log.warning("The bot is not in the allowed server %s, so its members cannot be known.", server)
            return False
        return True

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[Connection]:
        """The connection, as soon as there is one. Raises DeliveryError, also for all that fails once it is closed.

        A request that was under way then, or waited to be tried again, fails in the library in ways of its own.
        """
        client = await self._there()
        try:
            yield client
        except Exception:
            if client.is_closed():
                raise DeliveryError(_NO_MORE) from None
            raise

    async def _there(self) -> Connection:
        if self._closed:
            raise DeliveryError(_NO_MORE)
        try:
            async with asyncio.timeout(CONNECTING_S):
                await (self._connected.wait() if self._is_run else self._opened())
        except TimeoutError:
            raise DeliveryError("There is no connection to Discord.") from None
        except PlatformError as error:
            raise DeliveryError(str(error)) from None
        if self._client is None or self._client.is_closed():
            raise DeliveryError(_NO_MORE)
        return self._client


async def _connect(client: Connection) -> None:
    try:
        await client.connect()
    except AttributeError as error:  # what discord.py 2.7 makes of a first connection that failed
        if isinstance(client, ShardedConnection) or client.ws is not None:
            raise
        raise ConnectionError("The gateway cannot be reached.") from error
