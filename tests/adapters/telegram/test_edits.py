"""Texts that are changed after they were sent, and those of which Telegram only says so."""

from __future__ import annotations

import pytest

from core.messages import CommandSent, TextEdited, TextSent
from tests.adapters.telegram.conftest import Takes, make, running, until
from tests.wires.telegram import Person, TelegramServer


@pytest.mark.usefixtures("platform")
async def test_an_edit_names_its_message_and_an_unchanged_one_is_nothing(robin: Person, takes: Takes) -> None:
    number = robin.writes("I did it")
    robin.edits(number, "I did it")
    robin.edits(number, "I did it alone")
    robin.edits(number, "I did it")
    await takes.next(2)
    _, first, second = takes.taken
    assert isinstance(first, TextEdited)
    assert (first.message_id, first.text) == (str(number), "I did it alone")
    assert isinstance(second, TextEdited)
    assert (second.text, second.inbound_id != first.inbound_id) == ("I did it", True)


@pytest.mark.usefixtures("platform")
async def test_a_command_that_is_written_into_an_old_message_is_not_taken_but_answered(
    robin: Person, takes: Takes
) -> None:
    answer, command = robin.writes("I did it"), robin.writes("/hint")
    for number, text in ((command, "/hint"), (answer, "/skip"), (answer, "/skip"), (command, "/stop")):
        robin.edits(number, text)
    robin.writes("next")
    for _ in range(2):
        assert "from new messages only" in (await robin.hears())["text"]
    await takes.next(2)
    assert [type(one) for one in takes.taken] == [TextSent, CommandSent, TextSent]
    assert len(robin.chat.said) == 2


async def test_what_another_process_saw_may_be_an_edit_unless_it_is_a_command(
    server: TelegramServer, robin: Person
) -> None:
    command, note, answer = robin.writes("/stop"), robin.speaks(b"one", caption="words"), robin.writes("I did it")
    async with running(make(server, before := Takes())):
        await before.next(1)
        await until(lambda: not server.updates.waiting)
    async with running(make(server, after := Takes())):
        for number, text in ((command, "/stop"), (note, "words"), (answer, "I did it"), (answer, "I did it alone")):
            robin.edits(number, text)
        robin.writes("next")
        await after.next(2)
    edits = [(one.text, one.uncertain) for one in after.taken if isinstance(one, TextEdited)]
    assert edits == [("I did it", True), ("I did it alone", False)]
    assert isinstance(after.taken[2], TextSent)
    assert not robin.chat.said
