"""Several at once, giving up, and what must not be: threads and files left behind, a loop that stands still."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.piper import PiperSynthesizer
from adapters.threads import CLOSE_S
from adapters.whisper import WhisperTranscriber
from core.ports import SynthesizerError, TranscriberUnavailableError
from tests.adapters.speech.clips import CLIPS, MODEL, VOICE, giving, needs_voice
from tests.bench.stalls import Heartbeat

pytestmark = needs_voice

PATIENCE_S = 10.0
MOST_STALL_S = 0.050


class Gate:
    """Holds every thread that comes to a call until it is opened."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.opened = threading.Event()
        self.passed = 0
        self._came = threading.Semaphore(0)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.passed += 1
        self._came.release()
        assert self.opened.wait(PATIENCE_S)
        return self._call(*arguments, **named)

    @property
    def method(self) -> Callable[..., Any]:
        """The gate in the place of a method, which is given its object."""

        def method(itself: object, *arguments: Any, **named: Any) -> Any:
            return self(itself, *arguments, **named)

        return method

    async def came(self, count: int = 1) -> None:
        """Wait until so many more have come to it."""
        for _ in range(count):
            assert await asyncio.to_thread(self._came.acquire, timeout=PATIENCE_S)


@pytest.fixture
def hearing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate before the model hears a piece."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 - not everybody has it

    transcribe = WhisperModel.transcribe
    gate = Gate(transcribe)
    monkeypatch.setattr(WhisperModel, "transcribe", gate.method)
    yield gate
    gate.opened.set()


@pytest.fixture
def speaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate before a voice speaks a sentence."""
    from piper import PiperVoice  # noqa: PLC0415 - not everybody has it

    synthesize = PiperVoice.synthesize
    gate = Gate(synthesize)
    monkeypatch.setattr(PiperVoice, "synthesize", gate.method)
    yield gate
    gate.opened.set()


async def test_two_notes_are_heard_at_once(whisper: WhisperTranscriber, hearing: Gate) -> None:
    tasks = [asyncio.create_task(whisper.transcribe(giving(clip.sound), language="en")) for clip in CLIPS[:3]]
    await hearing.came(2)  # and neither has gone through
    assert hearing.passed == 2
    hearing.opened.set()
    assert [heard.text for heard in await asyncio.gather(*tasks)] == [clip.text for clip in CLIPS[:3]]


async def test_whoever_gives_up_leaves_at_once_and_the_thread_at_its_next_step(hearing: Gate) -> None:
    from tests.adapters.speech.sounds import file, with_pauses  # noqa: PLC0415 - needs the libraries for voice

    whisper = WhisperTranscriber(MODEL, beam_size=1, parallel=1)
    long = file(with_pauses(CLIPS[:3], 2.5))
    given_up = asyncio.create_task(whisper.transcribe(giving(long), language="en"))
    await hearing.came()
    given_up.cancel()
    await asyncio.wait([given_up], timeout=1)
    assert given_up.cancelled()
    told: list[int] = []
    is_told = asyncio.Event()

    async def tell(place: int) -> None:
        told.append(place)
        is_told.set()

    fetched: list[bool] = []

    async def fetch() -> bytes:
        fetched.append(hearing.opened.is_set())
        return CLIPS[1].sound

    following = asyncio.create_task(whisper.transcribe(fetch, language="en", told=tell))
    async with asyncio.timeout(PATIENCE_S):
        await is_told.wait()
    assert told == [1]  # the thread is still busy
    hearing.opened.set()
    assert (await following).text == CLIPS[1].text
    assert fetched == [True]
    assert hearing.passed == 2  # of the three pieces of the first one only one was heard
    await whisper.close()


async def test_closing_gives_up_what_is_heard_and_what_waits(hearing: Gate) -> None:
    whisper = WhisperTranscriber(MODEL, beam_size=1, parallel=1)
    tasks = [asyncio.create_task(whisper.transcribe(giving(clip.sound))) for clip in CLIPS[:2]]
    await hearing.came()
    closing = asyncio.create_task(whisper.close())
    await asyncio.sleep(0)
    hearing.opened.set()
    await closing
    for task in [*tasks, asyncio.create_task(whisper.transcribe(giving(CLIPS[0].sound)))]:
        with pytest.raises(TranscriberUnavailableError):
            await task
    assert threads("whisper") == 0


async def test_closing_gives_up_what_is_spoken_and_what_waits(speaking: Gate) -> None:
    piper = PiperSynthesizer([VOICE])
    tasks = [asyncio.create_task(piper.synthesize(text)) for text in ("One. Two. Three.", "Four.")]
    await speaking.came()
    closing = asyncio.create_task(piper.close())
    await asyncio.sleep(0)
    speaking.opened.set()
    await closing
    for task in [*tasks, asyncio.create_task(piper.synthesize("Five."))]:
        with pytest.raises(SynthesizerError):
            await task
    assert speaking.passed <= 2
    assert threads("piper") == 0


async def test_closing_waits_for_no_look_of_the_model_that_hangs(hearing: Gate) -> None:
    whisper = WhisperTranscriber(MODEL, beam_size=1, parallel=1)
    task = asyncio.create_task(whisper.transcribe(giving(CLIPS[0].sound)))
    await hearing.came()
    begun = time.monotonic()
    await whisper.close()
    assert time.monotonic() - begun < CLOSE_S + 2
    for late in (task, asyncio.create_task(whisper.transcribe(giving(CLIPS[0].sound)))):
        with pytest.raises(TranscriberUnavailableError):
            await late
    with pytest.raises(TranscriberUnavailableError):
        await whisper.prepare()


async def test_closing_waits_for_no_sentence_that_hangs(speaking: Gate) -> None:
    piper = PiperSynthesizer([VOICE])
    tasks = [asyncio.create_task(piper.synthesize(text)) for text in ("One.", "Two.")]
    await speaking.came()
    begun = time.monotonic()
    await piper.close()
    assert time.monotonic() - begun < CLOSE_S + 2
    for late in (*tasks, asyncio.create_task(piper.synthesize("Three."))):
        with pytest.raises(SynthesizerError):
            await late
    with pytest.raises(SynthesizerError):
        await piper.prepare()
    assert speaking.passed == 1


PROGRAM = """
import asyncio, threading
from faster_whisper import WhisperModel
from piper import PiperVoice
from adapters.piper import PiperSynthesizer
from adapters.whisper import WhisperTranscriber
from tests.adapters.speech.clips import CLIPS, MODEL, VOICE, giving

came = threading.Semaphore(0)

def hang(*_, **__):
    came.release()
    threading.Event().wait()

WhisperModel.transcribe = PiperVoice.synthesize = hang

async def main():
    whisper, piper = WhisperTranscriber(MODEL), PiperSynthesizer([VOICE])
    calls = whisper.transcribe(giving(CLIPS[0].sound)), piper.synthesize("One.")
    tasks = [asyncio.create_task(call) for call in calls]
    for _ in tasks:
        await asyncio.to_thread(came.acquire)
    print("hanging", flush=True)
    await whisper.close()
    await piper.close()
    await asyncio.wait(tasks)

asyncio.run(main())
"""


def test_a_process_ends_while_its_models_hang() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "hanging\n"
            assert process.wait(timeout=2 * CLOSE_S + 4) == 0
        finally:
            process.kill()


async def test_too_many_texts_are_turned_away(piper: PiperSynthesizer, speaking: Gate) -> None:
    tasks = [asyncio.create_task(piper.synthesize("One.")) for _ in range(50)]
    await speaking.came()
    with pytest.raises(SynthesizerError, match="Too many"):
        await piper.synthesize("Two.")
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=1)
    speaking.opened.set()
    assert await piper.synthesize("Two.")
    assert speaking.passed == 2  # those that were given up before their turn are not spoken


def threads(name: str) -> int:
    return sum(thread.name.startswith(name) for thread in threading.enumerate())


def open_files() -> list[str]:
    folder = Path("/proc/self/fd")
    names = []
    for number in folder.iterdir() if folder.exists() else ():
        try:
            names.append(str(number.readlink()))
        except OSError:  # the one that lists them
            continue
    return sorted(names)


@contextmanager
def nothing_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Check that what is done leaves no thread and no file, be it open or in the folder for temporary ones."""
    import tempfile  # noqa: PLC0415 - its folder is what is changed here

    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.chdir(folder)
    before = threading.active_count(), open_files()
    yield
    assert (threading.active_count(), open_files()) == before
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("pause_s", [0.0, 0.01, 0.05])
async def test_fifty_that_give_up_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pause_s: float
) -> None:
    whisper, piper = WhisperTranscriber(MODEL, beam_size=1, waiting=60), PiperSynthesizer([VOICE])
    # The first ones start the threads of the libraries and of the loop, which stay.
    await asyncio.gather(*(whisper.transcribe(giving(clip.sound)) for clip in CLIPS[:2]), piper.synthesize("One."))
    with nothing_left(tmp_path, monkeypatch):
        tasks: list[asyncio.Task[Any]] = []
        for clip in CLIPS[:5] * 5:
            tasks.append(asyncio.create_task(whisper.transcribe(giving(clip.sound))))
            tasks.append(asyncio.create_task(piper.synthesize("Nobody waits for this. " * 5)))
        await asyncio.sleep(pause_s)  # they are caught at different places
        for task in tasks:
            task.cancel()
        _, waiting = await asyncio.wait(tasks, timeout=2)
        assert not waiting
        assert (await whisper.transcribe(giving(CLIPS[0].sound))).text == CLIPS[0].text
        assert await piper.synthesize("One.")
    await whisper.close()
    await piper.close()
    assert threads("whisper") == threads("piper") == 0


async def test_the_loop_goes_on_while_four_are_heard_and_two_spoken(
    whisper: WhisperTranscriber, piper: PiperSynthesizer
) -> None:
    await asyncio.gather(whisper.prepare(), piper.prepare())

    async def round_s() -> float:
        async with Heartbeat() as heartbeat:
            heard = (whisper.transcribe(giving(clip.sound)) for clip in CLIPS[:4])
            spoken = (piper.synthesize("Tell me about a system that you built. " * count) for count in (2, 4))
            await asyncio.gather(*heard, *spoken)
        return heartbeat.longest_s

    # What blocks the loop does so in every round; another process that needs the machine does not.
    until = time.monotonic() + PATIENCE_S
    while (stall_s := await round_s()) >= MOST_STALL_S and time.monotonic() < until:
        pass
    assert stall_s < MOST_STALL_S


async def test_closing_ends_what_is_still_being_fetched() -> None:
    whisper, fetching, fetched = WhisperTranscriber(MODEL), asyncio.Event(), asyncio.Event()

    async def fetch() -> bytes:
        fetching.set()
        await fetched.wait()
        return CLIPS[0].sound

    task = asyncio.create_task(whisper.transcribe(fetch))
    await fetching.wait()
    await whisper.close()
    fetched.set()
    with pytest.raises(TranscriberUnavailableError, match="has ended"):
        await task
