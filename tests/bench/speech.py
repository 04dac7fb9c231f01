"""What the bot costs beside calling faster-whisper and Piper bare, and how long its loop stands still meanwhile.

    python -m tests.bench.speech [--rounds 15] [--json FILE]

Ends with 1 when a figure is over its gate. README.md beside it says what is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler

from adapters.audio import Samples, decode
from adapters.piper import PiperSynthesizer
from adapters.whisper import WhisperTranscriber
from core.ports import Synthesizer, Transcriber
from tests.adapters.speech.clips import CLIPS, MODEL, VOICE, giving
from tests.bench.stalls import Heartbeat

GATE = 0.15
GOAL = 0.05
MOST_STALL_S = 0.050
SENTENCES = [
    "Tell me about a system that you built and what was hard about it.",
    "Why did you choose this design?",
    "What would you do in another way today, and who would you ask for advice first?",
]
_SAME_S = 0.05
_IDLE_S = 0.6
_BLOCK = 65_536
Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Row:
    """Two ways to do the same, in milliseconds; `overhead` is the median of what one takes more than the other."""

    name: str
    bare_ms: float
    ours_ms: float
    overhead: float
    spread: float


def bare_whisper(model: Any) -> list[str]:
    """Decode and transcribe every clip, in as few steps as can be."""
    heard = []
    for clip in CLIPS:
        samples = decoded(clip.sound)
        segments, _ = model.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            initial_prompt="Um, uh, hmm.",
            word_timestamps=True,
            vad_filter=True,
        )
        heard.append("".join(segment.text for segment in segments).strip())
    return heard


def decoded(file: bytes) -> Samples:
    """The shortest way to samples that PyAV has.

    faster-whisper's own collects garbage after each file, which takes longer than all the rest of it.
    """
    resampler = AudioResampler(format="flt", layout="mono", rate=16_000)
    with av.open(io.BytesIO(file), "r") as container:
        frames = [piece for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in [*frames, *resampler.resample(None)]])


async def our_whisper(transcriber: Transcriber) -> list[str]:
    return [(await transcriber.transcribe(giving(clip.sound), language="en")).text for clip in CLIPS]


def bare_piper(voice: Any) -> bytes:
    """Speak some sentences and encode them, all at once and as they come."""
    chunks = [chunk for sentence in SENTENCES for chunk in voice.synthesize(sentence)]
    pause = np.zeros(int(0.35 * voice.config.sample_rate), np.float32)
    parts: list[Samples] = []
    for chunk in chunks:
        parts += [chunk.audio_float_array, pause]
    return encoded(np.concatenate(parts[:-1]), voice.config.sample_rate)


def encoded(samples: Samples, rate: int) -> bytes:
    """The shortest way to OGG/Opus that PyAV has.

    It goes in blocks: under the limit that adapters.audio sets for FFmpeg, a frame of half a minute comes to nothing.
    """
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 32_000
        resampler = AudioResampler(format="flt", layout="mono", rate=48_000, frame_size=960)
        for start in range(0, len(samples), _BLOCK):
            block = samples[np.newaxis, start : start + _BLOCK]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="flt", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), start
            for resampled in resampler.resample(frame):
                container.mux(stream.encode(resampled))
        for resampled in resampler.resample(None):
            container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))
    return file.getvalue()


async def our_piper(synthesizer: Synthesizer) -> bytes:
    speech = await synthesizer.synthesize(" ".join(SENTENCES))
    return speech.sound if speech else b""


async def timed(work: Work) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def compared(name: str, bare: Work, ours: Work, rounds: int) -> Row:
    """Both, in turn; who is first changes from round to round, so that a machine that slows down is fair."""
    times: list[tuple[float, float]] = []
    await bare()
    await ours()
    for number in range(rounds):
        if number % 2:
            ours_ms = await timed(ours)
            times.append((await timed(bare), ours_ms))
        else:
            bare_ms = await timed(bare)
            times.append((bare_ms, await timed(ours)))
    more = sorted(ours_ms / bare_ms - 1 for bare_ms, ours_ms in times)
    low, _, high = statistics.quantiles(more, n=4)
    bare_median, ours_median = (statistics.median(column) for column in zip(*times, strict=True))
    return Row(name, bare_median, ours_median, statistics.median(more), high - low)


async def stalls(whisper: Transcriber, piper: Synthesizer, rounds: int) -> list[float]:
    """The longest time that the loop stood still in each round of four transcriptions and two syntheses at once."""
    longest = []
    for _ in range(rounds):
        async with Heartbeat() as heartbeat:
            heard = (whisper.transcribe(giving(clip.sound), language="en") for clip in CLIPS[:4])
            spoken = (piper.synthesize(" ".join(SENTENCES)) for _ in range(2))
            await asyncio.gather(*heard, *spoken)
        longest.append(heartbeat.longest_s)
    return sorted(longest)


async def check_that_both_do_the_same(model: Any, voice: Any, whisper: Transcriber, piper: Synthesizer) -> None:
    """A comparison with something that does less would say nothing."""
    said = [clip.text for clip in CLIPS]
    if not bare_whisper(model) == await our_whisper(whisper) == said:
        raise SystemExit("What is heard differs.")
    bare_s, our_s = decode(bare_piper(voice)).seconds, decode(await our_piper(piper)).seconds
    if abs(bare_s - our_s) > _SAME_S or bare_s < 1:
        raise SystemExit(f"What is spoken differs: {bare_s:.2f} s bare, {our_s:.2f} s ours.")


async def idle_stalls(rounds: int) -> list[float]:
    """The same of a loop that has nothing to do: what the machine itself costs just now."""
    longest = []
    for _ in range(rounds):
        async with Heartbeat() as heartbeat:
            await asyncio.sleep(_IDLE_S)
        longest.append(heartbeat.longest_s)
    return sorted(longest)


async def measured(rounds: int) -> tuple[list[Row], list[float], list[float]]:
    whisper, piper = WhisperTranscriber(MODEL, beam_size=1), PiperSynthesizer([VOICE])
    await asyncio.gather(whisper.prepare(), piper.prepare())
    model, voice = whisper._loaded()._model, piper._voice(VOICE)  # the very same ones, so that nothing else differs
    await check_that_both_do_the_same(model, voice, whisper, piper)
    rows = [
        await compared(
            "transcribing", lambda: asyncio.to_thread(bare_whisper, model), lambda: our_whisper(whisper), rounds
        ),
        await compared("speaking", lambda: asyncio.to_thread(bare_piper, voice), lambda: our_piper(piper), rounds),
    ]
    longest, idle = await stalls(whisper, piper, rounds), await idle_stalls(rounds)
    await whisper.close()
    await piper.close()
    return rows, longest, idle


def verdict(value: float, goal: float, gate: float) -> str:
    return "good" if value <= goal else "passes" if value <= gate else "OVER THE GATE"


def table(rows: list[Row], longest: list[float], idle: list[float]) -> str:
    lines = [f"{'':<14}{'bare':>10}{'ours':>10}{'overhead':>10}{'spread':>9}"]
    for row in rows:
        figures = f"{row.bare_ms:>7.1f} ms{row.ours_ms:>7.1f} ms{row.overhead:>10.1%}{row.spread:>9.1%}"
        lines.append(f"{row.name:<14}{figures}  {verdict(row.overhead, GOAL, GATE)}")
    for name, stalled, told in (("loop stall", longest, stall_verdict(longest)), ("idle loop", idle, "to compare")):
        middle, worst = statistics.median(stalled) * 1000, stalled[-1] * 1000
        lines.append(f"{name:<14}{middle:>7.1f} ms median{worst:>7.1f} ms worst  {told}")
    return "\n".join(lines)


def stall_verdict(longest: list[float]) -> str:
    return verdict(longest[-1], MOST_STALL_S / 2, MOST_STALL_S)


def main() -> int:
    parser = argparse.ArgumentParser(description="Overhead over the bare engines, and stalls of the loop.")
    parser.add_argument("--rounds", type=int, default=15, help="how often each is timed")
    parser.add_argument("--json", type=Path, help="a file to write the figures to")
    asked = parser.parse_args()
    rows, longest, idle = asyncio.run(measured(max(3, asked.rounds)))
    sys.stdout.write(table(rows, longest, idle) + "\n")
    if asked.json:
        stalled = {"stalls_ms": longest, "idle_stalls_ms": idle}
        figures: dict[str, object] = {name: [1000 * stall for stall in found] for name, found in stalled.items()}
        figures |= {"overhead": [asdict(row) for row in rows]}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")
    over = any(row.overhead > GATE for row in rows) or longest[-1] > MOST_STALL_S
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
