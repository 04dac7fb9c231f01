"""Files that were made to do harm, or that came to harm, and what becomes of each."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
import numpy as np

from core.speech import SoundProblem
from tests.adapters.audio.boxes import edits, movie, track
from tests.adapters.audio.sounds import CLIP, RATE, made, pcm, voice, wav

FLOAT = 3  # the tag of a WAV file of floating point samples


@dataclass(frozen=True)
class Row:
    """A file, and its problem; None when it is to be heard, for so many `seconds` at least.

    `slow` is one whose problem on a slow machine is that it takes too long.
    """

    name: str
    make: Callable[[], bytes]
    problem: SoundProblem | None = None
    seconds: float = 2.4
    slow: bool = False


class Pipe(io.RawIOBase):
    """Somewhere to write to that cannot go back, so that no length is written into the header."""

    def __init__(self) -> None:
        super().__init__()
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.content += piece
        return len(piece)


def _opus_packet(samples: np.ndarray) -> bytes:
    """A sound of 120 ms."""
    coder = av.AudioCodecContext.create("libopus", "w")
    coder.sample_rate, coder.layout, coder.format = 48_000, "mono", "s16"
    coder.options = {"frame_duration": "120"}
    coder.open()
    frame = av.AudioFrame.from_ndarray(samples.astype(np.int16)[np.newaxis], format="s16", layout="mono")
    frame.sample_rate = 48_000
    return bytes([*coder.encode(frame), *coder.encode(None)][0])


def _repeated(samples: np.ndarray, form: str, seconds: float, file: io.IOBase) -> None:
    """One packet again and again, which is quicker than to encode so much."""
    content = _opus_packet(samples)
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        for place in range(int(seconds / 0.12)):
            packet = av.Packet(content)
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = place * 120
            packet.duration = 120
            container.mux(packet)


_SILENCE = np.zeros(5_760)


@cache
def noise(seconds: float) -> bytes:
    file = io.BytesIO()
    _repeated(np.random.default_rng(5).normal(0, 2_000, 5_760), "ogg", seconds, file)
    return file.getvalue()


@cache
def hours_of_silence() -> bytes:
    file = io.BytesIO()
    _repeated(_SILENCE, "ogg", 3 * 3600, file)
    return file.getvalue()


def undeclared_silence() -> bytes:
    pipe = Pipe()
    _repeated(_SILENCE, "webm", 12 * 60, pipe)
    return bytes(pipe.content)


def many_streams() -> bytes:
    file = io.BytesIO()
    with av.open(io.BytesIO(CLIP), "r") as source, av.open(file, "w", format="ogg") as container:
        template = source.streams.audio[0]
        streams = [container.add_stream_from_template(template) for _ in range(200)]
        for packet in [packet for packet in source.demux(template) if packet.size][:3]:
            for stream in streams:
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts, copy.time_base, copy.stream = packet.pts, packet.dts, packet.time_base, stream
                container.mux(copy)
    return file.getvalue()


def in_packets(size: int = 250_000) -> bytes:
    """An hour of MP3 frames, in packets of so many bytes, each of which holds many."""
    sound = made(np.zeros(RATE * 60, np.float32), "mp3", "libmp3lame", rate=16_000) * 60
    file = io.BytesIO()
    with av.open(io.BytesIO(sound), "r") as source, av.open(file, "w", format="matroska") as container:
        stream = container.add_stream_from_template(source.streams.audio[0])
        for number, place in enumerate(range(0, len(sound), size)):
            packet = av.Packet(sound[place : place + size])
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = number * 1000
            container.mux(packet)
    return file.getvalue()


def large_packets(lost: int) -> bytes:
    """A sound of 20 s in Matroska, the first so many seconds of it in packets that are too large."""
    samples = np.tile(voice(48_000), 10)[: 48_000 * 20].astype("<f4")
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("pcm_f32le", rate=48_000, layout="mono")
        place = 0
        while place < len(samples):
            size = 48_000 * 2 if place < 48_000 * lost else 4_800
            packet = av.Packet(samples[place : place + size].tobytes())
            packet.stream, packet.time_base = stream, Fraction(1, 48_000)
            packet.pts = packet.dts = place
            container.mux(packet)
            place += size
    return file.getvalue()


def large_packet() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        packet = av.Packet(bytes(1_000_000))
        packet.stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        packet.pts, packet.time_base = 0, Fraction(1, 1000)
        container.mux(packet)
    return file.getvalue()


def swollen_tag() -> bytes:
    """A tag that is 30 MB when it is unpacked."""
    size = 30_000_000
    picture = struct.pack(">I", size) + zlib.compress(bytes(size), 9)
    frame = struct.pack(">4sIH", b"APIC", len(picture), 0x0080) + picture
    length = bytes(len(frame) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + length + frame + made(voice(), "mp3", "libmp3lame")


def cut_off(form: str, codec: str, part: float, *, video: bool = False) -> Callable[[], bytes]:
    def make() -> bytes:
        whole = made(voice(), form, codec, video=video)
        return whole[: int(len(whole) * part)]

    return make


def damaged(form: str, codec: str, bytes_: int) -> Callable[[], bytes]:
    def make() -> bytes:
        content = bytearray(made(voice(), form, codec))
        for place in random.Random(5).sample(range(len(content) * 2 // 3, len(content)), bytes_):
            content[place] ^= 0xFF
        return bytes(content)

    return make


def floats(change: Callable[[np.ndarray], None]) -> Callable[[], bytes]:
    def make() -> bytes:
        samples = voice().astype("<f4")
        change(samples)
        return wav(samples.tobytes(), bits=32, tag=FLOAT)

    return make


def _put(value: float, step: int) -> Callable[[], bytes]:
    def change(samples: np.ndarray) -> None:
        samples[::step] = value

    return floats(change)


def _noise(level: float, seconds: float = 2.0) -> np.ndarray:
    return np.random.default_rng(5).normal(0, level, int(RATE * seconds))


BAD, SHORT, SILENT, LONG = (
    SoundProblem.UNREADABLE,
    SoundProblem.TOO_SHORT,
    SoundProblem.SILENT,
    SoundProblem.TOO_LONG,
)
ROWS = [
    Row("empty", lambda: b"", BAD),
    Row("one byte", lambda: b"O", BAD),
    Row("random", lambda: random.Random(5).randbytes(50_000), BAD),
    Row("random behind the mark of OGG", lambda: b"OggS\0\2" + random.Random(5).randbytes(50_000), BAD),
    Row("random behind the mark of MP4", lambda: b"\0\0\0\x20ftypisom" + random.Random(5).randbytes(50_000), BAD),
    Row("random behind the mark of Matroska", lambda: b"\x1aE\xdf\xa3" + random.Random(5).randbytes(50_000), BAD),
    Row("zeros", lambda: bytes(1_000_000), BAD),
    Row("text", lambda: b"I built a payment service.\n" * 500, BAD),
    Row("a picture", lambda: b"\x89PNG\r\n\x1a\n" + random.Random(5).randbytes(5_000), BAD),
    Row("a program", lambda: b"\x7fELF\2\1\1" + random.Random(5).randbytes(5_000), BAD),
    Row("over 20 MB", lambda: bytes(20_000_001), SoundProblem.TOO_LARGE),
    Row("half an OGG", cut_off("ogg", "libopus", 0.5), seconds=0.9),
    Row("half a WebM", cut_off("webm", "libopus", 0.5), seconds=1.0),
    Row("half an MP3", cut_off("mp3", "libmp3lame", 0.5), seconds=1.0),
    Row("half a WAV", cut_off("wav", "pcm_s16le", 0.5), seconds=1.2),
    Row("half a FLAC", cut_off("flac", "flac", 0.5), seconds=1.0),
    Row("half an M4A, whose index is at the end", cut_off("ipod", "aac", 0.5), BAD),
    Row("half a video note, whose index is at the end", cut_off("mp4", "aac", 0.5, video=True), BAD),
    Row("the head of an OGG", lambda: CLIP[:100], BAD),
    Row("the head of a WebM", cut_off("webm", "libopus", 0.01), BAD),
    Row("the head of an MP3", cut_off("mp3", "libmp3lame", 0.002), BAD),
    Row("the head of a FLAC", cut_off("flac", "flac", 0.0005), BAD),
    Row("an OGG damaged at the end", damaged("ogg", "libopus", 5), seconds=0.9),
    Row("a WebM damaged at the end", damaged("webm", "libopus", 20), seconds=1.5),
    Row("an MP3 damaged at the end", damaged("mp3", "libmp3lame", 20), seconds=1.5),
    Row("a FLAC damaged at the end", damaged("flac", "flac", 20), seconds=1.5),
    Row("3 h of silence", hours_of_silence, LONG),
    Row("12 minutes of silence that do not say so", undeclared_silence, LONG, slow=True),
    Row("half an hour of 8 kHz", lambda: wav(bytes(14_400_000), rate=8_000, bits=8), LONG),
    Row("a WAV that claims 4 GB", lambda: wav(pcm(voice()), claimed=2**32 - 1)),
    Row("a WAV that claims 4 GB and holds nothing", lambda: wav(b"", claimed=2**32 - 1), BAD),
    Row("a WAV of nothing", lambda: wav(b""), BAD),
    Row("a WAV of 1 Hz", lambda: wav(bytes(2_000), rate=1), BAD),
    Row("a WAV of 0 Hz", lambda: wav(bytes(2_000), rate=0), BAD),
    Row("a WAV of 4 GHz", lambda: wav(bytes(2_000_000), rate=2**32 - 1), BAD),
    Row("a WAV of no channel", lambda: wav(bytes(2_000), channels=0), BAD),
    Row("a WAV of 65,535 channels", lambda: wav(bytes(2_000_000), channels=65_535, bits=8), BAD),
    Row("a WAV of 100 channels", lambda: wav(bytes(2_000_000), channels=100), BAD),
    Row("a WAV of 0 bits", lambda: wav(bytes(2_000), bits=0), BAD),
    Row("video without sound", lambda: made(voice(), "mp4", "aac", video=True, sound=False), SoundProblem.NO_SOUND),
    Row("WebM without sound", lambda: made(voice(), "webm", "libopus", video=True, sound=False), SoundProblem.NO_SOUND),
    Row("200 streams, OGG", many_streams, BAD),
    Row("200 streams, MP4", lambda: movie(*(track(100, number=number) for number in range(1, 201))), BAD),
    Row(
        "8 streams of 100,000 pieces",
        lambda: movie(*(track(100_000, number=n) for n in range(1, 9))),
        None,
        10.0,
        slow=True,
    ),
    Row("an index of 80,000,000 pieces", lambda: movie(track(80_000_000)), BAD),
    Row("100,000 edits", lambda: movie(track(80_000, edits=edits(100_000))), None, 10.0, slow=True),
    Row("an index that is 30 MB unpacked", lambda: movie(track(1_000), compressed=True, padding=30_000_000), BAD),
    Row("a tag that is 30 MB unpacked", swollen_tag),
    Row("a packet of 1 MB", large_packet, BAD),
    Row("18 of 20 s in packets that are too large", lambda: large_packets(18), BAD),
    Row("nearly all of it in packets that are too large", lambda: large_packets(20), BAD),
    Row("2 of 20 s in packets that are too large", lambda: large_packets(2), seconds=17.9),
    Row("an hour in packets of 250 kB", in_packets, LONG, slow=True),
    Row(
        "tags that are not UTF-8",
        lambda: made(voice(), "mp3", "libmp3lame", tags={"title": "é"}).replace("é".encode(), b"\xe9\xe9"),
    ),
    Row("0.05 s", lambda: made(voice()[8_000:8_800], "ogg", "libopus"), SHORT),
    Row("0.25 s", lambda: wav(pcm(voice()[8_000:12_000])), SHORT),
    Row("silence", lambda: wav(bytes(64_000)), SILENT),
    Row("noise below -60 dBFS", lambda: wav(_noise(0.0007).astype("<f4").tobytes(), bits=32, tag=FLOAT), SILENT),
    Row("noise above -60 dBFS", lambda: wav(_noise(0.0015).astype("<f4").tobytes(), bits=32, tag=FLOAT), None, 2.0),
    Row("a constant", lambda: wav((np.ones(64_000) * 0.7 * 32_767).astype("<i2").tobytes()), SILENT),
    Row("nothing but NaN", _put(np.nan, 1), SILENT),
    Row("nothing but infinity", _put(np.inf, 1), SILENT),
    Row("NaN in between", _put(np.nan, 50)),
    Row("infinity in between", _put(-np.inf, 50)),
    Row("huge numbers in between", _put(1e38, 500)),
    Row("a constant beneath", lambda: wav(pcm(voice() * 0.5 + 0.4))),
    Row("clipped", lambda: wav(pcm(voice() * 20))),
    Row("stereo", lambda: made(voice(), "ogg", "libopus", layout="stereo")),
    Row("8 kHz", lambda: made(voice(), "wav", "pcm_s16le", rate=8_000)),
    Row("an M4A that is called OGG", lambda: made(voice(), "ipod", "aac")),
]
