"""Words what is sent to candidates as they want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.effects import Effect, Send, reworded
from core.runner.speaking import voiced
from core.speech import ReplyStyle
from core.wording.pieces import calm

if TYPE_CHECKING:
    from core.ports import Change, Store


class Manner:
    """How candidates want to be spoken to: with numbers or without, in writing or aloud where the server `speaks`.

    `reply` is how everybody is spoken to, None where each has their own wish.
    """

    def __init__(self, store: Store, *, speaks: bool, reply: ReplyStyle | None = None) -> None:
        self._store = store
        self._speaks = speaks
        self._reply = reply

    async def worded(self, change: Change) -> tuple[Effect, ...]:
        """The effects of a change, worded for its candidate; what they want is looked up only where it matters."""
        sends = [effect.message for effect in change.effects if isinstance(effect, Send)]
        has_numbers = any(block.calm is not None for message in sends for block in message.blocks)
        is_spoken = any(message.spoken for message in sends)
        if not has_numbers and not (is_spoken and self._speaks):
            return voiced(change.effects, ReplyStyle.TEXT)
        wanted = change.preferences or await self._store.preferences(change.candidate)
        style = self._reply or wanted.reply
        effects = voiced(change.effects, style if self._speaks else ReplyStyle.TEXT)
        return reworded(effects, calm) if wanted.hide_numbers else effects
