"""Makes what is heard with a message, just before it is sent."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from core.effects import Effect, Send
from core.messages import Outbound
from core.ports import RecordingError, SynthesizerError
from core.runner.asking import PULSE_S
from core.speech import ReplyStyle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from core.model import Conversation
    from core.ports import Clock, PendingEffect, Platform, Recordings, Synthesizer
    from core.speech import Speech

SPEAKING_S = 8.0
"""So long, in seconds, a message waits for its sound; then it goes without. Our own choice."""
_LANGUAGE = "en"
"""The language of our own sentences and of the roles, whatever language a candidate's voice notes are in."""
_log = logging.getLogger(__name__)


def voiced(effects: Iterable[Effect], style: ReplyStyle) -> tuple[Effect, ...]:
    """The effects with what is spoken as the candidate wants it: only written, aloud, or written and then aloud.

    A piece of their own voice note, which they asked for, is played whatever they want.
    """
    return tuple(chain.from_iterable(_voiced(effect, style) for effect in effects))


def _voiced(effect: Effect, style: ReplyStyle) -> tuple[Effect, ...]:
    if not isinstance(effect, Send) or not effect.message.spoken or style is ReplyStyle.VOICE:
        return (effect,)
    written = replace(effect, message=replace(effect.message, spoken=""))
    if style is ReplyStyle.TEXT:
        return (written,)
    aloud = Outbound(effect.message.kind, (), spoken=effect.message.spoken)
    return written, replace(effect, message=aloud)


class Speaking:
    """Gives a message its sound. Without `synthesizer` nothing is spoken, without `recordings` none is played."""

    def __init__(
        self,
        synthesizer: Synthesizer | None,
        recordings: Recordings | None,
        platforms: Mapping[str, Platform],
        clock: Clock,
    ) -> None:
        self._synthesizer = synthesizer
        self._recordings = recordings
        self._platforms = platforms
        self._clock = clock

    async def speech(self, pending: PendingEffect, message: Outbound) -> Speech | None:
        """What is to be heard with a message, None for nothing, and where it could not be made in time."""
        if not message.spoken and message.excerpt is None:
            return None
        try:
            async with asyncio.timeout(SPEAKING_S):
                return await self._made(pending, message)
        except TimeoutError:
            why = f"that was not made within {SPEAKING_S:.0f} s."
        except (RecordingError, SynthesizerError) as error:
            why = str(error)  # it is ours and holds no word of a candidate
        except Exception as error:  # noqa: BLE001 - whatever it is, the text must not wait for it
            why = f"making that failed with {type(error).__name__}."
        _log.warning("Message %d (%s) goes without its sound: %s", pending.id, message.kind, why)
        return None

    async def _made(self, pending: PendingEffect, message: Outbound) -> Speech | None:
        if message.excerpt is not None and self._recordings is not None:
            return await self._recordings.excerpt(message.excerpt)
        if not message.spoken or self._synthesizer is None:
            return None
        async with self._showing(pending.conversation):
            return await self._synthesizer.synthesize(message.spoken, language=_LANGUAGE)

    @asynccontextmanager
    async def _showing(self, where: Conversation) -> AsyncIterator[None]:
        """Show that a reply is being spoken."""
        showing = asyncio.create_task(self._show(where))
        try:
            yield
        finally:
            showing.cancel()

    async def _show(self, where: Conversation) -> None:
        while True:
            await self._platforms[where.platform].working(where, speaking=True)
            await self._clock.sleep(PULSE_S)
