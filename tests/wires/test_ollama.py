"""The loopback Ollama: it answers as the real one does, and lets no mistake pass."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.wires.ollama import Ending, InstalledModel, OllamaServer, Pace, Reply, generate, says

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["answer", "skip"]},
        "quotes": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 10}},
        "level": {"type": "integer", "minimum": 1, "maximum": 5},
        "sure": {"type": "boolean"},
        "more": {
            "type": "object",
            "properties": {"why": {"type": "string", "minLength": 50, "maxLength": 60}},
            "required": ["why"],
            "additionalProperties": False,
        },
    },
    "required": ["kind", "quotes", "level", "sure", "more"],
    "additionalProperties": False,
}
CHAT: dict[str, Any] = {
    "model": "llama3.1:8b",
    "messages": [{"role": "system", "content": "You listen."}, {"role": "user", "content": '{"answer": "Yes."}'}],
    "stream": True,
    "format": SCHEMA,
    "options": {"num_ctx": 4096, "num_predict": 200, "temperature": 0.0},
    "keep_alive": "5m",
    "tools": [],
}
LOAD: dict[str, Any] = {
    "model": "llama3.1:8b",
    "messages": [],
    "stream": False,
    "keep_alive": "5m",
    "options": {"num_ctx": 4096},
}
GENERATED = {
    "kind": "answer",
    "quotes": ["These word"],
    "level": 3,
    "sure": True,
    "more": {"why": "These words were made up to fit. These words were made up to"},
}


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(session: aiohttp.ClientSession, server: OllamaServer, body: Any = CHAT) -> tuple[int, list[Any]]:
    """The status and the lines of a reply."""
    async with session.post(f"{server.url}/api/chat", json=body) as response:
        return response.status, [json.loads(line) async for line in response.content]


def text_of(lines: list[Any]) -> str:
    return "".join(line["message"]["content"] for line in lines)


async def test_a_reply_is_streamed_and_ends_with_what_it_took(session: aiohttp.ClientSession) -> None:
    async with OllamaServer() as server:
        status, lines = await ask(session, server)
    assert (status, json.loads(text_of(lines))) == (200, GENERATED)
    assert all(line["model"] == "llama3.1:8b" and line["message"]["role"] == "assistant" for line in lines)
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert (lines[-1]["done_reason"], lines[-1]["eval_count"]) == ("stop", len(lines) - 1)
    asked = server.chats[0].body
    assert (asked.system, asked.data, asked.reply_schema) == ("You listen.", {"answer": "Yes."}, SCHEMA)


async def test_a_list_is_used_up_and_a_callable_is_asked(session: aiohttp.ClientSession) -> None:
    async with OllamaServer(reply=[says({"level": 4}), Reply("prose")]) as server:
        assert [text_of((await ask(session, server))[1]) for _ in range(2)] == ['{"level": 4}', "prose"]
        assert json.loads(text_of((await ask(session, server))[1])) == GENERATED
        server.reply = lambda request: Reply(generate(request.reply_schema, level=1))
        assert json.loads(text_of((await ask(session, server))[1])) == GENERATED | {"level": 1}


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"models": "x"}, "Extra inputs"),
        ({"model": 7}, "valid string"),
        ({"model": ""}, "at least 1"),
        ({"stream": "true"}, "valid boolean"),
        ({"stream": False}, "is streamed"),
        ({"format": "json"}, "should be an object"),
        ({"format": None}, "null is no value"),
        ({"format": {}}, "has a schema"),
        ({"tools": [{}]}, "at most 0"),
        ({"messages": [{"role": "bot", "content": ""}]}, "Input should be 'system'"),
        ({"messages": [{"role": "user", "content": "", "name": "x"}]}, "Extra inputs"),
        ({"messages": [{"role": "user"}]}, "Field required"),
        ({"options": {"num_ctx": 4096, "num_predict": 9}}, "its temperature"),
        ({"options": {"num_ctx": "4096"}}, "valid integer"),
        ({"options": {"num_ctx": 4096.0}}, "valid integer"),
        ({"options": {"num_ctx": True}}, "valid integer"),
        ({"options": {"num_predict": 9, "temperature": 0}}, "Field required"),
        ({"options": {"num_ctx": 4096, "num_predict": 9, "temperature": 3}}, "less than or equal to 2"),
        ({"options": {"num_ctx": 4096, "num_predict": 9, "temperature": 0, "mirostat": 1}}, "Extra inputs"),
        ({"options": {"num_ctx": 8192, "num_predict": 9, "temperature": 0}}, "another num_ctx"),
        ({"options": {"num_ctx": 4096, "num_predict": 4095, "temperature": 0}}, "would be cut without a word"),
        ({"think": False}, "does not support thinking"),
        ({"think": "low"}, "valid boolean"),
        ({"format": {"type": "object", "properties": {"a": {"type": "string"}}}}, "all properties must be required"),
        ({"format": {"type": "string"}}, "without maxLength"),
        ({"format": {"type": "array", "maxItems": 1, "items": {"type": "array", "items": {}}}}, "without maxItems"),
        ({"format": {"type": "string", "maxLength": 9, "pattern": "a"}}, "pattern is not known"),
        ({"format": {"anyOf": []}}, "no type that is known"),
    ],
)
async def test_a_request_that_does_not_fit_is_refused_and_noted(
    session: aiohttp.ClientSession, change: dict[str, Any], mistake: str
) -> None:
    server = OllamaServer()
    await server.start()
    assert (await ask(session, server))[0] == 200
    status, lines = await ask(session, server, CHAT | change)
    await server.stop()
    assert status == 400
    assert mistake in lines[0]["error"]
    assert len(server.mistakes) == 1
    with pytest.raises(AssertionError, match="api/chat"):
        await server.__aexit__(None)


async def test_other_paths_methods_and_forms_are_mistakes(session: aiohttp.ClientSession) -> None:
    server = OllamaServer()
    await server.start()
    for method, path in (("GET", "/api/chat"), ("POST", "/api/tags"), ("POST", "/api/generate"), ("GET", "/")):
        async with session.request(method, server.url + path) as response:
            assert response.status in {404, 405}
    async with session.post(f"{server.url}/api/show", data=b'{"model": "llama3.1:8b"}') as response:
        assert response.status == 400
    async with session.post(f"{server.url}/api/show", json={"model": "llama3.1:8b", "verbose": True}) as response:
        assert response.status == 400
    await server.stop()
    assert len(server.mistakes) == 6


async def test_the_models_are_told(session: aiohttp.ClientSession) -> None:
    models = [
        InstalledModel("qwen3:8b", ("completion", "thinking"), 40_960),
        InstalledModel("away", (), 1, "https://x"),
    ]
    async with OllamaServer(models=models) as server:
        await ask(session, server, LOAD | {"model": "qwen3:8b"})
        told: dict[str, Any] = {}
        for path in ("version", "tags", "ps"):
            async with session.get(f"{server.url}/api/{path}") as response:
                told[path] = await response.json()
        async with session.post(f"{server.url}/api/show", json={"model": "qwen3:8b"}) as response:
            told["show"] = await response.json()
        async with session.post(f"{server.url}/api/show", json={"model": "llama"}) as response:
            assert (response.status, await response.json()) == (404, {"error": "model 'llama' not found"})
    assert told["version"] == {"version": "0.33.0"}
    assert [model.get("remote_host") for model in told["tags"]["models"]] == [None, "https://x"]
    assert [(model["name"], model["context_length"]) for model in told["ps"]["models"]] == [("qwen3:8b", 4096)]
    assert told["show"]["capabilities"] == ["completion", "thinking"]
    assert told["show"]["model_info"]["llama.context_length"] == 40_960


async def test_a_model_that_thinks_does_so_unless_told_not_to(session: aiohttp.ClientSession) -> None:
    async with OllamaServer(models=[InstalledModel(capabilities=("completion", "thinking"))]) as server:
        for think, first in (({}, "thinking"), ({"think": True}, "thinking"), ({"think": False}, "content")):
            _, lines = await ask(session, server, CHAT | think)
            assert [key for key, said in lines[0]["message"].items() if said and key != "role"] == [first]


@pytest.mark.parametrize(
    ("ending", "end"),
    [
        (Ending.CUT, {"done": False}),
        (Ending.NO_REASON, {"done": True}),
        (Ending.LENGTH, {"done": True, "done_reason": "length"}),
        (Ending.ERROR, {"error": "out of memory"}),
    ],
)
async def test_a_stream_can_end_too_early(session: aiohttp.ClientSession, ending: Ending, end: dict[str, Any]) -> None:
    async with OllamaServer(reply=[Reply("a" * 40, ending, after=3, error="out of memory")]) as server:
        status, lines = await ask(session, server)
    assert (status, text_of(lines[:3])) == (200, "a" * 12)
    assert {key: lines[-1].get(key) for key in end} == end
    assert "done_reason" in end or "done_reason" not in lines[-1]


async def test_a_reply_longer_than_it_may_be_is_cut_as_the_real_one_cuts(session: aiohttp.ClientSession) -> None:
    async with OllamaServer(reply=[Reply("a" * 801)]) as server:
        _, lines = await ask(session, server)
    assert (text_of(lines), lines[-1]["done_reason"]) == ("a" * 800, "length")


@pytest.mark.parametrize("after", [0, 3])
async def test_a_connection_can_be_dropped(session: aiohttp.ClientSession, after: int) -> None:
    async with OllamaServer(reply=[Reply(ending=Ending.DROP, after=after)]) as server:
        with pytest.raises(aiohttp.ClientError):
            await ask(session, server)


@pytest.mark.parametrize("ending", [Ending.HANG, Ending.ENDLESS_LINE, Ending.ENDLESS_STREAM])
async def test_it_is_known_when_a_client_goes_away(session: aiohttp.ClientSession, ending: Ending) -> None:
    async with OllamaServer(reply=[Reply(ending=ending, after=0)]) as server:
        call = asyncio.create_task(ask(session, server))
        chat = await server.chat(0)
        assert (server.running, chat.over.is_set()) == (1, False)
        await asyncio.sleep(0.02)
        call.cancel()
        await asyncio.wait([call])
        await chat.over.wait()
        assert (server.running, chat.left) == (0, True)


async def test_lies_garbage_and_refusals(session: aiohttp.ClientSession) -> None:
    replies = [
        Reply("a", changes={"model": "other", "message": 7}),
        Reply(lines=(b'"garbage"\n',), ending=Ending.CUT),
        Reply(status=503, error="busy"),
    ]
    async with OllamaServer(reply=replies) as server:
        _, lying = await ask(session, server)
        assert [(line["model"], line["message"]) for line in lying] == [("other", 7)] * 2
        assert await ask(session, server) == (200, ["garbage"])
        assert await ask(session, server) == (503, [{"error": "busy"}])
        server.reply = [Reply(status=307, headers={"Location": "http://127.0.0.1:9/"})]
        async with session.post(f"{server.url}/api/chat", json=CHAT, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (307, "http://127.0.0.1:9/")


async def test_it_keeps_its_pace_and_its_places(session: aiohttp.ClientSession) -> None:
    pace = Pace(load_s=0.05, first_token_s=0.05, tokens_per_second=100, parallel=1)
    async with OllamaServer(reply=lambda _: Reply("a" * 40), pace=pace) as server:
        begun = time.monotonic()
        await asyncio.gather(ask(session, server), ask(session, server))
        assert time.monotonic() - begun > 0.05 + 2 * (0.05 + 0.1) - 0.02
        assert server.most_at_once == 2


async def test_it_can_be_gone_and_come_back_at_the_same_place(session: aiohttp.ClientSession) -> None:
    async with OllamaServer() as server:
        url = server.url
        await ask(session, server)
        await server.stop()
        with pytest.raises(aiohttp.ClientError):
            await ask(session, server)
        await server.start()
        assert (server.url, (await ask(session, server))[0]) == (url, 200)


async def test_another_path_can_fail(session: aiohttp.ClientSession) -> None:
    async with OllamaServer() as server:
        server.instead["/api/version"] = Reply("<html>", status=502)
        async with session.get(f"{server.url}/api/version") as response:
            assert (response.status, await response.text()) == (502, "<html>")
        server.instead["/api/version"] = Reply(ending=Ending.DROP)
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{server.url}/api/version")


@pytest.mark.parametrize(("body", "status"), [(CHAT, 0), (CHAT | {"stream": False}, 1)])
async def test_it_runs_as_a_process_of_its_own(
    session: aiohttp.ClientSession, body: dict[str, Any], status: int
) -> None:
    command = [sys.executable, "-m", "tests.wires.ollama", "--tokens-per-second", "1000", "--reply", "prose"]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    server = OllamaServer(port=int((await process.stdout.readline()).rpartition(b":")[2]))
    _, lines = await ask(session, server, body)
    process.terminate()
    _, noted = await process.communicate()
    assert process.returncode == status
    assert ("error" in lines[0]) == (b"is streamed" in noted) == bool(status)
