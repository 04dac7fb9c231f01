"""Whole interviews on the chat platforms, by buttons and plain messages, with the real process."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
from collections.abc import AsyncIterator

import pytest

from tests.process.home import ANSWERS, Home
from tests.process.serving import Candidate, OnDiscord, OnTelegram, Serving
from tests.wires.discord import DiscordServer
from tests.wires.telegram import TOKEN, TelegramServer

RATING = "how well did it go"
MALFORMED = "Telegram is not served: TELEGRAM_TOKEN is no token: copy it again from @BotFather."
REFUSED = "Discord is not served: Discord refuses the token: copy it anew from the Bot page of the developer portal."


@pytest.fixture
async def telegram() -> AsyncIterator[OnTelegram]:
    async with TelegramServer() as server:
        yield OnTelegram(server)


@pytest.fixture
async def discord() -> AsyncIterator[tuple[DiscordServer, OnDiscord]]:
    async with DiscordServer() as server:
        yield server, OnDiscord(server)


async def begin(candidate: Candidate) -> None:
    """From asking for an interview, by menu and card, to the first follow-up."""
    await candidate.start()
    await candidate.hear("Which job")
    await candidate.turn("Sales Associate", "5 questions, mid level.")
    await candidate.turn("3", "3 questions, mid level.")
    await candidate.press("Start")
    await candidate.hear("Question 1 of 3")
    await candidate.write(ANSWERS[0])
    await candidate.hear("Follow-up 1 of 3")


async def finish(candidate: Candidate) -> str:
    """From what is asked after the second answer to the report."""
    heard = await candidate.hear("Follow-up 2 of 3", "Question 2 of 3")
    while RATING not in heard:
        await candidate.press("Skip")
        heard = await candidate.hear("Question ", RATING)
    await candidate.press("Well")
    return await candidate.hear("Your report")


async def test_both_at_once_and_the_same_on_both(
    home: Home, telegram: OnTelegram, discord: tuple[DiscordServer, OnDiscord]
) -> None:
    candidates: tuple[Candidate, ...] = telegram, discord[1]

    async def interview(candidate: Candidate) -> str:
        await begin(candidate)
        await candidate.write(ANSWERS[1])
        return await finish(candidate)

    async with Serving(home, **telegram.settings, **discord[1].settings) as serving:
        assert serving.begins_with == "Serving Telegram and Discord. Ctrl-C stops."
        reports = await asyncio.gather(*map(interview, candidates))
        assert await serving.end(signal.SIGTERM) == (0, "")
    assert all("Sales Associate" in report for report in reports)
    assert home.transcript(1) == home.transcript(2)
    assert home.rows("SELECT phase, self_rating FROM interview") == [("finished", 4)] * 2
    assert home.rows("SELECT platform FROM account ORDER BY platform") == [("discord",), ("telegram",)]


async def test_one_person_pauses_on_one_platform_and_goes_on_at_the_other(
    plain_home: Home, telegram: OnTelegram, discord: tuple[DiscordServer, OnDiscord]
) -> None:
    here, there = telegram, discord[1]
    async with Serving(plain_home, **here.settings, **there.settings) as serving:
        await begin(here)
        await here.press("Pause")
        await here.hear("/resume")
        await here.command("link")
        code = re.search(r"/link (\S+)", await here.hear("Your code"))
        assert code
        await there.connected()
        await there.command("link", code[1])
        await there.hear("Are both accounts yours?")
        await there.press("Yes, both are mine")
        await there.hear("Your accounts are joined")
        await there.command("interview resume")
        await there.hear("Follow-up 1 of 3")
        await there.write(ANSWERS[1])
        report = await finish(there)
        await here.command("history")
        assert "Sales Associate · mock" in await here.hear("Your history: 1 interview")
        await here.command("unlink")
        await here.hear("Part your accounts?")
        await here.press("Part them")
        await here.hear("Your accounts are parted")
        await there.command("history")
        await there.hear("You have no interviews yet")
        assert (await serving.end(signal.SIGTERM))[0] == 0
    assert "Sales Associate" in report
    assert plain_home.said("answer") == list(ANSWERS[:2])
    assert plain_home.rows("SELECT phase, self_rating FROM interview") == [("finished", 4)]
    accounts = (
        "SELECT account.platform, count(interview.id) FROM account LEFT JOIN interview USING (candidate_id) GROUP BY 1"
    )
    assert plain_home.rows(accounts) == [("discord", 0), ("telegram", 1)]


async def test_who_is_not_listed_is_turned_away_and_nothing_of_them_is_kept(
    plain_home: Home, telegram: OnTelegram, discord: tuple[DiscordServer, OnDiscord]
) -> None:
    lists = {"TELEGRAM_ALLOWED_USERS": "77, 78", "DISCORD_ALLOWED_USERS": "77"}
    async with Serving(plain_home, **telegram.settings, **discord[1].settings, **lists) as serving:
        await telegram.write(ANSWERS[0])
        await telegram.hear("1001")
        await discord[1].connected()
        await discord[1].write(ANSWERS[0])
        await discord[1].hear(discord[1].id)
        assert await serving.end(signal.SIGTERM) == (0, "")
    assert plain_home.rows("SELECT * FROM account") == plain_home.rows("SELECT * FROM candidate") == []
    listed = {"TELEGRAM_ALLOWED_USERS": "77, 1001", "DISCORD_ALLOWED_USERS": discord[1].id}
    async with Serving(plain_home, **telegram.settings, **discord[1].settings, **listed):
        await asyncio.gather(begin(telegram), begin(discord[1]))


async def die_and_go_on(home: Home, candidate: Candidate, *, written_after: bool = False) -> None:
    """The process is killed while it waits for the end of the second answer, or before that is written."""
    async with Serving(home, **candidate.settings, QUIET_GAP_SECONDS="1") as serving:
        await begin(candidate)
        if not written_after:
            await candidate.write(ANSWERS[1])
            async with asyncio.timeout(5):
                while len(home.said("answer")) < 2:  # noqa: ASYNC110 - a database tells nobody
                    await asyncio.sleep(0.02)
        assert await serving.end(signal.SIGKILL) == (-signal.SIGKILL, "")
    if written_after:
        await candidate.write(ANSWERS[1])
    async with Serving(home, **candidate.settings) as serving:
        await finish(candidate)
        status, said = await serving.end(signal.SIGINT)
    # The last press may still be on its way to being acknowledged, of which a line at most is told.
    assert (status, "Traceback" in said) == (0, False)
    assert home.said("answer") == list(ANSWERS[:2])
    assert home.rows("SELECT phase, self_rating FROM interview") == [("finished", 4)]
    asked = home.said("question", "follow_up")
    assert len(set(asked)) == len(asked)


async def test_killed_on_telegram_and_driven_to_the_report(plain_home: Home, telegram: OnTelegram) -> None:
    await die_and_go_on(plain_home, telegram)


@pytest.mark.parametrize("written_after", [False, True])
async def test_killed_on_discord_and_driven_to_the_report(
    plain_home: Home,
    discord: tuple[DiscordServer, OnDiscord],
    written_after: bool,  # noqa: FBT001 - which of two ways to die
) -> None:
    await die_and_go_on(plain_home, discord[1], written_after=written_after)


async def test_telegram_may_bring_the_messages_to_an_address(plain_home: Home, telegram: OnTelegram) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    webhook = {
        "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/brought",
        "TELEGRAM_WEBHOOK_PORT": port,
        "TELEGRAM_WEBHOOK_SECRET": "a_secret-of-16-or-more",
    }
    async with Serving(plain_home, **telegram.settings, **webhook) as serving:
        assert serving.begins_with == "Serving Telegram. Ctrl-C stops."
        await begin(telegram)
        assert await serving.end(signal.SIGTERM) == (0, "")


async def test_a_log_of_everything_holds_no_token_and_no_word_of_a_candidate(
    plain_home: Home, telegram: OnTelegram, discord: tuple[DiscordServer, OnDiscord]
) -> None:
    settings = telegram.settings | discord[1].settings
    async with Serving(plain_home, **settings, LOG_LEVEL="DEBUG") as serving:
        await asyncio.gather(begin(telegram), begin(discord[1]))
        status, told = await serving.end(signal.SIGTERM)
    assert status == 0
    assert "Discord was told the commands." in told
    for secret in (TOKEN, TOKEN.partition(":")[2], discord[0].token, "office furniture"):
        assert secret not in told


async def test_a_token_that_is_refused_is_one_sentence_and_the_other_platform_goes_on(
    plain_home: Home, telegram: OnTelegram, discord: tuple[DiscordServer, OnDiscord]
) -> None:
    settings = discord[1].settings | {"DISCORD_TOKEN": "another.made_up.token"}
    async with Serving(plain_home, **telegram.settings, **settings) as serving:
        assert serving.begins_with == "Serving Telegram and Discord. Ctrl-C stops."
        await begin(telegram)
        status, told = await serving.end(signal.SIGTERM)
    assert (status, told) == (0, f"{REFUSED}\n")


async def test_no_usable_token_at_all_ends_it(plain_home: Home, discord: tuple[DiscordServer, OnDiscord]) -> None:
    settings = discord[1].settings | {"DISCORD_TOKEN": "another.made_up.token", "TELEGRAM_TOKEN": "nonsense"}
    async with Serving(plain_home, **settings) as serving:
        assert serving.begins_with == MALFORMED
        assert await serving.ended() == (1, f"Serving Discord. Ctrl-C stops.\n{REFUSED}\n")


async def test_doctor_asks_the_platforms(
    plain_home: Home, telegram: OnTelegram, discord: tuple[DiscordServer, OnDiscord]
) -> None:
    async def looked(**settings: str) -> dict[str, list[str]]:
        ended = await asyncio.to_thread(plain_home.run, "doctor", "--json", settings=settings)
        found = {one["part"]: [one["state"], one["detail"]] for one in json.loads(ended.out)}
        return {part: found[part] for part in ("discord", "telegram")}

    right = telegram.settings | discord[1].settings
    bad = {"DISCORD_TOKEN": "another.made_up.token", "TELEGRAM_TOKEN": "123456:another"}
    found, wrong = await asyncio.gather(looked(**right), looked(**right | bad))
    assert [state for state, _ in found.values()] == ["ok", "ok"], found
    assert [state for state, _ in wrong.values()] == ["broken", "broken"]
    assert wrong["discord"][1] == REFUSED.partition(": ")[2]
    assert "does not know TELEGRAM_TOKEN" in wrong["telegram"][1]
