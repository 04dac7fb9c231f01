"""One client, made when it is needed and let go of; what is cancelled leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from unittest.mock import patch

import ollama
import pytest

from adapters.ollama import Deadlines, OllamaModel
from adapters.ollama.failures import Address
from adapters.ollama.wire import Wire
from core.ports import ModelUnavailableError
from tests.adapters.ollama.conftest import GENERATED, NAME, a_prompt
from tests.wires.ollama import Ending, OllamaServer, Pace, Reply

ASKING_NOBODY = """
import asyncio, sys
import stamina
from adapters.ollama import OllamaModel
from core.ports import ModelUnavailableError
from core.prompts import Prompt

async def main():
    stamina.set_testing(True, attempts=3)
    async with OllamaModel("http://127.0.0.1:9", "llama3.1:8b") as model:
        for call in (model.prepare, model.inspect, lambda: model.complete(Prompt("t", "s", "{}", {}, 0.0, 9))):
            try:
                await call()
            except ModelUnavailableError as error:
                print(error)

asyncio.run(main())
assert not {"ollama", "httpx", "aiohttp", "pydantic"} & sys.modules.keys()
"""


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """What is collected while a test runs warns in that test, and a warning is an error."""
    yield
    gc.collect()


def test_nothing_is_imported_when_nobody_answers() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASKING_NOBODY], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("Nothing answers at http://127.0.0.1:9: start Ollama there") == 3


async def test_one_client_is_made_for_all_calls(server: OllamaServer) -> None:
    with patch("ollama.AsyncClient", side_effect=ollama.AsyncClient) as made:
        async with OllamaModel(server.url, NAME) as model:
            await asyncio.gather(model.prepare(), model.inspect(), *(model.complete(a_prompt()) for _ in range(10)))
            await model.complete(a_prompt())
    assert made.call_count == 1


async def test_the_client_is_made_beside_the_loop(server: OllamaServer, model: OllamaModel) -> None:
    threads: list[threading.Thread] = []

    def make(address: Address, deadlines: Deadlines) -> Wire:
        threads.append(threading.current_thread())
        return Wire(address, deadlines)

    with patch("adapters.ollama.opening._make", make):
        await model.complete(a_prompt())
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_a_call_leaves_nothing_to_the_garbage_collector(model: OllamaModel) -> None:
    await model.complete(a_prompt())
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        await model.complete(a_prompt())
        gc.collect()
        left = {type(one).__module__.partition(".")[0] for one in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not left & {"adapters", "httpx", "ollama"}  # of the server, which is in this process, something may be left


@pytest.mark.parametrize("after", [0, 3])
async def test_cancelling_closes_the_stream(server: OllamaServer, model: OllamaModel, after: int) -> None:
    server.reply = [Reply(ending=Ending.HANG, after=after)]
    call = asyncio.create_task(model.complete(a_prompt()))
    chat = await server.chat(0)
    await asyncio.sleep(0.02)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    async with asyncio.timeout(1):
        await chat.over.wait()
    assert chat.left
    assert await model.complete(a_prompt()) == GENERATED


async def test_cancelling_at_any_moment_leaves_nothing_behind() -> None:
    chance = random.Random(7)  # the same cancellations each time
    tasks = asyncio.all_tasks()
    async with (
        OllamaServer(pace=Pace(first_token_s=0.005, tokens_per_second=2_000)) as server,
        OllamaModel(server.url, NAME) as model,
    ):
        for _ in range(25):
            calls = [asyncio.create_task(model.complete(a_prompt())) for _ in range(8)]
            await asyncio.sleep(chance.random() * 0.02)
            for call in chance.sample(calls, 6):
                call.cancel()
            done = await asyncio.gather(*calls, return_exceptions=True)
            assert done.count(GENERATED) >= 2
            assert all(each == GENERATED or isinstance(each, asyncio.CancelledError) for each in done)
        for chat in server.chats:
            await chat.over.wait()
        assert server.running == 0
    assert asyncio.all_tasks() == tasks


async def test_closing_ends_the_calls_that_run(server: OllamaServer) -> None:
    server.reply = lambda _: Reply(ending=Ending.HANG, after=3)
    model = OllamaModel(server.url, NAME)
    call = asyncio.create_task(model.complete(a_prompt()))
    chat = await server.chat(0)
    await asyncio.sleep(0.02)
    await model.close()
    with pytest.raises(ModelUnavailableError):
        await asyncio.wait_for(call, 1)
    await chat.over.wait()
    await model.close()


async def test_nothing_is_opened_after_closing(server: OllamaServer) -> None:
    model = OllamaModel(server.url, NAME)
    await model.close()
    for call in (model.prepare, model.inspect, lambda: model.complete(a_prompt())):
        with pytest.raises(ModelUnavailableError, match="has been closed"):
            await call()
    assert server.paths == []
