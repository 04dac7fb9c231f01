"""How many messages are taken from an account, and how many interviews go on at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from core.messages import CommandSent, TextSent
from core.model import AnswerKind, Consideration, Conversation, Phase
from core.ports import DeliveryError, StoreUnavailableError
from core.runner import limits
from core.runner.limits import Limits
from tests.contracts.sample import CONVERSATION, INCIDENT, new_interview
from tests.core.doubles import FakeClock, rest
from tests.core.room import OTHER, Room

RATE = 60
BURST = 120
MINUTE = 60.0


class Gate:
    """Limits with their clock."""

    def __init__(self, per_minute: int = RATE, interviews: int = 2) -> None:
        self.clock = FakeClock()
        self.limits = Limits(self.clock, per_minute, interviews)

    def taken(self, messages: int, where: Conversation = CONVERSATION) -> int:
        return sum(self.limits.takes(where) for _ in range(messages))


@pytest.fixture
def gate() -> Gate:
    return Gate()


# Messages


@pytest.mark.parametrize("rate", [1, RATE, 6000])
def test_twice_the_messages_of_a_minute_can_be_sent_in_one_go(rate: int) -> None:
    assert Gate(rate).taken(2 * rate + 1) == 2 * rate


async def test_over_time_as_many_are_taken_as_the_rate_says(gate: Gate) -> None:
    gate.taken(BURST)
    await gate.clock.advance(MINUTE / 2)
    assert gate.taken(BURST) == RATE / 2
    await gate.clock.advance(60 * MINUTE)
    assert gate.taken(2 * BURST) == BURST


def test_each_account_has_its_own_messages_whatever_the_chat(gate: Gate) -> None:
    gate.taken(BURST)
    assert gate.taken(1, replace(CONVERSATION, chat="another")) == 0
    assert gate.taken(1, OTHER) == 1
    assert gate.taken(1, replace(CONVERSATION, platform="telegram")) == 1


async def test_an_account_is_told_once_until_half_of_its_messages_are_back(gate: Gate) -> None:
    gate.taken(BURST)
    assert [gate.limits.tells(CONVERSATION) for _ in range(3)] == [True, False, False]
    await gate.clock.advance(MINUTE - 1)
    assert not gate.limits.tells(CONVERSATION)
    await gate.clock.advance(1)
    assert gate.taken(BURST) == RATE
    assert gate.limits.tells(CONVERSATION)


async def test_whoever_was_told_is_not_taken_from_until_half_is_back_so_that_no_answer_has_holes(gate: Gate) -> None:
    gate.taken(BURST)
    gate.limits.tells(CONVERSATION)
    for _ in range(59):
        await gate.clock.advance(1)
        assert gate.taken(2) == 0
    await gate.clock.advance(1)
    assert gate.taken(BURST) == RATE


async def test_a_clock_that_is_set_back_takes_nothing_away(gate: Gate) -> None:
    await gate.clock.advance(MINUTE)
    gate.taken(BURST - 1)
    await gate.clock.advance(-MINUTE / 2)
    assert gate.taken(2) == 1
    await gate.clock.advance(1)
    assert gate.taken(2) == 1


async def test_only_accounts_that_wrote_lately_are_remembered(gate: Gate) -> None:
    for number in range(5):
        gate.taken(BURST, replace(CONVERSATION, account=str(number)))
    await gate.clock.advance(2 * MINUTE - 1)
    gate.taken(1)
    assert len(gate.limits._buckets) == 6
    await gate.clock.advance(1)
    gate.taken(1, OTHER)
    assert len(gate.limits._buckets) == 2


def test_no_more_accounts_are_remembered_than_fit(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_ACCOUNTS", 3)
    for number in range(10):
        gate.taken(BURST, replace(CONVERSATION, account=str(number)))
    assert len(gate.limits._buckets) == 3
    assert gate.taken(1, replace(CONVERSATION, account="9")) == 0


async def test_what_is_too_much_is_not_kept_and_the_candidate_hears_of_it_once(room: Room) -> None:
    room.runner = room.new_runner(messages_per_minute=2)
    await room.command("interview", "tester")
    for number in range(5):
        await room.say(f"Part {number}.")
    assert (await room.interview()).turns[0].answer_text == "Part 0.\nPart 1.\nPart 2."
    assert [text for text in room.platform.texts if "more than I can take at once" in text] == [room.last]
    assert [one.effect for one in await room.store.pending() if hasattr(one.effect, "message")] == []
    await room.clock.advance(MINUTE)
    await room.command("repeat")
    assert "more than I can take" not in room.last


async def test_a_notice_that_cannot_be_sent_is_let_go(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.runner = room.new_runner(messages_per_minute=1)
    await room.command("help")
    await room.command("help")
    room.platform.failure = DeliveryError("offline")
    await room.command("help")
    room.platform.failure = None
    await room.clock.advance(10)
    assert (room.platform.tries, len(room.platform.sent)) == (3, 2)
    assert caplog.text == ""


async def test_a_message_that_comes_again_because_it_could_not_be_saved_is_one_message(room: Room) -> None:
    room.runner = room.new_runner(messages_per_minute=1)
    await room.command("interview", "tester")
    late = TextSent(CONVERSATION, "late", "It absorbs load.")
    room.disk.failing = True
    for _ in range(5):
        with pytest.raises(StoreUnavailableError):
            await room.runner.receive(late)
    room.disk.failing = False
    assert await room.runner.receive(late)
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."


async def test_an_honest_burst_of_pieces_is_all_taken(room: Room) -> None:
    await room.command("interview", "tester")
    for number in range(BURST - 1):
        await room.say(f"Part {number}.")
    assert len((await room.interview()).turns[0].answers) == BURST - 1


# Interviews


async def going_on(room: Room, where: Conversation = CONVERSATION) -> bool:
    """Whether an interview could be started."""
    await room.command("interview", "tester", where=where)
    found = await room.store.current_interview(await room.store.candidate(where))
    return found is not None and found.is_open


def somebody(number: int) -> Conversation:
    return Conversation("terminal", f"chat {number}", f"account {number}")


@pytest.fixture
def full() -> Room:
    """A room in which one interview can go on, and does."""
    room = Room()
    room.runner = room.new_runner(open_interviews=1)
    return room


async def test_a_new_interview_has_to_wait_and_its_choice_is_kept(full: Room) -> None:
    assert await going_on(full)
    assert not await going_on(full, OTHER)
    assert "as many interviews as I can" in full.platform.texts[-2]
    card = full.platform.sent[-1][1]
    assert [one.argument for one in card.choices if one.label == "Start"] == ["tester mock 3 mid"]


async def test_no_place_is_held_for_as_long_as_the_clock_was_set_back_by(full: Room) -> None:
    assert await going_on(full)
    await full.clock.advance(-60 * MINUTE)
    assert await going_on(full, OTHER)


async def leave_alone(room: Room) -> None:
    await room.clock.advance(30 * MINUTE)


async def pause(room: Room) -> None:
    await room.command("pause")


async def stop(room: Room) -> None:
    await room.command("stop")


async def end_by_an_answer(room: Room) -> None:
    """The interviewer finds that the answer is a wish to stop, and so no message ends the interview."""
    room.interviewer._considering = lambda _: Consideration(AnswerKind.STOP)
    await room.answer("I would rather leave it at that for today, thanks a lot.")
    assert not (await room.interview()).is_open


async def lose_the_role(room: Room) -> None:
    kept = dict(room.roles)
    room.roles.clear()
    await room.say("Hello?")
    room.roles.update(kept)


@pytest.mark.parametrize("freeing", [leave_alone, pause, stop, end_by_an_answer, lose_the_role])
async def test_a_place_becomes_free(full: Room, freeing: Callable[[Room], Awaitable[None]]) -> None:
    assert await going_on(full)
    await freeing(full)
    assert await going_on(full, OTHER)


async def test_who_writes_keeps_the_place(full: Room) -> None:
    assert await going_on(full)
    for _ in range(3):
        await full.clock.advance(29 * MINUTE)
        await full.command("repeat")
        assert not await going_on(full, OTHER)


async def test_nobody_is_kept_from_going_on(full: Room) -> None:
    assert await going_on(full)
    await full.command("pause")
    assert await going_on(full, OTHER)
    await full.command("resume")
    await full.answer()
    assert INCIDENT.text in full.last
    await full.command("stop", where=OTHER)
    assert not await going_on(full, somebody(3))


async def test_a_place_is_given_back_where_nothing_was_saved(full: Room) -> None:
    full.disk.failing = True
    with pytest.raises(StoreUnavailableError):
        await full.command("interview", "tester")
    full.disk.failing = False
    assert await going_on(full, OTHER)


async def test_a_place_is_given_back_where_the_start_was_only_delivered_again(full: Room) -> None:
    start = CommandSent(CONVERSATION, "same", "interview", "tester")
    await full.runner.receive(start)
    await full.command("drop")
    await full.runner.receive(start)
    assert await going_on(full, OTHER)


async def test_whoever_goes_on_keeps_the_place_though_a_message_is_not_saved(full: Room) -> None:
    assert await going_on(full)
    full.disk.failing = True
    with pytest.raises(StoreUnavailableError):
        await full.say("It absorbs load.")
    full.disk.failing = False
    assert not await going_on(full, OTHER)


async def test_those_who_come_at_once_do_not_share_a_place() -> None:
    room = Room()
    room.runner = room.new_runner(open_interviews=3)
    some = [CommandSent(somebody(number), "1", "interview", "tester") for number in range(9)]
    await asyncio.gather(*(room.runner.receive(one) for one in some))
    await rest()
    begun = [await room.store.current_interview(await room.store.candidate(somebody(number))) for number in range(9)]
    assert sum(one is not None for one in begun) == 3


async def test_who_starts_twice_has_one_place(gate: Gate) -> None:
    assert [await gate.limits.admits(candidate) for candidate in (1, 1, 2, 3, 1)] == [True, True, True, False, True]


async def test_only_interviews_that_are_going_on_are_remembered(gate: Gate) -> None:
    interview = new_interview()
    for candidate in range(5):
        gate.limits.heard(candidate, interview)
    gate.limits.heard(1, replace(interview, phase=Phase.PAUSED))
    gate.limits.heard(2, None)
    assert len(gate.limits._going_on) == 3
    await gate.clock.advance(30 * MINUTE)
    gate.limits.heard(7, interview)
    assert list(gate.limits._going_on) == [7]
