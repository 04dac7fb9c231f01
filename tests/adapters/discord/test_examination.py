"""What is found out about the bot's own settings at Discord, without changing anything."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from adapters.discord import RefusedError, UnreachablePlatformError, address
from tests.adapters.discord.conftest import Core, Start, unstarted
from tests.wires.discord import DiscordServer, Fault

BOT, COMMANDS = "bot", "applications.commands"


def installing(**scopes: list[str]) -> dict[str, Any]:
    kinds = {"guild": "0", "user": "1"}
    return {
        "integration_types_config": {
            kinds[kind]: {"oauth2_install_params": {"scopes": given, "permissions": "0"}}
            for kind, given in scopes.items()
        }
    }


async def test_it_gives_the_bots_name(server: DiscordServer, start: Start, core: Core) -> None:
    async with start():
        pass
    assert await unstarted(server, core).check() == "coach"


async def test_it_changes_nothing(server: DiscordServer, core: Core) -> None:
    await unstarted(server, core).check()
    assert {one.method for one in server.exchanges} == {"GET"}
    assert not server.syncs
    assert not server.gateway.identified


async def test_commands_that_discord_does_not_show_yet_are_no_failure(
    server: DiscordServer, start: Start, core: Core
) -> None:
    said = await unstarted(server, core).check()
    assert said == "coach; Discord does not show its commands yet, and the next start tells it"
    async with start():
        pass
    server.commands[0]["description"] = "Another"
    said = await unstarted(server, core).check()
    assert said == "coach; Discord still shows its earlier commands, and the next start tells it the new ones"


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (installing(guild=[BOT], user=[COMMANDS]), f"add {COMMANDS} under Guild Install, then"),
        (installing(guild=[COMMANDS]), "add bot under Guild Install, then"),
        (installing(guild=[COMMANDS, BOT], user=[]), f"add {COMMANDS} under User Install, then"),
        (installing(guild=[], user=[]), f"{COMMANDS} and bot under Guild Install, {COMMANDS} under User Install"),
        ({"install_params": {"scopes": [BOT], "permissions": "0"}}, f"add {COMMANDS} under Guild Install, then"),
    ],
)
async def test_a_missing_scope_is_named_with_where_it_is_set(
    server: DiscordServer, core: Core, told: dict[str, Any], named: str
) -> None:
    server.application = told
    with pytest.raises(RefusedError, match="Installation page of the developer portal") as refused:
        await unstarted(server, core).check()
    assert named in str(refused.value)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"integration_types_config": {}},
        {"integration_types_config": {"0": {}, "1": {}}},
        installing(user=[COMMANDS]),
        {"install_params": {"scopes": [COMMANDS, BOT], "permissions": "0"}},
    ],
)
async def test_where_nothing_is_said_about_it_nothing_is_missing(
    server: DiscordServer, core: Core, told: dict[str, Any]
) -> None:
    server.application = told
    assert (await unstarted(server, core).check()).startswith("coach;")


async def test_a_failing_discord_is_said(server: DiscordServer, core: Core) -> None:
    for path in ("/api/v10/applications/@me", "/commands"):
        server.faults.append(Fault("GET", path, status=503))
        with pytest.raises(UnreachablePlatformError, match="503"):
            await unstarted(server, core).check()


@pytest.mark.parametrize("given", [None, address.OFFICIAL, f"{address.OFFICIAL}/"])
async def test_an_address_that_somebody_else_has_set_is_left_as_it_is_and_asked_for_its_gateway(
    server: DiscordServer, start: Start, given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", server.url)
    async with start(api_base_url=given):
        assert len(server.gateway.identified) == 1
    assert server.url == discord.http.Route.BASE


async def test_discords_own_gateway_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", address.OFFICIAL)
    address.point_at(None)
    await address.find_gateway(discord.Client(intents=discord.Intents.none()))
    assert discord.http.Route.BASE == address.OFFICIAL


def test_an_owners_address_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", address.OFFICIAL)
    address.point_at("http://127.0.0.1:9/api/v10/")
    assert discord.http.Route.BASE == "http://127.0.0.1:9/api/v10"
