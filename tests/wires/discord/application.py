"""What the bot asks about itself and its servers, over HTTP."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from tests.wires.discord import bodies
from tests.wires.discord.asked import PREFIX, SAID, checked, only
from tests.wires.discord.faults import ApiError, reply
from tests.wires.discord.gateway import bot_user
from tests.wires.discord.world import Wire, World, snowflake


class Host(Protocol):
    """The server, as far as the bot asks about itself."""

    world: World
    application: Wire
    commands: list[Wire]
    syncs: int

    @property
    def gateway_url(self) -> str: ...


class Application:
    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{PREFIX}/users/@me", self._me),
            web.get(f"{PREFIX}/oauth2/applications/@me", self._application),
            web.get(f"{PREFIX}/applications/@me", self._application),
            web.get(f"{PREFIX}/gateway/bot", self._gateway),
            web.get(f"{PREFIX}/applications/{{app}}/commands", self._commands),
            web.put(f"{PREFIX}/applications/{{app}}/commands", self._overwrite),
            web.get(f"{PREFIX}/guilds/{{guild}}/members/{{user}}", self._member),
        ]

    async def _me(self, _: web.Request) -> web.Response:
        return reply(bot_user(self._host.world.bot))

    async def _application(self, _: web.Request) -> web.Response:
        bot = self._host.world.bot
        return reply(
            self._host.application
            | {
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
        only(request, "with_localizations")
        return reply(self._host.commands)

    async def _overwrite(self, request: web.Request) -> web.Response:
        given = request[SAID].body
        checked(bodies.Commands, {"commands": given})
        self._host.syncs += 1
        own = {"application_id": self._host.world.bot.id, "version": snowflake()}
        self._host.commands = [_stored(command) | own | {"id": snowflake()} for command in given]
        return reply(self._host.commands)

    async def _member(self, request: web.Request) -> web.Response:
        guild = self._host.world.guilds.get(request.match_info["guild"])
        if guild is None or not guild.has_bot:
            raise ApiError(*((404, 10004, "Unknown Guild") if guild is None else (403, 50001, "Missing Access")))
        member = next((user for user in guild.people if user.id == request.match_info["user"]), None)
        if member is None:
            raise ApiError(404, 10007, "Unknown Member")
        return reply(member.member())


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
