"""Looks at how the bot is set up at Discord, and changes nothing there."""

from __future__ import annotations

from typing import Any

from discord.http import Route

from adapters.discord.client import Connection
from adapters.discord.commands import State
from adapters.discord.failures import RefusedError

_NEEDED = {
    "0": ("Guild Install", frozenset({"applications.commands", "bot"})),
    "1": ("User Install", frozenset({"applications.commands"})),
}
"""What an installation has to ask for, by Discord's number of its kind and the portal's name for it."""
_NOTES = {
    State.CURRENT: "",
    State.EARLIER: "; Discord still shows its earlier commands, and the next start tells it the new ones",
    State.NONE: "; Discord does not show its commands yet, and the next start tells it",
}


async def examined(client: Connection) -> str:
    """The bot's name and what there is to say about it. Raises RefusedError and what a failed request raises."""
    application = await client.http.request(Route("GET", "/applications/@me"))
    if lacking := _lacking(application):
        raise RefusedError(
            f"The bot's install link lacks scopes: on the Installation page of the developer portal, add {lacking}, "
            "then install the bot again."
        )
    return f"{client.user}{_NOTES[await client.commands.state()]}"


def _lacking(application: dict[str, Any]) -> str:
    """The scopes that an installation does not ask for; where nothing is said about it, nothing is lacking."""
    kinds = application.get("integration_types_config") or {}
    asked = {kind: (kinds.get(kind) or {}).get("oauth2_install_params") for kind in _NEEDED}
    asked["0"] = asked["0"] or application.get("install_params")
    found = []
    for kind, (name, needed) in _NEEDED.items():
        if (given := asked[kind]) and (missing := sorted(needed - set(given.get("scopes") or ()))):
            found.append(f"{' and '.join(missing)} under {name}")
    return ", ".join(found)
