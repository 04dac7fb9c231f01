"""Works on pieces of sound: cutting, joining, levelling, drawing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from pydub import AudioSegment
from pydub.silence import detect_leading_silence

from adapters.audio.sound import Samples, Sound
from core.speech import Span

_WIDTH = 4  # bytes of a sample: with 2, a quiet sound that is made louder would be grainy
_FULL = 2_147_483_520  # the largest float32 below 2**31
_FADE_MS = 10  # our own choice: too short to be heard, long enough not to click
_QUIET_DBFS = -50.0  # our own choice: what is below it around speech is silence
# Our own choices: as loud as other voice messages are. Opus may come out a little above what went in.
_LEVEL_DBFS = -20.0
_PEAK_DBFS = -1.5
_POINT_S = 0.1  # a point of a waveform, as the platforms' own clients make it


def cut(sound: Sound, span: Span) -> Sound:
    """A piece of a sound, as far as it goes, faded in and out."""
    start, end = (max(0, round(at * sound.rate)) for at in (span.start, span.end))
    piece = _segment(Sound(sound.samples[start:end], sound.rate))
    if fade := min(_FADE_MS, len(piece) // 2):  # fading over no time is an error to pydub
        piece = piece.fade_in(fade).fade_out(fade)
    return _sound(piece)


def joined(sounds: Sequence[Sound], gap_s: float) -> Sound:
    """Sounds, at least one, one after another at the highest of their rates, with `gap_s` of silence between."""
    first, *others = sounds
    whole = _segment(first)
    gap = AudioSegment.silent(round(gap_s * 1000), frame_rate=first.rate)
    for other in others:
        whole = whole.append(gap, crossfade=0).append(_segment(other), crossfade=0)
    return _sound(whole)


def trimmed(sound: Sound) -> Sound:
    """A sound without the silence around it; empty when there is nothing else."""
    whole = _segment(sound)
    start = detect_leading_silence(whole, _QUIET_DBFS)
    end = len(whole) - detect_leading_silence(whole.reverse(), _QUIET_DBFS)
    return _sound(whole[start : max(start, end)])


def levelled(sound: Sound) -> Sound:
    """A sound as loud as all others that are sent, which is less loud where its peaks would be cut off."""
    whole = _segment(sound)
    if not whole.max:
        return sound
    return _sound(whole.apply_gain(min(_LEVEL_DBFS - whole.dBFS, _PEAK_DBFS - whole.max_dBFS)))


def waveform(sound: Sound, points: int = 256) -> bytes:
    """How loud a sound is from place to place, 255 where it is loudest: at most `points` bytes, 0 for silence."""
    whole = _segment(sound)
    count = min(points, max(1, int(sound.seconds / _POINT_S)))
    edges = np.linspace(0, len(sound.samples), count + 1).astype(int).tolist()
    levels = [whole.get_sample_slice(start, end).rms for start, end in pairwise(edges)]
    loudest = max(*levels, 1)
    return bytes(round(255 * level / loudest) for level in levels)


def _segment(sound: Sound) -> AudioSegment:
    return AudioSegment(
        data=(sound.samples.clip(-1.0, 1.0) * np.float32(_FULL)).astype("<i4").tobytes(),
        sample_width=_WIDTH,
        frame_rate=sound.rate,
        channels=1,
    )


def _sound(segment: AudioSegment) -> Sound:
    samples: Samples = np.frombuffer(segment.raw_data, "<i4").astype(np.float32) / np.float32(_FULL)
    return Sound(samples, segment.frame_rate)
