"""Sounds made of the clips: with pauses, noise, or nothing in them."""

from __future__ import annotations

import numpy as np

from adapters.audio import Samples, Sound, decode, encode
from tests.adapters.speech.clips import Clip

RATE = 16_000


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.float32)


def noise(seconds: float, level: float) -> Samples:
    return np.random.default_rng(5).normal(0, level, int(seconds * RATE)).astype(np.float32)


def samples(clip: Clip) -> Samples:
    return decode(clip.sound, rate=RATE).samples


def with_pauses(clips: list[Clip], pause_s: float) -> Sound:
    """The clips one after another, with so much silence between two of them."""
    parts = [samples(clips[0])]
    for clip in clips[1:]:
        parts += [silence(pause_s), samples(clip)]
    return Sound(np.concatenate(parts), RATE)


def noisy(clip: Clip, level: float) -> bytes:
    """A clip with noise over it."""
    spoken = samples(clip)
    return encode(spoken + noise(len(spoken) / RATE, level)[: len(spoken)], RATE)


def file(sound: Sound) -> bytes:
    return encode(sound.samples, sound.rate)
