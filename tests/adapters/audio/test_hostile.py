"""Hostile sound: one problem for each, soon, with nothing else opened, and the worker is free again."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from adapters import audio
from adapters.audio import Limits, Sound
from core.ports import UnusableSoundError
from core.speech import SoundProblem
from tests.adapters.audio.hostile import ROWS, Row, hours_of_silence
from tests.adapters.audio.sounds import CLIP, RATE, pcm, same, voice, wav

MOST_S = 5.0
_seen: list[str] = []
_watched = {"open", "os.open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.posix_spawn"}


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _WATCHING and event in _watched:
        _seen.append(f"{event}: {arguments!r}")


_WATCHING: list[bool] = []
sys.addaudithook(_note)


@pytest.fixture(scope="module")
def worker() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def outcome(data: bytes) -> Sound | SoundProblem:
    _WATCHING.append(True)
    try:
        return audio.decode(data)
    except UnusableSoundError as error:
        return error.problem
    finally:
        _WATCHING.clear()


def test_there_are_enough_of_them() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 25


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_hostile_sound(row: Row, worker: ThreadPoolExecutor) -> None:
    data = row.make()
    _seen.clear()
    begun = time.monotonic()
    found = worker.submit(outcome, data).result(timeout=30)
    assert time.monotonic() - begun < MOST_S
    assert _seen == []
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
    assert caught.value.problem is SoundProblem.TOO_LONG
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


def test_the_time_runs_out_in_the_middle() -> None:
    long = wav(np.tile(np.frombuffer(pcm(voice()), "<i2"), 200).tobytes())
    with pytest.raises(UnusableSoundError) as caught:
        audio.decode(long, limits=Limits(wall_s=0.005))
    assert caught.value.problem is SoundProblem.TOO_SLOW


def test_a_recorder_that_stops_at_the_limit_is_heard() -> None:
    assert audio.decode(wav(np.tile(np.frombuffer(pcm(voice()), "<i2"), 231)[: RATE * 601].tobytes())).seconds > 600


def test_hours_of_silence_are_a_small_file() -> None:
    assert len(hours_of_silence()) < 4_000_000
