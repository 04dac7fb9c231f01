"""Whole interviews over the real wire of Ollama, with a model that listens and with models that fail."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import quantiles

import pytest

from core.assessment import find_quote
from core.messages import OutboundKind
from core.model import Outcome, Phase
from core.ports import Waiting
from core.wording.interview import stand_in
from tests.journeys.house import ANSWERS, Candidate, house
from tests.journeys.speaking import answered, generated, is_consideration, listening
from tests.wires.ollama import ChatRequest, Ending, OllamaServer, Pace, Reply

HANGING = Reply(ending=Ending.HANG, after=0)
ASKED = ("The answer is incomplete. What metric improved?", "Could you walk me through the complete rollout?")


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(listening()) as server:
        yield server


def by_thread(request: ChatRequest) -> str:
    """Two follow-ups to the first question, none to the others."""
    said = [one["text"] for one in request.data["thread"]]
    if "furniture" not in answered(request):
        return ""
    return next((one for one in ASKED if one not in said), "")


async def test_a_whole_interview_with_follow_ups_a_rating_and_a_report(server: OllamaServer, folder: Path) -> None:
    server.reply = listening(level=4, follow_up=by_thread)
    async with house(server, folder) as here:
        sam = here.candidate()
        await sam.start()
        for asked in ASKED:
            message = await sam.answer(ANSWERS[0])
            assert (message.kind, message.blocks[1].text) == (OutboundKind.FOLLOW_UP, asked)
        assert (await sam.answer("Sales of desks, in 2022.")).kind is OutboundKind.QUESTION
        assert (await sam.answer(ANSWERS[1])).kind is OutboundKind.MENU
        await sam.command("rate", "3")
        report = (await sam.until(OutboundKind.REPORT)).report
        interview = await here.interview(sam)
    assert report
    assert (report.assessors, report.assessed, report.self_rating) == (("llama3.1:8b",), 2, 3)
    said = "\n".join(turn.answer_text for turn in interview.turns)
    quotes = [one.quote for one in (*report.strengths, *report.improvements)]
    assert quotes
    assert all(quote in said for quote in quotes)
    assert [turn.interviewer for turn in interview.turns] == ["llama3.1:8b"] * 2
    assert [one.made_by for one in interview.turns[0].utterances if one.text in ASKED] == ["llama3.1:8b"] * 2


async def test_the_second_follow_up_is_asked_for_with_all_that_was_said_before(
    server: OllamaServer, folder: Path
) -> None:
    server.reply = listening(follow_up=by_thread)
    async with house(server, folder) as here:
        sam = here.candidate()
        await sam.start()
        await sam.answer(ANSWERS[0])
        await sam.answer("About 12 a week.")
        await sam.answer("Only the new desks.")
    last = [chat.body for chat in server.chats if is_consideration(chat.body)][-1]
    assert [one["text"] for one in last.data["thread"]] == [ANSWERS[0], ASKED[0], "About 12 a week.", ASKED[1]]
    assert last.data["latest"] == "Only the new desks."


async def test_a_model_that_fits_the_schema_and_nothing_else_gets_nobody_past_level_2(
    server: OllamaServer, folder: Path
) -> None:
    server.reply = generated
    async with house(server, folder) as here:
        sam = here.candidate()
        await sam.start("sales_associate 1")
        while (message := await sam.answer(ANSWERS[2])).kind is not OutboundKind.MENU:
            assert "made up" not in message.text
        await sam.command("rate")
        report = (await sam.until(OutboundKind.REPORT)).report
    assert report
    assert report.total is not None
    assert report.total <= 2
    assert (report.strengths, report.improvements) == ((), ())


async def test_something_comes_within_the_deadline_when_the_model_hangs(server: OllamaServer, folder: Path) -> None:
    async with house(server, folder, deadline_s=1.0) as here:
        sam = here.candidate()
        await sam.start()
        server.reply = lambda _: HANGING
        began = time.monotonic()
        await sam.answer(ANSWERS[0])
        took_s = time.monotonic() - began
        texts = [message.text for message in sam.heard]
        assert (await server.chat(0)).left
    assert 0.5 < took_s < 2
    assert texts.count(stand_in().text) == 1


@pytest.mark.parametrize("grading_hangs", [False, True], ids=["a consideration", "a consideration and gradings"])
async def test_while_calls_hang_nobody_else_waits_longer(
    server: OllamaServer,
    folder: Path,
    grading_hangs: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    def reply(request: ChatRequest) -> Reply:
        said = answered(request)
        hangs = "hook" in said if is_consideration(request) else "peg" in said
        return HANGING if hangs else listening(first_token_s=0.02)(request)

    server.reply = reply
    async with house(server, folder, deadline_s=3.0) as here:
        others = [here.candidate(f"other {number}") for number in range(4)]
        hanging, graded = here.candidate("hanging"), here.candidate("graded")
        for one in (*others, hanging, graded):
            await one.start("sales_associate 4")
        before = await _waits_s(others, ANSWERS[0])
        if grading_hangs:
            await graded.answer(f"{ANSWERS[0]} I also sold one peg")
        await hanging.say("I would hang my coat on a hook and then sell furniture to the customer in the shop.")
        await _until_hanging(server, 2 if grading_hangs else 1)
        beside = await _waits_s(others, ANSWERS[1])
        assert server.running >= (2 if grading_hangs else 1), "they still hang"
    slowest = [quantiles(waits, n=20)[-1] for waits in (before, beside)]
    assert slowest[1] < slowest[0] * 3 + 0.1, slowest


async def _until_hanging(server: OllamaServer, calls: int) -> None:
    """Until so many of the calls that have no reply are with the model."""

    def hanging() -> int:
        return sum(
            not chat.over.is_set() and bool({"hook", "peg"} & set(answered(chat.body).split())) for chat in server.chats
        )

    async with asyncio.timeout(2):
        while hanging() < calls:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)


async def _waits_s(candidates: list[Candidate], answer: str) -> list[float]:
    async def wait_s(candidate: Candidate) -> float:
        began = time.monotonic()
        await candidate.answer(answer)
        return time.monotonic() - began

    return await asyncio.gather(*map(wait_s, candidates))


async def test_stop_during_a_hanging_call_ends_at_once_and_frees_the_model(server: OllamaServer, folder: Path) -> None:
    async with house(server, folder) as here:
        sam = here.candidate()
        await sam.start()
        await sam.answer(ANSWERS[0])
        server.reply = lambda _: HANGING
        asked = len(server.chats)
        await sam.say(ANSWERS[1])
        hanging = await server.chat(asked)
        while not is_consideration(hanging.body):
            asked += 1
            hanging = await server.chat(asked)
        began = time.monotonic()
        await sam.command("stop")
        await hanging.over.wait()
        assert (await here.interview(sam)).phase in {Phase.REPORTING, Phase.FINISHED}
        await sam.command("stop")
        report = (await sam.until(OutboundKind.REPORT)).report
        assert time.monotonic() - began < 2
    assert hanging.left
    assert report
    assert [one.outcome for one in report.questions] == [Outcome.ANSWERED] * 2


async def test_status_and_other_people_are_answered_while_a_model_is_awaited(
    server: OllamaServer, folder: Path
) -> None:
    async with house(server, folder) as here:
        sam, kim = here.candidate(), here.candidate("kim")
        await sam.start()
        server.reply = lambda _: HANGING
        await sam.say(ANSWERS[0])
        await server.chat(0)
        await asyncio.wait_for(sam.command("status"), 2)
        status = await asyncio.wait_for(sam.until(OutboundKind.STATUS), 2)
        await asyncio.wait_for(kim.start(), 2)
    assert "thinking" in status.text


async def test_a_slow_model_leaves_nothing_pending_when_the_report_is_due(server: OllamaServer, folder: Path) -> None:
    """Ten times as fast as a model of 20 tokens a second, and a tenth of the wait."""
    async with house(server, folder, report_wait_s=1.0) as here:
        sam = here.candidate()
        await sam.start()
        await sam.answer(ANSWERS[0])
        await sam.idle()  # the candidate thinks about the next answer for longer than the last one takes to assess
        server.reply = listening(tokens_per_second=200, first_token_s=0.03)
        assert (await sam.answer(ANSWERS[1])).kind is OutboundKind.MENU
        began = time.monotonic()
        await sam.command("rate", "4")
        report = (await sam.until(OutboundKind.REPORT)).report
        assert time.monotonic() - began < 1.0
    assert report
    assert report.assessed == 2


async def test_a_server_of_one_call_at_a_time_keeps_up_with_the_answers_and_the_report_follows(folder: Path) -> None:
    """A grading of 10 s, a consideration of 2 s, a deadline of 20 s and a report due after 10 s, 22 times as fast."""

    def reply(request: ChatRequest) -> Reply:
        return listening(first_token_s=0.09 if is_consideration(request) else 0.45)(request)

    async with (
        OllamaServer(reply, pace=Pace(parallel=1)) as server,
        house(server, folder, deadline_s=0.9, report_wait_s=0.45) as here,
    ):
        sam = here.candidate()
        await sam.start()
        await sam.answer(ANSWERS[0])
        assert (await sam.answer(ANSWERS[1])).kind is OutboundKind.MENU
        assert sum(not is_consideration(chat.body) and chat.over.is_set() for chat in server.chats) < 3, "still grading"
        await sam.command("rate", "4")
        await sam.until_text("still being assessed")
        report = await sam.until_report(assessed=2)
        interview = await here.interview(sam)
    assert [(turn.interviewer, turn.stand_in) for turn in interview.turns] == [("llama3.1:8b", False)] * 2
    assert report.assessors == ("llama3.1:8b",)


async def test_what_is_not_assessed_in_time_is_said_to_be_pending_and_follows(
    server: OllamaServer, folder: Path
) -> None:
    def reply(request: ChatRequest) -> Reply:
        late = not is_consideration(request) and "shouted" in answered(request)
        return listening(first_token_s=1.0 if late else 0.0)(request)

    server.reply = reply
    async with house(server, folder, report_wait_s=0.2) as here:
        sam = here.candidate()
        await sam.start()
        await sam.answer(ANSWERS[0])
        await sam.answer(ANSWERS[1])
        await sam.command("rate", "4")
        first = await sam.until(OutboundKind.REPORT)
        second = await sam.until(OutboundKind.REPORT, after=sam.heard.index(first) + 1)
        await sam.idle()
        await sam.command("report")
        again = await sam.until(OutboundKind.REPORT, after=sam.heard.index(second) + 1)
    assert first.report
    assert (first.report.assessed, first.report.questions[1].total) == (1, None)
    assert "not assessed" in first.text
    assert second.report
    assert second.report.assessed == 2
    assert again.report == second.report


async def test_a_crash_while_the_model_thinks_loses_nothing(server: OllamaServer, folder: Path) -> None:
    async with house(server, folder) as here:
        sam = here.candidate()
        await sam.start()
        server.reply = lambda _: HANGING
        await sam.say(ANSWERS[0])
        await server.chat(0)
    server.reply = listening(follow_up=by_thread)
    async with house(server, folder) as here:
        sam = here.candidate()
        await here.runner.resume(sam.conversation)
        assert (await sam.until(OutboundKind.FOLLOW_UP)).blocks[1].text == ASKED[0]


@pytest.mark.unmeasured
async def test_cancelled_calls_give_their_places_back(server: OllamaServer, folder: Path) -> None:
    server.reply = listening(first_token_s=0.01)
    chance = random.Random(11)
    async with house(server, folder) as here:
        sam = here.candidate()
        await sam.start()
        await sam.answer(ANSWERS[0])
        interview = await here.interview(sam)
        turn = interview.turns[0]

        async def call(number: int) -> None:
            waiting = Waiting(candidate=number % 9, looks_on=number % 3 > 0)
            task = asyncio.create_task(here.interviewer.assess(interview.role, turn, waiting))
            await asyncio.sleep(chance.random() * 0.1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        for start in range(0, 500, 50):
            await asyncio.gather(*(call(number) for number in range(start, start + 50)))
        for chat in server.chats:
            await chat.over.wait()
        assert server.running == 0
        made = await here.interviewer.assess(interview.role, turn)
    assert made.model == "llama3.1:8b"
    assert all(find_quote(one.quote, turn.answer_text) for one in made.evidence)
