"""Messages that do not arrive at once: sent again, in order, until they do or never will."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from core.messages import CommandSent
from core.ports import DeliveryError, RefusedMessageError, StoreUnavailableError, UnreachableError
from core.runner.again import LONGEST_PAUSE_S
from tests.contracts.sample import CONVERSATION, INCIDENT
from tests.core.doubles import rest
from tests.core.room import OTHER, Room

ELSEWHERE = replace(CONVERSATION, platform="telegram")


async def idle(room: Room) -> None:
    """What ends although a message waits to be sent again."""
    async with asyncio.timeout(1):
        await room.runner.idle(CONVERSATION)


async def test_a_message_is_sent_again_after_growing_pauses_until_it_arrives(room: Room) -> None:
    room.platform.failure = DeliveryError("offline")
    await room.command("help")
    for tries, pause in enumerate((5, 15, 45, 135, LONGEST_PAUSE_S, LONGEST_PAUSE_S), 1):
        await room.clock.advance(pause - 0.1)
        assert room.platform.tries == tries
        await room.clock.advance(0.1)
        assert room.platform.tries == tries + 1
    (pending,) = await room.store.pending()
    room.platform.failure = None
    await room.clock.advance(LONGEST_PAUSE_S)
    assert [key for _, _, key in room.platform.sent] == [str(pending.id)]
    assert await room.store.pending() == []
    await room.clock.advance(10 * LONGEST_PAUSE_S)
    assert len(room.platform.sent) == 1


async def test_later_messages_of_a_conversation_wait_for_the_one_before(room: Room) -> None:
    room.platform.failure = DeliveryError("offline")
    await room.command("help")
    await room.command("roles")
    assert room.platform.tries == 1
    room.platform.failure = None
    await room.command("history")
    assert room.platform.sent == []
    await room.command("help", where=OTHER)
    assert [where for where, _, _ in room.platform.sent] == [OTHER]
    await room.clock.advance(5)
    assert [message.kind.value for _, message, _ in room.platform.sent[1:]] == ["help", "roles", "history"]
    await room.command("help")
    assert len(room.platform.sent) == 5


async def test_idle_does_not_wait_for_what_is_to_be_sent_again_but_while_it_is_sent(room: Room) -> None:
    room.platform.failure = DeliveryError("offline")
    room.platform.door.clear()
    await room.command("help")
    waiting = asyncio.create_task(idle(room))
    await rest()
    assert not waiting.done()
    room.platform.door.set()
    await waiting
    assert room.platform.tries == 1
    await room.runner.receive(CommandSent(CONVERSATION, "r", "roles"))
    await idle(room)
    room.platform.failure = None
    room.platform.door.clear()
    await room.clock.advance(5)
    waiting = asyncio.create_task(room.runner.idle(CONVERSATION))
    await rest()
    assert not waiting.done()
    room.platform.door.set()
    await waiting
    assert len(room.platform.sent) == 2


async def test_an_interview_goes_on_while_its_messages_wait(room: Room) -> None:
    await room.command("interview", "tester")
    room.platform.failure = DeliveryError("offline")
    await room.answer()
    await idle(room)
    assert (await room.interview()).turns[-1].question == INCIDENT
    room.platform.failure = None
    await room.clock.advance(5)
    assert INCIDENT.text in room.last


async def test_what_waits_to_be_sent_again_stays_pending_when_the_runner_closes(room: Room) -> None:
    room.platform.failure = DeliveryError("offline")
    await room.command("help")
    await room.runner.close()
    room.platform.failure = None
    await room.clock.advance(5)
    assert room.platform.sent == []
    assert len(await room.store.pending()) == 1


async def test_what_can_never_arrive_is_removed_quietly_and_the_next_is_sent(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.platform.failure = UnreachableError("The candidate has blocked the bot.")
    with caplog.at_level(logging.INFO):
        await room.command("help")
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("INFO", "A message is given up: The candidate has blocked the bot.")
    ]
    assert await room.store.pending() == []
    room.platform.failure = None
    await room.command("roles")
    assert [message.kind.value for _, message, _ in room.platform.sent] == ["roles"]


async def test_a_message_that_the_platform_refuses_is_given_up_and_the_candidate_is_told_once(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.platform.door.clear()
    await room.command("help")
    await room.command("roles")
    refused, _ = await room.store.pending()
    room.platform.failing[str(refused.id)] = RefusedMessageError("SENTINEL words of the candidate")
    with caplog.at_level(logging.INFO):
        room.platform.door.set()
        await rest()
    assert room.platform.sent[0][2] == f"refused-{refused.id}"
    assert [message.kind.value for _, message, _ in room.platform.sent] == ["notice", "roles"]
    assert "In an interview /status says where we are, and /skip goes on" in room.platform.texts[0]
    assert [(one.levelname, "help" in one.getMessage()) for one in caplog.records] == [("WARNING", True)]
    assert "SENTINEL" not in caplog.text
    assert await room.store.pending() == []


@pytest.mark.parametrize("failure", [RefusedMessageError("No."), DeliveryError("offline"), UnreachableError("Gone.")])
async def test_the_word_about_a_refused_message_need_not_arrive(room: Room, failure: DeliveryError) -> None:
    room.platform.door.clear()
    await room.command("help")
    await room.command("roles")
    refused, _ = await room.store.pending()
    room.platform.failing = {str(refused.id): RefusedMessageError("No."), f"refused-{refused.id}": failure}
    room.platform.door.set()
    await rest()
    assert [message.kind.value for _, message, _ in room.platform.sent] == ["roles"]
    assert await room.store.pending() == []


async def test_a_message_that_ends_in_an_error_of_the_program_does_not_hold_up_the_next(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.platform.failure = ValueError("SENTINEL words of the candidate")
    room.platform.door.clear()
    await room.command("help")
    await room.command("roles")
    room.platform.door.set()
    await rest()
    assert room.platform.tries == 2
    assert len(await room.store.pending()) == 2
    assert "An effect failed with ValueError and stays pending." in caplog.text
    assert "SENTINEL" not in caplog.text


async def test_who_waits_for_a_conversation_hears_that_a_message_could_not_be_ticked_off(room: Room) -> None:
    room.platform.door.clear()
    await room.command("help")
    await room.command("roles")
    room.disk.failing = True
    room.platform.door.set()
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await room.runner.idle(CONVERSATION)
    assert len(room.platform.sent) == 2


async def test_everything_of_the_platforms_that_are_served_is_resumed(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    room.platform.failure = DeliveryError("offline")
    await room.command("help", where=OTHER)
    await room.runner.receive(CommandSent(ELSEWHERE, "h", "help"))
    await room.runner.close()
    room.platform.failure = None
    caplog.clear()
    await room.new_runner().resume_all()
    await room.clock.advance(0)
    assert room.interviewer.calls[:1] == ["consider"]
    assert [message.kind.value for where, message, _ in room.platform.sent if where == OTHER] == ["help"]
    assert [one.conversation for one in await room.store.pending()] == [ELSEWHERE]
    assert caplog.text == ""
