"""The server itself, and what people do on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.wires.discord.application import Application
from tests.wires.discord.asked import FORM as FILES_FORM
from tests.wires.discord.asked import PREFIX, SAID, taken_apart
from tests.wires.discord.bodies import VOICE
from tests.wires.discord.callbacks import Callbacks
from tests.wires.discord.cdn import PATH as FILES_PATH
from tests.wires.discord.cdn import Cdn, Sound
from tests.wires.discord.channels import REPLY, Channels, later
from tests.wires.discord.faults import ApiError, Fault, reply
from tests.wires.discord.gateway import DIRECT_MESSAGES, DIRECT_TYPING, GUILD_MESSAGES, Gateway
from tests.wires.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, FORM, Interaction, option_data
from tests.wires.discord.world import DIRECT, Channel, Files, Guild, Message, User, Wire, World

PATIENCE_S = 5.0
"""How long a test waits for something that has to come."""
INSTALLED: Wire = {
    "integration_types_config": {
        "0": {"oauth2_install_params": {"scopes": ["applications.commands", "bot"], "permissions": "0"}},
        "1": {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}},
    }
}
_HEADERS = {"X-RateLimit-Limit": "500", "X-RateLimit-Remaining": "499", "X-RateLimit-Reset-After": "1.000"}
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what it was answered."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: Files
    kinds: dict[int, str]
    status: int
    answer: Any


class DiscordServer:
    """See the package's own words at the top of `__init__.py`."""

    def __init__(self, token: str = "made.up.token", port: int = 0, heartbeat_ms: int = 41_250) -> None:
        self.token = token
        self.port = port
        self.heartbeat_ms = heartbeat_ms
        self.world = World()
        self.gateway = Gateway(self)
        self.interactions: dict[str, Interaction] = {}
        self.application: Wire = dict(INSTALLED)
        """What is said of the bot's application beside what every one has."""
        self.commands: list[Wire] = []
        self.syncs = 0
        self.faults: list[Fault] = []
        self.mistakes: list[str] = []
        self.exchanges: list[Exchange] = []
        self._changes = asyncio.Condition()
        self.cdn = Cdn(self)
        self._parts = (Application(self), Channels(self), Callbacks(self), self.cdn)
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """What the bot's `api_base_url` is set to."""
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.stop()
        assert kind is not None or not self.mistakes, self.mistakes

    async def start(self) -> None:
        """Begin to listen, at the same port as before."""
        app = web.Application(middlewares=[self._watch], client_max_size=10_485_760)
        app.add_routes([route for part in self._parts for route in part.routes()])
        app.add_routes([web.get(path, self.gateway.serve) for path in ("/gateway", "/gateway/")])
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone: open connections are closed, new ones refused."""
        await self.gateway.drop(1001)
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    # What people do

    async def writes(self, user: User, text: str, channel: Channel | None = None, **more: Any) -> Message:
        """Write to the bot, or into a channel. `more` changes the message: sounds, replies_to, forwards, type."""
        channel = channel or self.world.direct(user)
        if more.get("replies_to") is not None:
            more = {"type": REPLY} | more
        message = Message(user, channel, text, **more)
        channel.messages.append(message)
        await self.tell("MESSAGE_CREATE", message)
        return message

    def sound(self, content: bytes, **more: Any) -> Sound:
        """A sound to be sent with a message; `more` is how it is shown there."""
        return Sound(self.cdn, content, **more)

    async def speaks(self, user: User, content: bytes, *, seconds: float = 4.0, **more: Any) -> Message:
        """Send a voice note, recorded with Discord itself; `more` is how it is shown."""
        sound = self.sound(content, **({"seconds": seconds, "waveform": "gID/"} | more))
        return await self.writes(user, "", sounds=[sound], flags=VOICE)

    async def edits(self, message: Message, text: str) -> None:
        later(message, text)
        await self.tell("MESSAGE_UPDATE", message)

    async def unfurls(self, message: Message) -> None:
        """Discord adds a preview of a link, which is an update but no change of the text."""
        message.embeds = [{"type": "link", "url": "https://example.org", "title": "Example"}]
        await self.tell("MESSAGE_UPDATE", message)

    async def again(self, message: Message) -> None:
        """The same event is delivered once more."""
        await self.tell("MESSAGE_UPDATE" if message.edited_at else "MESSAGE_CREATE", message)

    async def types(self, user: User) -> None:
        channel = self.world.direct(user)
        event = {"channel_id": channel.id, "user_id": user.id, "timestamp": 1_790_000_000}
        await self.gateway.dispatch("TYPING_START", event, DIRECT_TYPING)

    async def gives(
        self, user: User, name: str, channel: Channel | None = None, guild: Guild | None = None, **options: Any
    ) -> Interaction:
        """Give a command such as "interview start", in the direct messages unless a channel is named."""
        content = self._command(name, lambda known: option_data(known, options))
        return await self._interact(Interaction(COMMAND, user, channel or self._place(user, guild), content, guild))

    async def completes(self, user: User, name: str, option: str, typed: str) -> list[str]:
        """What is offered while an option is typed."""
        content = self._command(name, lambda known: option_data(known, {option: typed}, focused=option))
        interaction = await self._interact(Interaction(AUTOCOMPLETE, user, self.world.direct(user), content))
        return [offer["name"] for offer in interaction.offers]

    async def presses(self, user: User, message: Message, label: str) -> Interaction:
        """Press a button by what it says."""
        content = {"component_type": 2, "custom_id": message.buttons[label], "id": 2}
        guild = self.world.guilds.get(message.channel.guild_id or "")
        return await self._interact(Interaction(COMPONENT, user, message.channel, content, guild, message))

    async def fills(self, user: User, asked: Interaction, text: str) -> Interaction:
        """Fill in the form that an interaction was answered with."""
        modal = (asked.callback or {})["data"]
        field = modal["components"][0]["component"]
        filled = {
            "type": 18,
            "id": 1,
            "component": {"type": 4, "id": 2, "custom_id": field["custom_id"], "value": text},
        }
        content = {"custom_id": modal["custom_id"], "components": [filled]}
        return await self._interact(Interaction(FORM, user, asked.channel, content, asked.guild, asked.message))

    # What tests wait for

    async def until(self, found: Callable[[], Found | None]) -> Found:
        """What `found` finds, as soon as it finds anything."""
        async with asyncio.timeout(PATIENCE_S), self._changes:
            while not (result := found()):
                await self._changes.wait()
            return result

    async def reply_to(self, channel: Channel, number: int = 0) -> Message:
        """That message of the bot in a channel, counted from 0, as soon as it is there."""
        found = await self.until(lambda: self.said_in(channel)[number:] or None)
        return found[0]

    def said_in(self, channel: Channel) -> list[Message]:
        return [message for message in channel.messages if message.author is self.world.bot]

    async def connected(self) -> None:
        """Until a session is ready."""
        async with asyncio.timeout(PATIENCE_S):
            await self.gateway.ready.wait()

    async def next_change(self) -> None:
        """Until anything has happened."""
        async with self._changes:
            await self._changes.wait()

    def changed(self) -> None:
        task = asyncio.create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Inside

    async def tell(self, event: str, message: Message) -> None:
        """A message was written or changed; what others wrote in a server is hidden without the privileged intent."""
        direct, author = message.channel.type == DIRECT, message.author
        shown = message.wire()
        if not direct:
            shown |= {"guild_id": message.channel.guild_id, "member": author.member()}
            if author is not self.world.bot:
                shown |= {"content": "", "embeds": [], "components": [], "attachments": []}
        await self.gateway.dispatch(event, shown, DIRECT_MESSAGES if direct else GUILD_MESSAGES)
        self.changed()

    async def _notify(self) -> None:
        async with self._changes:
            self._changes.notify_all()

    def _place(self, user: User, guild: Guild | None) -> Channel:
        return guild.channels[0] if guild else self.world.direct(user)

    def _command(self, name: str, fill: Callable[[list[Wire]], list[Wire]]) -> Wire:
        first, _, second = name.partition(" ")
        command = next(one for one in self.commands if one["name"] == first)
        content = {"id": command["id"], "name": first, "type": 1}
        if not second:
            return content | {"options": fill(command["options"])}
        sub = next(one for one in command["options"] if one["name"] == second)
        return content | {"options": [{"name": second, "type": 1, "options": fill(sub.get("options", []))}]}

    async def _interact(self, interaction: Interaction) -> Interaction:
        self.interactions[interaction.token] = interaction
        if interaction.guild is not None and interaction.user not in interaction.guild.people:
            interaction.guild.people.append(interaction.user)
        await self.gateway.dispatch("INTERACTION_CREATE", interaction.wire(self.world))
        async with asyncio.timeout(PATIENCE_S):
            await interaction.acknowledged.wait()
        return interaction

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(("/gateway", FILES_PATH)):
            return await handler(request)
        sent = taken_apart(request, await request.read())
        request[SAID] = sent
        answer = await self._answered(request, handler)
        answer.headers.update(_HEADERS)
        said = json.loads(answer.body) if isinstance(answer.body, bytes) and answer.body else None
        asked = Exchange(request.method, request.path, dict(request.query), *sent, answer.status, said)
        self.exchanges.append(asked)
        self.changed()
        return answer

    async def _answered(self, request: web.Request, handler: Handler) -> web.Response:
        fault = next((fault for fault in self.faults if fault.fits(request)), None)
        if fault is not None and not fault.after and (instead := await fault.answer(request)) is not None:
            return instead
        try:
            self._check(request)
            answer = await handler(request)
        except ApiError as error:
            if error.status == 400:
                self.mistakes.append(f"{request.method} {request.path}: {error}")
            return reply({"message": str(error), "code": error.code}, error.status)
        except web.HTTPException as error:
            self.mistakes.append(f"{request.method} {request.path}: {error.status}")
            return reply({"message": "404: Not Found", "code": 0}, error.status)
        if fault is not None and fault.after and (instead := await fault.answer(request)) is not None:
            return instead
        assert isinstance(answer, web.Response)
        return answer

    def _check(self, request: web.Request) -> None:
        by_token = "/interactions/" in request.path or "/webhooks/" in request.path
        if not by_token:
            if request.headers.get("Authorization") != f"Bot {self.token}":
                raise ApiError(401, 0, "401: Unauthorized")
            if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
                raise ApiError(400, 40333, "the User-Agent is not as Discord demands it")
        takes_files = request.method == "POST" and request.path.endswith("/messages")
        kinds = {"application/json", FILES_FORM} if takes_files else {"application/json"}
        if request.body_exists and request.content_type not in kinds:
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
