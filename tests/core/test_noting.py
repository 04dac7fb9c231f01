"""What the log tells of an interview: which conversation a line is about, how the interview goes on, and no words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.about import about, context, current
from core.model import Phase
from core.progress import Progress, progress
from tests.contracts.fake_speech import heard
from tests.contracts.sample import CONVERSATION
from tests.core.room import OTHER, Room
from tests.lines import Lines, lines_of


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    caplog.set_level(logging.INFO)
    with lines_of("core") as lines:
        yield lines


@pytest.fixture
def room() -> Room:
    return Room().with_voice()


def test_a_conversation_is_the_current_one_for_as_long_as_a_block_lasts() -> None:
    assert current() is None
    with about(CONVERSATION):
        assert context(OTHER).run(current) == OTHER
        assert current() == CONVERSATION
    assert current() is None


async def test_an_interview_is_told_from_its_beginning_to_its_end(room: Room, lines: Lines) -> None:
    await room.over(2)
    interview = await room.interview()
    one, two = (question.id for question in interview.plan)
    assert [line for _, line in lines.kept] == [
        f"Interview {interview.id} began: tester, mock, mid, questions: 2.",
        f"Interview {interview.id}: question 1 ({one}) was closed as answered after 4 s; considered by rules.",
        f"Interview {interview.id}: question 2 ({two}) was closed as answered after 4 s; considered by rules.",
        f"Interview {interview.id} ended as finished after 8 s.",
    ]
    assert {where for where, _ in lines.kept} == {CONVERSATION}


async def test_an_interview_ends_once_however_often_it_is_gone_back_to(room: Room, lines: Lines) -> None:
    await room.over()
    await room.command("retry", "1")
    await room.answer("I rolled it back again, in two minutes.")
    assert (await room.interview()).phase is Phase.FINISHED
    assert sum(" ended as " in line for _, line in lines.kept) == 1


async def test_a_question_that_was_skipped_was_considered_by_nobody(room: Room, lines: Lines) -> None:
    await room.command("interview", "tester 2")
    await room.command("skip")
    assert lines.kept[-1][1].endswith("was closed as skipped after 0 s; considered by nobody.")


async def test_a_voice_note_is_told_by_its_length(room: Room, lines: Lines) -> None:
    await room.command("interview", "tester 2")
    await room.note(replace(heard("SENTINEL"), seconds=7.0))
    assert [line.partition(" within ")[0] for _, line in lines.kept[1:]] == ["A voice note of 7 s was heard"]


async def test_each_line_names_the_conversation_that_it_is_about(room: Room, lines: Lines) -> None:
    room.interviewer.failing = {"consider"}
    for where in (CONVERSATION, OTHER):
        await room.command("interview", "tester 1", where=where)
        await room.answer(where=where)
    failed = [where for where, line in lines.kept if line.startswith("An effect failed")]
    assert failed == [CONVERSATION, OTHER]


async def test_what_was_left_by_a_process_is_told_with_its_own_conversation(room: Room, lines: Lines) -> None:
    room.interviewer.failing = {"consider"}
    await room.command("interview", "tester 1", where=OTHER)
    await room.answer(where=OTHER)
    room.interviewer.failing = set()
    await room.runner.close()
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await room.runner.idle(OTHER)
    assert lines.kept[-1] == (OTHER, lines.kept[-1][1])
    assert "was closed as answered" in lines.kept[-1][1]


async def test_nothing_is_written_down_that_nobody_wants(room: Room, lines: Lines) -> None:
    logging.getLogger().setLevel(logging.WARNING)
    await room.over(1)
    assert lines.kept == []


async def test_what_an_interview_is_brought_on_by_a_step(room: Room) -> None:
    await room.command("interview", "tester 2")
    asked = await room.interview()
    assert progress(None, asked) == Progress(begun=True)
    assert progress(asked, asked) == Progress()
    await room.answer()
    answered = await room.interview()
    assert progress(asked, answered) == Progress(closed=answered.turns[:1])
    await room.command("drop")
    dropped = await room.interview()
    done = progress(answered, dropped)
    assert (done.begun, done.ended) == (False, True)
    assert progress(dropped, dropped) == Progress()
