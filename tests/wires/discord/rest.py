"""What Discord is asked over HTTP."""

from __future__ import annotations

import json
from typing import Any, Protocol, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from tests.wires.discord import bodies
from tests.wires.discord.faults import ApiError, reply
from tests.wires.discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, Gateway, bot_user
from tests.wires.discord.interactions import MESSAGE, UPDATE, Interaction, apply
from tests.wires.discord.world import DIRECT, PRIVATE_THREAD, Channel, Message, Wire, World, now, snowflake

PREFIX = "/api/v10"
Body = TypeVar("Body", bound=BaseModel)


class Host(Protocol):
    """The server, as far as its HTTP side knows it."""

    world: World
    gateway: Gateway
    interactions: dict[str, Interaction]
    commands: list[Wire]
    syncs: int

    @property
    def gateway_url(self) -> str: ...

    def changed(self) -> None: ...


class Rest:
    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[web.RouteDef]:
        webhook = f"{PREFIX}/webhooks/{{app}}/{{token}}"
        return [
            web.get(f"{PREFIX}/users/@me", self._me),
            web.get(f"{PREFIX}/oauth2/applications/@me", self._application),
            web.get(f"{PREFIX}/gateway/bot", self._gateway),
            web.get(f"{PREFIX}/applications/{{app}}/commands", self._commands),
            web.put(f"{PREFIX}/applications/{{app}}/commands", self._overwrite),
            web.post(f"{PREFIX}/users/@me/channels", self._direct),
            web.get(f"{PREFIX}/channels/{{channel}}/messages", self._history),
            web.post(f"{PREFIX}/channels/{{channel}}/messages", self._send),
            web.post(f"{PREFIX}/channels/{{channel}}/typing", self._typing),
            web.post(f"{PREFIX}/channels/{{channel}}/threads", self._thread),
            web.put(f"{PREFIX}/channels/{{channel}}/thread-members/{{user}}", self._join),
            web.post(f"{PREFIX}/interactions/{{id}}/{{token}}/callback", self._callback),
            web.post(webhook, self._follow_up),
            web.patch(f"{webhook}/messages/@original", self._edit_original),
            web.delete(f"{webhook}/messages/@original", self._delete_original),
        ]

    async def _me(self, _: web.Request) -> web.Response:
        return reply(bot_user(self._host.world.bot))

    async def _application(self, _: web.Request) -> web.Response:
        bot = self._host.world.bot
        return reply(
            {
                "id": bot.id,
                "name": "Coach",
                "icon": None,
                "description": "",
                "type": None,
                "bot": bot.wire(),
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "flags": 0,
                "flags_new": "0",
                "redirect_uris": [],
                "interactions_endpoint_url": None,
                "role_connections_verification_url": None,
                "owner": bot.wire() | {"id": "1", "bot": False},
                "approximate_guild_count": len(self._host.world.guilds),
                "approximate_user_install_count": 0,
                "approximate_user_authorization_count": 0,
                "explicit_content_filter": 0,
                "team": None,
                "eligible_oauth2_scopes": ["bot", "applications.commands"],
            }
        )

    async def _gateway(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        return reply({"url": self._host.gateway_url, "shards": 1, "session_start_limit": limit})

    async def _commands(self, request: web.Request) -> web.Response:
        _only(request, {"with_localizations"})
        return reply(self._host.commands)

    async def _overwrite(self, request: web.Request) -> web.Response:
        given = json.loads(await request.read())
        _checked(bodies.Commands, {"commands": given})
        self._host.syncs += 1
        own = {"application_id": self._host.world.bot.id, "version": snowflake()}
        self._host.commands = [_stored(command) | own | {"id": snowflake()} for command in given]
        return reply(self._host.commands)

    async def _direct(self, request: web.Request) -> web.Response:
        asked = _checked(bodies.DirectChannel, json.loads(await request.read()))
        user = self._host.world.users.get(str(asked.recipient_id))
        if user is None or user.bot:
            raise ApiError(400, 50007, "Cannot send messages to this user")
        return reply(self._host.world.direct(user).wire(self._host.world.bot))

    async def _history(self, request: web.Request) -> web.Response:
        _only(request, {"after", "before", "around", "limit"})
        channel = self._channel(request)
        limit = int(request.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            raise ApiError(400, 50035, "Invalid Form Body")
        after = int(request.query.get("after", "0"))
        found = [message for message in channel.messages if int(message.id) > after]
        chosen = found[:limit] if "after" in request.query else found[-limit:]
        return reply([message.wire() for message in reversed(chosen)])

    async def _send(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        body = json.loads(await request.read())
        asked = _checked(bodies.MessageCreate, body)
        self._allow(channel)
        if asked.enforce_nonce and asked.nonce is not None and str(asked.nonce) in channel.by_nonce:
            return reply(channel.by_nonce[str(asked.nonce)].wire())
        message = Message(self._host.world.bot, channel, flags=asked.flags, nonce=asked.nonce)
        apply(message, body)
        channel.messages.append(message)
        if asked.enforce_nonce:
            channel.by_nonce[str(asked.nonce)] = message
        await self._tell("MESSAGE_CREATE", message)
        return reply(message.wire())

    async def _typing(self, request: web.Request) -> web.Response:
        self._channel(request).typing += 1
        self._host.changed()
        return reply(None, 204)

    async def _thread(self, request: web.Request) -> web.Response:
        parent = self._channel(request)
        asked = _checked(bodies.ThreadCreate, json.loads(await request.read()))
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

    async def _callback(self, request: web.Request) -> web.Response:
        _only(request, {"with_response"})
        interaction = self._interaction(request.match_info["token"])
        if interaction.id != request.match_info["id"]:
            raise ApiError(404, 10062, "Unknown interaction")
        callback = _checked(bodies.Callback, json.loads(await request.read()))
        if kind := bodies.CALLBACK_DATA.get(callback.type):
            _checked(kind, callback.data or {})
        interaction.acknowledge(callback.model_dump())
        if callback.type in {MESSAGE, UPDATE}:
            interaction.edit_original(callback.data or {}, self._host.world)
        self._host.changed()
        return reply(interaction.response())

    async def _follow_up(self, request: web.Request) -> web.Response:
        _only(request, {"wait", "with_components"})
        interaction = self._interaction(request.match_info["token"])
        body = json.loads(await request.read())
        asked = _checked(bodies.FollowUp, body)
        if interaction.callback is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        world = self._host.world
        message = Message(world.bot, interaction.channel, flags=asked.flags, webhook_id=world.bot.id)
        apply(message, body)
        interaction.follow_ups.append(message)
        self._host.changed()
        return reply(message.wire())

    async def _edit_original(self, request: web.Request) -> web.Response:
        _only(request, {"with_components"})
        interaction = self._interaction(request.match_info["token"])
        body = json.loads(await request.read())
        _checked(bodies.MessageEdit, body)
        message = interaction.edit_original(body, self._host.world)
        if message is interaction.message:
            await self._tell("MESSAGE_UPDATE", message)
        self._host.changed()
        return reply(message.wire())

    async def _delete_original(self, request: web.Request) -> web.Response:
        self._interaction(request.match_info["token"]).delete_original()
        self._host.changed()
        return reply(None, 204)

    async def _tell(self, event: str, message: Message) -> None:
        direct = message.channel.type == DIRECT
        extra = {} if direct else {"guild_id": message.channel.guild_id}
        intent = DIRECT_MESSAGES if direct else GUILD_MESSAGES
        await self._host.gateway.dispatch(event, message.wire() | extra, intent)
        self._host.changed()

    def _allow(self, channel: Channel) -> None:
        """Whether the bot may write there. Raises ApiError."""
        if channel.type == DIRECT and any(user.closed for user in channel.people):
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if channel.guild_id is not None and not self._host.world.guilds[channel.guild_id].has_bot:
            raise ApiError(403, 50001, "Missing Access")

    def _channel(self, request: web.Request) -> Channel:
        found = self._host.world.channels.get(request.match_info["channel"])
        if found is None or found.gone:
            raise ApiError(404, 10003, "Unknown Channel")
        return found

    def _interaction(self, token: str) -> Interaction:
        found = self._host.interactions.get(token)
        if found is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        return found


def _checked(kind: type[Body], given: Any) -> Body:
    """Raises ApiError 50035, as Discord does for a form that does not fit."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        mistakes = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
        raise ApiError(400, 50035, f"Invalid Form Body: {mistakes}") from None


def _only(request: web.Request, known: set[str]) -> None:
    if unknown := request.query.keys() - known:
        raise ApiError(400, 50035, f"Invalid Form Body: {unknown}")


def _stored(command: Wire) -> Wire:
    """A command as Discord gives it back: what was false or empty is left out of its options."""
    return (
        {"default_member_permissions": None}
        | command
        | {"options": [_without_defaults(option) for option in command.get("options", ())]}
    )


def _without_defaults(option: Wire) -> Wire:
    kept = {name: value for name, value in option.items() if value not in (None, False, [])}
    if "options" in kept:
        kept["options"] = [_without_defaults(one) for one in kept["options"]]
    return kept


def later(message: Message, text: str) -> None:
    """A person changed the text."""
    message.content, message.edited_at = text, now()
