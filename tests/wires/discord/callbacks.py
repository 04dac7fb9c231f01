"""What an interaction is answered with, over HTTP and without the bot's token: its own is enough."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from tests.wires.discord import bodies
from tests.wires.discord.asked import PREFIX, SAID, checked, only
from tests.wires.discord.faults import ApiError, reply
from tests.wires.discord.interactions import MESSAGE, UPDATE, Interaction, apply
from tests.wires.discord.world import Message, World


class Host(Protocol):
    """The server, as far as interactions know it."""

    world: World
    interactions: dict[str, Interaction]

    async def tell(self, event: str, message: Message) -> None: ...

    def changed(self) -> None: ...


class Callbacks:
    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[web.RouteDef]:
        webhook = f"{PREFIX}/webhooks/{{app}}/{{token}}"
        return [
            web.post(f"{PREFIX}/interactions/{{id}}/{{token}}/callback", self._callback),
            web.post(webhook, self._follow_up),
            web.patch(f"{webhook}/messages/@original", self._edit_original),
            web.delete(f"{webhook}/messages/@original", self._delete_original),
        ]

    async def _callback(self, request: web.Request) -> web.Response:
        only(request, "with_response")
        interaction = self._interaction(request.match_info["token"])
        if interaction.id != request.match_info["id"]:
            raise ApiError(404, 10062, "Unknown interaction")
        callback = checked(bodies.Callback, request[SAID].body)
        if kind := bodies.CALLBACK_DATA.get(callback.type):
            checked(kind, callback.data or {})
        interaction.acknowledge(callback.model_dump())
        if callback.type in {MESSAGE, UPDATE}:
            interaction.edit_original(callback.data or {}, self._host.world)
        self._host.changed()
        return reply(interaction.response())

    async def _follow_up(self, request: web.Request) -> web.Response:
        only(request, "wait", "with_components")
        interaction = self._interaction(request.match_info["token"])
        body = request[SAID].body
        asked = checked(bodies.FollowUp, body)
        if interaction.callback is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        world = self._host.world
        message = Message(world.bot, interaction.channel, flags=asked.flags, webhook_id=world.bot.id)
        apply(message, body)
        interaction.follow_ups.append(message)
        self._host.changed()
        return reply(message.wire())

    async def _edit_original(self, request: web.Request) -> web.Response:
        only(request, "with_components")
        interaction = self._interaction(request.match_info["token"])
        body = request[SAID].body
        checked(bodies.MessageEdit, body)
        message = interaction.edit_original(body, self._host.world)
        if message is interaction.message:
            await self._host.tell("MESSAGE_UPDATE", message)
        self._host.changed()
        return reply(message.wire())

    async def _delete_original(self, request: web.Request) -> web.Response:
        self._interaction(request.match_info["token"]).delete_original()
        self._host.changed()
        return reply(None, 204)

    def _interaction(self, token: str) -> Interaction:
        found = self._host.interactions.get(token)
        if found is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        return found
