from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.piper import PiperSynthesizer
from adapters.whisper import WhisperTranscriber
from tests.adapters.speech.clips import MODEL, VOICE


@pytest.fixture
async def whisper() -> AsyncIterator[WhisperTranscriber]:
    transcriber = WhisperTranscriber(MODEL, beam_size=1)
    yield transcriber
    await transcriber.close()


@pytest.fixture
async def piper() -> AsyncIterator[PiperSynthesizer]:
    synthesizer = PiperSynthesizer([VOICE])
    yield synthesizer
    await synthesizer.close()
