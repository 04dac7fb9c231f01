"""The real process, killed at random moments of interviews on both platforms: nothing is lost, and nothing asked twice.

A first process holds an interview on each platform undisturbed. Then it is killed, and started again, and killed, at
moments that a seed chooses, while more and more candidates do just the same; whatever they and the database hold in the
end must be what the undisturbed ones have.
"""

from __future__ import annotations

import asyncio
import hashlib
import signal
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest

from tests.journeys.house import ANSWERS
from tests.journeys.speaking import answered, listening
from tests.process.enduring import OnDiscord, OnTelegram, Seat, go_through, hear, until
from tests.process.home import Home
from tests.process.lives import Lives, TimedDiscord, TimedTelegram, settings_of
from tests.process.serving import HEAR_S, Serving
from tests.rounds import FULL, rounds
from tests.wires.ollama import ChatRequest, OllamaServer, Pace, Reply

KILLS = rounds(3, 100)
OF_EACH = rounds(2, 3)
"""So many candidates on each platform are interviewed at once."""
SEED = 20_261_123
READY_S = 1.0
"""The project's own promise: from an adapter's first request until it takes messages.

That takes some 0.015 s on two idle cores, and up to 0.5 s where other programs keep both busy.
"""
HELD_UP = 1 / 50
"""So many of the starts may meet a pause of the machine itself: of those of a quick run, none."""
REQUEST = {"role": "sales_associate", "mode": "mock", "questions": "3"}
SEATS = 6
"""On each platform, when everybody writes at once."""
ANSWERED = (
    "SELECT account FROM interview JOIN turn ON interview_id = interview.id JOIN utterance ON turn_id = turn.id "
    "WHERE kind = 'answer'"
)
SAID = (
    *[ANSWERS[0]] * 3,
    ANSWERS[1],
    "He calls me first now, and I still check with the warehouse.",
    ANSWERS[2],
    ANSWERS[3],
)
ASKED = ("The answer is incomplete. What metric improved?", "Could you walk me through the complete rollout?")


def reply(request: ChatRequest) -> Reply:
    """The same to the same prompt, whenever it is asked."""
    digest = hashlib.sha256(f"{request.system}{request.user}".encode()).digest()
    return listening(level=2 + digest[0] % 3, follow_up=_follow_up)(request)


def _follow_up(request: ChatRequest) -> str:
    """Two to the first question, one to the second, none to the third."""
    said, words = [one["text"] for one in request.data["thread"]], answered(request)
    wanted = 2 if "furniture" in words else 1 if "warehouse" in words else 0
    return next((one for one in ASKED[:wanted] if one not in said), "")


def kept(home: Home, seat: Seat) -> list[list[tuple[Any, ...]]]:
    """All that the database has of a candidate's interview but ids and times; `version` counts the steps."""
    interview = f"(SELECT id FROM interview WHERE platform = '{seat.platform}' AND account = '{seat.account}')"
    turns = f"(SELECT id FROM turn WHERE interview_id IN {interview})"
    return [
        home.rows(f"SELECT phase, plan, self_rating, version FROM interview WHERE id IN {interview}"),
        home.rows(
            "SELECT turn.position, question_id, attempt, outcome, revision, interviewer, stand_in, utterance.position, "
            "kind, text, point, made_by FROM turn JOIN utterance ON turn_id = turn.id "
            f"WHERE interview_id IN {interview} ORDER BY turn.position, utterance.position"
        ),
        home.rows(
            "SELECT communication, technical, structure, total, evidence, covered, missed, strengths, improvements, "
            f"reason, assessor, model, passes FROM assessment WHERE turn_id IN {turns} ORDER BY turn_id"
        ),
        home.rows(f"SELECT total, document FROM report WHERE interview_id IN {interview}"),
    ]


def once(told: list[str], kills: set[int]) -> list[str]:
    """What somebody was told, without the message that was on its way at each kill and came once more.

    And without the word that the report is still to come, which depends on who is faster, model or candidate.
    """
    new = (text for place, text in enumerate(told) if place not in kills or told[place - 1 : place] != [text])
    return [text for text in new if "Your report follows" not in text]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Tells whoever waits for a full run how far it is."""

    def tell(words: str) -> None:
        if FULL:
            with capsys.disabled():
                print(words, flush=True)  # noqa: T201 - see above

    return tell


@pytest.mark.unmeasured
@pytest.mark.timeout(60 + 30 * KILLS)
async def test_killed_at_random_moments_every_interview_goes_on_as_if_it_were_not(
    home: Home, show: Callable[[str], None]
) -> None:
    chance, names = Random(SEED), count(1001)
    async with (
        TimedTelegram() as telegram,
        TimedDiscord() as discord,
        OllamaServer(reply, pace=Pace(first_token_s=0.05)) as ollama,
    ):
        lives = Lives(home, telegram, discord, ollama, kills=KILLS, chance=chance)

        async def interview(of_each: int) -> list[Seat]:
            seats: list[Seat] = [OnTelegram(telegram, next(names)) for _ in range(of_each)]
            seats += [OnDiscord(discord, home, f"ana{next(names)}") for _ in range(of_each)]
            lives.watch(seats)
            await asyncio.gather(*(go_through(seat, REQUEST, iter(SAID), chance) for seat in seats))
            return seats

        disturbed: list[Seat] = []
        async with asyncio.TaskGroup() as group:
            living = group.create_task(lives.live())
            undisturbed = {seat.platform: seat for seat in await interview(1)}
            lives.begin.set()
            while lives.left:
                disturbed += await interview(OF_EACH)
                show(f"{KILLS - lives.left} kills, {len(disturbed)} interviews")
            async with asyncio.timeout(HEAR_S):
                await until(lambda: not home.rows("SELECT id FROM pending_effect"))
            lives.over.set()
        status, told_at_the_end = living.result()
    # The last press may still be on its way to being acknowledged, of which a line at most is told.
    assert (status, "Traceback" in told_at_the_end) == (0, False)
    repeats = 0
    for seat in disturbed:
        whole, told, at_kills = undisturbed[seat.platform], seat.told(), lives.told_by_then(seat)
        assert kept(home, seat) == kept(home, whole)
        assert once(told, at_kills if seat.platform == "telegram" else set()) == once(whole.told(), set())
        repeats += len(once(told, set())) - len(once(told, at_kills))
    waits = {name: sorted(found)[-1 - int(len(found) * HELD_UP)] for name, found in lives.ready_after_s.items()}
    again = sum(seat.lost for seat in disturbed if isinstance(seat, OnDiscord))
    show(f"{repeats} repeats, {again} pressed again; ready after {waits} at most")
    assert again == 0
    assert waits.keys() == {"telegram", "discord"}
    assert max(waits.values()) <= READY_S


@pytest.mark.unmeasured
async def test_asked_to_end_under_load_it_keeps_what_was_taken_and_goes_on_at_the_next_start(home: Home) -> None:
    """Everybody writes at the same moment, and the model has just been asked about some of it."""
    chance = Random(SEED)
    async with (
        TimedTelegram() as telegram,
        TimedDiscord() as discord,
        OllamaServer(reply, pace=Pace(first_token_s=0.3)) as ollama,
    ):
        settings = settings_of(telegram, discord, ollama)
        seats: list[Seat] = [OnTelegram(telegram, 1001 + number) for number in range(SEATS)]
        seats += [OnDiscord(discord, home, f"ana{number}") for number in range(SEATS)]
        async with Serving(home, **settings) as process:
            await asyncio.gather(*(seat.begin(REQUEST) for seat in seats))
            await asyncio.gather(*(hear(seat, "Question 1") for seat in seats))
            for seat in seats:
                await seat.write(SAID[0])
            await asyncio.sleep(chance.uniform(0, 0.4))
            status, told = await process.end(signal.SIGTERM)
        assert (status, "Traceback" in told) == (0, False)
        confirmed = [one["message"] for one in telegram.updates.confirmed]
        taken = {str(message["chat"]["id"]) for message in confirmed if message["text"] == SAID[0]}
        assert taken <= {account for (account,) in home.rows(ANSWERED)}
        async with Serving(home, **settings) as process:
            await asyncio.gather(*(hear(seat, "Follow-up 1") for seat in seats))
            assert (await process.end(signal.SIGTERM))[0] == 0
    assert sorted(home.rows(ANSWERED)) == sorted((seat.account,) for seat in seats)
