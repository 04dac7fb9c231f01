"""Forgetting a candidate: what works for them ends, all is deleted, and what is said then is not kept."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from core.desk.answer import Answer
from core.effects import Send
from core.messages import CommandSent
from core.model import Interview, Preferences
from core.ports import DeliveryError, RecordingError, StoreUnavailableError
from core.recent import kept
from core.runner.again import FIRST_PAUSE_S
from core.runner.dispatching import InProcess
from core.runner.forgetting import SAID_S, said_forgotten
from core.runner.sending import Sending
from core.wording import pages, settings, voice
from tests.contracts.fake_speech import FakeRecordings
from tests.contracts.sample import CONVERSATION
from tests.core.doubles import FakeClock, rest
from tests.core.room import GAP, OTHER, Room

ANSWER = "I rolled the release back in four minutes."
FORGOTTEN = Send(pages.help_page())


class Desk:
    """A desk that forgets whoever says so, and sends the rest on."""

    def __init__(self, room: Room) -> None:
        self._desk = room.runner._desk

    async def answer(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        if asked.command == "burn":
            return Answer(None, (FORGOTTEN, FORGOTTEN), forgets=True)
        if asked.command == "erase":
            return Answer(interview, (FORGOTTEN,), Preferences(), forgets_recordings=True)
        return await self._desk.answer(candidate, asked, interview)

    async def nothing_open(self, *arguments: object, **named: object) -> Answer:
        return await self._desk.nothing_open(*arguments, **named)  # type: ignore[arg-type]


def sending(room: Room) -> Sending:
    """The messages that are on their way."""
    assert isinstance(room.runner._dispatching, InProcess)
    return room.runner._dispatching._sending


class Stuck(FakeRecordings):
    """Recordings that cannot be deleted."""

    async def forget(self, interviews: object) -> None:
        raise RecordingError("The folder is read-only.")


class Slow(FakeRecordings):
    """Recordings on a slow disk: what was begun comes to its end, whoever is cancelled meanwhile.

    `keeping` and `deleting` are doors that hold what has been begun; `deleted` counts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.keeping, self.deleting = asyncio.Event(), asyncio.Event()
        self.deleted = 0

    async def keep(self, interview: int, note: str, sound: bytes) -> None:
        await asyncio.shield(asyncio.create_task(self._keep(interview, note, sound)))

    async def _keep(self, interview: int, note: str, sound: bytes) -> None:
        await self.keeping.wait()
        await super().keep(interview, note, sound)

    async def forget(self, interviews: Sequence[int]) -> None:
        self.deleted += 1
        await super().forget(interviews)
        await self.deleting.wait()


def furnished(recordings: FakeRecordings | None = None) -> Room:
    room = Room().with_voice()
    room.recordings = recordings or room.recordings
    room.runner = room.new_runner()
    room.runner._desk = Desk(room)  # type: ignore[assignment]
    return room


@pytest.fixture
def room() -> Room:
    return furnished()


async def begun(room: Room) -> int:
    """A candidate with an interview, a recording, and something on its way; their id."""
    candidate = await room.store.candidate(CONVERSATION)
    room.store._preferences[candidate] = Preferences(keep_recordings=True)
    await room.command("interview", "tester")
    await room.note(ANSWER)
    return candidate


def keys(room: Room) -> list[str]:
    return [key for _, _, key in room.platform.sent]


async def test_everything_is_deleted_and_told_without_keeping_that(room: Room) -> None:
    candidate = await begun(room)
    assert room.recordings
    assert room.recordings.kept
    await room.command("burn")
    assert keys(room)[-2:] == ["forgotten-c3-0", "forgotten-c3-1"]
    assert (room.store._interviews, room.recordings.kept) == ({}, {})
    assert await room.store.pending() == []
    assert room.runner._whereabouts._latest._values == {}
    assert room.runner._limits._going_on == {}
    assert await room.store.candidate(CONVERSATION) != candidate


async def test_what_was_made_of_their_words_is_forgotten_too(room: Room) -> None:
    await begun(room)
    said = frozenset(ANSWER)
    known = weakref.ref(said)
    keep = kept(8)(lambda said: (said,))
    keep(said)
    del said
    gc.collect()
    assert known()
    await room.command("burn")
    gc.collect()
    assert known() is None


async def test_what_was_made_of_words_is_forgotten_in_time_whichever_process_forgets_who_said_them() -> None:
    clock, made = FakeClock(), list[str]()
    keep = kept(8)(made.append)
    async with said_forgotten(clock):
        for seconds in (0, SAID_S - 1, 1, SAID_S - 1, 1):
            await clock.advance(seconds)
            keep("said")
    assert len(made) == 3
    await clock.advance(2 * SAID_S)
    keep("said")
    assert len(made) == 3


async def test_that_something_could_not_be_saved_is_forgotten_too(room: Room) -> None:
    await begun(room)
    room.disk.failing = True
    await room.clock.advance(GAP)
    room.disk.failing = False
    await room.command("burn")
    await room.runner.idle(CONVERSATION)


async def test_all_that_works_for_the_candidate_ends(room: Room) -> None:
    assert room.transcriber
    await begun(room)
    await room.clock.advance(GAP)
    room.interviewer.door.clear()
    await room.answer()
    room.transcriber.door.clear()
    await room.note(ANSWER)
    await room.command("burn")
    await asyncio.wait_for(room.runner.idle(CONVERSATION), 1)
    assert room.transcriber.cancelled == 1
    assert not list(room.runner._underway._effects)
    room.interviewer.door.set()
    room.transcriber.door.set()
    told = len(room.platform.sent)
    await room.clock.advance(1000)
    assert len(room.platform.sent) == told


async def test_what_has_not_arrived_is_not_sent_any_more_but_what_is_for_others(room: Room) -> None:
    await room.command("interview", "tester", where=OTHER)
    await begun(room)
    room.platform.failure = DeliveryError("offline")
    await room.say("status", where=OTHER)
    await room.say("status")
    await room.command("burn")
    room.platform.failure = None
    before = len(room.platform.sent)
    await room.clock.advance(100)
    assert [where for where, _, _ in room.platform.sent[before:]] == [OTHER]


async def test_messages_of_another_candidate_to_the_same_conversation_still_arrive(room: Room) -> None:
    candidate = await begun(room)
    room.platform.failure = DeliveryError("offline")
    await room.command("help")
    ours = next(one for one in await room.store.pending() if isinstance(one.effect, Send))
    theirs = replace(ours, id=ours.id + 100, candidate=99)
    sending(room).add(theirs, FORGOTTEN.message)
    await rest()
    sending(room).drop(candidate)
    room.platform.failure = None
    before = len(room.platform.sent)
    await room.clock.advance(100)
    assert str(theirs.id) in keys(room)[before:]
    assert str(ours.id) not in keys(room)[before:]


async def test_nor_is_one_sent_again_that_had_arrived_already(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(effect_id: int) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(room.disk, "performed", hangs)
    await room.command("help")
    (ours,) = await room.store.pending()
    sending(room).add(replace(ours, id=ours.id + 100, candidate=99), FORGOTTEN.message)
    monkeypatch.undo()
    sending(room).drop(99)
    await rest()
    assert keys(room) == [str(ours.id)]
    assert await room.store.pending() == []


async def test_who_wrote_at_the_same_moment_is_a_new_candidate(room: Room) -> None:
    candidate = await begun(room)
    await asyncio.gather(
        room.runner.receive(CommandSent(CONVERSATION, "x1", "burn")),
        room.runner.receive(CommandSent(CONVERSATION, "x2", "interview", "tester")),
    )
    await rest()
    assert (await room.interview()).candidate != candidate


async def test_others_keep_what_is_theirs(room: Room) -> None:
    await room.command("interview", "tester", where=OTHER)
    await begun(room)
    await room.command("burn")
    assert (await room.interview(OTHER)).is_open


async def test_where_recordings_cannot_be_deleted_nothing_is(caplog: pytest.LogCaptureFixture) -> None:
    room = furnished(Stuck())
    await begun(room)
    with caplog.at_level(logging.WARNING):
        await room.command("burn")
    assert room.last == voice.not_forgotten().text
    assert "read-only" in caplog.text
    await room.clock.advance(GAP)
    assert "consider" in room.interviewer.calls


async def test_who_has_no_recordings_is_forgotten_too(room: Room) -> None:
    room = Room()
    room.runner._desk = Desk(room)  # type: ignore[assignment]
    await room.command("interview", "tester")
    await room.command("burn")
    assert room.store._interviews == {}


async def test_a_store_that_cannot_forget_is_an_error_as_any_other(room: Room) -> None:
    await begun(room)

    async def broken(candidate: int) -> None:
        raise StoreUnavailableError("The disk is full.")

    room.store.forget = broken  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailableError):
        await room.runner.receive(CommandSent(CONVERSATION, "x1", "burn"))


async def test_recordings_alone_can_be_deleted(room: Room) -> None:
    await begun(room)
    await room.command("erase")
    assert room.recordings
    assert room.recordings.kept == {}
    assert (await room.interview()).is_open
    assert room.last == FORGOTTEN.message.text


async def test_recordings_are_deleted_by_a_message_that_comes_again(room: Room) -> None:
    await begun(room)
    await room.runner.receive(CommandSent(CONVERSATION, "x1", "erase"))
    assert room.recordings
    room.recordings.kept = {((await room.interview()).id, "left"): b"by a process that ended"}
    await room.runner.receive(CommandSent(CONVERSATION, "x1", "erase"))
    assert room.recordings.kept == {}


async def test_that_recordings_cannot_be_deleted_is_told() -> None:
    room = furnished(Stuck())
    await begun(room)
    await room.command("erase")
    assert room.last == voice.recordings_not_deleted().text


@pytest.mark.parametrize(("command", "argument"), [("forget", "yes"), ("settings", "recordings off")])
async def test_a_note_that_is_being_kept_at_that_very_moment_is_deleted_too(command: str, argument: str) -> None:
    recordings = Slow()
    room = furnished(recordings)
    recordings.deleting.set()
    await begun(room)
    deleting = asyncio.create_task(room.runner.receive(CommandSent(CONVERSATION, "x1", command, argument)))
    await rest()
    assert recordings.deleted == 0
    recordings.keeping.set()
    await asyncio.wait_for(deleting, 1)
    await rest()
    assert (recordings.kept, recordings.deleted) == ({}, 1)


@pytest.mark.parametrize(("command", "argument"), [("forget", "yes"), ("settings", "recordings off")])
async def test_no_note_is_kept_any_more_once_they_are_being_deleted(command: str, argument: str) -> None:
    recordings = Slow()
    room = furnished(recordings)
    recordings.keeping.set()
    await begun(room)
    assert room.transcriber
    room.transcriber.door.clear()
    await room.note(ANSWER)
    deleting = asyncio.create_task(room.runner.receive(CommandSent(CONVERSATION, "x1", command, argument)))
    await rest()
    assert recordings.deleted == 1
    room.transcriber.door.set()
    await rest()
    recordings.deleting.set()
    await asyncio.wait_for(deleting, 1)
    await rest()
    assert recordings.kept == {}


@pytest.mark.parametrize("pressed_in", ["", "page"])
async def test_who_cannot_have_recordings_deleted_is_not_told_that_they_are(pressed_in: str) -> None:
    room = Room().with_voice()
    candidate = await begun(room)
    room.recordings = Stuck()
    room.runner = room.new_runner()
    before = len(room.platform.sent)
    await room.runner.receive(CommandSent(CONVERSATION, "x1", "settings", "recordings off", pressed_in=pressed_in))
    await rest()
    [(_, told, _)] = room.platform.sent[before:]
    assert told == replace(voice.recordings_not_deleted(), replaces=pressed_in)
    assert not (await room.store.preferences(candidate)).keep_recordings
    room.recordings = FakeRecordings()
    room.runner = room.new_runner()
    await room.press("Delete recordings")
    assert settings.FORGOTTEN in room.last


async def test_whoever_confirms_at_the_desk_is_forgotten() -> None:
    room = Room().with_voice()
    await begun(room)
    await room.command("forget")
    assert room.store._interviews
    await room.press("Delete everything")
    assert room.store._interviews == {}
    assert room.platform.sent[-1][2].startswith("forgotten-")


class Failing:
    """Lets nobody be forgotten, and nothing of theirs be read, while the store is `down`."""

    def __init__(self, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
        self.down = True
        for name in ("forget", "pending_of"):
            monkeypatch.setattr(room.store, name, partial(self._tried, getattr(room.store, name)))

    async def _tried(self, work: Callable[[int], Awaitable[object]], candidate: int) -> object:
        if self.down:
            raise StoreUnavailableError("The database is locked.")
        return await work(candidate)


async def test_who_could_not_be_forgotten_goes_on_where_they_were_soon_after_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = furnished()
    assert room.transcriber
    await room.command("interview", "tester")
    room.transcriber.door.clear()
    await room.note(ANSWER)
    store = Failing(room, monkeypatch)
    with pytest.raises(StoreUnavailableError):
        await room.command("burn")
    room.transcriber.door.set()
    for _ in range(40):  # so that pauses that grow would be minutes by now
        await room.clock.advance(FIRST_PAUSE_S)
    assert (await room.interview()).turns[0].answer_text == ""
    store.down = False
    await room.clock.advance(FIRST_PAUSE_S)
    await rest()
    assert (await room.interview()).turns[0].answer_text == ANSWER


async def test_what_somebody_has_begun_since_they_could_not_be_forgotten_is_not_begun_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = furnished()
    store = Failing(room, monkeypatch)
    await room.command("interview", "tester")
    with pytest.raises(StoreUnavailableError):
        await room.command("burn")
    store.down = False
    room.platform.failure = DeliveryError("offline")
    await room.command("help")
    await room.clock.advance(FIRST_PAUSE_S - 2)
    await room.say("I rolled it back in")
    await room.clock.advance(2)
    await rest()
    assert "consider" not in room.interviewer.calls  # of the quiet gap only two seconds are over
    room.platform.failure = None
    for _ in range(6):
        await room.clock.advance(60)
    assert len(keys(room)) == len({*keys(room)})
