"""What is asked over HTTP about channels, and said in them."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from tests.wires.discord import bodies
from tests.wires.discord.asked import PREFIX, SAID, checked, only
from tests.wires.discord.faults import ApiError, reply
from tests.wires.discord.gateway import GUILDS, Gateway
from tests.wires.discord.interactions import apply
from tests.wires.discord.world import DIRECT, PRIVATE_THREAD, Channel, Files, Message, Wire, World, now

REPLY = 19


class Host(Protocol):
    """The server, as far as its channels know it."""

    world: World
    gateway: Gateway

    async def tell(self, event: str, message: Message) -> None: ...

    def changed(self) -> None: ...


class Channels:
    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[web.RouteDef]:
        channel = f"{PREFIX}/channels/{{channel}}"
        return [
            web.post(f"{PREFIX}/users/@me/channels", self._direct),
            web.get(channel, self._show),
            web.get(f"{channel}/messages", self._history),
            web.get(f"{channel}/messages/{{message}}", self._message),
            web.post(f"{channel}/messages", self._send),
            web.patch(f"{channel}/messages/{{message}}", self._edit),
            web.post(f"{channel}/typing", self._typing),
            web.post(f"{channel}/threads", self._thread),
            web.get(f"{channel}/thread-members/{{user}}", self._thread_member),
            web.put(f"{channel}/thread-members/{{user}}", self._join),
        ]

    async def _direct(self, request: web.Request) -> web.Response:
        asked = checked(bodies.DirectChannel, request[SAID].body)
        user = self._host.world.users.get(str(asked.recipient_id))
        if user is None or user.bot:
            raise ApiError(400, 50007, "Cannot send messages to this user")
        return reply(self._host.world.direct(user).wire(self._host.world.bot))

    async def _show(self, request: web.Request) -> web.Response:
        return reply(self._channel(request).wire(self._host.world.bot))

    async def _history(self, request: web.Request) -> web.Response:
        only(request, "after", "before", "around", "limit")
        channel = self._channel(request)
        limit = int(request.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            raise ApiError(400, 50035, "Invalid Form Body")
        after = int(request.query.get("after", "0"))
        found = [message for message in channel.messages if int(message.id) > after]
        chosen = found[:limit] if "after" in request.query else found[-limit:]
        return reply([message.wire() for message in reversed(chosen)])

    async def _message(self, request: web.Request) -> web.Response:
        only(request)
        return reply(self._found(self._channel(request), request).wire())

    async def _send(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        body = request[SAID].body
        asked = checked(bodies.MessageCreate, body)
        self._allow(channel)
        self._allow_files(channel, asked)
        if asked.enforce_nonce and asked.nonce is not None and str(asked.nonce) in channel.by_nonce:
            return reply(channel.by_nonce[str(asked.nonce)].wire())
        message = Message(self._host.world.bot, channel, flags=asked.flags, nonce=asked.nonce)
        message.files = attached(asked.attachments, request[SAID].files)
        if asked.flags & bodies.VOICE:
            message.voice = voice(asked.attachments[0], request[SAID].kinds)
        if asked.message_reference is not None:
            replied_to = str(asked.message_reference.message_id)
            message.replies_to = next((one for one in channel.messages if one.id == replied_to), None)
            message.type = REPLY if message.replies_to else message.type
        apply(message, body)
        channel.messages.append(message)
        if asked.enforce_nonce:
            channel.by_nonce[str(asked.nonce)] = message
        await self._host.tell("MESSAGE_CREATE", message)
        return reply(message.wire())

    async def _edit(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        checked(bodies.MessageEdit, request[SAID].body)
        self._allow(channel)
        message = self._found(channel, request)
        if message.author is not self._host.world.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        apply(message, request[SAID].body)
        message.edited_at = now()
        await self._host.tell("MESSAGE_UPDATE", message)
        return reply(message.wire())

    async def _typing(self, request: web.Request) -> web.Response:
        self._channel(request).typing += 1
        self._host.changed()
        return reply(None, 204)

    async def _thread(self, request: web.Request) -> web.Response:
        parent = self._channel(request)
        asked = checked(bodies.ThreadCreate, request[SAID].body)
        guild = self._host.world.guilds[parent.guild_id or ""]
        if not guild.has_bot or not guild.allows_threads:
            raise ApiError(403, 50013 if guild.has_bot else 50001, "Missing Permissions")
        bot = self._host.world.bot
        thread = Channel(PRIVATE_THREAD, [bot], asked.name, guild.id, parent.id, bot.id)
        self._host.world.channels[thread.id] = thread
        await self._host.gateway.dispatch("THREAD_CREATE", thread.wire(bot) | {"newly_created": True}, GUILDS)
        return reply(thread.wire(bot), 201)

    async def _join(self, request: web.Request) -> web.Response:
        thread, user = self._channel(request), self._host.world.users.get(request.match_info["user"])
        if thread.type != PRIVATE_THREAD or user is None:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        thread.people.append(user)
        return reply(None, 204)

    async def _thread_member(self, request: web.Request) -> web.Response:
        thread = self._channel(request)
        if request.match_info["user"] not in {user.id for user in thread.people}:
            raise ApiError(404, 10007, "Unknown Member")
        joined = {"join_timestamp": "2026-01-01T00:00:00+00:00", "flags": 0}
        return reply({"id": thread.id, "user_id": request.match_info["user"]} | joined)

    def _allow(self, channel: Channel) -> None:
        """Whether the bot may write there. Raises ApiError."""
        if channel.type == DIRECT and any(user.closed for user in channel.people):
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if channel.guild_id is not None and not self._host.world.guilds[channel.guild_id].has_bot:
            raise ApiError(403, 50001, "Missing Access")

    def _allow_files(self, channel: Channel, asked: bodies.MessageCreate) -> None:
        """Whether the bot may send such files there. Raises ApiError."""
        guild = self._host.world.guilds.get(channel.guild_id or "")
        if guild is None or not asked.attachments:
            return
        if not guild.allows_files:
            raise ApiError(403, 50013, "Missing Permissions")
        if asked.flags & bodies.VOICE and not guild.allows_voice:
            raise ApiError(403, 50173, "Cannot send voice messages in this channel.")

    def _found(self, channel: Channel, request: web.Request) -> Message:
        message = next((one for one in channel.messages if one.id == request.match_info["message"]), None)
        if message is None:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    def _channel(self, request: web.Request) -> Channel:
        found = self._host.world.channels.get(request.match_info["channel"])
        if found is None or found.gone:
            raise ApiError(404, 10003, "Unknown Channel")
        return found


def attached(named: list[bodies.Attachment], sent: Files) -> Files:
    """The files as the message names them. Raises ApiError where it names others than were sent."""
    if {int(each.id): each.filename for each in named} != {number: name for number, (name, _) in sent.items()}:
        raise ApiError(400, 50035, "Invalid Form Body: the attachments are not those sent")
    return sent


def voice(named: bodies.Attachment, kinds: dict[int, str]) -> Wire:
    """What is told of the one file of a voice message. Raises ApiError where it is no sound."""
    if not kinds[int(named.id)].startswith("audio/"):
        raise ApiError(400, 50160, "Voice messages must have a single audio attachment")
    told = named.model_dump(include={"duration_secs", "waveform"})
    return told | {"content_type": kinds[int(named.id)]}


def later(message: Message, text: str) -> None:
    """A person changed the text."""
    message.content, message.edited_at = text, now()
