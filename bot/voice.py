"""Voice, where it is set up: who listens and who speaks. Nothing that it needs is imported where it is not."""

from __future__ import annotations

import asyncio
import logging
import re
import warnings
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from adapters.piper import PiperSynthesizer, voice_files
from adapters.recordings import FolderRecordings
from adapters.whisper import WhisperTranscriber, model_folder
from bot.settings import Settings, VoiceChoice
from core.ports import Recordings, Synthesizer, SynthesizerError, Transcriber, TranscriberError
from core.roles import Role

LIBRARIES = ("av", "faster_whisper", "piper", "pydub")
NOT_INSTALLED = "The libraries for voice are not installed: `make voice` installs them and fetches the models."
_NO_NEWS = ("Couldn't find ffmpeg", "'audioop' is deprecated", "invalid escape sequence")
"""What pydub warns of when it is imported: it is used on samples only, which needs no ffmpeg."""
_OWN_PATH = re.compile(r"[~/.]|.*\.onnx$|.*\\")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Voice:
    """What there is of voice. Recordings can always be deleted, also where voice has been given up."""

    recordings: Recordings
    transcriber: Transcriber | None = None
    synthesizer: Synthesizer | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What candidates can be offered, by whichever process: that voice notes are heard, that questions are spoken."""

    listens: bool
    speaks: bool


def is_installed() -> bool:
    """Whether the extra `voice` is there."""
    return all(find_spec(name) for name in LIBRARIES)


def whisper_folder(settings: Settings) -> Path | None:
    """The folder of the model that listens, None when it is not there; nothing is ever fetched for that."""
    return model_folder(settings.whisper_model, settings.models)


def piper_voices(settings: Settings) -> list[Path]:
    """The voices of the settings that are there, in their order."""
    return voice_files(settings.piper_voice.split(","), settings.models)


def missing(settings: Settings, *, listening: bool, speaking: bool) -> str:
    """What of voice is not there although it is needed, and what to do, "" for nothing."""
    if settings.voice is not VoiceChoice.AUTO:
        return f"VOICE is {settings.voice.value}: set VOICE=auto to use it."
    if not is_installed():
        return NOT_INSTALLED
    if listening and whisper_folder(settings) is None:
        return absent(f"the model that listens, {settings.whisper_model},", settings.whisper_model)
    if speaking and not piper_voices(settings):
        return absent(f"the voice {settings.piper_voice}", settings.piper_voice)
    return ""


def missing_parts(settings: Settings) -> list[str]:
    """What an owner who has installed voice is to know: that nobody listens, or that nobody speaks."""
    if settings.voice is not VoiceChoice.AUTO or not is_installed():
        return []
    return [part for part in _parts(settings) if part]


def missing_all(settings: Settings) -> str:
    """Why this process can neither listen nor speak, and what to do, "" where it can do either."""
    parts = _parts(settings)
    return parts[0] if all(parts) else ""


def _parts(settings: Settings) -> tuple[str, str]:
    """What is missing to listen, and what to speak."""
    return missing(settings, listening=True, speaking=False), missing(settings, listening=False, speaking=True)


def absent(what: str, name: str) -> str:
    """That a model is not there, or not complete, and what to do."""
    help_ = (
        "give the name of a model or the path of a whole one"
        if is_own_path(name)
        else "`interview-bot setup` fetches it"
    )
    return f"{what} is not there: {help_}."


def is_own_path(name: str) -> bool:
    """Whether a setting names a file or folder of the owner's, which is never fetched."""
    return _OWN_PATH.match(name) is not None


def offer(settings: Settings, voice: Voice, *, here: bool) -> Offer:
    """What candidates can be offered, where this process works on it, `here`, and where another one does."""
    if here:
        return Offer(voice.transcriber is not None, voice.synthesizer is not None)
    if settings.voice is VoiceChoice.ELSEWHERE:
        return Offer(listens=True, speaks=True)
    unheard, unspoken = _parts(settings)
    return Offer(listens=not unheard, speaks=not unspoken)


@asynccontextmanager
async def voice_of(
    settings: Settings, roles: Iterable[Role], *, speaks: bool = True, works: bool = True
) -> AsyncIterator[Voice]:
    """What the settings and the machine have of voice, if it `works` here.

    Models are loaded at once, so that nobody waits for that.
    """
    _hush()
    recordings = FolderRecordings(settings.data_dir / "recordings", longest_s=settings.voice_note_seconds)
    is_on = works and settings.voice is VoiceChoice.AUTO and is_installed()
    transcriber = transcriber_of(settings) if is_on else None
    synthesizer = synthesizer_of(settings, roles) if is_on and speaks else None
    engines = [engine for engine in (transcriber, synthesizer) if engine]
    preparing = [asyncio.create_task(_prepare(engine)) for engine in engines]
    try:
        yield Voice(recordings, transcriber, synthesizer)
    finally:
        for task in preparing:
            task.cancel()
        await asyncio.gather(*preparing, return_exceptions=True)
        for one in (*engines, recordings):
            try:
                await one.close()
            except Exception as error:  # noqa: BLE001 - the others are closed all the same
                _log.warning("Ending voice failed with %s.", type(error).__name__)


def transcriber_of(settings: Settings) -> WhisperTranscriber | None:
    """Who listens, to be closed at the end; None without a model."""
    _hush()
    folder = whisper_folder(settings)
    if folder is None:
        return None
    return WhisperTranscriber(
        folder,
        device=settings.whisper_device,
        compute_type=settings.whisper_compute_type,
        threads=settings.whisper_threads,
        parallel=settings.whisper_parallel,
        longest_s=settings.voice_note_seconds,
    )


def synthesizer_of(settings: Settings, roles: Iterable[Role]) -> PiperSynthesizer | None:
    """Who speaks, to be closed at the end; None without a voice. What the roles ask is made once and kept."""
    _hush()
    voices = piper_voices(settings)
    if not voices:
        return None
    kept = {text for role in roles for question in role.questions for text in (question.text, question.hint)}
    return PiperSynthesizer(voices, speed=settings.piper_speed, kept=kept, folder=settings.data_dir / "speech")


def _hush() -> None:
    """Leave out warnings that are no news, before any thread is there: one that does it later can have it undone."""
    for about in _NO_NEWS:
        warnings.filterwarnings("ignore", about)


async def _prepare(engine: WhisperTranscriber | PiperSynthesizer) -> None:
    """Load a model; one that cannot be is found out, and dealt with, when it is first needed."""
    with suppress(TranscriberError, SynthesizerError):
        await engine.prepare()
