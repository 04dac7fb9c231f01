"""Buttons whose state is in their payload, so that they work after a restart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol, Self, cast

import discord

from adapters.discord import payloads, wording
from core.messages import Choice

ROWS, IN_A_ROW = 5, 5
LONGEST_LABEL = 80
SAY = "say"
"""What the button does that opens a form to answer in, where what is written cannot be read."""


class Pressed(Protocol):
    """A client that is told what was pressed."""

    press: Callable[[discord.Interaction[Any], Choice], Awaitable[None]]


class ChoiceButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=payloads.TEMPLATE):
    def __init__(self, choice: Choice, row: int | None = None, copy: int = 0) -> None:
        label, style = choice.label[:LONGEST_LABEL], _style(choice)
        super().__init__(discord.ui.Button(label=label, custom_id=payloads.encode(choice, copy), style=style, row=row))
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
    """The buttons of one post, in their rows."""
    view, alike = discord.ui.View(timeout=None), Counter[str]()
    for number, row in enumerate(_rows(choices)):
        for choice in row:
            payload = payloads.encode(choice)
            view.add_item(ChoiceButton(choice, number, alike[payload]))
            alike[payload] += 1
    return view


def choices_under(message: discord.Message) -> Iterator[Choice]:
    """The choices that stand under a message of the bot."""
    for row in message.components:
        for button in row.children if isinstance(row, discord.ActionRow) else ():
            payload = payloads.TEMPLATE.fullmatch(button.custom_id or "")
            if payload and isinstance(button, discord.Button):
                yield payloads.decode(payload, button.label or payload["command"])


def left_after(message: discord.Message, pressed: Choice) -> list[Choice]:
    """What there is still to choose under a message when one is pressed."""
    return [choice for choice in choices_under(message) if choice.outlasts(pressed)]


def per_post(choices: Sequence[Choice]) -> list[tuple[Choice, ...]]:
    """The choices, parted between rows where there are more than one post can have."""
    rows = _rows(choices)
    return [tuple(chain.from_iterable(rows[start : start + ROWS])) for start in range(0, len(rows), ROWS)]


def _rows(choices: Sequence[Choice]) -> list[list[Choice]]:
    """Choices of the same row beside each other, and so those that name none, as far as there is room."""
    rows: list[list[Choice]] = []
    for choice in choices:
        if rows and rows[-1][-1].row == choice.row and len(rows[-1]) < IN_A_ROW:
            rows[-1].append(choice)
        else:
            rows.append([choice])
    return rows


def answer_form(choice: Choice) -> discord.ui.Modal:
    """A form to answer in; what comes back is read from the interaction itself, so it may outlive a restart too."""
    form = discord.ui.Modal(title=wording.YOUR_ANSWER, custom_id=payloads.encode(choice))
    field = discord.ui.TextInput[discord.ui.View](
        custom_id=SAY, style=discord.TextStyle.paragraph, max_length=4000, required=True
    )
    return form.add_item(discord.ui.Label(text=wording.YOUR_ANSWER, component=field))


def written_in(interaction: discord.Interaction[Any]) -> tuple[Choice, str] | None:
    """The choice that opened the form above and what was written into it, None when it is another form."""
    fields = cast("dict[str, Any]", interaction.data or {})
    form = payloads.TEMPLATE.fullmatch(str(fields.get("custom_id", "")))
    if form is None:
        return None
    for row in fields.get("components", ()):
        for field in [row.get("component") or {}, *row.get("components", ())]:
            if field.get("custom_id") == SAY:
                return payloads.decode(form, ""), str(field.get("value", ""))
    return None


def _style(choice: Choice) -> discord.ButtonStyle:
    leading = {SAY, "next", "resume", "interview", "use"}
    return discord.ButtonStyle.primary if choice.command in leading else discord.ButtonStyle.secondary
