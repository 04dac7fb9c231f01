"""Files as recorders make them, made of the clips: by PyAV alone, so that they say something about the adapter."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer

from adapters.audio import Samples

CLIPS = Path(__file__).parents[2] / "fixtures" / "speech" / "clips"
CLIP = (CLIPS / "06-i-learned-to-ask.ogg").read_bytes()
RATE = 16_000


@cache
def voice(rate: int = RATE) -> Samples:
    """What is said in the clip, read without the adapter."""
    return read(CLIP, rate)


def read(data: bytes, rate: int = RATE) -> Samples:
    resampler = AudioResampler(format="flt", layout="mono", rate=rate)
    with av.open(io.BytesIO(data), "r") as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    samples: Samples = np.concatenate([frame.to_ndarray()[0] for frame in (*frames, *resampler.resample(None))])
    return samples


def frames(samples: Samples, rate: int, resampler: AudioResampler) -> Iterator[AudioFrame]:
    whole = av.AudioFrame.from_ndarray(samples.astype(np.float32)[np.newaxis], format="flt", layout="mono")
    whole.sample_rate = rate
    yield from resampler.resample(whole)
    yield from resampler.resample(None)


def fill(container: OutputContainer, stream: AudioStream, samples: Samples, rate: int = RATE) -> None:
    codec = stream.codec_context
    if not codec.is_open:
        codec.open()
    resampler = AudioResampler(codec.format, codec.layout, codec.sample_rate, codec.frame_size or 1024)
    for frame in frames(samples, rate, resampler):
        frame.pts = None
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def made(
    samples: Samples,
    form: str,
    codec: str,
    *,
    rate: int = 48_000,
    layout: str = "mono",
    tags: dict[str, str] | None = None,
    video: bool = False,
    sound: bool = True,
) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        container.metadata.update(tags or {})
        moving = container.add_stream("mpeg4" if form == "mp4" else "libvpx", rate=10) if video else None
        stream = container.add_stream(codec, rate=rate, layout=layout) if sound else None
        if moving:
            moving.width, moving.height, moving.pix_fmt = 64, 64, "yuv420p"
            for _ in range(10):
                container.mux(moving.encode(av.VideoFrame(64, 64, "yuv420p")))
            container.mux(moving.encode(None))
        if isinstance(stream, AudioStream):
            fill(container, stream, samples)
    return file.getvalue()


def wav(
    samples: bytes, *, rate: int = RATE, channels: int = 1, bits: int = 16, tag: int = 1, claimed: int = -1
) -> bytes:
    """A WAV file with any header over any samples."""
    size = len(samples) if claimed < 0 else claimed
    width = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, min(rate * width, 2**32 - 1), min(width, 65_535), bits)
    riff = min(size + 36, 2**32 - 1)
    return (
        struct.pack("<4sI4s4sI", b"RIFF", riff, b"WAVE", b"fmt ", 16)
        + form
        + struct.pack("<4sI", b"data", size)
        + samples
    )


def pcm(samples: Samples) -> bytes:
    """Samples of 16 bits."""
    return (samples.clip(-1, 1) * 32_767).astype("<i2").tobytes()


# What is said in the clip, in each form in which a platform delivers sound.
FORMS: dict[str, Callable[[], bytes]] = {
    "ogg, opus": lambda: made(voice(), "ogg", "libopus"),
    "ogg, opus, stereo": lambda: made(voice(), "ogg", "libopus", layout="stereo"),
    "m4a, aac": lambda: made(voice(), "ipod", "aac", rate=44_100),
    "mp3": lambda: made(voice(), "mp3", "libmp3lame", rate=44_100),
    "mp3, stereo, 24 kHz": lambda: made(voice(), "mp3", "libmp3lame", rate=24_000, layout="stereo"),
    "webm, opus": lambda: made(voice(), "webm", "libopus"),
    "webm, opus, with a picture": lambda: made(voice(), "webm", "libopus", video=True),
    "wav": lambda: made(voice(), "wav", "pcm_s16le", rate=RATE),
    "wav, stereo, 44.1 kHz": lambda: made(voice(), "wav", "pcm_s16le", rate=44_100, layout="stereo"),
    "wav, 8 kHz, a byte": lambda: made(voice(), "wav", "pcm_u8", rate=8_000),
    "wav, 24 bit": lambda: made(voice(), "wav", "pcm_s24le"),
    "wav, float": lambda: made(voice(), "wav", "pcm_f32le"),
    "wav, mu-law": lambda: made(voice(), "wav", "pcm_mulaw", rate=8_000),
    "flac": lambda: made(voice(), "flac", "flac"),
    "video note": lambda: made(voice(), "mp4", "aac", rate=44_100, video=True),
    "aac, with nothing around it": lambda: made(voice(), "adts", "aac", rate=44_100),
    "3gp, amr": lambda: made(voice(), "3gp", "libopencore_amrnb", rate=8_000),
    "amr": lambda: made(voice(), "amr", "libopencore_amrnb", rate=8_000),
    "six channels": lambda: made(voice(), "wav", "pcm_s16le", layout="5.1"),
}


def loudness(samples: Samples) -> float:
    """In dBFS."""
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def same(some: Samples, others: Samples) -> float:
    """How much two sounds are one, 1.0 when they are, whatever their level and a small shift."""
    size = min(len(some), len(others))
    some, others = some[:size], others[:size]
    crossed = np.fft.irfft(np.fft.rfft(some, 2 * size) * np.conj(np.fft.rfft(others, 2 * size)))
    near = np.concatenate([crossed[:800], crossed[-800:]])
    return float(near.max() / (np.linalg.norm(some) * np.linalg.norm(others)))
