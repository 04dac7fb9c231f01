"""Opens what candidates send. A file is hostile until it is samples: all that it claims is checked while it is read.

FFmpeg reads it from memory, in the formats and by the decoders named here, and may open nothing else. Where the file
cannot be trusted to end, the reading ends it.
"""

from __future__ import annotations

import ctypes
import io
import time
from contextlib import suppress
from dataclasses import dataclass

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard

from adapters.audio.sound import Samples, Sound
from adapters.audio.tape import HIGHEST_RATE, MOST_CHANNELS, FullError, Tape
from core.ports import UnusableSoundError
from core.speech import LARGEST_NOTE_BYTES, SoundProblem

# What Discord and Telegram deliver: FFmpeg's names.
_FORMATS = "ogg,mov,mp4,m4a,3gp,3g2,mj2,mp3,matroska,webm,wav,flac,aac,amr"
_DECODERS = (
    "aac,alac,amrnb,amrwb,flac,libopus,libvorbis,mp3,mp3float,opus,vorbis,adpcm_ima_wav,adpcm_ms,pcm_alaw,pcm_mulaw,"
    "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be"
)
_ESTIMATED = frozenset(
    {"mp3", "wav", "aac", "amr"}
)  # their length is reckoned from a bit rate or a field that is often wrong
_GRACE_S = 1.0  # our own choice: a recorder that stops at the limit stops a little after it
_SILENCE = 0.001  # -60 dBFS, our own choice: the noise of a good microphone in a quiet room is louder
# Our own choices, far above what voice notes need. A packet can hold many frames, which are all decoded at once; an
# index or a compressed header of some bytes can stand for gigabytes, which the largest block of memory ends.
_PACKET_BYTES = 256_000
_BLOCK_BYTES = 8_000_000
_PROBED_BYTES = 2_000_000
_USUAL_S = 600.0  # a longer sound takes longer to open


def _limit_blocks() -> None:
    """Set FFmpeg's own limit for a block of memory, which PyAV has no call for."""
    with suppress(OSError, AttributeError):  # a system that hides the function: the limits below remain
        set_limit = ctypes.CDLL(av._core.__file__).av_max_alloc  # noqa: SLF001 - the library that is linked with FFmpeg
        set_limit.argtypes, set_limit.restype = [ctypes.c_size_t], None
        set_limit(_BLOCK_BYTES)


_limit_blocks()
av.logging.set_level(None)  # what FFmpeg says about a candidate's file goes nowhere


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sound may be at most, and `least_s` at least.

    `cpu_s` is how much of the processor opening it may take, and `wall_s` how long it may be on that, be the machine
    as busy as it likes: where more than ten minutes are taken, so much for each ten minutes.
    """

    bytes: int = LARGEST_NOTE_BYTES
    seconds: float = 600.0
    least_s: float = 0.3
    streams: int = 8
    cpu_s: float = 4.0
    wall_s: float = 30.0


def decode(data: bytes, *, rate: int = 16_000, limits: Limits = Limits(), declared_s: float | None = None) -> Sound:
    """The sound of a file, without its constant part: as much as can be decoded of it.

    `declared_s` is how long its platform says that it is. Raises UnusableSoundError and nothing else.
    """
    if len(data) > limits.bytes:
        raise UnusableSoundError(SoundProblem.TOO_LARGE)
    if declared_s is not None and declared_s > limits.seconds + _GRACE_S:
        raise UnusableSoundError(SoundProblem.TOO_LONG, limits.seconds)
    with _Source(data, limits) as source:
        try:
            return _usable(Sound(_samples(source, rate, limits), rate), limits)
        except UnusableSoundError as error:
            problem = error.problem
        except FullError:
            problem = SoundProblem.TOO_LONG
        except Exception:  # noqa: BLE001 - what the libraries raise about hostile files is as many-sided as the files
            problem = SoundProblem.TOO_SLOW if source.late else SoundProblem.UNREADABLE
    raise UnusableSoundError(problem, limits.seconds if problem is SoundProblem.TOO_LONG else None)


class _Source(io.BytesIO):
    """A file in memory that ends when the time is up, so that whatever reads it ends too.

    It belongs to the thread that opens it: FFmpeg decodes in that one, too.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        super().__init__(data)
        times = max(1.0, limits.seconds / _USUAL_S)
        self._cpu_until = time.thread_time() + limits.cpu_s * times
        self._wall_until = time.monotonic() + limits.wall_s * times

    @property
    def late(self) -> bool:
        return time.thread_time() > self._cpu_until or time.monotonic() > self._wall_until

    def read(self, size: int | None = -1, /) -> bytes:
        return b"" if self.late else super().read(size)


def _samples(source: _Source, rate: int, limits: Limits) -> Samples:
    tape = Tape(rate, limits.seconds + _GRACE_S)
    played_bytes = lost_bytes = 0
    with _opened(source, limits) as container:
        voice = _voice(container, limits)
        with suppress(av.FFmpegError):  # a file that breaks off is used as far as it goes
            for packet in container.demux(voice):
                if source.late:
                    break
                if packet.size > _PACKET_BYTES:
                    lost_bytes += packet.size
                else:
                    played_bytes += packet.size
                    _play(packet, tape)
    samples = tape.samples()
    if source.late:
        raise UnusableSoundError(SoundProblem.TOO_SLOW)
    if lost_bytes > played_bytes:  # what is left tells nothing of what was sent
        raise UnusableSoundError(SoundProblem.UNREADABLE)
    return samples


def _opened(source: _Source, limits: Limits) -> InputContainer:
    options = {
        "protocol_whitelist": "none",
        "format_whitelist": _FORMATS,
        "codec_whitelist": _DECODERS,
        "max_streams": str(limits.streams),
        "probesize": str(_PROBED_BYTES),
        "advanced_editlist": "0",  # a list of edits can make an index many times over
    }
    return av.open(source, "r", options=options, metadata_errors="replace")


def _voice(container: InputContainer, limits: Limits) -> AudioStream:
    """The first stream with sound."""
    if not container.streams.audio:
        raise UnusableSoundError(SoundProblem.NO_SOUND)
    seconds = (container.duration or 0) / av.time_base
    if seconds > limits.seconds + _GRACE_S and container.format.name not in _ESTIMATED:
        raise UnusableSoundError(SoundProblem.TOO_LONG, limits.seconds)
    voice = container.streams.audio[0]
    codec = voice.codec_context
    if (
        codec.codec.name not in _DECODERS.split(",")
        or codec.channels > MOST_CHANNELS
        or codec.sample_rate > HIGHEST_RATE
    ):
        raise UnusableSoundError(SoundProblem.UNREADABLE)
    codec.thread_count = 1
    for other in container.streams:
        other.discard = Discard.default if other is voice else Discard.all
    return voice


def _play(packet: Packet[AudioStream], tape: Tape) -> None:
    with suppress(av.FFmpegError):  # a damaged packet costs its own sound only
        for frame in packet.decode():
            tape.take(frame)


def _usable(sound: Sound, limits: Limits) -> Sound:
    """The sound without its constant part, where there is enough of it."""
    samples = sound.samples
    if not len(samples):
        raise UnusableSoundError(SoundProblem.UNREADABLE)
    if sound.seconds < limits.least_s:
        raise UnusableSoundError(SoundProblem.TOO_SHORT)
    samples -= samples.mean(dtype=np.float64)
    np.clip(samples, -1.0, 1.0, out=samples)
    if np.dot(samples, samples) <= len(samples) * _SILENCE**2:
        raise UnusableSoundError(SoundProblem.SILENT)
    return sound
