"""The sound clips with what is said in them, and where the small model and the small voice lie."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "speech"
MODEL = FIXTURES / "whisper"
VOICE = FIXTURES / "piper" / "tinyvoice.onnx"
LIBRARIES = ("av", "faster_whisper", "piper", "pydub")
needs_voice = pytest.mark.skipif(not all(map(find_spec, LIBRARIES)), reason="the libraries for voice are not installed")


@dataclass(frozen=True)
class Clip:
    text: str
    sound: bytes
    seconds: float


def _clips() -> list[Clip]:
    folder = FIXTURES / "clips"
    listed = json.loads((folder / "manifest.json").read_bytes())
    return [Clip(clip["text"], (folder / clip["file"]).read_bytes(), clip["seconds"]) for clip in listed]


CLIPS = _clips()


def giving(sound: bytes) -> Callable[[], Awaitable[bytes]]:
    """Gives a sound whenever it is fetched."""

    async def fetch() -> bytes:
        return sound

    return fetch
