"""What becomes of commands, presses and forms. Whatever happens, whoever gave one hears of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import discord

from adapters.discord import markdown, wording
from adapters.discord.buttons import SAY, answer_form, left_after, view_of, written_in
from adapters.discord.drawing import TEXT_LIMIT
from adapters.discord.failures import FAILED
from adapters.discord.inbound import as_command, conversation_of
from adapters.discord.intake import Intake, quietly
from adapters.discord.problems import DROPPED, Problem
from adapters.discord.rooms import Rooms, is_private
from core.messages import Block, BlockStyle, Choice, CommandSent, Inbound, TextSent
from core.recent import Lately
from core.text import units

STORING_S = 1.5
"""How long storing may take before Discord is answered, which waits for 3 s; our own choice."""
PATIENCE_S = 30.0
"""How long a command waits for what was written earlier; our own choice."""
IMPATIENT_S = 5.0
"""So long after a press the same one is somebody's impatience; our own choice."""
LONGEST_TEXT = 2000
_log = logging.getLogger(__name__)
_Taken = TypeVar("_Taken")


class Interactions:
    def __init__(self, intake: Intake, rooms: Rooms) -> None:
        self._intake = intake
        self._rooms = rooms
        self._presses = Lately(IMPATIENT_S, time.monotonic)

    async def give(self, interaction: discord.Interaction[Any], command: str, argument: str) -> None:
        """Take a command; in a server, lead the candidate to where nobody else reads along."""
        async with _excused(interaction):
            given = self._given(interaction, command, argument)
            await _conclude(interaction, await _acknowledged(given, _thinking(interaction)))

    async def press(self, interaction: discord.Interaction[Any], choice: Choice) -> None:
        """Take a press; once it is on disk, the buttons make way for what was chosen, but those that stay longer."""
        async with _excused(interaction):
            if not is_private(interaction):
                await quietly(interaction.response.send_message(wording.NOT_YOURS, ephemeral=True))
            elif choice.command == SAY:
                await quietly(interaction.response.send_modal(answer_form(choice)))
            else:
                await self._pressed(interaction, choice)

    async def fill(self, interaction: discord.Interaction[Any]) -> None:
        """Take what was written into a form, and show it once more, so that it is not lost in any case."""
        form = written_in(interaction)
        if form is None:
            return
        async with _excused(interaction):
            choice, written = form
            problem = await _acknowledged(self._filled(interaction, choice, written), _thinking(interaction))
            shown = markdown.pieces([Block(BlockStyle.TEXT, written)], TEXT_LIMIT)
            await _conclude(interaction, problem, *shown)

    async def _given(self, interaction: discord.Interaction[Any], command: str, argument: str) -> str:
        """What to say where the command was given; "" when the answer comes to the same place by itself."""
        if refusal := await self._intake.refusal(interaction.user.id, interaction.guild_id):
            return refusal.said
        try:
            room = await self._rooms.room(interaction)
        except FAILED as error:
            _log.warning("A candidate could not be led to direct messages: %s", type(error).__name__)
            return wording.NOT_DONE
        if room is None:
            return wording.CLOSED
        where = conversation_of(room.chat, interaction.user.id)
        problem = await self._take(interaction, as_command(interaction, where, command, argument))
        if problem and problem.said:
            return problem.said
        return "" if room.is_here else wording.MOVED.format(link=room.link)

    async def _pressed(self, interaction: discord.Interaction[Any], choice: Choice) -> None:
        problem = await _acknowledged(self._chose(interaction, choice), interaction.response.defer)
        if problem and problem.said:
            await quietly(interaction.followup.send(problem.said, ephemeral=True))
        elif not problem and not choice.stays:
            if interaction.message and (note := choice.note):
                self._intake.remember_heard(interaction.message.id, note)
            await quietly(interaction.edit_original_response(**_chosen(interaction, choice)))

    async def _chose(self, interaction: discord.Interaction[Any], choice: Choice) -> Problem | None:
        """Why it could not be taken, else None; of the next ones nothing is said, as nothing is wrong."""
        where = conversation_of(interaction.channel_id or 0, interaction.user.id)
        inbound_id = f"interaction:{interaction.id}"
        page = str(interaction.message.id) if interaction.message else ""
        pressed = CommandSent(where, inbound_id, choice.command, choice.argument, choice.turn, page)
        key = (page, choice.command, choice.argument, choice.turn)
        if not choice.stays and not self._presses.first(key):
            return DROPPED
        is_taken = False
        try:
            problem = await self._take(interaction, pressed)
            is_taken = problem is None
        finally:
            if not is_taken:
                self._presses.undo(key)
        return problem

    async def _filled(self, interaction: discord.Interaction[Any], form: Choice, written: str) -> str:
        """Why it could not be taken, else ""."""
        if not is_private(interaction):
            return wording.NOT_YOURS
        where = conversation_of(interaction.channel_id or 0, interaction.user.id)
        answer = TextSent(where, f"interaction:{interaction.id}", written, form.turn, form.argument)
        problem = await self._take(interaction, answer)
        return problem.said if problem else ""

    async def _take(self, interaction: discord.Interaction[Any], inbound: Inbound) -> Problem | None:
        return await self._intake.take(inbound, server=interaction.guild_id, patience_s=PATIENCE_S)


async def excuse(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Log by its name only what nobody foresaw, as its text may hold a candidate's words, and tell the candidate."""
    _log.error("An interaction failed: %s", type(error).__name__)
    if not interaction.response.is_done():
        await quietly(interaction.response.send_message(wording.LOST, ephemeral=True))
    elif interaction.type is discord.InteractionType.component:
        await quietly(interaction.followup.send(wording.LOST, ephemeral=True))
    else:
        await quietly(interaction.edit_original_response(content=wording.LOST))


async def _acknowledged(taking: Coroutine[Any, Any, _Taken], acknowledge: Callable[[], Awaitable[object]]) -> _Taken:
    """What comes of taking it. Discord is told that it is taken when it is on disk, or soon, where that takes longer.

    It is taken all the same when nobody waits for that any more.
    """
    task = asyncio.create_task(taking)
    await asyncio.wait([task], timeout=STORING_S)
    await quietly(acknowledge())
    return await asyncio.shield(task)


def _thinking(interaction: discord.Interaction[Any]) -> Callable[[], Awaitable[object]]:
    return partial(interaction.response.defer, ephemeral=True, thinking=True)


@asynccontextmanager
async def _excused(interaction: discord.Interaction[Any]) -> AsyncIterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody may be left waiting
        await excuse(interaction, error)


async def _conclude(interaction: discord.Interaction[Any], *said: str) -> None:
    """End the waiting that the candidate sees: with what is said, or without a trace."""
    first, *further = [text for text in said if text] or [""]
    if not first:
        await quietly(interaction.delete_original_response())
        return
    await quietly(interaction.edit_original_response(content=first))
    for text in further:
        await quietly(interaction.followup.send(text, ephemeral=True))


def _chosen(interaction: discord.Interaction[Any], choice: Choice) -> dict[str, Any]:
    """The change of a message whose choice is made: what is left to choose, and what was chosen where there is room."""
    before = interaction.message.content if interaction.message else ""
    left = left_after(interaction.message, choice) if interaction.message else []
    shown: dict[str, Any] = {"view": view_of(left) if left else None}
    content = f"{before}\n-# {wording.CHOSEN.format(label=markdown.escaped(choice.label))}".strip()
    return shown if units(content) > LONGEST_TEXT else shown | {"content": content}
