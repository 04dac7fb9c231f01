"""An interview that is spoken: notes that are heard, taken back, used and corrected, and questions to listen to."""

from __future__ import annotations

from core.model import UtteranceKind
from tests.adapters.telegram.conftest import conversation, until
from tests.adapters.telegram.sitting import ANSWER, ROLES, bot, hears
from tests.contracts.fake_speech import FakeSynthesizer, FakeTranscriber, heard
from tests.contracts.fake_store import FakeStore
from tests.wires.telegram import Person, TelegramServer, buttons_of

SAID = "I led the move of twelve services to new machines and wrote the runbook for it"
MUMBLED = "I let the moof of twelf surfaces"


async def said(store: FakeStore, robin: Person) -> list[tuple[str, str, str]]:
    """What Robin said in the first question: its kind, its words, and the note that it was heard in."""
    interview = await store.current_interview(await store.candidate(conversation(robin)))
    assert interview is not None
    mine = [one for one in interview.turns[0].utterances if one.message_id]
    return [(one.kind.value, one.text, one.spoken.note if one.spoken else "") for one in mine]


async def test_a_question_is_listened_to_and_answered_aloud(server: TelegramServer, robin: Person) -> None:
    store, synthesizer = FakeStore(ROLES), FakeSynthesizer()
    transcriber = FakeTranscriber({b"mumbled": heard(MUMBLED, probability=0.2), b"said": heard(SAID, probability=0.2)})
    synthesizer.door.clear()
    async with bot(server, store, robin, transcriber, synthesizer):
        robin.writes("/voice on")
        await robin.hears()
        robin.writes("/interview backend_engineer 3")
        await until(lambda: "record_voice" in robin.chat.actions)
        synthesizer.door.set()
        question = await hears(robin, "Question 1 of 3")
        assert robin.listens(question).decode() in question["caption"]

        first = robin.speaks(b"mumbled")
        doubtful = await hears(robin, MUMBLED)
        assert doubtful["reply_to_message"]["message_id"] == first
        assert list(buttons_of(doubtful)) == ["Use it", "Record again"]
        robin.presses("Record again")
        await robin.sees(doubtful, "› Record again")  # noqa: RUF001 - as it is shown

        second = robin.speaks(b"said", kind="video_note")
        understood = await hears(robin, SAID)
        robin.presses("Use it", understood)
        follow_up = await hears(robin, "Follow-up 1 of 3")
        assert robin.listens(follow_up).decode() in follow_up["caption"]
        assert len(server.downloads) == 2
        assert await said(store, robin) == [
            (UtteranceKind.RETRACTED, "", str(first)),
            (UtteranceKind.ANSWER, SAID, str(second)),
        ]
        robin.writes("It held under load", to=understood)
        await hears(robin, "Changed")
        assert (await said(store, robin))[1][:2] == (UtteranceKind.ANSWER, "It held under load")


async def test_words_with_a_note_are_one_answer_and_a_reply_corrects_what_was_heard(
    server: TelegramServer, robin: Person
) -> None:
    store, transcriber = FakeStore(ROLES), FakeTranscriber({b"mumbled": heard(MUMBLED, probability=0.2)})
    async with bot(server, store, robin, transcriber):
        robin.writes("/interview backend_engineer 3")
        await hears(robin, "Question 1 of 3")
        number = robin.speaks(b"mumbled", caption=ANSWER)
        doubtful = await hears(robin, MUMBLED)
        assert doubtful["reply_to_message"]["message_id"] == number
        robin.writes(SAID, to=doubtful)
        await hears(robin, "Follow-up 1 of 3")
        kinds = await said(store, robin)
        assert [(kind, words) for kind, words, _ in kinds] == [("answer", ANSWER), ("answer", SAID)]


async def test_a_note_that_is_being_listened_to_survives_a_restart(server: TelegramServer, robin: Person) -> None:
    store, held = FakeStore(ROLES), FakeTranscriber({b"said": SAID})
    held.door.clear()
    async with bot(server, store, robin, held):
        robin.writes("/interview backend_engineer 3")
        await hears(robin, "Question 1 of 3")
        robin.speaks(b"said")
        await until(lambda: len(server.downloads) == 1)
        await until(lambda: not server.updates.waiting)
    async with bot(server, store, robin, FakeTranscriber({b"said": SAID})):
        await hears(robin, SAID)
        await hears(robin, "Follow-up 1 of 3")
    assert len(server.downloads) == 2
    assert sum(SAID in one["text"] for one in robin.chat.said) == 1


async def test_a_server_that_cannot_listen_says_so(server: TelegramServer, robin: Person) -> None:
    async with bot(server, FakeStore(ROLES), robin):
        robin.writes("/interview backend_engineer 3")
        await hears(robin, "Question 1 of 3")
        robin.speaks(b"said")
        await hears(robin, "I cannot listen to voice notes here")
        robin.writes(ANSWER)
        await hears(robin, "Follow-up 1 of 3")
    assert not server.downloads
