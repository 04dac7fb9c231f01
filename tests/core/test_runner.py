"""The runner: what is saved, done and said in which order."""

from __future__ import annotations

import asyncio

import pytest

from core.effects import ConsiderAnswer, Send
from core.messages import CommandSent, TextSent
from core.model import AnswerKind, Consideration, Phase
from core.ports import Change
from tests.contracts.fake_speech import heard
from tests.contracts.sample import CONVERSATION, INCIDENT, QUEUES
from tests.core.doubles import rest
from tests.core.room import GAP, OTHER, Room


async def test_a_whole_interview(room: Room) -> None:
    await room.command("interview", "tester 2")
    assert [QUEUES.text in text for text in room.platform.texts] == [False, True]
    await room.answer()
    assert INCIDENT.text in room.last
    await room.answer()
    assert "how well did it go" in room.last
    await room.command("rate", "4")
    assert room.platform.sent[-1][1].report
    assert await room.store.pending() == []
    assert room.interviewer.calls.count("assess") == 2


async def test_messages_go_out_in_order_each_with_its_own_key(room: Room) -> None:
    for command in ("help", "roles", "history", "interview"):
        await room.runner.receive(CommandSent(CONVERSATION, command, command))
    await room.runner.idle(CONVERSATION)
    kinds = [message.kind.value for _, message, _ in room.platform.sent]
    keys = [int(key) for _, _, key in room.platform.sent]
    assert kinds == ["help", "roles", "history", "menu"]
    assert keys == sorted(set(keys))


async def test_a_repeated_delivery_is_taken_once(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.", "same")
    sent = len(room.platform.sent)
    await room.say("It absorbs load.", "same")
    assert len(room.platform.sent) == sent
    assert len((await room.interview()).turns[0].answers) == 1


async def test_what_is_written_under_an_earlier_question_is_refused_with_a_word(room: Room) -> None:
    await room.command("interview", "tester")
    await room.answer()
    assert await room.runner.receive(TextSent(CONVERSATION, "late", "It absorbs load.", turn=0))
    await room.runner.idle(CONVERSATION)
    assert "written under an earlier question" in room.last
    assert not (await room.interview()).turns[-1].answers


async def test_the_answer_is_considered_after_the_quiet_gap_and_not_before(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    await room.clock.advance(GAP - 1)
    await room.say("And it retries.")
    await room.clock.advance(GAP - 1)
    assert room.interviewer.calls == []
    await room.clock.advance(1)
    assert room.interviewer.calls[0] == "consider"
    assert (await room.interview()).turns[0].answer_text == "It absorbs load.\nAnd it retries."


@pytest.mark.parametrize("spoken", [False, True])
async def test_without_a_quiet_gap_an_answer_settles_in_the_save_that_takes_it(room: Room, *, spoken: bool) -> None:
    room.gap_s = 0.0
    room.with_voice()
    await room.command("interview", "tester")
    room.interviewer.doors["consider"] = asyncio.Event()
    saved: list[Change] = []
    room.disk.saves = saved.append
    await (room.note(heard("It absorbs load.")) if spoken else room.say("It absorbs load."))
    last = saved[-1]
    assert [one and one.phase for one in (last.before, last.after)] == [Phase.ASKING, Phase.CONSIDERING]
    assert [type(one) for one in last.effects if not isinstance(one, Send)] == [ConsiderAnswer]


async def test_typing_makes_the_gap_begin_anew_until_it_is_over(either: Room) -> None:
    await either.command("interview", "tester")
    either.runner.typing(CONVERSATION)
    await either.say("It absorbs load.")
    for _ in range(3):
        await either.clock.advance(GAP - 1)
        either.runner.typing(CONVERSATION)
    assert either.interviewer.calls == []
    await either.clock.advance(GAP)
    assert either.interviewer.calls[0] == "consider"
    either.runner.typing(CONVERSATION)
    await rest()
    assert INCIDENT.text in either.last


async def test_typing_while_the_settled_answer_is_being_saved_does_not_lose_what_follows(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    room.disk.slow = asyncio.Event()
    await room.clock.advance(GAP)
    room.runner.typing(CONVERSATION)
    await rest()
    room.disk.slow.set()
    await rest()
    assert room.interviewer.calls[:1] == ["consider"]


async def test_the_end_of_an_older_gap_leaves_the_newer_one_alone(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    await room.clock.advance(GAP / 2)
    await room.say("And it retries.")
    await room.clock.advance(GAP / 2)
    room.runner.typing(CONVERSATION)
    await room.clock.advance(GAP / 2)
    assert room.interviewer.calls == []
    await room.clock.advance(GAP / 2)
    assert room.interviewer.calls[0] == "consider"


async def test_an_edit_changes_the_answer_and_comes_too_late_afterwards(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs laod.", "m")
    await room.edit("It absorbs load.", "m")
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."
    await room.clock.advance(GAP)
    await room.edit("It absorbs nothing.", "m")
    assert "comes too late" in room.last
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."


async def test_what_may_be_an_edit_counts_where_it_changes_the_answer_and_is_nothing_elsewhere(room: Room) -> None:
    await room.edit("It absorbs load.", "m", uncertain=True)
    await room.command("interview", "tester")
    await room.say("It absorbs laod.", "m")
    told = len(room.platform.sent)
    for text, message_id in ((" It absorbs laod.", "m"), ("It absorbs load.", "another")):
        await room.edit(text, message_id, uncertain=True)
        assert len(room.platform.sent) == told
    await room.edit("It absorbs load.", "m", uncertain=True)
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."
    await room.clock.advance(GAP)
    told = len(room.platform.sent)
    await room.edit("It absorbs nothing.", "m", uncertain=True)
    assert len(room.platform.sent) == told


async def test_the_words_that_are_there_are_no_edit_wherever_they_stand(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs laod.", "m")
    await room.edit("It absorbs load.", "m")
    await room.clock.advance(GAP)
    told = len(room.platform.sent)
    for uncertain in (False, True):  # as of a reaction, at a receiver that has seen the first words or none
        await room.edit(" It absorbs load.", "m", uncertain=uncertain)
        assert len(room.platform.sent) == told


async def test_that_a_role_is_gone_is_told_whatever_shows_it(room: Room) -> None:
    await room.command("interview", "tester")
    room.roles.clear()
    await room.edit("It absorbs load.", "m", uncertain=True)
    assert "changed or removed by the owner" in room.platform.texts[-2]


async def test_text_is_cleaned_before_it_is_kept(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It\u200b absorbs\x00   load.", "m")
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."
    await room.edit("  It retries.\u202e ", "m")
    assert (await room.interview()).turns[0].answer_text == "It retries."


async def test_stop_works_at_once_while_a_slow_interviewer_thinks(room: Room) -> None:
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer()
    assert room.interviewer.calls == ["consider"]
    await room.command("stop")
    assert "Your report follows" in room.last
    room.interviewer.door.set()
    await rest()
    assert room.platform.sent[-1][1].report
    assert INCIDENT.text not in "".join(room.platform.texts)
    assert await room.store.pending() == []
    await room.runner.idle(CONVERSATION)


async def test_two_candidates_do_not_wait_for_each_other(room: Room) -> None:
    await room.command("interview", "tester")
    await room.command("interview", "tester", where=OTHER)
    room.interviewer.door.clear()
    await room.answer()
    await room.command("hint", where=OTHER)
    assert (room.platform.sent[-1][0], QUEUES.hint in room.last) == (OTHER, True)
    await room.runner.idle(OTHER)
    room.interviewer.door.set()
    await room.runner.idle(CONVERSATION)
    assert INCIDENT.text in room.last


async def test_messages_that_come_at_once_are_taken_one_after_the_other(room: Room) -> None:
    await room.command("interview", "tester")
    some = [TextSent(CONVERSATION, f"m{number}", f"Part {number}.") for number in range(5)]
    await asyncio.gather(*(room.runner.receive(one) for one in some))
    assert len((await room.interview()).turns[0].answers) == 5


async def test_without_an_interview_the_candidate_hears_what_to_do(room: Room) -> None:
    await room.say("Hello!")
    assert "Your interview partner" in room.last
    await room.over()
    await room.say("Hello again!")
    assert "Your interview is over" in room.last
    await room.command("interview", "tester")
    await room.command("drop")
    await room.say("Hello once more!")
    assert "No interview is running" in room.last
    for command in ("skip", "retry", "rate"):
        await room.command(command)
        assert "No interview is running" in room.last


@pytest.mark.parametrize(
    ("command", "turn", "said"),
    [
        ("next", None, "/skip leaves this one out"),
        ("done", None, "no answer from you yet"),
        ("skip", 5, "an earlier question or interview"),
        ("rate", None, "asked once, at the end of a mock interview"),
    ],
)
async def test_what_does_not_fit_is_said_kindly(room: Room, command: str, turn: int | None, said: str) -> None:
    await room.command("interview", "tester")
    before = await room.interview()
    await room.command(command, turn=turn)
    assert said in room.last
    assert (await room.interview()).turns == before.turns


async def test_words_while_paused_are_not_taken_and_the_candidate_is_told(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("I need a break.")
    await room.say("It absorbs load.")
    assert "The interview is paused." in room.last


async def test_the_stronger_version_reaches_the_candidate_in_coach_mode(room: Room) -> None:
    await room.command("interview", "tester coach 1")
    await room.answer()
    assert "Stronger: I rolled it back" in room.last
    assert QUEUES.sample in room.last


async def test_a_wish_that_the_interviewer_finds_is_done() -> None:
    room = Room(Consideration(AnswerKind.SKIP))
    await room.command("interview", "tester")
    await room.answer("I would very much like to leave this one to others, thank you.")
    assert INCIDENT.text in room.last
