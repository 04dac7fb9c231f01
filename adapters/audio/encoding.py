"""Makes voice messages of samples."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from adapters.audio.segments import levelled, waveform
from adapters.audio.sound import Samples, Sound
from core.speech import Speech

_RATE = 48_000  # what both platforms play as a voice message
_FRAME = 960  # 20 ms, what Opus is made for
_BIT_RATE = 32_000  # our own choice: speech is clear at it, and a minute is 240 kB
_BLOCK = 65_536


def speech(sound: Sound) -> Speech:
    """A sound as it is sent: levelled and encoded, with its waveform."""
    level = levelled(sound)
    return Speech(encode(level.samples, level.rate), level.seconds, waveform(level))


def encode(samples: Samples, rate: int) -> bytes:
    """Samples, at least one, as OGG/Opus, 48 kHz mono. The same samples give the same bytes."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=_RATE, layout="mono")
        stream.bit_rate = _BIT_RATE
        resampler = AudioResampler(format="flt", layout="mono", rate=_RATE, frame_size=_FRAME)
        for start in range(0, len(samples), _BLOCK):
            for frame in resampler.resample(_frame(samples[start : start + _BLOCK], rate, start)):
                container.mux(stream.encode(frame))
        for frame in resampler.resample(None):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frame(samples: Samples, rate: int, start: int) -> AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples)[np.newaxis], format="flt", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), start
    return frame
