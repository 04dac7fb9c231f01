"""Looks at voice: what is installed, and how long one transcription and one sentence take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from time import monotonic
from typing import TypeVar

from rich.console import Console

from bot.findings import Finding
from bot.settings import Settings, VoiceChoice
from bot.voice import absent, is_installed, piper_voices, synthesizer_of, transcriber_of, whisper_folder
from core.ports import SynthesizerError, TranscriberError, UnusableSoundError

DEADLINE_S = 120.0
SAMPLE = Path(__file__).with_name("sample.ogg")
"""“I built a payment service in Python”, said by a machine in 2.3 s."""
_SAMPLE_S = 2.3
_SENTENCE = "Tell me about a project that you are proud of."
_LISTENING, _SPEAKING = "listening", "speaking"
_ANEW = "If its files are damaged: delete them, and `interview-bot setup` fetches them anew."
_LARGE = "Choose a smaller model, or a faster machine."
_Result = TypeVar("_Result")


async def examine_voice(settings: Settings) -> list[Finding]:
    """The findings about listening and speaking."""
    if settings.voice is VoiceChoice.OFF:
        return [Finding("voice", "off", "VOICE is off, so everything is written")]
    if settings.voice is VoiceChoice.ELSEWHERE:
        return [Finding("voice", "ok", "VOICE is elsewhere, so another process listens and speaks")]
    if not is_installed():
        return [Finding("voice", "off", "its libraries are not installed; `make voice` installs them")]
    return [await _listening(settings), await _speaking(settings)]


async def _listening(settings: Settings) -> Finding:
    folder, transcriber = whisper_folder(settings), transcriber_of(settings)
    if transcriber is None:
        return _absent(_LISTENING, f"Whisper {settings.whisper_model}", settings.whisper_model)
    try:
        await _timed("Loading the model that listens ...", transcriber.prepare())
        listening = transcriber.transcribe(_sample, language="en")
        heard, seconds = await _timed("Listening to a sample ...", listening)
    except TimeoutError:
        return _late(_LISTENING)
    except UnusableSoundError:
        return Finding(_LISTENING, "broken", f"{folder} heard nothing in the sample.", "Choose another model.")
    except TranscriberError as error:
        return Finding(_LISTENING, "broken", str(error), f"{_ANEW} Or WHISPER_DEVICE does not fit this machine.")
    finally:
        await transcriber.close()
    if seconds > _SAMPLE_S:
        detail = f"{settings.whisper_model} took {seconds:.1f} s for {_SAMPLE_S} s of speech."
        return Finding(_LISTENING, "broken", detail, _LARGE)
    return Finding(_LISTENING, "ok", f"{folder}: {_SAMPLE_S} s of speech in {seconds:.1f} s, heard as “{heard.text}”")


async def _speaking(settings: Settings) -> Finding:
    synthesizer = synthesizer_of(settings, ())
    if synthesizer is None:
        return _absent(_SPEAKING, f"the voice {settings.piper_voice}", settings.piper_voice)
    try:
        await _timed("Loading the voice ...", synthesizer.prepare())
        speech, seconds = await _timed("Saying a sentence ...", synthesizer.synthesize(_SENTENCE))
    except TimeoutError:
        return _late(_SPEAKING)
    except SynthesizerError as error:
        return Finding(_SPEAKING, "broken", str(error), _ANEW)
    finally:
        await synthesizer.close()
    voices = ", ".join(voice.stem for voice in piper_voices(settings))
    said = speech.seconds if speech else 0.0
    if seconds > said:
        return Finding(_SPEAKING, "broken", f"{voices} took {seconds:.1f} s to say {said:.1f} s.", _LARGE)
    return Finding(_SPEAKING, "ok", f"{voices}: a sentence of {said:.1f} s in {seconds:.1f} s")


async def _sample() -> bytes:
    return await asyncio.to_thread(SAMPLE.read_bytes)


async def _timed(doing: str, work: Awaitable[_Result]) -> tuple[_Result, float]:
    """What came of some work, and the seconds it took. Raises TimeoutError."""
    begun = monotonic()
    with Console(stderr=True).status(doing):
        async with asyncio.timeout(DEADLINE_S):
            return await work, monotonic() - begun


def _absent(part: str, what: str, name: str) -> Finding:
    return Finding(part, "off", absent(what, name).removesuffix("."))


def _late(part: str) -> Finding:
    return Finding(part, "broken", f"nothing came of it within {DEADLINE_S:.0f} s.", _LARGE)
