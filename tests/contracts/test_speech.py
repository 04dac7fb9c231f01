"""What everybody who listens or speaks promises, run over the doubles and the real engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from adapters.piper import PiperSynthesizer
from adapters.whisper import WhisperTranscriber
from core.ports import NoteGoneError, Synthesizer, Transcriber, TranscriberBusyError, UnusableSoundError
from core.speech import SoundProblem, Span, Transcription
from tests.adapters.speech.clips import CLIPS, MODEL, VOICE, Clip, giving, needs_voice
from tests.contracts.fake_speech import FakeSynthesizer, FakeTranscriber

PARALLEL = 2
WAITING = 2
CLIP = CLIPS[0]


class Hearing:
    """A transcriber and what it is given to hear."""

    def __init__(self, transcriber: Transcriber) -> None:
        self.transcriber = transcriber
        self.open = asyncio.Event()
        self.fetched: list[str] = []
        self.told: list[tuple[str, int]] = []

    def begin(self, name: str) -> asyncio.Task[Transcription]:
        """Have the clip transcribed, which can be fetched when the door is open."""

        async def fetch() -> bytes:
            self.fetched.append(name)
            await self.open.wait()
            return CLIP.sound

        async def told(place: int) -> None:
            self.told.append((name, place))

        return asyncio.create_task(self.transcriber.transcribe(fetch, language="en", told=told))

    async def begin_all(self, names: str) -> list[asyncio.Task[Transcription]]:
        """Begin one after the other, each when the one before it is fetching or waiting."""
        tasks = []
        for name in names:
            tasks.append(self.begin(name))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return tasks


@pytest.fixture(params=["fake", pytest.param("whisper", marks=needs_voice)])
async def hearing(request: pytest.FixtureRequest) -> AsyncIterator[Hearing]:
    if request.param == "fake":
        script = {clip.sound: clip.text for clip in CLIPS}
        yield Hearing(FakeTranscriber(script, parallel=PARALLEL, waiting=WAITING))
        return
    whisper = WhisperTranscriber(MODEL, parallel=PARALLEL, waiting=WAITING, beam_size=1)
    yield Hearing(whisper)
    await whisper.close()


class TestTranscriber:
    @pytest.mark.parametrize("clip", CLIPS[:4], ids=lambda clip: clip.text)
    async def test_what_is_said_is_heard_word_by_word(self, hearing: Hearing, clip: Clip) -> None:
        heard = await hearing.transcriber.transcribe(giving(clip.sound), language="en")
        assert heard.text == clip.text
        assert [word.text for word in heard.words] == clip.text.split()
        assert heard.confidence > 0.8
        assert (heard.language, heard.missing_s) == ("en", 0.0)

    async def test_words_and_spans_follow_each_other_within_the_sound(self, hearing: Hearing) -> None:
        heard = await hearing.transcriber.transcribe(giving(CLIP.sound), language="en")
        words = [Span(word.start, word.end) for word in heard.words]
        for places in (words, list(heard.spans)):
            assert all(0 <= place.start <= place.end <= heard.seconds + 0.001 for place in places)
            assert all(one.end <= other.start for one, other in pairwise(places))

    async def test_sounds_are_fetched_when_their_turn_has_come(self, hearing: Hearing) -> None:
        tasks = await hearing.begin_all("abc")
        assert hearing.fetched == ["a", "b"]
        assert hearing.told == [("c", 1)]
        hearing.open.set()
        assert [heard.text for heard in await asyncio.gather(*tasks)] == [CLIP.text] * 3
        assert hearing.fetched == ["a", "b", "c"]

    async def test_too_many_are_turned_away(self, hearing: Hearing) -> None:
        tasks = await hearing.begin_all("abcd")
        with pytest.raises(TranscriberBusyError):
            await hearing.begin("e")
        assert hearing.told == [("c", 1), ("d", 2)]
        hearing.open.set()
        await asyncio.gather(*tasks)
        assert hearing.fetched == ["a", "b", "c", "d"]

    async def test_whoever_is_cancelled_leaves_the_queue(self, hearing: Hearing) -> None:
        first, second, third, fourth = await hearing.begin_all("abcd")
        third.cancel()
        await asyncio.wait([third], timeout=1)
        assert third.cancelled()
        hearing.open.set()
        heard = await asyncio.gather(first, second, fourth)
        assert [transcription.text for transcription in heard] == [CLIP.text] * 3
        assert hearing.fetched == ["a", "b", "d"]

    async def test_whoever_is_cancelled_while_fetching_makes_room(self, hearing: Hearing) -> None:
        tasks = await hearing.begin_all("abc")
        tasks[0].cancel()
        await asyncio.wait(tasks[:1], timeout=1)
        await asyncio.sleep(0)
        assert hearing.fetched == ["a", "b", "c"]
        hearing.open.set()
        await asyncio.gather(*tasks[1:])

    async def test_whoever_is_cancelled_while_told_of_the_place_leaves_too(self, hearing: Hearing) -> None:
        tasks = await hearing.begin_all("ab")

        async def never_said(_: int) -> None:
            await asyncio.Future()

        waits = asyncio.create_task(hearing.transcriber.transcribe(giving(CLIP.sound), told=never_said))
        await asyncio.sleep(0)
        waits.cancel()
        await asyncio.wait([waits], timeout=1)
        assert waits.cancelled()
        tasks += await hearing.begin_all("cd")
        hearing.open.set()
        await asyncio.gather(*tasks)
        assert hearing.told == [("c", 1), ("d", 2)]

    async def test_whoever_is_told_slowly_or_not_at_all_is_heard_in_turn(self, hearing: Hearing) -> None:
        tasks = await hearing.begin_all("ab")
        ends: list[str] = []

        async def slow(_: int) -> None:
            try:
                await asyncio.Future()
            finally:
                ends.append("told no more")

        async def failing(_: int) -> None:
            ends.append("not told")
            raise RuntimeError

        for told in (slow, failing):
            tasks.append(
                asyncio.create_task(hearing.transcriber.transcribe(giving(CLIP.sound), language="en", told=told))
            )
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        hearing.open.set()
        assert [heard.text for heard in await asyncio.gather(*tasks)] == [CLIP.text] * 4
        assert sorted(ends) == ["not told", "told no more"]

    async def test_why_it_cannot_be_fetched_is_passed_on_and_is_over(self, hearing: Hearing) -> None:
        async def fetch() -> bytes:
            raise NoteGoneError

        for _ in range(PARALLEL + 1):
            with pytest.raises(NoteGoneError):
                await hearing.transcriber.transcribe(fetch)
        assert (await hearing.transcriber.transcribe(giving(CLIP.sound), language="en")).text == CLIP.text

    async def test_what_is_no_sound_is_refused_and_is_over(self, hearing: Hearing) -> None:
        for _ in range(PARALLEL + 1):
            with pytest.raises(UnusableSoundError) as caught:
                await hearing.transcriber.transcribe(giving(b"This is no sound."))
            assert caught.value.problem is SoundProblem.UNREADABLE
        assert (await hearing.transcriber.transcribe(giving(CLIP.sound), language="en")).text == CLIP.text


@pytest.fixture(params=["fake", pytest.param("piper", marks=needs_voice)])
async def synthesizer(request: pytest.FixtureRequest) -> AsyncIterator[Synthesizer]:
    if request.param == "fake":
        yield FakeSynthesizer()
        return
    piper = PiperSynthesizer([VOICE])
    yield piper
    await piper.close()


class TestSynthesizer:
    async def test_a_text_takes_its_time_to_speak(self, synthesizer: Synthesizer) -> None:
        short = await synthesizer.synthesize("What did you build?")
        long = await synthesizer.synthesize("What did you build, and who was with you when it had to be finished?")
        assert short
        assert long
        assert 0.5 < short.seconds < long.seconds < 15

    async def test_speech_can_be_drawn(self, synthesizer: Synthesizer) -> None:
        speech = await synthesizer.synthesize("What did you build?")
        assert speech
        assert 0 < len(speech.waveform) <= 256
        assert max(speech.waveform) > 0

    @pytest.mark.parametrize("text", ["", " ", "\n\t\n"])
    async def test_nothing_is_not_spoken(self, synthesizer: Synthesizer, text: str) -> None:
        assert await synthesizer.synthesize(text) is None

    async def test_the_same_text_sounds_the_same(self, synthesizer: Synthesizer) -> None:
        once, again, other = [await synthesizer.synthesize(text) for text in ("Yes, go on.", "Yes, go on.", "No.")]
        assert once == again != other

    async def test_texts_at_once_are_each_spoken(self, synthesizer: Synthesizer) -> None:
        texts = ["One.", "And now two.", "And then a third one comes."]
        at_once = await asyncio.gather(*map(synthesizer.synthesize, texts))
        assert at_once == [await synthesizer.synthesize(text) for text in texts]

    async def test_whoever_is_cancelled_leaves_the_others_alone(self, synthesizer: Synthesizer) -> None:
        given_up = asyncio.create_task(synthesizer.synthesize("Nobody wants to hear this. " * 20))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait([given_up], timeout=1)
        assert given_up.done()
        assert await synthesizer.synthesize("Go on.")
