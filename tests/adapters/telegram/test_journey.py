"""A whole interview by buttons and plain messages, from /start to the history, and a restart in its middle."""

from __future__ import annotations

import pytest

from tests.adapters.telegram.sitting import ANSWER, ROLES, bot, hears, turns
from tests.contracts.fake_store import FakeStore
from tests.wires.telegram import Fault, Person, TelegramServer, buttons_of


async def test_from_start_to_history(server: TelegramServer, robin: Person) -> None:
    store = FakeStore(ROLES)
    async with bot(server, store, robin):
        robin.writes("/start")
        await hears(robin, "I hold practice interviews")
        robin.presses("Start an interview")
        page = await hears(robin, "Which job")
        await turns(robin, page, "Backend Engineer", "Mock interview:")
        await turns(robin, page, "Coach", "Coach interview:")
        await turns(robin, page, "3", "3 questions")
        await turns(robin, page, "Mock", "Mock interview:")
        assert len(robin.chat.said) == 2
        seen = dict(page)
        for _ in range(2):  # pressed twice, by somebody impatient
            robin.presses("Start", seen)
        question = await hears(robin, "Question 1 of 3")
        await robin.sees(page, "› Start")  # noqa: RUF001 - as it is shown
        assert list(buttons_of(question)) == ["Hint", "Repeat", "Skip", "Pause", "Finish"]
        robin.presses("Hint")
        await hears(robin, "A hint:")
        robin.writes("One moment,")
        robin.writes(ANSWER)
        probed = await hears(robin, "Follow-up 1 of 3")
        assert sum("Question 1 of 3" in one["text"] for one in robin.chat.said) == 1
    async with bot(server, store, robin):  # restarted: the buttons of the old process still work
        robin.presses("Skip", probed)
        await hears(robin, "Question 2 of 3")
        robin.presses("Skip", question)
        await hears(robin, "belongs to an earlier question")
        robin.presses("Finish")
        report = await hears(robin, "Your report: Backend Engineer")
        assert any(label.startswith("Try question") for label in buttons_of(report))
        robin.writes("/history")
        await hears(robin, "Your history: 1 interview")
    assert "we had <b>40</b> percent fewer incidents & I wrote" in report["text"]


async def test_the_history_is_leafed_through_in_its_place(server: TelegramServer, robin: Person) -> None:
    async with bot(server, FakeStore(ROLES), robin):
        for _ in range(12):
            robin.writes("/interview backend_engineer 3")
            await hears(robin, "Question 1 of 3")
            robin.writes("/stop")
            await hears(robin, "Nothing was answered")
        robin.writes("/history")
        page = await hears(robin, "Your history: 12 interviews")
        newest = page["text"]
        assert page["text"].count("\n• ") == 10
        await turns(robin, page, "Older", "shows newer ones")
        assert page["text"].count("\n• ") == 2
        await turns(robin, page, "Newer", "shows older ones")
        assert page["text"] == newest
        robin.deletes(page)
        robin.presses("Older", page)
        assert "Newer" in buttons_of(await hears(robin, "shows newer ones"))
        assert page["text"] == newest


async def test_a_long_transcript_is_a_file(server: TelegramServer, robin: Person) -> None:
    async with bot(server, FakeStore(ROLES), robin):
        robin.writes("/interview backend_engineer 3")
        await hears(robin, "Question 1 of 3")
        robin.writes(ANSWER * 20)
        await robin.hears()
        robin.writes("/stop")
        await hears(robin, "Your report: ")
        robin.presses("Transcript")
        words = await hears(robin, "Transcript: Backend Engineer")
        assert not buttons_of(words)
        name, text = robin.opens(await robin.hears())
    assert name.endswith(".txt")
    assert text.count("rolled back twice; in the end we had <b>40</b> percent fewer incidents & I wrote") == 20


async def test_a_message_that_telegram_refuses_holds_up_no_other(server: TelegramServer, robin: Person) -> None:
    async with bot(server, FakeStore(ROLES), robin):
        server.faults.append(Fault("sendMessage", 400, "Bad Request: no", times=3))
        robin.writes("/roles")
        assert "Jobs I can interview for" not in (await robin.hears())["text"]
        robin.writes("/help")
        await hears(robin, "What you can say")


@pytest.mark.parametrize("payload", ["backend_engineer", "sales_associate"])
async def test_a_deep_link_leads_to_the_card_of_its_role(server: TelegramServer, robin: Person, payload: str) -> None:
    async with bot(server, FakeStore(ROLES), robin):
        robin.writes(f"/start {payload}")
        await hears(robin, ROLES[payload].title)
        robin.presses("Start")
        await hears(robin, "Question 1 of 5")


async def test_a_link_from_a_group_leads_to_the_roles(server: TelegramServer, robin: Person) -> None:
    async with bot(server, FakeStore(ROLES), robin):
        robin.writes("/start interview")
        await hears(robin, "Which job")
