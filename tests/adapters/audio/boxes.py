"""MP4 files box by box, as no recorder makes them."""

from __future__ import annotations

import struct
import zlib

_FTYP = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom")


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def ints(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *(number % 2**32 for number in numbers))


def track(samples: int, *, edits: bytes = b"", number: int = 1, source: bytes = box(b"url ", ints(1))) -> bytes:
    """A track of 8 kHz A-law sound which claims to hold so many samples, all of them in one chunk."""
    entry = box(b"alaw", ints(0, 1), ints(0, 0), struct.pack(">HHHHI", 1, 16, 0, 0, 8_000 << 16))
    table = box(
        b"stbl",
        box(b"stsd", ints(0, 1), entry),
        box(b"stts", ints(0, 2, samples - 1, 1, 1, 2)),
        box(b"stsc", ints(0, 1, 1, samples, 1)),
        box(b"stsz", ints(0, 1, samples)),
        box(b"stco", ints(0, 1, 0)),
    )
    media = box(
        b"mdia",
        box(b"mdhd", ints(0, 0, 0, 8_000, 80_000, 0)),
        box(b"hdlr", ints(0, 0), b"soun", bytes(13)),
        box(b"minf", box(b"smhd", ints(0, 0)), box(b"dinf", box(b"dref", ints(0, 1), source)), table),
    )
    return box(b"trak", box(b"tkhd", ints(7, 0, 0, number, 0, 80_000), bytes(60)), edits, media)


def elsewhere(path: str) -> bytes:
    """The source of a track whose samples lie in another file, as QuickTime writes it."""
    name = path.encode()
    name += bytes(len(name) % 2)
    levels = struct.pack(">HH", 0xFFFF, 0xFFFF)
    record = bytes(10) + bytes(28) + bytes(12) + bytes(64) + bytes(16) + levels + bytes(16)
    ends = struct.pack(">HH", 0xFFFF, 0)
    return box(b"alis", ints(0), record, struct.pack(">HH", 2, len(name)), name, ends)


def movie(*tracks: bytes, compressed: bool = False, padding: int = 0) -> bytes:
    header = box(b"mvhd", ints(0, 0, 0, 8_000, 80_000, 0x10000, 0x1000000), bytes(68), ints(99))
    head = box(b"moov", header, *tracks, box(b"free", bytes(padding)) if padding else b"")
    if compressed:
        small = zlib.compress(head, 9)
        head = box(b"moov", box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", ints(len(head)), small)))
    return _FTYP + head + box(b"mdat", b"\x2a\xd5" * 40_000)


def edits(count: int, media_time: int = 100, length: int = 8_000) -> bytes:
    return box(b"edts", box(b"elst", ints(0, count), ints(length, media_time, 0x10000) * count))
