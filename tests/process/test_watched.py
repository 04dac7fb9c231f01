"""The real process, watched: what its figures and its log tell of interviews, and what they do not."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
from aiohttp import ClientConnectionError, ClientSession
from prometheus_client.parser import text_string_to_metric_families

from tests.journeys.speaking import listening
from tests.process.home import ANSWERS, Home
from tests.process.serving import Candidate, OnDiscord, OnTelegram, Serving
from tests.wires.discord import DiscordServer
from tests.wires.ollama import OllamaServer
from tests.wires.telegram import TOKEN, TelegramServer

MODEL, RATING = "llama3.1:8b", "how well did it go"
BUSY = "database: Another program is using the database, so nothing was saved: close that program and try again.\n"
UNREACHED = "telegram: Telegram cannot be used.\n"
HELD_S = 30.0
"""Only so long that a busy machine fails no test."""


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


async def asked(port: int, path: str) -> tuple[int, str]:
    async with ClientSession() as web, web.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def until(port: int, expected: tuple[int, str]) -> None:
    """Wait until it is so that the bot can work, or cannot."""
    async with asyncio.timeout(HELD_S):
        while await _readiness(port) != expected:  # noqa: ASYNC110 - a page tells nobody
            await asyncio.sleep(0.1)


async def _readiness(port: int) -> tuple[int, str] | None:
    try:
        return await asked(port, "/readyz")
    except ClientConnectionError:  # nobody listens yet
        return None


async def figures(port: int) -> dict[tuple[str, ...], float]:
    """Every figure by its name without `interview_bot_` and the values of its labels in order of their names."""
    families = text_string_to_metric_families((await asked(port, "/metrics"))[1])
    samples = [sample for family in families for sample in family.samples]
    return {
        (one.name.removeprefix("interview_bot_"), *(one.labels[label] for label in sorted(one.labels))): one.value
        for one in samples
    }


async def interview(candidate: Candidate) -> None:
    """A whole interview of three questions, each with one answer."""
    await candidate.start()
    await candidate.hear("Which job")
    await candidate.turn("Sales Associate", "5 questions, mid level.")
    await candidate.turn("3", "3 questions, mid level.")
    await candidate.press("Start")
    heard = await candidate.hear("Question 1 of 3")
    for number in (1, 2, 3):
        await candidate.write(ANSWERS[number])
        heard = await candidate.hear("Follow-up ", f"Question {number + 1} of 3", RATING)
        if "Follow-up " in heard:
            await candidate.press("Skip")
            heard = await candidate.hear(f"Question {number + 1} of 3", RATING)
    assert RATING in heard
    await candidate.press("Well")
    await candidate.hear("Your report")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.full)])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of a database."""
    return {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}


async def test_whole_interviews_are_counted_and_nothing_that_is_said_is_logged(
    home: Home, telegram: TelegramServer, discord: DiscordServer, port: int, database: dict[str, str]
) -> None:
    candidates: tuple[Candidate, ...] = OnTelegram(telegram), OnDiscord(discord)
    settings = candidates[0].settings | candidates[1].settings | database
    async with OllamaServer(listening(level=4)) as ollama:
        settings |= {"INTERVIEWER": "auto", "OLLAMA_BASE_URL": ollama.url, "METRICS_PORT": str(port)}
        async with Serving(home, **settings, LOG_LEVEL="DEBUG", LOG_FORMAT="json") as serving:
            await until(port, (200, "ready\n"))
            await asyncio.gather(*map(interview, candidates))
            found = await figures(port)
            page = (await asked(port, "/metrics"))[1]
            status, told = await serving.end(signal.SIGTERM)
    assert status == 0
    _check_figures(found)
    _check_lines(f"{serving.begins_with}\n{told}")
    for secret in (TOKEN, TOKEN.partition(":")[2], discord.token, *ANSWERS[1:4], *map(_core, ANSWERS[1:4])):
        assert secret not in told
        assert secret not in page


def _core(answer: str) -> str:
    return answer[10:40]


def _check_figures(found: dict[tuple[str, ...], float]) -> None:
    assert found["turns_total", MODEL, "answered"] == 6
    assert found["interviews_begun_total", "mock", "sales_associate"] == 2
    assert found["interviews_ended_total", "finished"] == 2
    for platform in ("telegram", "discord"):
        assert found["messages_received_total", "text", platform] == 3
        assert found["send_seconds_count", platform] >= 8
    assert found["model_seconds_count", "consider"] == 6
    assert found["model_seconds_count", "assess"] == 6
    assert found["model_breaker_open", "consider"] == found["model_breaker_open", "assess"] == 0
    assert found["model_calls_waiting", "background"] == 0
    assert found["deliveries_waiting",] >= 0
    assert [found["ready", part] for part in ("database", "telegram", "discord")] == [1, 1, 1]
    assert found["save_seconds_count",] > 20
    assert 0 <= found["event_loop_lag_seconds",] < HELD_S
    assert not any(name == "open_interviews" for name, *_ in found)


def _check_lines(told: str) -> None:
    """Every line is an object, and those about an interview name its conversation."""
    lines = [json.loads(line) for line in told.splitlines()]
    assert any(line["message"] == "Serving Telegram and Discord. Ctrl-C stops." for line in lines)
    assert any(line["message"].startswith("Started: version ") for line in lines)
    assert lines[-1]["message"] == "Stopped."
    ours = [line for line in lines if line["logger"] == "core.runner.noting"]
    assert sum("began: sales_associate, mock, mid, questions: 3." in line["message"] for line in ours) == 2
    assert sum(f"considered by {MODEL}." in line["message"] for line in ours) == 6
    assert sum("ended as finished" in line["message"] for line in ours) == 2
    assert {line["conversation"]["platform"] for line in ours} == {"telegram", "discord"}


async def test_a_bot_that_cannot_work_says_so_until_it_can(home: Home, telegram: TelegramServer, port: int) -> None:
    candidate = OnTelegram(telegram)
    async with Serving(home, **candidate.settings, METRICS_PORT=str(port)) as serving:
        await until(port, (200, "ready\n"))
        _check_only_here(port)
        with closing(sqlite3.connect(home.database)) as other:
            other.execute("BEGIN IMMEDIATE")
            await until(port, (503, BUSY))
            assert await asked(port, "/healthz") == (200, "alive\n")
        await until(port, (200, "ready\n"))
        await telegram.stop()
        await until(port, (503, UNREACHED))
        assert (await serving.end(signal.SIGTERM))[0] == 0


async def test_a_worker_that_reaches_no_platform_says_so_until_it_does(
    home: Home, telegram: TelegramServer, port: int, postgres_url: str
) -> None:
    """Nothing is received there, so it asks by itself."""
    settings = OnTelegram(telegram).settings | {"DATABASE_URL": postgres_url, "METRICS_PORT": str(port)}
    await telegram.stop()
    async with Serving(home, program=("-m", "tests.process.hasty"), command=("worker",), **settings) as serving:
        await until(port, (503, UNREACHED))
        assert (await figures(port))["ready", "telegram"] == 0
        await telegram.start()
        await until(port, (200, "ready\n"))
        await telegram.stop()
        await until(port, (503, UNREACHED))
        await telegram.start()
        await until(port, (200, "ready\n"))
        status, told = await serving.end(signal.SIGTERM)
    assert status == 0
    lines = [line for line in [serving.begins_with, *told.splitlines()] if "Telegram" in line]
    assert [line.partition(":")[0] for line in lines] == ["Telegram is not served", "Telegram is reached again."] * 2
    assert re.search(r" I try again every [0-9.]+ s\.$", lines[0])


def _check_only_here(port: int) -> None:
    """At another address of this machine the port is free; only on Linux is there one for sure."""
    if sys.platform == "linux":
        with socket.socket() as other:
            other.bind(("127.0.0.2", port))


async def test_a_port_that_is_taken_ends_it_with_one_sentence(home: Home, telegram: TelegramServer, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        async with Serving(home, **OnTelegram(telegram).settings, METRICS_PORT=str(port)) as serving:
            told = f"METRICS_PORT: 127.0.0.1, port {port}, cannot be listened at (Address already in use)"
            assert serving.begins_with == f"{told}: choose another port, or 0 for none."
            assert await serving.ended() == (1, "")
