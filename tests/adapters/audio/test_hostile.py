"""Hostile sound: one problem for each, soon, and the worker is free again."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from adapters import audio
from adapters.audio import Limits, Sound
from core.ports import UnusableSoundError
from core.speech import SoundProblem
from tests.adapters.audio.hostile import ROWS, Row, hours_of_silence, noise
from tests.adapters.audio.sounds import CLIP, RATE, pcm, same, voice, wav

MOST_S = 5.0


@pytest.fixture(scope="module")
def worker() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def outcome(data: bytes) -> Sound | SoundProblem:
    try:
        return audio.decode(data)
    except UnusableSoundError as error:
        return error.problem


def timed_outcome(data: bytes) -> tuple[Sound | SoundProblem, float]:
    """The outcome, and the seconds that it took of the processor, however busy that is with other things."""
    begun = time.thread_time()
    return outcome(data), time.thread_time() - begun


def test_there_are_enough_of_them() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 25


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_hostile_sound(row: Row, worker: ThreadPoolExecutor) -> None:
    data = row.make()
    found, took_s = worker.submit(timed_outcome, data).result(timeout=40)
    assert took_s < MOST_S
    if isinstance(found, Sound):
        assert row.problem is None
        assert found.seconds >= row.seconds
        assert np.isfinite(found.samples).all()
        assert np.abs(found.samples).max() <= 1
    else:
        assert found is row.problem or (row.slow and found is SoundProblem.TOO_SLOW)
    again = worker.submit(outcome, CLIP).result(timeout=30)
    assert isinstance(again, Sound)
    assert same(again.samples, voice()) > 0.99


@pytest.mark.parametrize(
    "name",
    [
        *("a WAV that claims 4 GB", "a constant beneath", "stereo", "8 kHz", "an M4A that is called OGG", "clipped"),
        *("a tag that is 30 MB unpacked", "tags that are not UTF-8", "half a WebM"),
    ],
)
def test_what_is_harmless_is_heard(name: str) -> None:
    [row] = [row for row in ROWS if row.name == name]
    found = outcome(row.make())
    assert isinstance(found, Sound)
    assert same(found.samples, voice()) > (0.6 if name == "clipped" else 0.95)
    assert abs(found.samples.mean()) < 0.01


def test_what_is_too_long_by_its_platform_is_not_opened() -> None:
    with pytest.raises(UnusableSoundError) as caught:
        audio.decode(CLIP, declared_s=601.5)
    assert (caught.value.problem, caught.value.longest_s) == (SoundProblem.TOO_LONG, 600.0)
    assert audio.decode(CLIP, declared_s=600.5).seconds > 2


def test_the_limits_are_those_that_are_set() -> None:
    def problem(**limits: float) -> SoundProblem:
        with pytest.raises(UnusableSoundError) as caught:
            audio.decode(CLIP, limits=Limits(**limits))  # type: ignore[arg-type]
        return caught.value.problem

    assert problem(seconds=1.0) is SoundProblem.TOO_LONG
    assert problem(least_s=3.0) is SoundProblem.TOO_SHORT
    assert problem(bytes=1_000) is SoundProblem.TOO_LARGE
    assert problem(streams=0) is SoundProblem.UNREADABLE
    assert problem(wall_s=0.0) is SoundProblem.TOO_SLOW
    assert problem(cpu_s=0.0) is SoundProblem.TOO_SLOW


@pytest.mark.parametrize("limits", [Limits(wall_s=0.005), Limits(cpu_s=0.005)])
def test_the_time_runs_out_in_the_middle(limits: Limits) -> None:
    long = wav(np.tile(np.frombuffer(pcm(voice()), "<i2"), 200).tobytes())
    with pytest.raises(UnusableSoundError) as caught:
        audio.decode(long, limits=limits)
    assert caught.value.problem is SoundProblem.TOO_SLOW


@contextmanager
def busy(threads: int) -> Iterator[None]:
    """Keep the processor busy meanwhile, as models do: without the lock that Python's own work needs."""
    ended = threading.Event()
    block = bytes(4_000_000)

    def work() -> None:
        while not ended.is_set():
            hashlib.sha256(block)

    working = [threading.Thread(target=work) for _ in range(threads)]
    for thread in working:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in working:
            thread.join()


def test_whoever_shares_the_processor_is_not_too_slow() -> None:
    """What others take of it does not count."""
    data = noise(40)
    alone, alone_s = timed_outcome(data)
    assert isinstance(alone, Sound)
    begun = time.monotonic()
    with busy(8 * (os.cpu_count() or 1)):
        shared = audio.decode(data, limits=Limits(cpu_s=4 * alone_s))  # its own time grows as well, to less than that
        took_s = time.monotonic() - begun
    assert shared.seconds == alone.seconds
    assert took_s > 4 * alone_s  # so long would have been too long, if all of it did


def test_a_longer_limit_gives_more_time() -> None:
    data = noise(100)
    _, took_s = timed_outcome(data)
    with pytest.raises(UnusableSoundError) as caught:
        audio.decode(data, limits=Limits(cpu_s=took_s / 2))
    assert caught.value.problem is SoundProblem.TOO_SLOW
    assert audio.decode(data, limits=Limits(cpu_s=took_s / 2, seconds=3600)).seconds > 99


def test_a_recorder_that_stops_at_the_limit_is_heard() -> None:
    assert audio.decode(wav(np.tile(np.frombuffer(pcm(voice()), "<i2"), 231)[: RATE * 601].tobytes())).seconds > 600


def test_hours_of_silence_are_a_small_file() -> None:
    assert len(hours_of_silence()) < 4_000_000
