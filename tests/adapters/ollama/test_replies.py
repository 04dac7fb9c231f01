"""Replies that cannot be used: cut off, garbled, lying, without an end."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from adapters.ollama import OllamaModel
from adapters.ollama.wire import MOST_BYTES
from core.ports import CutReplyError, LanguageModelError, ModelUnavailableError
from tests.adapters.ollama.conftest import GENERATED, a_prompt
from tests.wires.ollama import Ending, OllamaServer, Reply

TOKEN: dict[str, Any] = {"model": "llama3.1:8b", "message": {"role": "assistant", "content": "{"}, "done": False}


def line(**changes: Any) -> bytes:
    return json.dumps(TOKEN | changes).encode() + b"\n"


async def failure(model: OllamaModel, max_tokens: int = 160) -> LanguageModelError:
    with pytest.raises(LanguageModelError) as caught:
        await model.complete(a_prompt(max_tokens=max_tokens))
    assert "quokka" not in str(caught.value)
    assert str(caught.value).count(". ") == 0
    return caught.value


@pytest.mark.parametrize("after", [0, 1, 5, None])
@pytest.mark.parametrize("ending", [Ending.CUT, Ending.NO_REASON, Ending.LENGTH])
async def test_a_reply_that_is_cut_off_is_said_to_be(
    server: OllamaServer, model: OllamaModel, ending: Ending, after: int | None
) -> None:
    server.reply = [Reply(ending=ending, after=after)]
    assert type(await failure(model)) is CutReplyError
    assert len(server.chats) == 1
    assert await model.complete(a_prompt()) == GENERATED


async def test_an_end_without_a_reason_is_told_from_used_up_tokens(server: OllamaServer, model: OllamaModel) -> None:
    server.reply = [Reply(ending=Ending.NO_REASON), Reply(ending=Ending.LENGTH)]
    assert "broke off" in str(await failure(model))
    assert "used up its tokens" in str(await failure(model))


async def test_a_reply_of_more_tokens_than_it_may_have_is_cut_off(server: OllamaServer, model: OllamaModel) -> None:
    server.reply = [Reply("a" * 400)]
    assert "used up its tokens" in str(await failure(model, max_tokens=50))


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
async def test_an_empty_reply_is_none(server: OllamaServer, model: OllamaModel, text: str) -> None:
    server.reply = [Reply(text)]
    assert type(await failure(model)) is CutReplyError


@pytest.mark.parametrize("reason", ["load", "unload", "anything"])
async def test_only_a_stop_is_an_end(server: OllamaServer, model: OllamaModel, reason: str) -> None:
    server.reply = [Reply(changes={"done_reason": reason})]
    assert type(await failure(model)) is CutReplyError


@pytest.mark.parametrize(
    "garbage",
    [
        b"<html>It works!</html>\n",
        b"\n",
        b"null\n",
        b"[]\n",
        b'"quokka"\n',
        b"{}\n",
        b"\xff\xfe\x00\n",
        b'{"message": \n',
        b"[" * 200_000 + b"\n",
        b'{"eval_count": ' + b"9" * 5_000 + b"}\n",
        line(message="quokka"),
        line(message={"content": "quokka"}),
        line(message={"role": "assistant", "content": 7}),
        line(message={"role": "assistant", "content": {"quokka": 1}}),
        line(done="quokka"),
        line(done_reason=["stop"]),
        line(model=7),
        line(error=["quokka"]),
        line(error={"quokka": 1}),
    ],
)
@pytest.mark.parametrize("before", [0, 1])
async def test_garbage_is_told_as_a_failure_of_the_server(
    server: OllamaServer, model: OllamaModel, garbage: bytes, before: int
) -> None:
    server.reply = [Reply(lines=(line(),) * before + (garbage,))]
    assert type(await failure(model)) is ModelUnavailableError
    assert len(server.chats) == 1
    assert await model.complete(a_prompt()) == GENERATED


async def test_an_error_in_the_stream_is_a_failure_of_the_server(server: OllamaServer, model: OllamaModel) -> None:
    for after in (0, 3):
        server.reply = [Reply(ending=Ending.ERROR, after=after, error="no quokka was found")]
        assert "failed in the middle" in str(await failure(model))


async def test_another_model_s_reply_is_not_taken(server: OllamaServer, model: OllamaModel) -> None:
    server.reply = [Reply(changes={"model": "llama3.1:70b"})]
    assert "another model" in str(await failure(model))


async def test_fields_that_nobody_knows_are_left_alone(server: OllamaServer, model: OllamaModel) -> None:
    server.reply = [Reply(changes={"level": 5, "message_": {"content": "no"}})]
    assert await model.complete(a_prompt()) == GENERATED


@pytest.mark.parametrize("ending", [Ending.ENDLESS_STREAM, Ending.ENDLESS_LINE])
@pytest.mark.parametrize("after", [0, 3])
async def test_what_has_no_end_is_broken_off(
    server: OllamaServer, model: OllamaModel, ending: Ending, after: int
) -> None:
    server.reply = [Reply(ending=ending, after=after)]
    assert isinstance(await failure(model), CutReplyError | ModelUnavailableError)
    await server.chats[0].over.wait()
    assert server.running == 0
    assert await model.complete(a_prompt()) == GENERATED


async def test_tokens_without_text_have_an_end_too(server: OllamaServer, model: OllamaModel) -> None:
    nothing = {"message": {"role": "assistant", "content": ""}}
    server.reply = [Reply(ending=Ending.ENDLESS_STREAM, changes=nothing)]
    assert type(await failure(model)) is CutReplyError


async def test_a_token_that_is_a_book_is_not_taken(server: OllamaServer, model: OllamaModel) -> None:
    server.reply = [Reply(lines=(line(message={"role": "assistant", "content": "a" * 100_001}),))]
    assert type(await failure(model, max_tokens=1_000)) is CutReplyError


async def test_a_packed_reply_is_not_unpacked(server: OllamaServer, model: OllamaModel) -> None:
    packed = gzip.compress(line() + line(done=True, done_reason="stop"))
    server.reply = [Reply(lines=(packed,), ending=Ending.CUT, headers={"Content-Encoding": "gzip"})]
    assert type(await failure(model)) is ModelUnavailableError
    assert server.chats[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "told",
    [
        {"model_info": 7},
        {"model_info": [1]},
        {"capabilities": "thinking"},
        {"capabilities": [7]},
        {"license": "a" * MOST_BYTES},
    ],
)
async def test_garbage_about_the_model_is_told_as_a_failure(
    server: OllamaServer, model: OllamaModel, told: dict[str, Any]
) -> None:
    server.tells(**told)
    assert type(await failure(model)) is ModelUnavailableError
    assert server.chats == []


@pytest.mark.parametrize("body", ["7", "[]", "{}", '{"models": 7}', '{"models": [7]}', '{"version": ', "<html>", ""])
@pytest.mark.parametrize("path", ["/api/version", "/api/tags", "/api/show"])
async def test_garbage_in_an_inspection_is_told_as_a_failure(
    server: OllamaServer, model: OllamaModel, path: str, body: str
) -> None:
    server.instead[path] = Reply(body)
    with pytest.raises(ModelUnavailableError, match="does not speak as Ollama does"):
        await model.inspect()
