"""Nobody waits for ever: not for a connection, a first token, the next one, or the last."""

from __future__ import annotations

import asyncio
import time

import pytest

from adapters.ollama import Deadlines, OllamaModel
from core.ports import ModelUnavailableError
from tests.adapters.ollama.conftest import GENERATED, NAME, SHORT, a_prompt
from tests.wires.ollama import Ending, InstalledModel, OllamaServer, Pace, Reply


async def test_a_first_token_that_does_not_come(server: OllamaServer, hasty: OllamaModel) -> None:
    server.reply = [Reply(ending=Ending.HANG, after=0)]
    with pytest.raises(ModelUnavailableError, match=r"said nothing for 0\.2 s"):
        await hasty.complete(a_prompt())
    await server.chats[0].over.wait()
    assert server.chats[0].left
    assert len(server.chats) == 1
    assert await hasty.complete(a_prompt()) == GENERATED


async def test_a_stream_that_stops_in_the_middle(server: OllamaServer, hasty: OllamaModel) -> None:
    server.reply = [Reply(ending=Ending.HANG, after=3)]
    with pytest.raises(ModelUnavailableError, match=r"said nothing for 0\.2 s"):
        await hasty.complete(a_prompt())
    await server.chats[0].over.wait()
    assert server.chats[0].left


async def test_a_reply_that_takes_too_long_in_all(server: OllamaServer, hasty: OllamaModel) -> None:
    server.reply = [Reply(tokens_per_second=10)]
    with pytest.raises(ModelUnavailableError, match=r"did not finish a reply within 0\.4 s"):
        await hasty.complete(a_prompt())
    await server.chats[0].over.wait()
    assert server.chats[0].left


async def test_a_slow_reply_that_is_in_time_is_taken(server: OllamaServer, hasty: OllamaModel) -> None:
    server.reply = [Reply("{} " * 4, first_token_s=0.05, tokens_per_second=50)]
    assert await hasty.complete(a_prompt()) == "{} " * 4


async def test_all_attempts_together_have_one_deadline(server: OllamaServer) -> None:
    server.reply = [*[Reply(ending=Ending.DROP, after=0, first_token_s=0.1)] * 2, Reply(ending=Ending.HANG, after=0)]
    async with OllamaModel(server.url, NAME, deadlines=Deadlines(total_s=0.4)) as model:
        await model.prepare()
        begun = time.monotonic()
        with pytest.raises(ModelUnavailableError, match=r"within 0\.4 s"):
            await model.complete(a_prompt())
    assert time.monotonic() - begun < 0.6
    assert len(server.chats) == 3


async def test_a_server_that_does_not_tell_what_the_model_can(server: OllamaServer) -> None:
    async with OllamaModel(server.url, NAME, deadlines=SHORT) as model:
        await model.inspect()
        server.instead["/api/show"] = Reply(ending=Ending.HANG)
        with pytest.raises(ModelUnavailableError, match=r"said nothing for 0\.2 s"):
            await model.complete(a_prompt())
        del server.instead["/api/show"]
        assert await model.complete(a_prompt()) == GENERATED


async def test_loading_may_take_longer_than_a_plain_question() -> None:
    async with OllamaServer(pace=Pace(load_s=0.3)) as server, OllamaModel(server.url, NAME, deadlines=SHORT) as model:
        await model.inspect()
        await model.prepare()
        assert server.loaded == {NAME}
        server.models["slow"] = InstalledModel("slow")
        server.pace = Pace(load_s=5)
        async with OllamaModel(server.url, "slow", deadlines=SHORT) as slow:
            with pytest.raises(ModelUnavailableError, match=r"said nothing for 0\.4 s"):
                await slow.prepare()


async def test_a_machine_that_does_not_take_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "open_connection", nobody)
    async with OllamaModel("http://127.0.0.1:9", NAME, deadlines=SHORT) as model:
        with pytest.raises(ModelUnavailableError, match=r"could not be reached within 0\.5 s"):
            await model.prepare()
