"""What else a loop has to do: voice notes to hear, questions to speak, and reports with their charts to draw."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import cycle
from typing import Self

from adapters.discord import drawing
from adapters.piper import PiperSynthesizer
from adapters.telegram import rendering
from adapters.whisper import WhisperTranscriber
from core import report
from core.messages import Outbound
from core.wording import reported
from tests.adapters.speech.clips import CLIPS, MODEL, VOICE, giving
from tests.contracts import sample

_SENTENCE = "Tell me about a system that you built, what was hard about it, and what you would do in another way today."
_BREATH_S = 0.05


class Noise:
    """Goes on as long as it is entered: note after note, question after question, and report on report."""

    def __init__(self) -> None:
        self._whisper, self._piper = WhisperTranscriber(MODEL, beam_size=1), PiperSynthesizer([VOICE])
        self._message = _report()
        self._going_on: list[asyncio.Task[None]] = []
        self._notes = self._sentences = self._reports = 0

    @property
    def note(self) -> str:
        return f"{self._notes} notes heard, {self._sentences} sentences spoken, {self._reports} reports drawn meanwhile"

    async def __aenter__(self) -> Self:
        await asyncio.gather(self._whisper.prepare(), self._piper.prepare())
        self._going_on = [asyncio.create_task(work) for work in (self._listen(), self._speak(), self._draw())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._going_on:
            task.cancel()
        await asyncio.wait(self._going_on)
        await self._whisper.close()
        await self._piper.close()

    async def _listen(self) -> None:
        for clip in cycle(CLIPS):
            await self._whisper.transcribe(giving(clip.sound), language="en")
            self._notes += 1

    async def _speak(self) -> None:
        while True:
            await self._piper.synthesize(_SENTENCE)
            self._sentences += 1

    async def _draw(self) -> None:
        while True:
            drawing.posts(self._message, by_form=False)
            rendering.pieces(self._message)
            self._reports += 1
            await asyncio.sleep(_BREATH_S)


def _report() -> Outbound:
    """A report with all its charts."""
    turn = replace(sample.answered_turn(), assessment=sample.assessment())
    return reported.report(report.build(replace(sample.new_interview(), turns=(turn,))), number=7)
