"""What whoever watches the bot is answered."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.database import looking
from adapters.database.connection import connect
from adapters.database.looking import Look
from bot import health
from bot.health import Glance, Pulse, Tally, answering, try_to_listen
from bot.measured import Measuring
from bot.metrics import Metrics
from bot.settings import Settings, load_settings
from bot.watching import UnusablePortError
from core.ports import StoreUnavailableError
from tests.contracts.sample import ROLES

BUSY = "database: Another program is using the database, so nothing was saved: close that program and try again.\n"


@pytest.fixture
def settings(place: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("METRICS_PORT", str(port))
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    monkeypatch.setattr(looking, "PATIENCE_S", 0.05)
    return load_settings()


async def test_a_port_can_be_listened_at_where_nothing_does_or_a_bot(settings: Settings) -> None:
    assert not await try_to_listen(settings)
    async with answering(settings, Metrics(), {}):
        assert await try_to_listen(settings)
    assert not await try_to_listen(settings)


@pytest.mark.parametrize("headers", [{}, {"Location": f"http://{'a' * 70}.example/healthz"}])
async def test_a_port_at_which_something_else_answers_cannot_be_listened_at(
    settings: Settings, headers: dict[str, str]
) -> None:
    async def other(_: web.Request) -> web.Response:
        return web.Response(status=302 if headers else 200, text="alive and well\n", headers=headers)

    app = web.Application()
    app.add_routes([web.get("/healthz", other)])
    server = TestServer(app, host="127.0.0.1", port=settings.metrics_port)
    await server.start_server()
    with pytest.raises(UnusablePortError, match="cannot be listened at"):
        await try_to_listen(settings)
    await server.close()


async def asked(settings: Settings, path: str) -> tuple[int, str]:
    async with ClientSession() as web, web.get(f"http://127.0.0.1:{settings.metrics_port}{path}") as answer:
        return answer.status, await answer.text()


async def test_a_bot_that_can_work_says_so(settings: Settings) -> None:
    async def fine() -> str:
        return ""

    metrics = Metrics()
    async with connect(settings.database, ROLES), answering(settings, metrics, {"platforms": fine}):
        assert await asked(settings, "/healthz") == (200, "alive\n")
        assert await asked(settings, "/readyz") == (200, "ready\n")
        status, page = await asked(settings, "/metrics")
        assert (await asked(settings, "/"))[0] == 404
    assert status == 200
    assert 'interview_bot_ready{part="database"} 1.0' in page
    assert 'interview_bot_ready{part="platforms"} 1.0' in page
    assert "process_resident_memory_bytes" in page
    assert "interview_bot_event_loop_lag_seconds" in page
    assert "_created" not in page


async def test_every_part_that_cannot_work_is_one_line(settings: Settings) -> None:
    async def gone() -> str:
        return "Pigeons cannot be reached."

    async with connect(settings.database, ROLES), answering(settings, Metrics(), {"platforms": gone}):
        assert await asked(settings, "/readyz") == (503, "platforms: Pigeons cannot be reached.\n")
        with closing(sqlite3.connect(settings.data_dir / "interviews.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await asked(settings, "/readyz") == (503, f"{BUSY}platforms: Pigeons cannot be reached.\n")
            _, page = await asked(settings, "/metrics")
            assert 'interview_bot_ready{part="database"} 0.0' in page
            assert (await asked(settings, "/healthz"))[0] == 200
        assert await asked(settings, "/readyz") == (503, "platforms: Pigeons cannot be reached.\n")


async def test_a_port_that_is_taken_is_one_sentence(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.metrics_port))
        other.listen()
        told = (
            r"^METRICS_PORT: 127\.0\.0\.1, port \d+, cannot be listened at \(Address already in use\): choose another"
        )
        with pytest.raises(UnusablePortError, match=told):
            async with answering(settings, Metrics(), {}):
                pass


async def test_a_host_that_is_not_here_is_one_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_HOST", "192.0.2.1")
    with pytest.raises(UnusablePortError, match=r"^METRICS_PORT: 192\.0\.2\.1, port .*: choose another"):
        async with answering(load_settings(), Metrics(), {}):
            pass


async def test_many_who_ask_at_once_cost_one_look() -> None:
    looks = 0

    async def trying() -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        if looks > 1:
            raise StoreUnavailableError("It is locked.")

    glance = Glance(trying)
    assert set(await asyncio.gather(*(glance.reason() for _ in range(20)))) == {""}
    assert looks == 1
    glance._at -= health.FRESH_S
    assert await glance.reason() == "It is locked."
    assert looks == 2


async def test_whether_the_bot_can_work_does_not_wait_for_anything_to_be_counted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, door = 0, asyncio.Event()

    async def counted(url: str) -> Look:
        nonlocal begun
        begun += 1
        await door.wait()
        return Look({"asking": 3}, {})

    monkeypatch.setattr(health, "look", counted)
    monkeypatch.setattr(health, "MOMENT_S", 0.2)
    monkeypatch.setattr(health, "COUNTED_S", 60.0)
    async with connect(settings.database, ROLES), answering(settings, Metrics(), {}):
        assert await asked(settings, "/readyz") == (200, "ready\n")
        assert begun == 0
        for _ in range(2):
            assert "interview_bot_open_interviews{" not in (await asked(settings, "/metrics"))[1]
        door.set()
        for _ in range(2):
            assert 'interview_bot_open_interviews{phase="asking"} 3.0' in (await asked(settings, "/metrics"))[1]
    assert begun == 1


async def test_a_bot_that_ends_does_not_count_to_the_end() -> None:
    async def counting() -> Look:
        await asyncio.Event().wait()
        raise AssertionError

    tally = Tally(counting)
    asking = asyncio.create_task(tally.found())
    await asyncio.sleep(0)
    await asyncio.wait_for(tally.close(), 5)
    assert await asking is None


async def test_a_file_that_is_written_anew_for_somebody_who_is_forgotten_is_no_trouble(settings: Settings) -> None:
    metrics = Metrics()
    door = asyncio.Event()

    class Forgetting:
        async def forget(self, candidate: int) -> None:
            await door.wait()

    watched = Measuring(metrics).store(Forgetting())  # type: ignore[arg-type]
    async with connect(settings.database, ROLES), answering(settings, metrics, {}):
        with closing(sqlite3.connect(settings.data_dir / "interviews.sqlite3")) as held:
            held.execute("BEGIN IMMEDIATE")
            forgotten = asyncio.create_task(watched.forget(1))
            await asyncio.sleep(0)
            assert await asked(settings, "/readyz") == (200, "ready\n")
            door.set()
            await forgotten
            assert await asked(settings, "/readyz") == (503, BUSY)


async def test_a_stall_of_the_event_loop_is_felt() -> None:
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    await asyncio.sleep(0)
    time.sleep(health.BEAT_S + 0.1)  # noqa: ASYNC251 - the stall
    async with asyncio.timeout(5):
        while pulse.worst_s < 0.09:  # noqa: ASYNC110 - nobody else waits for it
            await asyncio.sleep(0.01)
    beating.cancel()


def test_the_worst_delay_is_shown_for_a_while_and_then_forgotten() -> None:
    pulse = Pulse()
    shown = []
    for at, delay in ((100.0, 0.5), (110.0, 0.1), (116.0, 0.2), (131.5, 0.1)):
        pulse.felt(delay, at)
        shown.append(pulse.worst_s)
    assert shown == [0.5, 0.5, 0.5, 0.2]
