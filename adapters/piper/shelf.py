"""Speech of texts that are spoken again and again, kept on disk."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
from contextlib import suppress
from pathlib import Path

from core.speech import Speech

_LOG = logging.getLogger(__name__)
_VERSION = 1  # to be raised when the same text comes to be spoken in another way
_MOST_POINTS = 256


class Shelf:
    """A folder of speeches, each as a sound and what there is to say of it. A damaged one counts as missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> Speech | None:
        """The speech of that key, None when it is not there as it was put."""
        try:
            sound = (self._folder / f"{key}.ogg").read_bytes()
            label = json.loads((self._folder / f"{key}.json").read_bytes())
            seconds, waveform = float(label["seconds"]), bytes.fromhex(label["waveform"])
            whole = label["sha256"] == hashlib.sha256(sound).hexdigest()
        except (OSError, ValueError, LookupError, TypeError):
            return None
        usable = whole and math.isfinite(seconds) and seconds > 0 and len(waveform) <= _MOST_POINTS
        return Speech(sound, seconds, waveform) if usable else None

    def put(self, key: str, speech: Speech) -> None:
        """Keep a speech. One that cannot be kept is made again when it is wanted."""
        sha256 = hashlib.sha256(speech.sound).hexdigest()
        label = {"seconds": speech.seconds, "waveform": speech.waveform.hex(), "sha256": sha256}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(f"{key}.ogg", speech.sound)
            self._write(f"{key}.json", json.dumps(label).encode())
        except OSError as error:
            _LOG.warning("A spoken question cannot be kept in %s: %s", self._folder, error.strerror)

    def _write(self, name: str, content: bytes) -> None:
        part = self._folder / f"{name}.{os.getpid()}.part"
        try:
            part.write_bytes(content)
            part.replace(self._folder / name)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise


def key(voice: Path, speed: float, text: str) -> str:
    """What a speech is known by: another voice, speed or text gives another one. Raises OSError without the voice."""
    known_by = [_VERSION, voice.name, voice.stat().st_size, speed, text]
    return hashlib.sha256(json.dumps(known_by).encode()).hexdigest()
