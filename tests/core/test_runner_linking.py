"""One candidate with two accounts: what is joined, where an interview goes on, and what it parts into again."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from core.effects import AssessAnswer
from core.messages import CommandSent, Outbound, TextSent
from core.model import Conversation, Phase
from core.ports import CodeGoneError, PendingEffect, StoreUnavailableError
from core.runner import whereabouts
from core.runner.asking import PULSE_S, SLOW_S
from tests.contracts.sample import INCIDENT, QUEUES
from tests.contracts.steps import notice
from tests.core.doubles import RecordingPlatform, rest
from tests.core.room import GAP, Room

PHONE = Conversation("telegram", "17", "17")
DESK = Conversation("discord", "99", "42")


class TwoPlatforms(Room):
    """A room with Telegram and Discord, and one candidate who is on both."""

    def __init__(self) -> None:
        super().__init__()
        self.telegram, self.discord = RecordingPlatform(), RecordingPlatform()
        self.platforms.update(telegram=self.telegram, discord=self.discord)

    async def code(self, where: Conversation = DESK) -> str:
        await self.command("link", where=where)
        found = re.search(r"/link (\S+) ", self.said(where).text)
        assert found
        return found[1]

    async def warned(self, where: Conversation = PHONE) -> str:
        """A code of the desk's, about which an account was warned."""
        code = await self.code()
        await self.command("link", code, where=where)
        assert "Are both accounts yours?" in self.said(where).text
        return code

    async def join(self) -> None:
        """The phone joins the candidate at the desk."""
        await self.command("link", f"{await self.warned()} yes", where=PHONE)
        assert "are joined" in self.said(PHONE).text

    def said(self, where: Conversation) -> Outbound:
        """The latest message there."""
        return self.on(where).sent[-1][1]

    def on(self, where: Conversation) -> RecordingPlatform:
        return self.telegram if where.platform == PHONE.platform else self.discord

    async def same_candidate(self) -> bool:
        return await self.store.candidate(PHONE) == await self.store.candidate(DESK)

    async def titles(self, where: Conversation) -> list[int]:
        """The ids of the interviews that are seen from an account."""
        return [one.id for one in (await self.store.history(await self.store.candidate(where))).items]


@pytest.fixture
def room() -> TwoPlatforms:
    return TwoPlatforms()


# From one platform to the other


async def test_an_interview_that_is_paused_here_goes_on_there(room: TwoPlatforms) -> None:
    await room.join()
    await room.command("interview", "tester 2", where=PHONE)
    assert QUEUES.text in room.said(PHONE).text
    await room.command("pause", where=PHONE)
    before = len(room.telegram.sent)
    await room.command("resume", where=DESK)
    assert QUEUES.text in room.said(DESK).text
    await room.answer(where=DESK)
    assert INCIDENT.text in room.said(DESK).text
    await room.answer(where=DESK)
    await room.command("rate", "4", where=DESK)
    assert room.said(DESK).report
    assert len(room.telegram.sent) == before
    assert await room.store.pending() == []
    await room.command("report", where=PHONE)
    assert room.said(PHONE).report


async def reviewed_elsewhere(room: TwoPlatforms) -> None:
    """An answer that was given on the phone is being assessed while the candidate goes on at the desk."""
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.join()
    await room.command("interview", "tester coach 2", where=PHONE)
    await room.answer(where=PHONE)
    await room.command("pause", where=PHONE)
    await room.command("resume", where=DESK)
    assert (await room.interview(DESK)).phase is Phase.REVIEWING


async def test_what_was_asked_for_here_is_told_where_the_candidate_is_now(room: TwoPlatforms) -> None:
    await reviewed_elsewhere(room)
    before = len(room.telegram.sent)
    await room.clock.advance(SLOW_S)
    assert "feedback" in room.said(DESK).text
    pulses = len(room.telegram.pulses)
    await room.clock.advance(PULSE_S)
    assert (room.discord.pulses[-1], len(room.telegram.pulses)) == (DESK, pulses)
    room.interviewer.doors["assess"].set()
    await rest()
    assert "Try again" in [choice.label for choice in room.said(DESK).choices]
    assert len(room.telegram.sent) == before


async def test_after_a_restart_too_it_is_told_where_the_candidate_is(room: TwoPlatforms) -> None:
    await reviewed_elsewhere(room)
    room.discord.door.clear()
    await room.command("status", where=DESK)
    await room.runner.close()
    room.discord.door.set()
    before = len(room.telegram.sent)
    room.runner = room.new_runner()
    await room.runner.resume_all()
    room.interviewer.doors["assess"].set()
    await rest()
    assert "Try again" in [choice.label for choice in room.said(DESK).choices]
    assert len(room.telegram.sent) == before


async def test_the_report_comes_where_the_candidate_is_though_the_last_result_was_asked_for_elsewhere(
    room: TwoPlatforms,
) -> None:
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.join()
    await room.command("interview", "tester 1", where=PHONE)
    await room.answer(where=PHONE)
    await room.command("rate", "4", where=DESK)
    room.interviewer.doors["assess"].set()
    await rest()
    assert room.said(DESK).report
    assert not any(message.report for _, message, _ in room.telegram.sent)


async def test_of_an_interview_that_is_not_remembered_the_place_of_the_effect_is_as_good(
    room: TwoPlatforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whereabouts, "_INTERVIEWS", 0)
    await room.join()
    await room.command("interview", "tester", where=PHONE)
    await room.answer(where=PHONE)
    assert INCIDENT.text in room.said(PHONE).text


async def test_a_platform_that_is_served_no_more_keeps_nobody_from_going_on_at_the_other(
    room: TwoPlatforms, caplog: pytest.LogCaptureFixture
) -> None:
    await room.join()
    await room.command("interview", "tester", where=PHONE)
    await room.say("It absorbs load.", where=PHONE)
    await room.runner.close()
    del room.platforms["telegram"]
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await room.clock.advance(GAP)
    assert room.interviewer.calls == []
    await room.answer("And it retries.", where=DESK)
    assert INCIDENT.text in room.said(DESK).text
    await room.runner.close()
    room.platforms["telegram"] = room.telegram
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await room.clock.advance(GAP)
    assert room.interviewer.calls.count("consider") == 1
    assert await room.store.pending() == []
    assert caplog.text == ""


# Joining and parting


async def test_interviews_come_along_and_go_back_again(room: TwoPlatforms) -> None:
    await room.over(where=PHONE)
    await room.over(where=DESK)
    (phone,), (desk,) = await room.titles(PHONE), await room.titles(DESK)
    await room.join()
    assert await room.titles(DESK) == await room.titles(PHONE) == [desk, phone]
    await room.command("retry", "1", where=DESK)
    assert (await room.interview(DESK)).id == desk
    await room.command("stop", where=DESK)
    await room.command("unlink", "yes", where=DESK)
    assert "are parted" in room.said(DESK).text
    assert room.said(PHONE).text.startswith("This account is joined with yours on Discord no more:")
    assert (await room.titles(PHONE), await room.titles(DESK)) == ([phone], [desk])


async def test_nobody_else_can_use_a_code_that_two_try_at_once(room: TwoPlatforms) -> None:
    other = Conversation("telegram", "18", "18")
    code = await room.warned()
    await room.command("link", code, where=other)
    before = len(room.telegram.sent)
    await asyncio.gather(
        *(room.runner.receive(CommandSent(where, "1", "link", f"{code} yes")) for where in (PHONE, other))
    )
    await rest()
    said = sorted(message.text for _, message, _ in room.telegram.sent[before:])
    assert ["not valid" in one for one in said] == [True, False]
    accounts = await room.store.accounts(await room.store.candidate(DESK))
    assert len(accounts) == 2


async def test_a_code_that_is_gone_when_it_is_saved_is_refused_like_any_other(room: TwoPlatforms) -> None:
    code, told = await room.warned(), len(room.discord.sent)
    room.disk.refusals = [CodeGoneError()]
    accept = CommandSent(PHONE, "press", "link", f"{code} yes")
    for _ in range(2):  # delivered twice, it is answered once
        await room.runner.receive(accept)
        await rest()
    assert ["not valid" in text for text in room.telegram.texts] == [False, True]
    assert room.said(PHONE).choices == ()
    assert len(room.discord.sent) == told  # as nobody has joined
    assert not await room.same_candidate()
    assert await room.store.pending() == []


async def test_a_message_that_waited_while_its_account_joined_belongs_to_the_candidate_it_joined(
    room: TwoPlatforms,
) -> None:
    await room.command("interview", "tester", where=DESK)
    code = await room.warned()
    joining, writing = CommandSent(PHONE, "j", "link", f"{code} yes"), TextSent(PHONE, "t", "It absorbs load.")
    await asyncio.gather(room.runner.receive(joining), room.runner.receive(writing))
    await room.clock.advance(GAP)
    assert (await room.interview(DESK)).turns[0].answer_text == "It absorbs load."
    assert INCIDENT.text in room.said(PHONE).text


async def test_a_message_that_was_looked_up_before_its_account_joined_is_looked_up_again(
    room: TwoPlatforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer about the candidate comes late: by then another message of the account has joined it elsewhere."""
    await room.command("interview", "tester", where=DESK)
    code = await room.warned()
    room.runner._turnstile.moved()  # what it knows of accounts is looked up anew
    look_up, late = room.store.candidate, asyncio.Event()

    async def slow(conversation: Conversation) -> int:
        found = await look_up(conversation)
        if asyncio.current_task() in tasks:
            await late.wait()
        return found

    monkeypatch.setattr(room.store, "candidate", slow)
    before = asyncio.all_tasks()
    writing = asyncio.create_task(room.runner.receive(TextSent(PHONE, "t", "It absorbs load.")))
    tasks: set[asyncio.Task[object]] = set()
    await asyncio.sleep(0)
    tasks = asyncio.all_tasks() - before - {writing}
    assert len(tasks) == 1
    await room.command("link", f"{code} yes", where=PHONE)
    late.set()
    await writing
    assert (await room.interview(DESK)).turns[0].answer_text == "It absorbs load."


async def test_a_message_that_waited_while_its_account_left_belongs_to_the_candidate_it_came_from(
    room: TwoPlatforms,
) -> None:
    await room.join()
    await room.command("interview", "tester", where=DESK)
    leaving, writing = CommandSent(PHONE, "u", "unlink", "yes"), TextSent(PHONE, "t", "It absorbs load.")
    await asyncio.gather(room.runner.receive(leaving), room.runner.receive(writing))
    await room.clock.advance(GAP)
    assert (await room.interview(DESK)).turns[0].answer_text == ""
    assert len(room.telegram.sent) == 4


async def test_an_account_is_looked_up_once_where_none_has_moved(
    room: TwoPlatforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.join()
    looked_up = 0
    look_up = room.store.candidate

    async def counted(conversation: Conversation) -> int:
        nonlocal looked_up
        looked_up += 1
        return await look_up(conversation)

    monkeypatch.setattr(room.store, "candidate", counted)
    await room.command("help", where=PHONE)
    assert looked_up == 1


async def test_the_other_side_is_told_and_both_can_part_from_there(room: TwoPlatforms) -> None:
    await room.join()
    assert "An account on Telegram has joined this one with your code" in room.said(DESK).text
    await room.command("unlink", "yes", where=PHONE)
    assert room.said(DESK).text.startswith("This account is joined with yours on Telegram no more:")
    assert await room.store.pending() == []


async def test_who_is_on_a_platform_that_is_not_served_is_told_when_it_is_again(
    room: TwoPlatforms, caplog: pytest.LogCaptureFixture
) -> None:
    await room.join()
    await room.runner.close()
    del room.platforms["discord"]
    room.runner = room.new_runner()
    await room.command("unlink", "yes", where=PHONE)
    assert "are parted" in room.said(PHONE).text
    assert [one.conversation for one in await room.store.pending()] == [DESK]
    room.platforms["discord"] = room.discord
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await rest()
    assert "no more" in room.said(DESK).text
    assert await room.store.pending() == []
    assert caplog.text == ""


async def test_a_second_press_on_yes_is_told_that_it_is_done(room: TwoPlatforms) -> None:
    code = await room.warned()
    presses = [CommandSent(PHONE, name, "link", f"{code} yes", None, "card") for name in "ab"]
    await asyncio.gather(*map(room.runner.receive, presses))
    await rest()
    assert "are joined: one history" in room.telegram.texts[-2]
    assert room.telegram.texts[-1] == "Your accounts are joined already. /unlink parts them."


async def test_of_two_joins_at_once_that_would_leave_an_account_behind_one_is_refused(room: TwoPlatforms) -> None:
    third = Conversation("discord", "5", "5")
    code = await room.warned()
    await room.command("link", where=third)
    found = re.search(r"/link (\S+) ", room.said(third).text)
    assert found
    await room.command("link", found[1], where=DESK)
    joins = (CommandSent(PHONE, "a", "link", f"{code} yes"), CommandSent(DESK, "b", "link", f"{found[1]} yes"))
    await asyncio.gather(*map(room.runner.receive, joins))
    await rest()
    assert await room.same_candidate()
    accounts = await room.store.accounts(await room.store.candidate(DESK))
    assert [account.joined for account in accounts] == [False, True]
    assert any("not valid" in text for text in room.discord.texts)


# What is under way


async def test_nobody_joins_while_an_answer_is_worked_on(room: TwoPlatforms) -> None:
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.command("interview", "tester coach 2", where=PHONE)
    await room.answer(where=PHONE)
    await room.command("drop", where=PHONE)
    await room.command("interview", "tester coach 2", where=PHONE)
    await room.answer(where=PHONE)
    await room.command("stop", where=PHONE)
    await room.command("stop", where=PHONE)
    code = await room.code()
    await room.command("link", code, where=PHONE)
    assert "still working on one of your answers" in room.said(PHONE).text
    room.interviewer.doors["assess"].set()
    await rest()
    await room.command("link", code, where=PHONE)
    assert "Are both accounts yours?" in room.said(PHONE).text


async def test_what_failed_and_waits_for_the_next_start_keeps_nobody_from_joining_and_comes_along(
    room: TwoPlatforms,
) -> None:
    room.interviewer.failing = {"assess"}
    await room.command("interview", "tester coach 1", where=PHONE)
    await room.answer(where=PHONE)
    for _ in range(2):
        await room.command("stop", where=PHONE)
    assert not (await room.interview(PHONE)).is_open
    await room.join()
    candidate = await room.store.candidate(DESK)
    assert [(type(one.effect), one.candidate) for one in await room.store.pending()] == [(AssessAnswer, candidate)]
    room.interviewer.failing = set()
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await rest()
    assert await room.store.pending() == []
    assert (await room.interview(DESK)).turns[0].assessment


async def test_what_waits_for_a_platform_that_is_not_served_keeps_nobody_from_parting(room: TwoPlatforms) -> None:
    await room.join()
    await room.command("interview", "tester", where=PHONE)
    await room.say("It absorbs load.", where=PHONE)
    await room.runner.close()
    del room.platforms["telegram"]
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await room.command("drop", where=DESK)
    await room.command("unlink", "yes", where=DESK)
    assert "are parted" in room.said(DESK).text


@pytest.mark.parametrize("begun_at", [PHONE, DESK])
async def test_a_result_that_waited_while_accounts_parted_is_told_to_none_that_it_is_not_for(
    room: TwoPlatforms, begun_at: Conversation
) -> None:
    asked_at = DESK if begun_at is PHONE else PHONE
    room.interviewer.failing = {"strengthen"}
    await room.join()
    await room.over(where=begun_at)
    await room.command("stronger", "1", where=asked_at)
    await room.command("unlink", "yes", where=PHONE)
    assert "are parted" in room.said(PHONE).text
    room.interviewer.failing = set()
    before = len(room.on(asked_at).sent)
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await rest()
    assert "Stronger:" in room.said(begun_at).text
    assert len(room.on(asked_at).sent) == before


async def test_that_something_failed_is_told_to_none_that_it_is_not_for(room: TwoPlatforms) -> None:
    room.interviewer.failing = {"assess"}
    await room.join()
    await room.command("interview", "tester coach 2", where=DESK)
    await room.command("status", where=PHONE)
    await room.answer(where=PHONE)
    await room.command("unlink", "yes", where=PHONE)
    assert "are parted" in room.said(PHONE).text
    here, there, pulses = len(room.telegram.sent), len(room.discord.sent), room.telegram.pulses
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await rest()
    assert (len(room.telegram.sent), room.telegram.pulses) == (here, pulses)
    assert ["Something went wrong" in message.text for _, message, _ in room.discord.sent[there:]] == [True]


async def test_where_accounts_cannot_be_looked_up_it_is_told_where_the_candidate_was_last(
    room: TwoPlatforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(*_: object) -> int:
        raise StoreUnavailableError("The disk cannot be read.")

    await reviewed_elsewhere(room)
    monkeypatch.setattr(room.disk, "candidate", unreadable, raising=False)
    room.runner._turnstile.moved()  # as when somebody's account does
    room.interviewer.doors["assess"].set()
    await rest()
    assert "I cannot go on: The disk cannot be read." in room.said(DESK).text


def test_what_others_are_told_does_not_say_where_the_candidate_is(room: TwoPlatforms) -> None:
    known = room.runner._whereabouts
    asked = PendingEffect(1, 1, DESK, AssessAnswer(0), interview=5)
    known.seen(asked)
    known.seen(PendingEffect(2, 1, PHONE, replace(notice("An account has left."), to=PHONE), interview=5))
    assert known.of(asked) == DESK
    known.seen(PendingEffect(3, 1, PHONE, notice("Here you are."), interview=5))
    assert known.of(asked) == PHONE


async def test_a_button_of_an_interview_before_changes_nothing_in_the_one_that_goes_on_elsewhere(
    room: TwoPlatforms,
) -> None:
    await room.over(where=PHONE)
    await room.join()
    await room.command("interview", "tester 2", where=DESK)
    first = next(message for _, message, _ in room.telegram.sent if message.choices)
    finish = next(choice for choice in first.choices if choice.command == "stop")
    await room.command(finish.command, finish.argument, finish.turn, where=PHONE)
    assert "earlier question or interview" in room.said(PHONE).text
    assert (await room.interview(DESK)).phase is Phase.ASKING


async def test_there_is_one_interview_at_a_time_for_both_accounts(room: TwoPlatforms) -> None:
    await room.join()
    await room.command("interview", "tester", where=PHONE)
    await room.command("interview", "tester", where=DESK)
    assert "open interview" in room.said(DESK).text
