"""What is asked, and what comes of it when all is well."""

from __future__ import annotations

import asyncio

import pytest

from adapters.ollama import OllamaModel
from core.ports import CutReplyError, ModelMissingError, ModelUnavailableError, PromptTooLongError
from tests.adapters.ollama.conftest import GENERATED, NAME, SCHEMA, a_prompt
from tests.wires.ollama import Ending, InstalledModel, OllamaServer, Pace, Reply

THINKING = InstalledModel("qwen3:8b", ("completion", "thinking"), 40_960)


async def test_a_call_asks_for_what_the_prompt_says(server: OllamaServer, model: OllamaModel) -> None:
    assert await model.complete(a_prompt(max_tokens=77, temperature=0.3)) == GENERATED
    body = server.chats[0].body
    assert (body.model, body.system, body.data) == (NAME, "You listen.", {"answer": "quokka"})
    assert [message.role for message in body.messages] == ["system", "user"]
    assert (body.format, body.keep_alive, body.stream) == (SCHEMA, "30m", True)
    assert body.options.model_dump() == {"num_ctx": 8192, "num_predict": 77, "temperature": 0.3}


async def test_the_context_has_the_same_size_in_every_call(server: OllamaServer, model: OllamaModel) -> None:
    await model.prepare()
    for length in (1, 5_000, 20_000):
        await model.complete(a_prompt("a" * length, max_tokens=600))
    asked = [*server.loads, *(chat.body for chat in server.chats)]
    assert [body.options.num_ctx for body in asked] == [8192] * 4


@pytest.mark.parametrize(("given", "sent"), [("30m", "30m"), ("-1", -1.0), ("3600", 3600.0), ("1h30m", "1h30m")])
async def test_how_long_the_model_is_kept(server: OllamaServer, given: str, sent: object) -> None:
    async with OllamaModel(server.url, NAME, keep_alive=given) as model:
        await model.complete(a_prompt())
    assert server.chats[0].body.keep_alive == sent


async def test_only_a_model_that_can_think_is_told_not_to() -> None:
    async with OllamaServer(models=[InstalledModel(), THINKING]) as server:
        for name, think in ((NAME, None), (THINKING.name, False)):
            async with OllamaModel(server.url, name) as model:
                assert await model.complete(a_prompt()) == GENERATED
            assert server.chats[-1].body.think is think


async def test_thoughts_are_no_part_of_a_reply(server: OllamaServer, model: OllamaModel) -> None:
    thought = b'{"message": {"role": "assistant", "content": "", "thinking": "Level 5!"}, "done": false}\n'
    server.reply = [Reply(lines=(thought, thought), ending=Ending.LENGTH), Reply("{}")]
    with pytest.raises(CutReplyError):
        await model.complete(a_prompt())
    assert await model.complete(a_prompt()) == "{}"


async def test_what_a_model_can_is_asked_once(server: OllamaServer, model: OllamaModel) -> None:
    await asyncio.gather(*(model.complete(a_prompt()) for _ in range(8)))
    await model.prepare()
    assert server.paths.count("/api/show") == 1


async def test_what_a_model_can_is_asked_anew_once_it_was_gone(server: OllamaServer, model: OllamaModel) -> None:
    await model.complete(a_prompt())
    there = server.models.pop(NAME)
    with pytest.raises(ModelMissingError):
        await model.complete(a_prompt())
    server.models[NAME] = InstalledModel(NAME, ("completion", "thinking"), there.context_length)
    await model.complete(a_prompt())
    assert [chat.body.think for chat in server.chats] == [None, False]


async def test_calls_go_over_connections_that_are_kept(server: OllamaServer, model: OllamaModel) -> None:
    for _ in range(5):
        await model.complete(a_prompt())
    assert len({chat.client for chat in server.chats}) == 1


async def test_a_model_made_for_less_than_was_set_gets_less() -> None:
    async with OllamaServer(models=[InstalledModel(context_length=2048)]) as server:
        async with OllamaModel(server.url, NAME) as model:
            assert model.context_tokens == 8192
            with pytest.raises(PromptTooLongError, match="room for 2048"):
                await model.complete(a_prompt("a" * 8_000))
            assert model.context_tokens == 2048
            assert await model.complete(a_prompt("a" * 4_000)) == GENERATED
        assert [chat.body.options.num_ctx for chat in server.chats] == [8192]


@pytest.mark.parametrize("length", [None, "many", True, -1, 0, 2.5, [1]])
async def test_a_context_length_that_is_not_told_changes_nothing(
    server: OllamaServer, model: OllamaModel, length: object
) -> None:
    server.tells(model_info={"general.architecture": "llama", "llama.context_length": length})
    assert await model.complete(a_prompt()) == GENERATED
    assert model.context_tokens == 8192


async def test_the_context_length_of_a_part_of_the_model_is_not_taken(server: OllamaServer, model: OllamaModel) -> None:
    lengths = {"llama.vision.context_length": 77, "llama.context_length": 4096}
    server.tells(model_info={"general.architecture": "llama", **lengths})
    assert (await model.inspect()).model.context_tokens == 4096
    server.tells(model_info={})
    assert (await model.inspect()).model.context_tokens is None


async def test_half_a_character_does_not_stop_a_call(server: OllamaServer, model: OllamaModel) -> None:
    assert await model.complete(a_prompt('{"answer": "well \ud83d"}')) == GENERATED
    assert server.chats[0].body.data == {"answer": "well ?"}


async def test_a_prompt_that_the_server_counted_as_too_long_is_not_trusted(
    server: OllamaServer, model: OllamaModel
) -> None:
    server.reply = [Reply(changes={"prompt_eval_count": count}) for count in (8192 - 160, 8192 - 159)]
    assert await model.complete(a_prompt()) == GENERATED
    with pytest.raises(PromptTooLongError):
        await model.complete(a_prompt())


async def test_preparing_loads_the_model() -> None:
    async with OllamaServer(pace=Pace(load_s=0.1)) as server, OllamaModel(server.url, NAME) as model:
        await model.prepare()
        assert (server.paths, server.chats) == (["/api/show", "/api/chat"], [])
        assert server.loads[0].options.num_ctx == 8192
        assert server.loads[0].keep_alive == "30m"
        assert server.loaded == {NAME}


async def test_an_inspection_says_what_is_there() -> None:
    elsewhere = InstalledModel("gpt-oss:120b-cloud", ("completion",), 131_072, "https://ollama.com:443")
    async with OllamaServer(models=[THINKING, elsewhere]) as server:
        async with OllamaModel(server.url, THINKING.name) as model:
            found = await model.inspect()
        async with OllamaModel(server.url, elsewhere.name) as model:
            away = await model.inspect()
        server.instead["/api/tags"] = Reply('{"models": []}')
        async with OllamaModel(server.url, THINKING.name) as model:
            assert (await model.inspect()).remote_host == ""
    assert (found.version, found.remote_host) == ("0.33.0", "")
    assert (found.model.context_tokens, found.model.capabilities) == (40_960, ("completion", "thinking"))
    assert away.remote_host == "https://ollama.com:443"


@pytest.mark.parametrize("name", ["mistral", "MISTRAL:latest", "hf.co/somebody/Some-Model"])
async def test_a_name_without_a_tag_means_the_latest(name: str) -> None:
    there = f"{name}:latest" if ":" not in name else name
    models = [InstalledModel(there, remote_host="https://there")]
    async with OllamaServer(models=models) as server, OllamaModel(server.url, name) as model:
        assert (await model.inspect()).remote_host == "https://there"
        server.reply = [Reply(changes={"model": there.lower()})]
        assert await model.complete(a_prompt()) == GENERATED


async def test_inspecting_and_preparing_name_what_is_wrong(server: OllamaServer) -> None:
    async with OllamaModel(server.url, "mistral:7b") as model:
        for call in (model.inspect, model.prepare):
            with pytest.raises(ModelMissingError, match="run `ollama pull mistral:7b`"):
                await call()
    server.instead["/api/version"] = Reply(status=500, error="disk\nfull")
    async with OllamaModel(server.url, NAME) as model:
        with pytest.raises(ModelUnavailableError, match=r"failed with HTTP 500: disk full\.$"):
            await model.inspect()
