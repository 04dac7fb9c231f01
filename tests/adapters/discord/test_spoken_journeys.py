"""Spoken interviews: discord.py, the runner, an interviewer by rules, SQLite, and doubles that hear and speak."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.speech import Transcription
from tests.adapters.discord.conftest import Start
from tests.adapters.discord.test_journeys import ANSWER, Served
from tests.contracts.fake_speech import FakeSynthesizer, FakeTranscriber, heard
from tests.wires.discord import DiscordServer, Fault, Message, User

SAID: Mapping[bytes, str | Transcription | Exception] = {
    b"first": "We moved the data base",
    b"second": ANSWER,
    b"mumbled": heard(ANSWER, probability=0.3),
}
VOICE = 8192


class Spoken(Served):
    """The bot with ears and a mouth."""

    def __init__(self, server: DiscordServer, user: User, folder: Path, start: Start) -> None:
        super().__init__(server, user, folder, start)
        self.ears, self.mouth = FakeTranscriber(SAID), FakeSynthesizer()
        self.engines = {"transcriber": self.ears, "synthesizer": self.mouth}

    async def speak(self, sound: bytes) -> Message:
        return await self.server.speaks(self.user, sound)

    def voices(self) -> list[str]:
        """What was said aloud, as the voice messages of the bot hold it."""
        said = [one for one in self.server.said_in(self.direct) if one.flags == VOICE]
        return [content.decode() for one in said for _, content in one.files.values()]

    async def listen(self, number: int) -> str:
        """The bot's voice message of that number, as soon as it is there."""
        return await self.server.until(lambda: next(iter(self.voices()[number:]), None))


@pytest.fixture
def served(server: DiscordServer, ana: User, tmp_path: Path, start: Start) -> Spoken:
    return Spoken(server, ana, tmp_path, start)


async def test_a_spoken_answer_from_the_note_to_the_spoken_follow_up(served: Spoken) -> None:
    served.gap_s = 60  # so that it is taken back before it counts
    async with served.running():
        await served.give("voice", mode="on")
        await served.hear("voice messages")
        await served.write("/interview backend_engineer mock 3")
        asked = await served.hear("Question 1 of 3")
        assert asked.text.endswith(await served.listen(0))
        served.server.cdn.expire()
        first = await served.speak(b"first")
        told = await served.hear("We moved the data base")
        assert told.replies_to is first
        assert list(told.buttons) == ["Use it", "Record again"]
        await served.press(told, "Record again")
        await served.hear("taken that back")
        second = await served.speak(b"second")
        told = await served.hear("rolled the release back")
        assert told.replies_to is second
        await served.press(told, "Use it")
        follow_up = await served.listen(1)
        assert follow_up in (await served.hear(follow_up[:30])).text
        assert follow_up != asked.text
        assert [text for text, _ in served.mouth.spoken] == served.voices()
        await served.give("transcript")
        written = await served.hear("Transcript")
        assert "rolled the release back" in written.text
        assert "data base" not in written.text


async def test_a_doubtful_note_is_corrected_by_a_reply_to_what_was_heard(served: Spoken) -> None:
    async with served.running():
        await served.write("/interview backend_engineer mock 3")
        await served.hear("Question 1 of 3")
        await served.speak(b"mumbled")
        told = await served.hear("not sure that I heard this right")
        await served.server.writes(served.user, f"{ANSWER} Quokka.", replies_to=told)
        await served.hear("Changed")
        await served.hear("Follow-up 1 of 3")
        await served.give("transcript")
        written = (await served.hear("Transcript")).text
        assert (written.count("Quokka"), written.count("rolled the release back")) == (1, 1)
    assert not served.mouth.spoken


async def test_a_note_that_was_being_transcribed_at_the_end_is_fetched_again(served: Spoken) -> None:
    served.ears.door.clear()
    async with served.running():
        await served.write("/interview backend_engineer mock 3")
        await served.hear("Question 1 of 3")
        await served.speak(b"second")
        await served.server.until(lambda: served.server.cdn.asked or None)
    served.server.cdn.expire()
    served.ears.door.set()
    async with served.running():
        await served.hear("rolled the release back")
    assert [status for _, status in served.server.cdn.asked] == [200, 200]


async def test_a_deleted_note_is_said_and_the_interview_goes_on(served: Spoken) -> None:
    async with served.running():
        await served.write("/interview backend_engineer mock 3")
        await served.hear("Question 1 of 3")
        served.server.faults += [Fault("GET", "/attachments", status=404, times=2)]
        await served.speak(b"second")
        await served.hear("could not fetch that voice note")
        await served.speak(b"second")
        await served.hear("rolled the release back")


async def test_without_ears_a_note_is_answered_in_one_sentence(served: Spoken) -> None:
    served.engines = {}
    async with served.running():
        await served.write("/interview backend_engineer mock 3")
        await served.hear("Question 1 of 3")
        await served.speak(b"second")
        await served.hear("cannot listen")
        await served.give("interview skip")
        await served.hear("Question 2 of 3")
    assert not served.server.cdn.asked


async def test_a_question_that_comes_both_ways_is_written_first(served: Spoken) -> None:
    async with served.running():
        await served.give("settings", voice="both")
        await served.hear("a moment later as a voice message")
        await served.write("/interview backend_engineer mock 3")
        asked = await served.hear("Question 1 of 3")
        said = await served.listen(0)
    assert asked.text.endswith(said)
    assert asked.buttons
    *_, written, voice = served.server.said_in(served.direct)
    assert (written, voice.flags, voice.text) == (asked, VOICE, "")
