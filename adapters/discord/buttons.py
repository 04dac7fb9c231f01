"""Buttons whose state is in their payload, so that they work after a restart."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, Self, cast

import discord

from adapters.discord import payloads, wording
from core.messages import Choice

PER_MESSAGE = 25
LONGEST_LABEL = 80
SAY = "say"
"""What the button does that opens a form to answer in, where what is written cannot be read."""
STAY = frozenset({"hint", "repeat", "status", "help", "roles", "history", "report", "stronger", SAY})
"""What leaves everything open, so that the buttons stay."""


class Pressed(Protocol):
    """A client that is told what was pressed."""

    press: Callable[[discord.Interaction[Any], Choice], Awaitable[None]]


class ChoiceButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=payloads.TEMPLATE):
    def __init__(self, choice: Choice) -> None:
        label, style = choice.label[:LONGEST_LABEL], _style(choice)
        super().__init__(discord.ui.Button(label=label, custom_id=payloads.encode(choice), style=style))
        self.choice = choice

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        label = item.label if isinstance(item, discord.ui.Button) else None
        return cls(payloads.decode(match, label or match["command"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await cast("Pressed", interaction.client).press(interaction, self.choice)


def view_of(choices: Sequence[Choice]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for choice in choices:
        view.add_item(ChoiceButton(choice))
    return view


def answer_form(turn: int | None) -> discord.ui.Modal:
    """A form to answer in; what comes back is read from the interaction itself, so it may outlive a restart too."""
    form = discord.ui.Modal(title=wording.YOUR_ANSWER, custom_id=payloads.encode(Choice("", SAY, turn=turn)))
    field = discord.ui.TextInput[discord.ui.View](
        custom_id=SAY, style=discord.TextStyle.paragraph, max_length=4000, required=True
    )
    return form.add_item(discord.ui.Label(text=wording.YOUR_ANSWER, component=field))


def written_in(interaction: discord.Interaction[Any]) -> str | None:
    """What was written into the form above, None when it is another."""
    fields = cast("dict[str, Any]", interaction.data or {})
    if not payloads.TEMPLATE.fullmatch(str(fields.get("custom_id", ""))):
        return None
    for row in fields.get("components", ()):
        for field in [row.get("component") or {}, *row.get("components", ())]:
            if field.get("custom_id") == SAY:
                return str(field.get("value", ""))
    return None


def _style(choice: Choice) -> discord.ButtonStyle:
    leading = {SAY, "next", "resume", "interview"}
    return discord.ButtonStyle.primary if choice.command in leading else discord.ButtonStyle.secondary
