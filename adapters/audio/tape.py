"""Where frames in any shape become mono samples at one rate, never more of them than there is room for."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from adapters.audio.sound import Samples

# Our own choices: what microphones give, and more.
MOST_CHANNELS = 8
LOWEST_RATE = 4_000
HIGHEST_RATE = 384_000
_BLOCK = 16_384  # samples that are mixed at once: frames are as short as 2.5 ms, and each costs the same


class FullError(Exception):
    """There is more sound than room."""


class Tape:
    """Takes frames, which may change their shape on the way, and holds at most `seconds` of them at `rate`."""

    def __init__(self, rate: int, seconds: float) -> None:
        self._rate = rate
        self._room: Samples = np.empty(int(seconds * rate), np.float32)  # what is not written yet takes no memory
        self._length = 0
        self._shape: tuple[str, int, int] | None = None
        self._fifo = AudioFifo()
        self._resampler = AudioResampler()

    def take(self, frame: AudioFrame) -> None:
        """Put a frame behind those before it. Raises FullError, and av.FFmpegError for one that no recorder makes."""
        shape = (frame.format.name, frame.layout.nb_channels, frame.sample_rate)
        if shape != self._shape:
            self._change(*shape)
        frame.pts = None
        self._fifo.write(frame)
        while block := self._fifo.read(_BLOCK):
            self._mix(block)

    def samples(self) -> Samples:
        """All that came, to be called once."""
        self._finish()
        return self._room[: self._length]

    def _change(self, name: str, channels: int, rate: int) -> None:
        if not 1 <= channels <= MOST_CHANNELS or not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise av.ArgumentError(0, f"{channels} channels at {rate} Hz")
        self._finish()
        self._shape = (name, channels, rate)
        self._fifo = AudioFifo()
        self._resampler = AudioResampler(format="flt", layout="mono", rate=self._rate)

    def _finish(self) -> None:
        if self._shape is not None:
            if rest := self._fifo.read():
                self._mix(rest)
            self._keep(self._resampler.resample(None))

    def _mix(self, block: AudioFrame) -> None:
        mono = av.AudioFrame.from_ndarray(_mono(block)[np.newaxis], format="flt", layout="mono")
        mono.sample_rate = block.sample_rate
        self._keep(self._resampler.resample(mono))

    def _keep(self, frames: Iterable[AudioFrame | None]) -> None:
        for frame in filter(None, frames):  # None is what a resampler ends with that has nothing to do
            end = self._length + frame.samples
            if end > len(self._room):
                raise FullError
            self._room[self._length : end] = frame.to_ndarray()[0]
            self._length = end


def _mono(frame: AudioFrame) -> Samples:
    """The mean of the channels, from -1.0 to 1.0; what is no number is silence."""
    array = frame.to_ndarray()
    lanes = array if frame.format.is_planar else array.reshape(-1, frame.layout.nb_channels).T
    mean: Samples = _scaled(lanes).mean(axis=0, dtype=np.float32)
    return mean


def _scaled(lanes: np.ndarray) -> Samples:
    if lanes.dtype.kind == "f":
        scaled = np.nan_to_num(lanes, nan=0.0, posinf=0.0, neginf=0.0).clip(-1.0, 1.0)
    else:
        scaled = lanes / 2.0 ** (8 * lanes.dtype.itemsize - 1) - (lanes.dtype.kind == "u")
    small: Samples = scaled.astype(np.float32)
    return small
